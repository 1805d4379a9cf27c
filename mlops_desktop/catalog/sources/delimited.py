"""Delimited text: CSV, TSV and similar files."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.header import generated_names, is_header
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import Choice, choice, number
from mlops_desktop.base.plural import plural_msg
from mlops_desktop.base.source import Batches, ReadReport, Source, file_notes, table_batches
from mlops_desktop.base.text_file import SAMPLE_BYTES, Dialect, decode, find_dialect, find_encoding, read_rows, refuse_binary
from mlops_desktop.serving.message import msg

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "blank": " "}
_QUOTES = {"double": '"', "single": "'", "none": ""}
_DECIMALS = {"auto": "", "point": ".", "comma": ","}
_MOST_FOOTERS = 20
_MOST_ABOVE = 20


@dataclass(frozen=True, kw_only=True)
class Delimited(Source):
    """Tables written as text, one row a line, with a delimiter between the cells."""

    id = "delimited"
    label = "Delimited text (CSV, TSV)"
    help = "Reads text files whose cells are parted by commas, semicolons, tabs or bars."
    suffixes = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".psv")

    delimiter: str = choice(
        "auto",
        {"auto": "found from the file", "comma": "comma", "semicolon": "semicolon", "tab": "tab", "bar": "bar |", "blank": "blank"},
        "Between cells",
        help="The mark between the cells of a row.",
    )
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
        },
        "Encoding",
        help="How letters are written as bytes; another one helps when accents look wrong.",
    )
    quote: str = choice(
        "auto",
        {"auto": "found from the file", "double": 'double "', "single": "single '", "none": "none"},
        "Quotes",
        help="The mark around cells that hold the delimiter or a line break.",
    )
    header: str = choice(
        "auto",
        {"auto": "found from the file", "first": "the first row", "none": "no row"},
        "Column names",
        help="Whether the first row names the columns.",
    )
    decimal: str = choice(
        "auto",
        {"auto": "found from the cells", "point": "point 1.5", "comma": "comma 1,5"},
        "Decimal mark",
        help="Settles numbers such as 1,234 that can be read both ways.",
    )
    skip: int = number(0, 0, 10_000, "Lines to leave out", help="Lines above the table, such as a title.", whole=True)

    def guess(self, location: str) -> Delimited:
        path = Path(location)
        encoding = find_encoding(path) if self.encoding == "auto" else self.encoding
        sample = _sample(path, encoding)
        marks = (
            "".join(_DELIMITERS[name] for name in ("tab", "semicolon", "bar", "comma"))
            if self.delimiter == "auto"
            else _DELIMITERS[self.delimiter]
        )
        quotes = "\"'" if self.quote == "auto" else _QUOTES[self.quote]
        body = "".join(sample.splitlines(keepends=True)[self.skip :])
        found = find_dialect(body, marks, quotes)
        above = _lines_above(body, found) if self.skip == 0 else 0
        rows = read_rows("".join(body.splitlines(keepends=True)[above:]), found, 101)
        header = self.header
        if header == "auto":
            header = "first" if not rows or is_header(rows[0], rows[1:]) else "none"
        return replace(
            self,
            delimiter=next(name for name, mark in _DELIMITERS.items() if mark == found.delimiter),
            encoding=self._option(encoding),
            quote=next(name for name, mark in _QUOTES.items() if mark == found.quote),
            header=header,
            skip=self.skip or above,
        )

    def _option(self, encoding: str) -> str:
        """The encoding as one of the choices; `auto` when it is none of them (it is found again when the file is read)."""
        known = self.params()["encoding"]
        assert isinstance(known, Choice)
        plain = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
        return plain if plain in known.options else "auto"

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        settled = self.guess(location)
        data, messages = settled._utf8(path)
        job.step(0.3)
        table, more = settled._table(path, data)
        job.step(0.9)
        yield from table_batches(table)
        return ReadReport(
            rows_read=table.num_rows,
            notes=file_notes([*messages, *more]),
            has_names=settled.header == "first",
            decimal=_DECIMALS[settled.decimal],
        )

    def _utf8(self, path: Path) -> tuple[bytes, list[str]]:
        """The text of the file as UTF-8 without a byte order mark, and what a person should know of its encoding."""
        encoding = find_encoding(path) if self.encoding == "auto" else self.encoding
        data = path.read_bytes()
        refuse_binary(path, data[:SAMPLE_BYTES])
        messages: list[str] = []
        if encoding in ("utf-8", "utf-8-sig"):
            data = data.removeprefix(b"\xef\xbb\xbf")
            _refuse_damaged(path, data)
        else:
            data = _decoded(path, data, encoding).encode("utf-8")
            if not encoding.startswith("utf"):
                messages.append(
                    msg(
                        "The file is not UTF-8; it was read as {encoding}. Choose another encoding if letters look wrong.",
                        encoding=encoding,
                    )
                )
        if b"\0" in data:
            raise UserError(
                msg("“{path}” is no text file: it holds bytes that no text has.", path=path.name),
                "Choose a table saved as text, Excel or Parquet.",
            )
        return data, messages

    def _table(self, path: Path, data: bytes) -> tuple[Any, list[str]]:
        """The cells as an Arrow table of texts, and what was repaired or left out."""
        data, messages = _without_lines(data, self.skip)
        dialect = Dialect(_DELIMITERS[self.delimiter], _QUOTES[self.quote])
        first = read_rows(_start(data), dialect, 2)
        if not first:
            raise UserError(msg("“{path}” is empty.", path=path.name), "Choose a file with a table in it.")
        broken = dialect.quote != "" and data.count(dialect.quote.encode()) % 2 == 1
        table = None if broken else _parse_regular(data, dialect, first, self.header == "first")
        if table is None:
            table, more = _parse_irregular(data, dialect, self.header == "first")
            messages += more
        return table, messages


def _sample(path: Path, encoding: str) -> str:
    """The first lines of the file as text, whole ones."""
    with path.open("rb") as file:
        raw = file.read(SAMPLE_BYTES)
        more = bool(file.read(1))
    refuse_binary(path, raw)
    text = _decoded(path, raw, encoding, partial=more)
    if more:
        end = max(text.rfind("\n"), text.rfind("\r"))
        text = text[: end + 1] if end > 0 else text
    return text.removeprefix("\ufeff")


def _decoded(path: Path, data: bytes, encoding: str, partial: bool = False) -> str:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")) and encoding == "utf-16":
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    if partial:
        return data.decode(encoding, errors="replace")
    return decode(path, data, encoding).removeprefix("\ufeff")


def _refuse_damaged(path: Path, data: bytes) -> None:
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), 2**22):
            decoder.decode(view[start : start + 2**22])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UserError(msg("“{path}” is not written in UTF-8.", path=path.name), "Choose another encoding, or let it be found.") from error


def _lines_above(text: str, dialect: Dialect) -> int:
    """How many lines are above the table: titles of one cell over rows of many."""
    lines = text.splitlines(keepends=True)[: _MOST_ABOVE * 3]
    widths = [len(row[0]) if (row := read_rows(line, dialect, 1)) else 0 for line in lines]
    usual = Counter(len(row) for row in read_rows(text, dialect, 200)).most_common(1)
    width = usual[0][0] if usual else 1
    if width < 3:
        return 0
    above = 0
    while above < min(len(widths), _MOST_ABOVE) and widths[above] <= 1 and '"' not in lines[above]:
        above += 1
    return above if above < len(widths) and widths[above] >= width - 1 and above < _MOST_ABOVE else 0


def _start(data: bytes) -> str:
    return data[:SAMPLE_BYTES].decode("utf-8", errors="replace")


def _without_lines(data: bytes, count: int) -> tuple[bytes, list[str]]:
    if not count:
        return data, []
    at = 0
    for _ in range(count):
        end = data.find(b"\n", at)
        at = len(data) if end < 0 else end + 1
    return data[at:], [plural_msg(count, "1 line above the table was left out.", "{n} lines above the table were left out.")]


def _parse_regular(data: bytes, dialect: Dialect, first: list[list[str]], header: bool) -> Any | None:
    """The table by Arrow's parser; None when a row has another number of cells, which `_parse_irregular` repairs."""
    import pyarrow as pa
    import pyarrow.csv as pc

    width = len(first[0])
    if any(len(row) != width for row in first):
        return None
    odd: list[Any] = []

    def note(row: Any) -> str:
        odd.append(row)
        return "skip"

    places = generated_names(width)
    parse = pc.ParseOptions(
        delimiter=dialect.delimiter,
        quote_char=dialect.quote or False,
        double_quote=True,
        newlines_in_values=bool(dialect.quote),
        ignore_empty_lines=width > 1,
        invalid_row_handler=note,
    )
    convert = pc.ConvertOptions(
        column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False, quoted_strings_can_be_null=False
    )
    longest = max(2**20, min(len(data), 2**24))
    try:
        table = pc.read_csv(
            pa.BufferReader(data), pc.ReadOptions(column_names=places, block_size=longest), parse_options=parse, convert_options=convert
        )
    except pa.ArrowInvalid:
        return None
    if odd:
        return None
    if header:
        return table.slice(1).rename_columns([column[0].as_py() for column in table.columns] if table.num_rows else first[0])
    return table


