"""Answers a stream of rows, one JSON object a line (NDJSON, JSON Lines), while it arrives: memory does not grow with its length.

Each line of the answer is the prediction of a row, in their order, or its errors. What ends the stream before its end is its last line: a
problem document. A client must read while it sends: the connection is closed where it does not, but the reason is sent once it reads.
"""

from __future__ import annotations

import asyncio
import contextlib
from codecs import BOM_UTF8
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any

from .access_control import StreamGrant
from .column import ValidationIssue
from .http_problems import HttpProblem, too_large
from .http_request import ClientDisconnected
from .predictor import CHUNK, Predictor
from .request_limits import RequestLimits
from .strict_json import InvalidJson, parse
from .work_pool import WorkPool

MAX_LINE = 1_000_000  # bytes of one row
MAX_PIECE = 32_768  # bytes of lines that are answered on the event loop
MAX_PIECE_CELLS = 1_000  # cells of its rows, sent or left out
MAX_AHEAD = 4 * 2**20  # bytes of answers that wait for a client that sends everything before it reads
_WAIT = 1.0  # seconds after which a stream beyond its rate asks again
Ready = asyncio.Queue[bytes | Exception | None]
Take = Callable[[int], None]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def answer_lines(predictor: Predictor, start: int, lines: list[bytes]) -> bytes:
    """The lines of the answer to some lines; `start` is the number of the first row."""
    rows: list[Any] = []
    unreadable: dict[int, ValidationIssue] = {}
    for at, line in enumerate(lines):
        try:
            rows.append(parse(line.removeprefix(BOM_UTF8) if start + at == 0 else line))
        except InvalidJson as error:
            rows.append({})
            unreadable[at] = ValidationIssue(at, "", error.code, error.message)
    checked = predictor.checked(rows)
    errors = [*unreadable.values(), *(issue for issue in checked.errors if issue.row not in unreadable)]
    return "".join(f"{one}\n" for one in predictor.answer_checked(start, replace(checked, errors=errors))).encode()


class LineAnswers:
    """The answer to one stream. `pieces` gives its bytes; what reads the request goes MAX_AHEAD bytes of answers ahead of whoever takes
    them. Each CHUNK of rows counts as a request of `grant`.
    """

    def __init__(
        self, predictor: Predictor, receive: Receive, limits: RequestLimits, pool: WorkPool, request_id: str, grant: StreamGrant
    ) -> None:
        self._predictor, self._receive, self._limits, self._pool = predictor, receive, limits, pool
        self._request_id, self._grant = request_id, grant
        self._rows, self._granted = 0, CHUNK
        self._more = True  # whether the body goes on
        self._ahead, self._taken = 0, asyncio.Event()  # bytes of answers that nobody took, and that some were taken

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The bytes of the answer, as they are ready. HttpProblem when the request is refused before its first row is answered."""
        ready: Ready = asyncio.Queue()
        started = False
        with self._limits.stream(), self._limits.reserve() as take:
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
                    self._ahead -= len(piece)
                    self._taken.set()
            finally:
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await reading

    async def _read(self, ready: Ready, take: Take) -> None:
        """Answer the lines as they arrive. An error is put behind the answers, for whoever takes them."""
        try:
            async for lines in self._lines(take):
                await self._admit()
                answer = await self._answer(lines)
                take(len(answer))
                self._ahead += len(answer)
                ready.put_nowait(answer)
                try:
                    while self._ahead > MAX_AHEAD:
                        self._taken.clear()
                        async with asyncio.timeout(self._limits.seconds_unread):
                            await self._taken.wait()
                except TimeoutError:
                    raise await self._unread() from None
        except Exception as error:
            ready.put_nowait(error)
        else:
            ready.put_nowait(None)

    async def _admit(self) -> None:
        """Wait until further rows may be answered. HttpProblem when the key no longer holds."""
        self._grant.check()
        while self._rows >= self._granted:
            if seconds := self._grant.take():
                await asyncio.sleep(min(seconds, _WAIT))
                self._grant.check()
            else:
                self._granted += CHUNK

    async def _unread(self) -> HttpProblem:
        """The problem of a client that does not read. What it still sends is discarded: it may read only then."""
        with contextlib.suppress(HttpProblem, ClientDisconnected):
            more = self._more
            while more:
                _, more = await self._next()
        remedy = "Read the answers while rows are sent, or send fewer rows at once."
        return HttpProblem(408, "answers_not_read", "The answers were not read in time.", remedy)

    async def _next(self) -> tuple[bytes, bool]:
        """Further bytes of the body, and whether more follow."""
        async with self._limits.body_time():
            message = await self._receive()
        if message["type"] != "http.request":
            raise ClientDisconnected
        self._more = bool(message.get("more_body"))
        return message.get("body", b""), self._more

    async def _answer(self, lines: list[bytes]) -> bytes:
        start, self._rows = self._rows, self._rows + len(lines)
        cells = len(lines) * len(self._predictor.scorer.schema.columns)
        if sum(map(len, lines)) <= MAX_PIECE and cells <= MAX_PIECE_CELLS:
            return answer_lines(self._predictor, start, lines)
        return await self._limits.run(self._pool, lambda: answer_lines(self._predictor, start, lines))

    async def _lines(self, take: Take) -> AsyncIterator[list[bytes]]:
        """The lines that hold something, some at a time. The bytes that are held count with those of other requests."""
        rest, more = b"", True
        while more:
            data, more = await self._next()
            take(len(data))
            held = len(rest) + len(data)
            *whole, rest = (rest + data).split(b"\n")
            if not more:
                whole, rest = [*whole, rest], b""
            if max(map(len, (*whole, rest))) > MAX_LINE:
                raise too_large(f"A line has at most {MAX_LINE:,} bytes.")
            lines = [line for line in whole if line.strip()]
            chunk = min(CHUNK, self._predictor.chunk)
            for start in range(0, len(lines), chunk):
                yield lines[start : start + chunk]
            take(len(rest) - held)
