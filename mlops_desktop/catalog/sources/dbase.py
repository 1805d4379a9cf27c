"""Tables of dBase, FoxPro and geographic programs (.dbf)."""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice
from mlops_desktop.base.source import Batches, ReadReport, Source, file_notes, table_batches
from mlops_desktop.catalog.sources._column_builder import PART_ROWS, ColumnBuilder, add_rows
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.text_encoding import western_encoding

_VERSIONS = frozenset((0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0x8E, 0xCB, 0xF5, 0xFB))
# The byte of the header that names the code page.
_CODE_PAGES = {
    **{0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x09: "cp437", 0x0A: "cp850", 0x0B: "cp437", 0x0D: "cp437"},
    **{0x10: "cp850", 0x12: "cp850", 0x13: "cp932", 0x14: "cp850", 0x1B: "cp437", 0x1D: "cp850", 0x1F: "cp852", 0x24: "cp860"},
    **{0x26: "cp866", 0x37: "cp850", 0x40: "cp852", 0x4D: "cp936", 0x4E: "cp949", 0x4F: "cp950", 0x50: "cp874", 0x57: "cp1252"},
    **{0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866", 0x66: "cp865", 0x6A: "cp737", 0x6B: "cp857", 0x78: "cp950"},
    **{0x79: "cp949", 0x7A: "cp936", 0x7B: "cp932", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250", 0xC9: "cp1251"},
    **{0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257"},
}
_ELSEWHERE = frozenset("MGPBW")  # of these types the file holds the place in another file; B is one in FoxPro alone
_DAY_ZERO = 1_721_425  # the Julian day of 0001-01-01 is this one plus 1


@dataclass(frozen=True)
class _Field:
    name: str
    kind: str
    start: int
    length: int
    decimals: int


@dataclass(frozen=True, kw_only=True)
class Dbase(Source):
    """The records of a .dbf file with the types that its header names; records that are marked as deleted are left out."""

    id = "dbase"
    label = "dBase"
    help = "Reads .dbf files of dBase, FoxPro and geographic programs."
    suffixes = (".dbf",)

    encoding: str = choice(
        "auto",
        {
            "auto": "as the file names it",
            "utf-8": "Unicode (UTF-8)",
            "cp1252": "Western European (Windows-1252)",
            "cp850": "Western European (DOS, 850)",
            "cp437": "Western European (DOS, 437)",
            "cp1250": "Central European (Windows-1250)",
            "cp852": "Central European (DOS)",
            "cp1251": "Cyrillic (Windows-1251)",
            "cp866": "Cyrillic (DOS)",
        },
        "Encoding",
        help="How characters are written as bytes; another one helps when accents look wrong.",
    )

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        data = path.read_bytes()
        fields, first, size, count = _header(path, data)
        encoding, guessed = (self.encoding, False) if self.encoding != "auto" else _encoding(path, data, first)
        readers = [_reader(field, encoding) for field in fields]
        builder, names = ColumnBuilder(), [field.name for field in fields]
        add_rows(builder, [], names)
        gone, rows = 0, []
        for number, record in enumerate(_records(data, first, size, count)):
            if record[:1] == b"*":
                gone += 1
                continue
            rows.append([read(record[field.start : field.start + field.length]) for field, read in zip(fields, readers, strict=True)])
            if len(rows) == PART_ROWS:
                add_rows(builder, rows, names)
                rows = []
                job.step(0.1 + 0.8 * number / count)
        add_rows(builder, rows, names)
        table, mixed, more = builder.finish()
        there = builder.rows + gone
        notes = [*file_notes(more), *_notes(fields, gone, count - there, guessed, encoding)]
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, rows_left_out=gone, notes=tuple(notes), mixed=mixed)


def _header(path: Path, data: bytes) -> tuple[list[_Field], int, int, int]:
    """The fields, where the records begin, how long one is and how many the header counts. UserError when it is none."""
    damaged = UserError(msg("“{path}” is not a dBase file, or it is damaged.", path=path.name), "Choose another file, or save it again.")
    if len(data) < 33 or data[0] not in _VERSIONS:
        raise damaged
    count, first, size = struct.unpack_from("<IHH", data, 4)
    fields, at, start = [], 32, 1
    while at + 32 <= min(first, len(data)) and data[at] not in (0x0D, 0x00):
        name, kind, length, decimals = struct.unpack_from("<11sc4xBB", data, at)
        if kind == b"C":
            length, decimals = length + 256 * decimals, 0  # Clipper's long texts
        fields.append(_Field(name.split(b"\0")[0].decode("latin-1").strip(), kind.decode("latin-1").upper(), start, length, decimals))
        at, start = at + 32, start + length
    if not fields or first > len(data) or start > size or not all(field.name for field in fields):
        raise damaged
    return [field for field in fields if field.kind != "0"], first, size, count


def _records(data: bytes, first: int, size: int, count: int) -> Iterator[bytes]:
    for at in range(first, min(first + size * count, len(data)), size):
        record = data[at : at + size]
        if len(record) < size or record[:1] == b"\x1a":
            return
        yield record


def _encoding(path: Path, data: bytes, first: int) -> tuple[str, bool]:
    """The encoding of the texts, and whether it had to be guessed: a .cpg file beside it, the header, UTF-8 where all of it is."""
    for sidecar in (path.with_suffix(".cpg"), path.with_suffix(".CPG")):
        if sidecar.is_file():
            named = sidecar.read_text("latin-1").strip().lower().replace("ansi ", "cp").replace("oem ", "cp")
            named = f"cp{named}" if named.isdecimal() and not named.startswith("8859") else named
            try:
                "".encode(named)
            except LookupError:
                continue
            return named, False
    if data[29] in _CODE_PAGES:
        return _CODE_PAGES[data[29]], False
    body = data[first:]
    if body.isascii():
        return "ascii", False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return western_encoding(body[: 2**20]), True
    return "utf-8", False


def _reader(field: _Field, encoding: str) -> Callable[[bytes], Any]:
    """The function for the bytes of a field; None where it has no value."""

    def text(raw: bytes) -> str | None:
        return raw.rstrip(b" \0").decode(encoding, "replace").strip() or None

    def number(raw: bytes) -> int | float | str | None:
        shown = raw.strip(b" \0").decode("ascii", "replace").replace(",", ".")
        if not shown or not shown.strip("*.-"):
            return None
        try:
            return float(shown) if field.decimals or "." in shown or "e" in shown.lower() else int(shown)
        except ValueError:
            return shown

    def day(raw: bytes) -> datetime.date | str | None:
        shown = raw.strip(b" \0").decode("ascii", "replace")
        try:
            return datetime.date(int(shown[:4]), int(shown[4:6]), int(shown[6:8])) if shown.strip("0") else None
        except ValueError:
            return shown

    def moment(raw: bytes) -> datetime.datetime | None:
        days, clock = struct.unpack("<ii", raw)
        if not days:
            return None
        return datetime.datetime.fromordinal(days - _DAY_ZERO) + datetime.timedelta(milliseconds=clock)

    def truth(raw: bytes) -> bool | None:
        return True if raw in (b"T", b"t", b"Y", b"y", b"J", b"j") else False if raw in (b"F", b"f", b"N", b"n") else None

    def nothing(raw: bytes) -> None:
        return None

    readers: dict[str, Callable[[bytes], Any]] = {"N": number, "F": number, "D": day, "L": truth}
    readers |= dict.fromkeys(_ELSEWHERE, nothing)
    binary: dict[tuple[str, int], Callable[[bytes], Any]] = {
        ("I", 4): lambda raw: struct.unpack("<i", raw)[0],
        ("+", 4): lambda raw: struct.unpack("<i", raw)[0],
        ("B", 8): lambda raw: struct.unpack("<d", raw)[0],
        ("O", 8): lambda raw: struct.unpack("<d", raw)[0],
        ("Y", 8): lambda raw: struct.unpack("<q", raw)[0] / 10_000,
        ("T", 8): moment,
        ("@", 8): moment,
    }
    return binary.get((field.kind, field.length)) or readers.get(field.kind, text)


def _notes(fields: list[_Field], gone: int, lacking: int, guessed: bool, encoding: str) -> Iterator[Evidence]:
    if gone:
        message = plural_msg(
            gone, "1 record that is marked as deleted was left out.", "{n} records that are marked as deleted were left out."
        )
        yield Evidence("", "file", message)
    if lacking > 0:
        message = plural_msg(
            lacking,
            "The file ends before the last record that its header counts.",
            "The file lacks the last {n} records that its header counts.",
        )
        yield Evidence("", "file", message)
    if guessed:
        message = msg("The file does not name its encoding; it was read as {encoding}.", encoding=encoding)
        others = tuple(one for one in ("cp1252", "cp850") if one != encoding)
        yield Evidence("", "encoding", message, parameter="encoding", values=others)
    for field in fields:
        if field.kind in _ELSEWHERE and (field.kind, field.length) != ("B", 8):
            message = msg("“{name}” holds long texts or pictures that stand in another file; they were left out.", name=field.name)
            yield Evidence(field.name, "file", message)