def _parse_irregular(data: bytes, dialect: Dialect, header: bool) -> tuple[Any, list[str]]:
    """The table row by row: short rows are filled up, footers and surplus cells left out, a quote that never ends is taken as a letter."""
    import pyarrow as pa

    text = data.decode("utf-8")
    messages: list[str] = []
    rows = read_rows(text, dialect)
    if dialect.quote and _swallowed(rows, text):
        rows = read_rows(text, Dialect(dialect.delimiter, ""))
        messages.append(msg("A quote {quote} is opened and never closed, so quotes were read as letters.", quote=dialect.quote))
    usual = Counter(len(row) for row in rows).most_common(1)[0][0]
    names = rows[0] if header else generated_names(usual)
    body = rows[1:] if header else rows
    if header and len(names) == usual - 1 and len(names) > 1:
        names = ["row_names", *names]
        messages.append(msg("The first column has no name of its own; it was named “row_names”."))
    width = max(len(names), usual)
    names = [*names, *[""] * (width - len(names))]
    footers = 0
    while body and footers < _MOST_FOOTERS and len(body[-1]) < width and width > 1 and not any(cell.strip() for cell in body[-1][1:]):
        body.pop()
        footers += 1
    if footers:
        messages.append(plural_msg(footers, "1 line below the table was left out.", "{n} lines below the table were left out."))
    messages += _ragged(body, width)
    columns = list(zip(*[(*row, *[""] * (width - len(row))) if len(row) < width else row[:width] for row in body], strict=True))
    arrays = [pa.array(column, pa.string()) for column in columns] or [pa.array([], pa.string())] * width
    return pa.Table.from_arrays(arrays, names=names), messages


def _swallowed(rows: list[list[str]], text: str) -> bool:
    """Whether one cell holds the rest of the file: a quote was opened and never closed."""
    lines = text.count("\n")
    longest = max((cell.count("\n") for cell in rows[-1]), default=0) if rows else 0
    return longest > 0 and (longest > 20 or longest > 0.5 * lines)


def _ragged(body: list[list[str]], width: int) -> list[str]:
    short = [i for i, row in enumerate(body, 1) if len(row) < width]
    long = [i for i, row in enumerate(body, 1) if len(row) > width and any(cell.strip() for cell in row[width:])]
    messages: list[str] = []
    if short:
        messages.append(
            plural_msg(
                len(short),
                "1 row has fewer cells than columns; the rest counts as missing (row {rows}).",
                "{n} rows have fewer cells than columns; the rest counts as missing (row {rows}).",
                rows=_shown(short),
            )
        )
    if long:
        messages.append(
            plural_msg(
                len(long),
                "1 row has more cells than columns; the surplus was left out (row {rows}).",
                "{n} rows have more cells than columns; the surplus was left out (row {rows}).",
                rows=_shown(long),
            )
        )
    return messages


def _shown(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:5])) + (" …" if len(rows) > 5 else "")
