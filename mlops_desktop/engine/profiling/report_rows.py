"""Findings about rows as reports print them: heads of groups between the rows, values that stand once for several rows, marks that repeat
the cell above, and columns that say what the amounts beside them are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import listed, plural_msg, quoted_names
from mlops_desktop.serving.units import CURRENCIES, SIDE_PAIRS, UNITS

GROUP_HEADS = FindingKind("group_heads", "Rows that are headings of groups?")
MERGED_CELLS = FindingKind("merged_cells", "{column} is filled once for several rows")
_FEWEST_HEADS, _MOST_HEADS = 2, 0.5  # of the rows
_LEAST_EMPTY, _MOST_EMPTY = 0.3, 0.1  # cells of such a column, and of all others
_MOST_SHOWN = 3
DITTO = FindingKind("ditto", "Marks for “the same” in {column}?")
_DITTO = frozenset(
    (
        *('"', "''", "″", "〃", "”", "“", "„", ",,", '-"-', "-″-", '- " -', "-''-"),
        *("ditto", "dito", "dto.", "dto", "do.", "idem", "desgl."),
    )
)
MIXED_AMOUNTS = FindingKind("mixed_amounts", "Amounts of several kinds by {column}")
_MOST_KINDS = 12  # levels of a column of currencies, units or signs
_TIME_LEVELS = frozenset(("time", "calendar"))  # “month”, “year” are levels more often than units
_SIGNS = tuple(frozenset((plus.casefold(), minus.casefold())) for plus, minus, _ in SIDE_PAIRS if len(plus) > 1)
_OTHER_SIGNS = (frozenset(("af", "bij")), frozenset(("eingang", "ausgang")))
_SHORT_SIGNS = (frozenset("sh"), frozenset("cd"), frozenset("hd"))
_NAMES_SIGN = re.compile(r"(?i)soll|haben|debit|credit|debet|s ?/ ?h|d ?/ ?c|shkzg|vorzeichen")


def group_heads(seen: Seen) -> Iterator[Finding]:
    """Rows of which the first cell alone is filled, each before others of which all cells are: they name the group below them."""
    frame, columns = seen.frame, seen.table.schema.columns
    if len(columns) < 2 or not columns[0].is_categorical or not frame.rows:
        return
    others = np.all([frame.missing(column.name) for column in columns[1:]], axis=0)
    heads = others & ~frame.missing(columns[0].name)
    at = np.flatnonzero(heads)
    if not _FEWEST_HEADS <= len(at) <= _MOST_HEADS * frame.rows or not heads[0] or heads[-1] or np.diff(at).min() == 1:
        return
    codes, levels = frame.categorical(columns[0].name)
    names = [levels[code] for code in codes[at].tolist()]
    if len(set(names)) < len(names) or (len(columns) == 2 and np.isin(codes[~heads], codes[at]).any()):
        return
    heads_with_rows = zip(names[:_MOST_SHOWN], at.tolist(), strict=False)
    message = msg(
        "{count:,} rows hold nothing but their first cell, such as {shown}: they may be headings of the groups below them.",
        count=len(names),
        shown=listed([msg("“{name}” in row {row:,}", name=name, row=row + 1) for name, row in heads_with_rows]),
    )
    why = msg("A heading is not a row to learn from, and the rows below lack what it says. Write it into a column of its own in the file.")
    yield GROUP_HEADS.finding("warning", "", message, why)


def merged_cells(seen: Seen) -> Iterator[Finding]:
    """First columns that are filled in some rows, each time with another value, while nothing else is empty: merged cells of a report."""
    frame, columns = seen.frame, seen.table.schema.columns
    empty = [frame.missing(column.name) for column in columns]
    for at, column in enumerate(columns[:-1]):
        gaps = empty[at]
        if not frame.rows or gaps.mean() < _LEAST_EMPTY:
            return
        filled = np.flatnonzero(~gaps)
        values = seen.values(column)[filled]
        steps = bool(len(filled) > 1 and (values[1:] != values[:-1]).all())
        rest = [other.mean() for other in empty[at + 1 :]]
        if gaps[0] or not steps or min(rest) > _MOST_EMPTY or len(np.unique(values)) < _FEWEST_HEADS:
            return
        message = msg(
            "“{column}” is filled in {filled:,} of {rows:,} rows, each time with another value; the rows below may belong to it.",
            column=column.name,
            filled=len(filled),
            rows=frame.rows,
        )
        why = msg("Reports write such a value once for several rows. The empty cells count as missing: fill them in the file.")
        yield MERGED_CELLS.finding("warning", column.name, message, why)


def ditto_marks(seen: Seen) -> Iterator[Finding]:
    """Levels that are marks by which people repeat the cell above."""
    for column in seen.table.schema.columns:
        if not column.is_categorical:
            continue
        codes, levels = seen.frame.categorical(column.name)
        marks = [at for at, level in enumerate(levels) if level.casefold() in _DITTO]
        if not marks or len(marks) == len(levels):
            continue
        message = plural_msg(
            int(np.isin(codes, marks).sum()),
            "1 cell of “{column}” holds {shown}, which may repeat the cell above; it was read as a value of its own.",
            "{n} cells of “{column}” hold {shown}, which may repeat the cell above; they were read as a value of their own.",
            column=column.name,
            shown=quoted_names([levels[at] for at in marks[:_MOST_SHOWN]]),
        )
        why = msg("Such rows have several values, and a model takes them for one. Write the value into each row in the file.")
        yield DITTO.finding("warning", column.name, message, why)


def mixed_amounts(seen: Seen) -> Iterator[Finding]:
    """Columns of currencies, of units, or of debit and credit, which say what the numbers of another column are."""
    if not any(column.is_measured for column in seen.table.schema.columns):
        return
    for column in seen.table.schema.columns:
        if not column.has_levels:
            continue
        levels = seen.frame.categorical(column.name)[1]
        if 2 <= len(levels) <= _MOST_KINDS and (what := _kinds_of_amounts(column.name, levels)):
            shown = quoted_names(levels[:_MOST_SHOWN])
            message = msg("“{column}” holds {what}: {shown}.", column=column.name, what=what, shown=shown)
            why = msg("A number beside them means something else in each, and was read as it stands. Convert the numbers in the file.")
            yield MIXED_AMOUNTS.finding("warning", column.name, message, why)


def _kinds_of_amounts(name: str, levels: Sequence[str]) -> str:
    """What the levels of a column say of amounts; "" when they say nothing."""
    signs = frozenset(level.casefold() for level in levels)
    if signs in _SIGNS or signs in _OTHER_SIGNS or (signs in _SHORT_SIGNS and _NAMES_SIGN.search(name)):
        return msg("the signs of debit and credit")
    if len({CURRENCIES.get(level, "") for level in levels} - {""}) > 1 and all(level in CURRENCIES for level in levels):
        return msg("several currencies")
    kinds = {UNITS[level] for level in levels if level in UNITS}
    several = len(kinds) > 1 and all(level in UNITS for level in levels)
    return msg("several units") if several and not _TIME_LEVELS.intersection(kind for kind, _ in kinds) else ""
