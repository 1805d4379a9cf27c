"""Columns that name something: the rows of a table (identifiers), or what several of its rows belong to (groups)."""

from __future__ import annotations

import re

import numpy as np

from mlops_desktop.engine.data.table import Table
from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, Column

_ID_WORDS = frozenset(("id", "ids", "uuid", "guid", "pid", "identifier", "rowid", "rownames", "rownum", "key"))
_CAMEL = re.compile(r"(?<=[a-z0-9äöüß])(?=[A-ZÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[^0-9a-zäöüßéè]+")
_PEOPLE = (
    r"patient(?:en|in)?|subject|participant|respondent|proband(?:en|in)?|customer|client|user|member|student|pupil|employee|driver|tenant"
    r"|kunde|kunden|teilnehmer|mitglied|mitglieder|mitglieds|schüler|schueler|mitarbeiter"
)
_FURTHER = (
    r"person|people|personal|animal|household|family|account|contract|policy|loan|order|invoice|basket|session|device|machine|vehicle|engine"
    r"|unit|vertrag|vertrags|konto|haushalt|haushalts|familien|versicherten|versicherungs|bestell|auftrags|rechnungs|geräte|maschinen"
)
_SUFFIX = r"id|ids|no|nr|num|nbr|number|nummer|code|key|ref|kennung|uuid|guid"
_PERSON = re.compile(rf"(?:.*_)?(?:{_PEOPLE})(?:_?(?:{_SUFFIX}))?")
_NUMBERED = re.compile(rf"(?:.*_)?(?:{_PEOPLE}|{_FURTHER})_?(?:{_SUFFIX})")
_FEWEST, _FEWEST_PEOPLE = 20, 10  # distinct values from which a repeating identifier is a group
_FEWEST_EVEN, _MOST_EVEN = 3, 5  # distinct values where all have equally many rows, and most of these
_LEAST_SHARE = 0.2  # distinct values per row from which the column of a name other than a person's is one
_LEAST_REPEATS = 1.2  # mean rows of a group
_LEAST_NUMBERED = 20  # rows from which numbers that count them are no chance
_RISING, _USUAL = 0.99, 0.5  # share of the steps that rise (or fall), and that are the most frequent one, in numbers of the rows


def snake_name(name: str) -> str:
    """A name in lower case with “_” between its parts: “customerID” is “customer_id”."""
    return _SEPARATORS.sub("_", _CAMEL.sub("_", name.strip()).casefold().replace("ß", "ss")).strip("_")


def has_id_name(name: str) -> bool:
    """Whether a column is named like an identifier: “customerID”, “order_id”, “PID”, “Kundennummer”; not “heat_index”."""
    plain = snake_name(name)
    return plain.rpartition("_")[2] in _ID_WORDS or _NUMBERED.fullmatch(plain) is not None


def names_people(name: str) -> bool:
    """Whether a column is named like an identifier of people, with or without a word for identifiers: “patient”, “user_id”."""
    return _PERSON.fullmatch(snake_name(name)) is not None


def may_identify(name: str, rows: int, distinct: int) -> bool:
    """Whether so many values in so many rows may be an identifier by `identifies_rows`: unique ones, or any under the name of one."""
    return distinct == rows or has_id_name(name)


def identifies_rows(name: str, values: Floats) -> str:
    """Why whole numbers, one for each row and NaN where missing, are an identifier; empty when they are none.

    Unique values make one: a count of the rows, or values under the name of an identifier. An index, which can be a measure as well, must
    rise from row to row. Values that repeat, such as the number of a customer with several orders, are one by their name and their number.
    """
    there = values[np.isfinite(values)]
    rows, distinct = len(there), len(np.unique(there))
    if not rows:
        return ""
    unique = distinct == rows
    if counts_rows(there):
        return msg("counts the rows")
    rising = snake_name(name).rpartition("_")[2] == "index" and unique and rows >= 2 and bool((np.diff(there) > 0).all())
    named = has_id_name(name) and ((unique and rows >= 2) or (distinct >= _FEWEST and distinct >= _LEAST_SHARE * rows))
    if not (rising or named):
        return ""
    return msg("has {distinct:,} values in {rows:,} rows and is named like an identifier", distinct=distinct, rows=rows)


def counts_rows(values: Floats) -> bool:
    """Whether whole numbers are those from 0 or 1 on, each of them once, in any order."""
    rows = len(values)
    if rows < _LEAST_NUMBERED or len(np.unique(values)) < rows:
        return False
    return float(values.max() - values.min()) == rows - 1 and bool(values.min() in (0, 1))


def follows_rows(values: Floats) -> bool:
    """Whether numbers, one for each row, are whole and rise (or fall) from row to row, in most steps by the same: they follow the place of
    the row in its file.
    """
    steps = np.diff(values)
    if len(values) < _LEAST_NUMBERED or not np.isfinite(values).all() or (values % 1 != 0).any() or (steps == 0).any():
        return False
    same = int(np.unique(steps, return_counts=True)[1].max())
    return max(float(np.mean(steps > 0)), float(np.mean(steps < 0))) >= _RISING and same >= _USUAL * len(steps)


def group_column(table: Table, target: str = "") -> tuple[str, str] | None:
    """The column that says which rows belong together, such as all those of a patient, and the reason; None when there is none.

    It is named like an identifier, and its values repeat. Of several, people come first, then the column of the fewest values.
    """
    found = []
    for column in table.schema.columns:
        if column.name != target and (counts := _group_counts(table, column)) is not None:
            people = names_people(column.name)
            rows, distinct = int(counts.sum()), len(counts)
            fewest = _FEWEST_EVEN if _are_even(counts) else _FEWEST_PEOPLE if people else _FEWEST
            if distinct >= fewest and (people or distinct >= _LEAST_SHARE * rows):
                found.append((not people, distinct, column.name, rows))
    if not found:
        return None
    _, distinct, name, rows = min(found)
    reason = msg(
        "“{column}” has {distinct:,} values in {rows:,} rows: several rows belong to one of them, so they stay on one side of the split.",
        column=name,
        distinct=distinct,
        rows=rows,
    )
    return name, reason


def _are_even(counts: Ints) -> bool:
    """Whether every value is in the same number of rows, few of them, as in a design of pairs or of repeated visits."""
    return len(counts) > 0 and 2 <= int(counts[0]) <= _MOST_EVEN and bool((counts == counts[0]).all())


def _group_counts(table: Table, column: Column) -> Ints | None:
    """How many rows each value has in a column that may name what rows belong to; None for any other column."""
    if column.type not in (*CATEGORICAL_TYPES, "integer") or column.type == "ordered":
        return None
    if not (has_id_name(column.name) or names_people(column.name)):
        return None
    if column.type == "integer":
        values = table.frame.number(column.name)
        _, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    else:
        codes, levels = table.frame.categorical(column.name)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        counts = counts[counts > 0]
        if not has_id_name(column.name) and not all(any(c.isdigit() for c in level) for level in levels):
            return None  # “subject” may hold school subjects; a patient's code has digits
    repeats = float(counts.sum()) / max(len(counts), 1)
    return counts if repeats >= _LEAST_REPEATS else None


def whole_numbers(table: Table, name: str) -> Floats | None:
    """The values of an identifier as numbers (NaN where missing) when all its cells are whole numbers without zeros in front, else None."""
    codes, levels = table.frame.categorical(name)
    if not levels or not all(re.fullmatch("-?(?:0|[1-9][0-9]{0,14})", level) for level in levels):
        return None
    there: Bools = codes >= 0
    return np.where(there, np.array([float(level) for level in levels])[codes], np.nan)
