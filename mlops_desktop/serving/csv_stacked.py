"""Chooses the table for a model where several are under one another in a delimited text."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import TextIO

from .csv_table import find_csv_table
from .dialect import SAMPLE_BYTES
from .message import msg
from .names import clean_name, match_names
from .stacked_tables import filled_lines, rows_by_own_dialect, table_starts


@dataclass(frozen=True)
class OneTable:
    """One of the tables of a text: its number from 1 among `count`, and how many lines of the others hold something."""

    text: TextIO
    number: int
    count: int
    left_out: int

    def message(self) -> str:
        """The sentence that says which table was read."""
        template = "{count} tables stand under one another; table {number} was read, as the others name fewer columns of the model."
        first = "{count} tables stand under one another; the first one was read."
        return msg(template if self.number > 1 else first, count=self.count, number=self.number)


def find_one_table(text: TextIO, known: Collection[str], *, whole: bool) -> OneTable | None:
    """The table that names most of the known columns, the first one of several; None where the text holds one.

    Without `whole` only the beginning is searched, unless a further table begins there.
    """
    text.seek(0)
    data = text.read(SAMPLE_BYTES).replace("\0", "").encode("utf-8", "replace")
    rest = text.read(1)
    starts = table_starts(data, rows_by_own_dialect)
    if rest and (starts or whole):
        data += (rest + text.read()).replace("\0", "").encode("utf-8", "replace")
        starts = table_starts(data, rows_by_own_dialect)
    text.seek(0)
    if not starts:
        return None
    parts = [data[begin:end] for begin, end in pairwise((0, *starts, len(data)))]
    texts = [part.decode() for part in parts]
    counts = [_known_names(one, known) for one in texts]
    best = counts.index(max(counts))
    others = sum(filled_lines(part) for at, part in enumerate(parts) if at != best)
    return OneTable(io.StringIO(texts[best], newline=""), best + 1, len(parts), others)


def _known_names(text: str, known: Collection[str]) -> int:
    """How many of the known columns the table of a text names."""
    names = [*map(clean_name, find_csv_table(io.StringIO(text, newline=""), known).header)]
    return len(set(known).intersection(names)) + len(match_names(names, known))
