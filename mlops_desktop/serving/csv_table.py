"""Finds the table in a delimited text for a model: the dialect and the row that names the model's columns; cuts its rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from .dialect import BLANKS, DELIMITERS, FIXED, SAMPLE_BYTES, Dialect, find_dialect, numbered_lines, numbered_rows, sep_line
from .errors import UserError
from .message import msg
from .names import clean_name
from .schema import Schema

_MOST_ABOVE = 100  # rows among which the one with the names is sought


@dataclass(frozen=True)
class CsvTable:
    """Where the table of a text is: its dialect, the names as they stand there, and the number of rows up to and with these."""

    dialect: Dialect
    header: Sequence[str]
    above: int


def find_csv_table(text: TextIO, schema: Schema) -> CsvTable:
    """The dialect and the row of the names: those under which most columns of the model are named. `text` is at its beginning."""
    sample = text.read(SAMPLE_BYTES).lstrip("\ufeff").replace("\0", "")
    if text.read(1):
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    first = next((line for line in sample.splitlines() if line.strip()), "")
    named = sep_line(sample)
    found = find_dialect(sample.partition("\n")[2], named) if named else find_dialect(sample)
    known = {column.name for column in schema.columns}
    best, table = 0, CsvTable(found, next(filter(None, _first_rows(sample, found)), []), 0)
    for dialect in dict.fromkeys((found, Dialect(find_delimiter(first), '"'))):
        for above, row in enumerate(_first_rows(sample, dialect), 1):
            count = len(known.intersection(map(clean_name, row)))
            if count > best:
                best, table = count, CsvTable(dialect, row, above)
    return table


def _first_rows(sample: str, dialect: Dialect) -> list[list[str]]:
    """The first rows of a sample, blank ones too, up to a fault, which is named when the rows are read."""
    rows = []
    with suppress(csv.Error):
        for _, row in islice(numbered_rows(sample, dialect), _MOST_ABOVE):
            rows.append(row)
    return rows


def csv_rows(text: TextIO, table: CsvTable, size: int) -> Iterator[list[list[str]]]:
    """The rows below the names, `size` at a time. A blank line is a row of one empty cell where there is one column, else none.

    UserError when a line cannot be cut.
    """
    text.seek(0)
    dialect, line, single = table.dialect, 0, len(table.header) == 1
    by_lines = dialect.delimiter not in (BLANKS, FIXED) and not dialect.escape
    rows = numbered_lines(_clean_lines(text), dialect) if by_lines else numbered_rows("".join(_clean_lines(text)), dialect)
    waiting: list[list[str]] = []
    try:
        for number, row in islice(rows, table.above, None):
            line = number
            if row or single:
                waiting.append(row or [""])
            if len(waiting) >= size:
                yield waiting
                waiting = []
    except csv.Error as error:
        raise UserError(msg("Line {line_num} cannot be read as CSV.", line_num=line + 1), "Check its quotation marks.") from error
    if waiting:
        yield waiting


def _clean_lines(text: TextIO) -> Iterator[str]:
    """The lines of a text without byte order marks at its beginning and without NUL characters."""
    for at, line in enumerate(text):
        clean = line if at else line.lstrip("\ufeff")
        yield clean.replace("\0", "") if "\0" in clean else clean


def find_delimiter(header: str) -> str:
    """The delimiter that is most frequent in a header line, outside quotation marks; the comma when there is none."""
    bare = "".join(header.split('"')[::2])
    order = ",;\t|"
    return max(DELIMITERS, key=lambda mark: (bare.count(mark), -order.index(mark)))
