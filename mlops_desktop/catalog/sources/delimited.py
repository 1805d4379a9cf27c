"""Delimited text: CSV, TSV and similar files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Self

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import Choice, choice, listed, text
from mlops_desktop.base.source import UNKNOWN_DECIMAL, Batches, ReadReport, file_notes, table_batches
from mlops_desktop.catalog.sources._compressed import ENDINGS as COMPRESSED
from mlops_desktop.catalog.sources._compressed import PlainFile, archive_names, is_packed, plain_file
from mlops_desktop.catalog.sources._first_row import first_row_doubt
from mlops_desktop.catalog.sources._stacked import OneTable, may_be_stacked, one_table
from mlops_desktop.catalog.sources._table_source import TableSource, header_reason, layout_notes, left_out_notes
from mlops_desktop.catalog.sources._text_file import SAMPLE_BYTES, byte_facts, find_encoding, pieces, sample_text, write_beginning
from mlops_desktop.catalog.sources._text_notes import damaged_cells, encoding_notes, rivals, split_notes, undivided
from mlops_desktop.catalog.sources._utf8_file import Utf8File, utf8_file
from mlops_desktop.serving.csv_names import usual_width
from mlops_desktop.serving.dialect import (
    BLANKS,
    DELIMITERS,
    FIXED,
    ONE_COLUMN,
    Dialect,
    find_dialect,
    fixed_cuts,
    fixed_dialect,
    numbered_rows,
    sep_line,
)
from mlops_desktop.serving.file_notation import likely_decimal
from mlops_desktop.serving.late_escape import LATE_ESCAPE, has_late_escape
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.split_decimals import find_split_decimals
from mlops_desktop.serving.table_finder import SAMPLE_ROWS, LeftOut, TableLayout, find_table
from mlops_desktop.serving.unclosed_quote import UNCLOSED_QUOTE, beginning_rows

_DELIMITERS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "bar": "|",
    "caret": "^",
    "tilde": "~",
    "broken_bar": "¦",
    "colon": ":",
    "blank": BLANKS,
    "fixed": FIXED,
    "none": ONE_COLUMN,
}
_QUOTES = {"double": '"', "single": "'", "none": ""}
_ESCAPES = {"auto": None, "none": False, "backslash": True}
_ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".psv", ".prn", ".asc", ".lvm")
_NOTHING = ' \t\r\n;,|"'  # what a line without a filled cell consists of
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class _DetectedFormat:
    """What was found at the beginning of a file: lines above its rows, its dialect, those rows with the lines up to each one's end.

    `has_unclosed_quote`: the dialect has no quotes, as one of them is never closed.
    """

    above: int
    dialect: Dialect
    rows: list[list[str]]
    ends: list[int]
    layout: TableLayout
    left_out: tuple[LeftOut, ...]
    has_unclosed_quote: bool

    def lines_to(self, row: int) -> int:
        """How many lines of the file are above a row."""
        return self.above + (self.ends[row - 1] if row else 0)


@dataclass(frozen=True, kw_only=True)
class Delimited(TableSource):
    """Tables written as text, one row a line, with a delimiter between the cells."""

    id = "delimited"
    label = "Delimited text (CSV, TSV)"
    help = "Reads text files whose cells are separated by commas, semicolons, tabs, bars or blanks, compressed ones too."
    suffixes = (*_ENDINGS, *COMPRESSED)

    @classmethod
    def recognises(cls, head: bytes) -> bool:
        text = head[2:].replace(b"\0", b"") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else head
        return not _CONTROLS.search(text) and not text.lstrip().startswith((b"<", b"{\\rtf", b"%PDF"))

    delimiter: str = choice(
        "auto",
        {
            "auto": "found from the file",
            "comma": "comma",
            "semicolon": "semicolon",
            "tab": "tab",
            "bar": "bar |",
            "caret": "caret ^",
            "tilde": "tilde ~",
            "broken_bar": "broken bar ¦",
            "colon": "colon :",
            "blank": "runs of blanks",
            "fixed": "fixed places",
            "none": "nothing: one column",
        },
        "Between cells",
        help="The mark between the cells of a row.",
    )
    mark: str = text("", "Another delimiter", help="Any other character between the cells, such as §; empty: as it is chosen above.")
    encoding: str = choice(
        "auto",
        {
            "auto": "found from the file",
            "utf-8": "Unicode (UTF-8)",
            "utf-16": "Unicode (UTF-16)",
            "cp1252": "Western European (Windows-1252)",
            "latin-1": "Western European (ISO 8859-1)",
            "iso8859-15": "Western European (ISO 8859-15)",
            "cp1250": "Central European (Windows-1250)",
            "cp1251": "Cyrillic (Windows-1251)",
            "cp1253": "Greek (Windows-1253)",
            "cp1254": "Turkish (Windows-1254)",
            "mac-roman": "Western European (Mac)",
            "gb18030": "Chinese (GB 18030)",
            "big5": "Chinese (Big5)",
            "shift_jis": "Japanese (Shift JIS)",
            "euc_kr": "Korean (EUC-KR)",
            "cp932": "Japanese (Windows-932)",
            "euc_jp": "Japanese (EUC-JP)",
            "koi8_r": "Cyrillic (KOI8-R)",
            "koi8_u": "Cyrillic (KOI8-U)",
            "iso8859-5": "Cyrillic (ISO 8859-5)",
            "mac_cyrillic": "Cyrillic (Mac)",
            "cp866": "Cyrillic (DOS)",
            "iso8859-2": "Central European (ISO 8859-2)",
            "mac_latin2": "Central European (Mac)",
            "cp852": "Central European (DOS)",
            "cp437": "Western European (DOS, 437)",
            "cp850": "Western European (DOS, 850)",
            "iso8859-7": "Greek (ISO 8859-7)",
            "cp1255": "Hebrew (Windows-1255)",
            "cp1256": "Arabic (Windows-1256)",
            "cp1257": "Baltic (Windows-1257)",
            "cp1258": "Vietnamese (Windows-1258)",
            "cp874": "Thai (Windows-874)",
        },
        "Encoding",
        help="How characters are written as bytes; another one helps when accents look wrong.",
    )
    quote: str = choice(
        "auto",
        {"auto": "found from the file", "double": 'double "', "single": "single '", "none": "none"},
        "Quotes",
        help="The mark around cells that hold the delimiter or a line break.",
    )
    escape: str = choice(
        "auto",
        {"auto": "found from the file", "none": "none", "backslash": "backslash \\"},
        "Escape",
        help="The mark before a quote or delimiter that belongs to the cell.",
    )
    places: str = text("", "Fixed places", help="Where the columns of fixed places begin, such as 1, 13, 25; empty: found from the file.")
    table: str = listed("Table", help="The number of the table, where several stand under one another; empty: the first one.")
    member: str = listed("File in the archive", help="Which file of a .zip archive is read; empty: the largest table.")

    def beginning(self, location: str, folder: Path) -> str:
        path = Path(location)
        part = folder / path.name
        return str(part) if not (is_packed(path) or self.table) and write_beginning(path, part) else location

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        return {"member": archive_names(Path(location), _ENDINGS)}

    def alternatives(self, notes: Iterable[Evidence]) -> Iterator[tuple[Self, str]]:
        yield from super().alternatives(notes)
        yield from ((replace(type(self)(), delimiter=mark), "") for mark in ("comma", "semicolon", "tab", "bar"))

    def guess(self, location: str) -> Delimited:
        with plain_file(Path(location), _ENDINGS, self.member) as plain, one_table(plain, self.table, self._rows, whole=False) as one:
            return self._guessed((one or plain).path)

    def fits(self, location: str) -> bool:
        if self.encoding == "auto" or self.encoding.startswith("utf"):
            return True  # another encoding than these is an error when the file is read
        with plain_file(Path(location), _ENDINGS, self.member) as plain:
            return not find_encoding(plain.path).startswith("utf") or not byte_facts(plain.path).others

    def _guessed(self, path: Path) -> Delimited:
        """This source with the parameters left to it found from a file that is not compressed."""
        encoding = find_encoding(path) if self.encoding == "auto" else self.encoding
        found = self._find(*sample_text(path, encoding))
        start = next(iter(found.layout.header), found.layout.body)
        mark = found.dialect.delimiter
        return replace(
            self.placed(found.layout, found.lines_to(start)),
            delimiter=_name_of(mark, _DELIMITERS) if mark in _DELIMITERS.values() else self.delimiter,
            mark="" if mark in _DELIMITERS.values() else mark,
            encoding=self._option(encoding),
            quote=self.quote if found.has_unclosed_quote else _name_of(found.dialect.quote, _QUOTES),
            escape="backslash" if found.dialect.escape else self.escape,
            places=self.places or ", ".join(str(at + 1) for at in found.dialect.cuts),
        )

    def _option(self, encoding: str) -> str:
        """The encoding as one of the choices; `auto` when it is none of them (it is found again when the file is read)."""
        known = self.params()["encoding"]
        assert isinstance(known, Choice)
        plain = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
        return plain if plain in known.options else "auto"

    def _find(self, text: str, more: bool) -> _DetectedFormat:
        """The dialect and the place of the table in the text at the beginning of a file."""
        named = sep_line(text) if self.skip == 0 else ""
        above = self.skip or bool(named)
        lines = list(io.StringIO(text, newline="")) if above else []
        left = [LeftOut(i, "above", line.strip()[:80]) for i, line in enumerate(lines[:above]) if line.strip(_NOTHING)]
        body = "".join(lines[above:]) if above else text
        dialect = self._dialect(body, named)
        numbered, plain = beginning_rows(body, dialect, SAMPLE_ROWS, more=more)
        rows, ends = [row for _, row in numbered], [line for line, _ in numbered]
        layout = find_table(rows, self.wanted())
        return _DetectedFormat(int(above), plain, rows, ends, layout, (*left, *layout.left_out), plain != dialect)

    def _dialect(self, text: str, named: str) -> Dialect:
        """The dialect of a text, as far as it is not given by parameters or by a first line that names the delimiter."""
        quotes = "\"'" if self.quote == "auto" else _QUOTES[self.quote]
        if self.delimiter == "fixed" and not self.mark:
            lines = [line for line in text.splitlines() if line.strip()]
            return fixed_dialect(lines, self._places() or fixed_cuts(lines) or (0,))
        marks = self._given_mark() or named or (DELIMITERS if self.delimiter == "auto" else _DELIMITERS[self.delimiter])
        return find_dialect(text, marks, quotes, _ESCAPES[self.escape])

    def _given_mark(self) -> str:
        """The delimiter that was given as a character. UserError when it cannot be one."""
        if self.mark and (len(self.mark) > 1 or self.mark.isalnum() or self.mark in "\"'\\\r\n"):
            raise UserError(
                msg("“{mark}” cannot stand between cells.", mark=self.mark), "It is one character that is no letter, digit or quote."
            )
        return self.mark

    def _places(self) -> tuple[int, ...]:
        """The fixed places that were given, from 0. UserError when they are no rising whole numbers."""
        texts = [part for part in re.split("[,; ]+", self.places) if part]
        places = tuple(int(part) - 1 for part in texts if part.isdecimal())
        if len(places) < len(texts) or any(a >= b for a, b in pairwise((-1, *places))):
            raise UserError(
                msg("“{places}” are not places of columns.", places=self.places), "They are whole numbers from 1, such as 1, 13, 25."
            )
        return places

    def read(self, location: str, job: Job) -> Batches:
        job.step(0.0, msg("Reading {path}", path=Path(location).name))
        with plain_file(Path(location), _ENDINGS, self.member) as plain, one_table(plain, self.table, self._rows, whole=False) as one:
            table, report = self._opened(one or plain, job)
            if one is None and may_be_stacked(report.notes):
                with one_table(plain, self.table, self._rows, whole=True) as found:
                    table, report = (table, report) if found is None else self._opened(found, job)
        job.step(0.9)
        yield from table_batches(table)
        return report

    def _rows(self, text: str) -> list[list[str]]:
        """The rows of a part of a text in the dialect of this part."""
        return [row for _, row in numbered_rows(text, self._dialect(text, sep_line(text)))]

    def _opened(self, plain: PlainFile, job: Job) -> tuple[Any, ReadReport]:
        encoding = find_encoding(plain.path) if self.encoding == "auto" else self.encoding
        with utf8_file(plain.path, encoding) as file:
            job.step(0.3)
            source = self._with_late_escape(plain.path, encoding)
            table, report = source._table(plain, encoding, file)
        if source is not self:
            late = Evidence("", "escape", LATE_ESCAPE, parameter="escape", values=("none",))
            report = replace(report, notes=(*report.notes, late))
        others = plain.left_out if isinstance(plain, OneTable) else 0
        return table, replace(report, rows_left_out=report.rows_left_out + others)

    def _with_late_escape(self, path: Path, encoding: str) -> Delimited:
        """This source with backslashes as escapes where lines beyond the beginning of a file show that they are, while the beginning, in
        which the dialect is found, holds none.
        """
        if self.escape != "auto" or path.stat().st_size <= SAMPLE_BYTES or encoding.startswith(("utf-16", "utf-32")):
            return self
        if not byte_facts(path).marks[b"\\"]:
            return self
        late = (piece.decode(encoding, "replace") for piece in pieces(path, SAMPLE_BYTES) if b"\\" in piece)
        if has_late_escape(late, lambda lines: self._dialect(lines, "")) and not self._find(*sample_text(path, encoding)).dialect.escape:
            return replace(self, escape="backslash")
        return self

    def _table(self, plain: PlainFile, encoding: str, file: Utf8File) -> tuple[Any, ReadReport]:
        """The cells as an Arrow table of texts, and the report."""
        from mlops_desktop.catalog.sources._text_rows import text_rows  # loaded to read a file, not to open a project

        path = plain.path
        found = self._find(*sample_text(path, encoding))
        if not any(found.rows):
            raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a file with a table in it.")
        layout, wanted = found.layout, self.wanted()
        dialect = found.dialect
        start = _offset(file, found.lines_to(layout.body))
        above = replace(layout, left_out=found.left_out)
        sifter = self.sifter(above, found.rows)
        split = find_split_decimals(dialect.delimiter, len(layout.names or ()), found.rows[layout.body :])
        rows = text_rows(file, start, dialect, layout.names, _width(found), sifter, self.skip_end, split.places)
        report = ReadReport(
            rows_read=rows.table.num_rows,
            rows_left_out=len(found.left_out) + len(rows.left_out),
            notes=(
                *plain.notes,
                *file_notes(file.notes),
                *layout_notes(above, self.comment),
                *first_row_doubt(found.rows, layout, wanted, found.lines_to(layout.body)),
                *left_out_notes(rows.left_out, self.comment),
                *rows.notes,
                *encoding_notes(path, encoding),
                *split_notes(split),
                *(file_notes([UNCLOSED_QUOTE]) if found.has_unclosed_quote else ()),
                *undivided(dialect, found.rows),
                *rivals(dialect, found.rows[next(iter(layout.header), layout.body) :], _DELIMITERS),
                *(damaged_cells(rows.table) if file.damaged else ()),
            ),
            has_names=layout.names is not None,
            likely_decimal=_likely_decimal(dialect.delimiter),
            delimiter=dialect.delimiter,
            units=_units(layout, rows.table.column_names),
            reasons={**_reasons(found, encoding), "header": header_reason(found.rows, layout)},
        )
        return rows.table, report


def _name_of(mark: str, marks: Mapping[str, str]) -> str:
    return next(name for name, one in marks.items() if one == mark)


def _likely_decimal(delimiter: str) -> str:
    """As `ReadReport.likely_decimal` says: "" beside commas, where a point is what is read without a hint."""
    return "" if delimiter == "," else likely_decimal(delimiter) or UNKNOWN_DECIMAL


def _offset(file: Utf8File, lines: int) -> int:
    """The byte at which the text begins after so many lines of those in which the table was found."""
    if not lines:
        return file.start
    with file.path.open("rb") as opened:
        opened.seek(file.start)
        data = opened.read(4 * SAMPLE_BYTES)
    end = next(islice(_LINE_END.finditer(data), lines - 1, None), None)
    return file.start + (end.end() if end else len(data))


def _width(found: _DetectedFormat) -> int:
    """The usual number of cells of a row of the table."""
    body = (len(row) for row in found.rows[found.layout.body :] if any(cell.strip() for cell in row))
    return usual_width(body, len(found.layout.names or ()))


def _reasons(found: _DetectedFormat, encoding: str) -> dict[str, str]:
    """Why the delimiter and the encoding are as they are."""
    filled = [len(row) for row in found.rows[next(iter(found.layout.header), found.layout.body) :] if any(cell.strip() for cell in row)]
    width = _width(found)
    cells = msg(
        "{agreeing:,} of the first {rows:,} rows have {width:,} cells then.", agreeing=filled.count(width), rows=len(filled), width=width
    )
    unicode = encoding.startswith("utf")
    letters = msg("Every character is valid in it.") if unicode else msg("The bytes are not Unicode; this gives the likeliest characters.")
    return {"delimiter": cells, "encoding": letters}


def _units(layout: TableLayout, names: Sequence[str]) -> dict[int, str]:
    """The units by the position of their column, where the names are as they were found."""
    given = zip(layout.names or (), layout.units, names, strict=False)
    return {at: unit for at, (name, unit, there) in enumerate(given) if unit and name == there}
