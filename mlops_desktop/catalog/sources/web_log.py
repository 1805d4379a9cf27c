"""Logs of web servers in the common and the combined format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.source import Batches, ReadReport, Source, table_batches
from mlops_desktop.catalog.sources._column_builder import PART_ROWS, ColumnBuilder, add_rows
from mlops_desktop.catalog.sources._text_file import decode, find_encoding
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import listed, plural_msg

_TEXT = r'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(rf"(\S+) (\S+) (.+?) \[([^\]]+)\] {_TEXT} ([0-9]{{3}}|-) ([0-9]+|-)(?: {_TEXT} {_TEXT})?(?: (.*))?")
_REQUEST = re.compile(r"([A-Z]{3,10}) (\S+)(?: (HTTP/[0-9.]+))?")
_NAMES = ("host", "identity", "user", "time", "method", "path", "protocol", "status", "bytes", "referer", "user_agent", "more")


@dataclass(frozen=True, kw_only=True)
class WebLog(Source):
    """One row for each request: who asked when for what, the status, the bytes, and who sent and reads it."""

    id = "web_log"
    label = "Log of a web server"
    help = "Reads logs in the common or combined format, as Apache and nginx write them."
    suffixes = (".log",)

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        encoding = find_encoding(path)
        lines = [line for line in decode(path, path.read_bytes(), encoding).splitlines() if line.strip()]
        builder, bad = ColumnBuilder(), []
        rows = []
        for number, line in enumerate(lines, 1):
            found = _LINE.fullmatch(line.strip())
            if found is None:
                bad.append((number, line))
            else:
                rows.append(_row(found))
        if len(rows) < max(1, 0.5 * len(lines)):
            raise UserError(
                msg("“{path}” is not a log of a web server in the common or combined format.", path=path.name),
                "Choose “Delimited text” for another table, or name the file .txt.",
            )
        used = [at for at in range(len(_NAMES)) if any(row[at] not in ("", "-") for row in rows)]
        for start in range(0, len(rows), PART_ROWS):
            add_rows(builder, [[row[at] for at in used] for row in rows[start : start + PART_ROWS]], [_NAMES[at] for at in used])
            job.step(0.3 + 0.6 * start / len(rows))
        table, mixed, _ = builder.finish()
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, rows_left_out=len(bad), notes=_notes(bad), mixed=mixed)


def _row(found: re.Match[str]) -> list[str]:
    host, identity, user, time, request, status, size, referer, agent, more = (part or "" for part in found.groups())
    parts = _REQUEST.fullmatch(request)
    method, path, protocol = (part or "" for part in parts.groups()) if parts else ("", request, "")
    return [host, identity, user, time, method, path, protocol, status, size, referer, agent, more]


def _notes(bad: list[tuple[int, str]]) -> tuple[Evidence, ...]:
    if not bad:
        return ()
    shown = listed([msg("line {number}: “{text}”", number=number, text=line[:60]) for number, line in bad[:3]], separator="; ")
    message = plural_msg(
        len(bad),
        "1 line has another form and was left out ({shown}).",
        "{n} lines have another form and were left out ({shown}).",
        shown=shown,
    )
    return (Evidence("", "inside", message),)
