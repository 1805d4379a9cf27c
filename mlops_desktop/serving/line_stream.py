"""Answers a stream of rows, one JSON object a line (NDJSON, JSON Lines), while it arrives: memory does not grow with its length.

Each line of the answer is the prediction of a row, in their order, or its errors. What ends the stream before its end is its last line: a
problem document.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any

from .column import ValidationIssue
from .http_problems import HttpProblem, too_large
from .http_request import ClientDisconnected
from .predictor import CHUNK, Predictor
from .request_limits import RequestLimits
from .strict_json import InvalidJson, parse
from .work_pool import WorkPool

MAX_LINE = 1_000_000  # bytes of one row
MAX_PIECE = 32_768  # bytes of lines that are answered on the event loop
MAX_AHEAD = 16  # answered pieces that wait for a client that sends everything before it reads
Ready = asyncio.Queue[bytes | Exception | None]
Take = Callable[[int], None]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def answer_lines(predictor: Predictor, start: int, lines: list[bytes]) -> bytes:
    """The lines of the answer to some lines; `start` is the number of the first row."""
    rows: list[Any] = []
    unreadable: dict[int, ValidationIssue] = {}
    for at, line in enumerate(lines):
        try:
            rows.append(parse(line))
        except InvalidJson as error:
            rows.append({})
            unreadable[at] = ValidationIssue(at, "", error.code, error.message)
    checked = predictor.checked(rows)
    errors = [*unreadable.values(), *(issue for issue in checked.errors if issue.row not in unreadable)]
    return "".join(f"{one}\n" for one in predictor.answer_checked(start, replace(checked, errors=errors))).encode()


class LineAnswers:
    """The answer to one stream. `pieces` gives its bytes; what reads the request does not wait for them to be taken, up to MAX_AHEAD."""

    def __init__(self, predictor: Predictor, receive: Receive, limits: RequestLimits, pool: WorkPool, request_id: str) -> None:
        self._predictor, self._receive, self._limits, self._pool = predictor, receive, limits, pool
        self._request_id = request_id
        self._rows = 0

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The bytes of the answer, as they are ready. HttpProblem when the request is refused before its first row is answered."""
        ready: Ready = asyncio.Queue(MAX_AHEAD)
        started = False
        with self._limits.reserve() as take:
            reading = asyncio.get_running_loop().create_task(self._read(ready, take))
            try:
                while (piece := await ready.get()) is not None:
                    if isinstance(piece, HttpProblem) and started:
                        yield piece.body(self._request_id) + b"\n"
                        return
                    if isinstance(piece, Exception):
                        raise piece
                    started = True
                    yield piece
                    take(-len(piece))
            finally:
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading

    async def _read(self, ready: Ready, take: Take) -> None:
        """Answer the lines as they arrive. An error is put behind the answers, for whoever takes them."""
        try:
            async for lines in self._lines(take):
                answer = await self._answer(lines)
                take(len(answer))
                await ready.put(answer)
        except Exception as error:
            await ready.put(error)
        else:
            await ready.put(None)

    async def _answer(self, lines: list[bytes]) -> bytes:
        start, self._rows = self._rows, self._rows + len(lines)
        if sum(map(len, lines)) <= MAX_PIECE:
            return answer_lines(self._predictor, start, lines)
        return await self._limits.run(self._pool, lambda: answer_lines(self._predictor, start, lines))

    async def _lines(self, take: Take) -> AsyncIterator[list[bytes]]:
        """The lines that hold something, some at a time. The bytes that are held count with those of other requests."""
        rest, more = b"", True
        while more:
            async with self._limits.body_time():
                message = await self._receive()
            if message["type"] != "http.request":
                raise ClientDisconnected
            data, more = message.get("body", b""), bool(message.get("more_body"))
            take(len(data))
            held = len(rest) + len(data)
            *whole, rest = (rest + data).split(b"\n")
            if not more:
                whole, rest = [*whole, rest], b""
            if max(map(len, (*whole, rest))) > MAX_LINE:
                raise too_large(f"A line has at most {MAX_LINE:,} bytes.")
            lines = [line for line in whole if line.strip()]
            for start in range(0, len(lines), CHUNK):
                yield lines[start : start + CHUNK]
            take(len(rest) - held)
