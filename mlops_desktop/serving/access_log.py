"""The access log: a line of ASCII for each request, as JSON or as text, without any data of the request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

JSON_LINES, TEXT_LINES = FORMATS = ("json", "text")


class AccessLog:
    """Writes to `stream` what is logged in one iteration of the event loop at once. A stream that nobody reads any more ends the log."""

    def __init__(self, stream: TextIO, form: str = JSON_LINES) -> None:
        self._stream, self._line = stream, _json_line if form == JSON_LINES else _text_line
        self._lines: list[str] = []
        self._is_open = True

    def write(self, method: str, route: str, status: int, seconds: float, request_id: str, key: str = "", trace_id: str = "") -> None:
        """Log one finished request by the path of its route. Called on the event loop."""
        if not self._is_open:
            return
        if not self._lines:
            asyncio.get_running_loop().call_soon(self.flush)
        self._lines.append(self._line(datetime.now(UTC), method, route, status, seconds, request_id, key, trace_id))

    def flush(self) -> None:
        """Write what was logged."""
        lines, self._lines = self._lines, []
        try:
            self._stream.write("".join(lines))
            self._stream.flush()
        except (OSError, ValueError):  # the pipe or the console is gone
            self._is_open = False


Line = Callable[[datetime, str, str, int, float, str, str, str], str]


def _json_line(time: datetime, method: str, route: str, status: int, seconds: float, request_id: str, key: str, trace_id: str) -> str:
    # Method, request id and trace id hold no character that JSON escapes.
    more = (f',"key":{json.dumps(key)}' if key else "") + (f',"trace_id":"{trace_id}"' if trace_id else "")
    return (
        f'{{"time":"{time.isoformat(timespec="milliseconds")}","method":"{method}","route":{json.dumps(route)},"status":{status},'
        f'"duration_ms":{seconds * 1000:.3f},"request_id":"{request_id}"{more}}}\n'
    )


def _text_line(time: datetime, method: str, route: str, status: int, seconds: float, request_id: str, key: str, trace_id: str) -> str:
    text = f"{time.astimezone():%H:%M:%S} {method} {route} {status} {seconds * 1000:.1f} ms {request_id}{f' {key}' if key else ''}\n"
    return text.encode("ascii", "backslashreplace").decode()
