"""What the evidence for a column's type is made of: hints from other columns, and the cells that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.message import msg, number_msg
from mlops_desktop.serving.missing_texts import BELOW_LIMIT, BRACKETED, UNKNOWN
from mlops_desktop.serving.plural import plural_msg, quoted_names
from mlops_desktop.serving.schema import Column

MOST_UNREADABLE = 0.01  # at most this share of a column's cells may be unreadable for it to be numbers or dates all the same


_FREQUENT = 0.002  # a known text for missing is in at least this share of the cells, any other in MOST_UNREADABLE; rarer ones are errors
_MOST_NOT_KNOWN = 3  # different texts that are none of the known ones
_UNKNOWN = re.compile(rf"(?i){UNKNOWN}|{BRACKETED}|:(?: ?[a-z]{{1,2}})?")
_BELOW = re.compile(f"(?i){BELOW_LIMIT}")


@dataclass(frozen=True)
class Hints:
    """What the unambiguous columns of a table suggest for its ambiguous ones; `likely_decimal` is what its delimiter suggests.

    `thousands`, `given_day_first` and `given_year_first` are what a person chose for the file, `repeats` is how often the whole table is
    repeated in its rows, `columns` are all of its columns.
    """

    decimal: str = ""
    likely_decimal: str = ""
    day_first: bool | None = None
    thousands: str | None = None
    given_day_first: bool | None = None
    given_year_first: bool = False
    repeats: int = 1
    columns: Sequence[RawColumn] = ()

    @cached_property
    def numbers_have_na(self) -> bool:
        """Whether “NA” is among the numbers of a column: the program that wrote the table means “missing” by it."""
        return any(map(_has_na_among_numbers, self.columns))


def _has_na_among_numbers(raw: RawColumn) -> bool:
    if raw.kind != "text" or not raw.among(("NA",)).any():
        return False
    return raw.all_match(r"[+-]?[0-9.,]+|NA|", np.ones(len(raw.counts), dtype=bool))


def mask(among: Bools, at: Collection[int]) -> Bools:
    """The given positions among those where `among` is true."""
    found = np.zeros(len(among), dtype=bool)
    found[list(at)] = True
    return found & among


def example_evidence(raw: RawColumn, rule: str, template: str, cells: Bools, **further: Any) -> Evidence:
    """Evidence about some distinct texts, at least one. In the template of the message, {row} and {cell} are the first of them and {shown}
    is a few with their rows; `further` are other fields.
    """
    rows, count = raw.rows_with(cells), raw.count(cells)
    first = raw.texts_at([int(raw.codes[rows[0] - 1])])[0]
    texts = quoted_names([text[:40] for text in raw.texts_at(np.flatnonzero(cells)[:3].tolist())])
    numbers = ", ".join(map(str, rows[:5]))
    many = "{texts} in rows {rows}" if count <= 5 else "{texts} … in {count:,} cells, first in rows {rows}"
    shown = msg("{texts} in row {rows}" if count == 1 else many, texts=texts, rows=numbers, count=count)
    return Evidence(raw.name, rule, msg(template, row=number_msg(rows[0], ","), cell=first[:40], shown=shown, **further), rows)


def without_missing_texts(raw: RawColumn, column: Column, present: Bools, bad: Bools) -> tuple[Column, list[Evidence], Bools]:
    """A column of numbers or dates with frequent texts without a digit, known ones and up to three others, as further texts for "missing",
    the evidence for them, and which of the distinct texts still cannot be read (`bad` before).

    A text counts so when it is known for it, or when the readable cells are more than a handful of codes.
    """
    total, readable = raw.count(present), int(np.count_nonzero(present & ~bad))
    often = np.flatnonzero(bad & (raw.counts >= _FREQUENT * total)).tolist()
    known = {i for i, text in zip(often, raw.texts_at(often), strict=True) if _is_known(text)}
    often = [i for i in often if i in known or raw.counts[i] >= MOST_UNREADABLE * total]
    absent = {i: text for i, text in zip(often, raw.texts_at(often), strict=True) if not re.search("[0-9]", text)}
    if not (
        absent
        and len(absent.keys() - known) <= _MOST_NOT_KNOWN
        and (readable >= 20 or (known.issuperset(absent) and readable >= 2))
        and raw.count(bad) <= 0.5 * total
    ):
        return column, [], bad
    evidence = missing_texts_evidence(raw, [*absent])
    grammar = replace(column.grammar, missing=(*column.grammar.missing, *absent.values()))
    return replace(column, grammar=grammar), evidence, bad & ~mask(bad, absent)


def _is_known(text: str) -> bool:
    return _UNKNOWN.fullmatch(text) is not None or _BELOW.fullmatch(text) is not None


def known_missing_texts(raw: RawColumn, present: Bools) -> Bools:
    """Which of the distinct texts of a column are known texts for “missing”."""
    at = np.flatnonzero(present & (raw.counts >= _FREQUENT * raw.count(present))).tolist()
    return mask(present, [i for i, text in zip(at, raw.texts_at(at), strict=True) if _is_known(text)])


def missing_texts_evidence(raw: RawColumn, at: Sequence[int]) -> list[Evidence]:
    """That the texts at these positions count as missing."""
    evidence = []
    for i, text in zip(at, raw.texts_at(at), strict=True):
        cells = plural_msg(raw.counts[i], "1 cell", "{n} cells")
        template = "“{text}” stands in {cells} and counts as missing."
        if _BELOW.fullmatch(text):
            template = "“{text}” stands in {cells}; it may mean below the limit of detection, and counts as missing, as no number is named."
        evidence.append(Evidence(raw.name, "missing_words", msg(template, text=text, cells=cells)))
    return evidence


def unreadable_evidence(raw: RawColumn, column: Column, bad: Bools) -> Evidence:
    """What cannot be read in a column of numbers or dates, with rows."""
    rows, count = raw.rows_with(bad), raw.count(bad)
    shown: str = msg("values of another type")
    if raw.kind == "text":
        shown = quoted_names([raw.texts[i][:40] for i in np.flatnonzero(bad)[:3].tolist()])
    message = plural_msg(
        count,
        "1 cell cannot be read as a {kind} and counts as missing: {shown} in row {rows}.",
        "{n} cells cannot be read as a {kind} and count as missing: {shown} in rows {rows}.",
        kind=msg("date") if column.is_date else msg("boolean") if column.type == "boolean" else msg("number"),
        shown=shown,
        rows=", ".join(map(str, rows[:5])) + (" …" if count > 5 else ""),
    )
    return Evidence(raw.name, "stray", message, rows)
