"""Finds the encoding and the dialect of a text file from its bytes, never from its name."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg

SAMPLE_BYTES = 2**18
_ROWS = 200
# Files that people rename: what their first bytes are, and what they are called.
_MAGIC = (
    (b"PK\x03\x04", "an Excel file or another archive", "If it is an Excel file, give it the ending .xlsx."),
    (b"PAR1", "a Parquet file", "Give it the ending .parquet."),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls)", "Open it in a spreadsheet program and save it as .xlsx or .csv."),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first."),
    (b"%PDF", "a PDF", "Copy its table into a spreadsheet program and save that as .csv."),
    (b"SQLite format 3", "an SQLite database", "Export the table as .csv."),
    (b"ARROW1", "a Feather file", "Save it as .parquet or .csv."),
    (b"\x89PNG", "a picture", "Choose a data file."),
    (b"\xff\xd8\xff", "a picture", "Choose a data file."),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_SCRIPTS = (
    "cp1251",
    "koi8_r",
    "cp1253",
    "cp1255",
    "cp1256",
    "gb18030",
    "gb2312",
    "big5",
    "shift_jis",
    "cp932",
    "euc_jp",
    "euc_kr",
    "cp949",
)
# Control characters that no text has; tab, line ends and form feed are text.
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})


def refuse_binary(path: Path, sample: bytes) -> None:
    """UserError when the bytes are no text; it names the format that they begin like."""
    for magic, name, remedy in _MAGIC:
        if sample.startswith(magic):
            raise UserError(msg("“{path}” is no text file: it looks like {name}.", path=path.name, name=name), remedy)
    if sample.startswith(tuple(bom for bom, _ in _BOMS)) or _utf16_without_mark(sample):
        return
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    if b"\0" in sample or controls > 0.02 * len(sample):
        raise UserError(
            msg("“{path}” is no text file: it holds bytes that no text has.", path=path.name),
            "Choose a table saved as text, Excel or Parquet.",
        )


def _utf16_without_mark(sample: bytes) -> str:
    """`utf-16-le` or `utf-16-be` when every second byte of mostly Latin text is zero, else ""."""
    pairs = len(sample) // 2
    if pairs < 4:
        return ""
    even, odd = sample[0 : 2 * pairs : 2].count(0) / pairs, sample[1 : 2 * pairs : 2].count(0) / pairs
    return "utf-16-le" if odd > 0.7 and even < 0.1 else "utf-16-be" if even > 0.7 and odd < 0.1 else ""


def find_encoding(path: Path) -> str:
    """The encoding of a text file.

    By its byte order mark, UTF-8 when all of it is, another script's when its bytes are typical of one, else Windows' Western European.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
        refuse_binary(path, sample)
        for bom, name in _BOMS:
            if sample.startswith(bom):
                return name
        if _utf16_without_mark(sample):
            return _utf16_without_mark(sample)
        decoder = codecs.getincrementaldecoder("utf-8")()
        odd = bytearray()
        whole = True
        block = sample
        while whole:
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError:
                whole = False
                odd += b"\n".join(line for line in block.split(b"\n") if not line.isascii())[:SAMPLE_BYTES]
            if not block:
                break
            block = file.read(2**22)
        if whole:
            return "utf-8"
    return _other_encoding(bytes(odd[: SAMPLE_BYTES // 4]))


def _other_encoding(lines: bytes) -> str:
    from charset_normalizer import from_bytes

    high = sum(byte >= 0x80 for byte in lines)
    letters = high + sum(chr(byte).isalpha() for byte in lines if byte < 0x80)
    if high >= 40 and high > 0.3 * letters:  # hardly a Western language: those have few letters beyond ASCII
        best = from_bytes(lines, cp_isolation=list(_OTHER_SCRIPTS)).best()
        if best is not None:
            return best.encoding
    try:
        lines.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def decode(path: Path, data: bytes, encoding: str) -> str:
    """The text of a file. UserError when it is not in this encoding."""
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        where = f" at byte {error.start:,}" if isinstance(error, UnicodeDecodeError) else ""
        raise UserError(
            msg("“{path}” is not written in {encoding}{where}.", path=path.name, encoding=encoding, where=where),
            "Choose another encoding, or let it be found.",
        ) from error


@dataclass(frozen=True)
class Dialect:
    """How a table is written: one character each; `quote` is "" when nothing is quoted."""

    delimiter: str
    quote: str


def find_dialect(text: str, delimiters: str = "\t;|,", quotes: str = "\"'") -> Dialect:
    """Delimiter and quote of a sample that ends with a whole line, among the given ones.

    A delimiter is as good as its rows agree in their number of cells, the first row among them. Single quotes count only where cells
    stand wholly between them: an apostrophe is no quote.
    """
    best = (-1.0, Dialect(delimiters[0] if len(delimiters) == 1 else ",", quotes[0] if quotes else ""))
    lines = text[:SAMPLE_BYTES]
    for delimiter in delimiters:
        quote = _quote(lines, delimiter, quotes)
        rows = read_rows(lines, Dialect(delimiter, quote), _ROWS)
        counts = Counter(len(row) for row in rows)
        if not counts:
            continue
        width, agreeing = max(counts.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width < 2:
            continue
        score = agreeing / len(rows) + (0.5 if len(rows[0]) in (width, width - 1) else 0.0)
        if score > best[0] + 0.02:
            best = (score, Dialect(delimiter, quote))
    if best[0] < 0.6:
        return Dialect(best[1].delimiter if len(delimiters) == 1 else ",", _quote(lines, ",", quotes))
    return best[1]


def _quote(text: str, delimiter: str, quotes: str) -> str:
    if len(quotes) < 2:
        return quotes
    mark = re.escape(delimiter)
    start = "\n".join(text.splitlines()[:_ROWS])
    single = len(re.findall(rf"(?:^|{mark})[ ]*'[^'\n]*'[ ]*(?={mark}|$)", start, re.MULTILINE))
    double = len(re.findall(rf'(?:^|{mark})[ ]*"|"[ ]*(?={mark}|$)', start, re.MULTILINE))
    other = start.count("'") - 2 * single
    cells = start.count("\n") + 1 + start.count(delimiter)
    return "'" if single and not double and single >= 0.05 * cells and other <= 0.1 * single else '"'


def read_rows(text: str, dialect: Dialect, most: int | None = None) -> list[list[str]]:
    """The rows of a text that hold anything, at most `most` of them."""
    csv.field_size_limit(2**31 - 1)
    lines = io.StringIO(text, newline="")
    if dialect.quote:
        reader = csv.reader(lines, delimiter=dialect.delimiter, quotechar=dialect.quote)
    else:
        reader = csv.reader(lines, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE)
    rows = []
    for row in reader:
        if row:
            rows.append(row)
            if most is not None and len(rows) >= most:
                break
    return rows
