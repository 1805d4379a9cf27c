"""Golden rows: synthetic inputs that find a wrong answer where random rows would not. No training row is among them (DESIGN, rule 12).

They are made from the schema alone (typical values, ends and quarters of ranges, frequent levels, missing values, unknown levels, extremes,
texts that lower-case oddly) and from the model's split thresholds: values of number columns just on either side of where the answer jumps.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from mlops_desktop.serving.dates import DAY, date_text, is_time_of_day
from mlops_desktop.serving.explain import typical_frame
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer

Row = dict[str, object]


class _Split(NamedTuple):
    """A split of a model: the source column, the matrix (by position among the scorer's inputs) and its feature, and the threshold."""

    column: str
    matrix: int
    feature: int
    threshold: float


LEAST, MOST = 50, 400
MIXED = 60  # rows that draw every column anew
GROUPS = 20  # wide tables change several columns at once
THRESHOLDS = 32  # split thresholds that are sought, two to four rows each
BISECTIONS = 80  # enough to halve any float64 range down to neighbours
ODD_TEXTS = ("İstanbul", "ΟΔΟΣ", "STRASSE straße", "unknown level", "  blanks around  ", "e\u0301clair")
_EXTREME = 1e30
_EXACT = 2**53


def golden_rows(schema: Schema, scorer: Scorer, rng: np.random.Generator) -> list[Row]:
    """From 50 to 400 rows as JSON values, every one accepted by the schema; the same generator state gives the same rows."""
    rows: list[Row] = [typical_row(schema)]
    rows += _single_changes(schema)
    rows += _missing(schema)
    rows += _known_texts(schema, scorer, rng)
    rows += _mixed(schema, rng, MIXED)
    rows += _boundaries(schema, scorer, rng)
    distinct = list({json.dumps(row, sort_keys=True): row for row in rows}.values())
    good = _answered(scorer, _accepted(schema, distinct))
    if len(good) > MOST:  # the typical row and the boundaries stay
        boundary = min(4 * THRESHOLDS, MOST // 2)
        middle = good[1:-boundary]
        keep = sorted(rng.choice(len(middle), MOST - 1 - boundary, replace=False).tolist())
        good = [good[0], *(middle[i] for i in keep), *good[-boundary:]]
    while len(good) < LEAST:  # a table of one yes/no column has no fifty different rows
        good += _answered(scorer, _accepted(schema, _mixed(schema, rng, LEAST))) or good
    return good[: max(MOST, LEAST)]


def typical_row(schema: Schema) -> Row:
    """Every column at its typical value; missing where none is known and missing is allowed."""
    return {column.name: _typical(column) for column in schema.columns}


def _accepted(schema: Schema, rows: Sequence[Row]) -> list[Row]:
    refused = {problem.row for problem in schema.from_rows(rows).errors}
    return [row for i, row in enumerate(rows) if i not in refused]


def _answered(scorer: Scorer, rows: list[Row]) -> list[Row]:
    """Rows with a finite answer: a model without a step for missing values has none where one is missing, and the service says so."""
    if not rows:
        return rows
    scores = scorer.scores(scorer.schema.from_rows(rows).frame)
    finite: list[bool] = np.all(np.isfinite(scores.reshape(len(rows), -1)), axis=1).tolist()
    return [row for row, there in zip(rows, finite, strict=True) if there]


def _typical(column: Column) -> Any:
    if column.typical is not None or column.nullable:
        return column.typical
    return next(iter(_known(column)), None)


def _known(column: Column) -> list[Any]:
    """Values inside what training saw: ends, quarters, levels."""
    if column.type == "boolean":
        return [False, True]
    if column.is_categorical:
        return list(column.levels) or ["text"]
    low = float(column.low) if column.low is not None else 0.0
    high = float(column.high) if column.high is not None else low + 1.0
    return [_sent(column, value) for value in np.linspace(low, high, 5).tolist()]


def _odd(column: Column) -> list[Any]:
    """Values far outside, and what readers trip over."""
    if column.type == "boolean":
        return [0, 1, *column.grammar.true[:1], *column.grammar.false[:1]]
    if column.is_date:
        return [] if is_time_of_day(column.grammar.date) else [_sent(column, day * DAY) for day in (-25_567, 0, 19_782, 47_846)]
    if column.type == "integer":
        return [-_EXACT, -1, 0, _EXACT]
    if column.type == "number":
        return [-_EXTREME, -1.0, 0.0, 1e-300, _EXTREME]
    return list(ODD_TEXTS)


def _sent(column: Column, value: float) -> Any:
    """A number as the JSON value of a column."""
    if column.is_date:
        whole = value if column.grammar.zone or is_time_of_day(column.grammar.date) else value // DAY * DAY
        return date_text(int(whole // 1_000_000 * 1_000_000), column.grammar.date, column.grammar.zone)
    return round(value) if column.type == "integer" else value


def _groups(columns: Sequence[Column]) -> Iterator[Sequence[Column]]:
    size = max(1, math.ceil(len(columns) / GROUPS))
    for start in range(0, len(columns), size):
        yield columns[start : start + size]


def _single_changes(schema: Schema) -> list[Row]:
    """The typical row with each column (each group of columns in a wide table) at each of its known and odd values."""
    usual, rows = typical_row(schema), []
    for group in _groups(schema.columns):
        values = {column.name: [*_known(column)[:8], *_odd(column)] for column in group}
        for i in range(max(map(len, values.values()))):
            rows.append({**usual, **{name: tried[i % len(tried)] for name, tried in values.items()}})
    return rows


def _missing(schema: Schema) -> list[Row]:
    usual = typical_row(schema)
    rows = [{**usual, **{column.name: None for column in group if column.nullable}} for group in _groups(schema.columns)]
    return [*rows, {column.name: None if column.nullable else usual[column.name] for column in schema.columns}]


def _known_texts(schema: Schema, scorer: Scorer, rng: np.random.Generator) -> list[Row]:
    """Texts made of the terms in the vocabularies of the transforms, with odd spellings among them."""
    transforms = [*scorer.transforms, *(transform for one in scorer.inputs for transform in one.transforms)]
    known = sorted({term for transform in transforms for term in _vocabulary(transform)})
    texts = [column for column in schema.columns if column.is_free_text]
    if not texts:
        return []
    usual, rows = typical_row(schema), []
    for length in (1, 3, 8, 20, 60):
        drawn = rng.choice(known, length).tolist() if known else []
        text = " ".join([*drawn, ODD_TEXTS[length % len(ODD_TEXTS)]])
        rows += [{**usual, column.name: form} for column in texts for form in (text, text.upper(), text.title())]
    return rows


def _vocabulary(transform: Any) -> Iterator[str]:
    for field in dataclasses.fields(transform):
        if field.name in ("vocabulary", "terms"):
            yield from _strings(getattr(transform, field.name))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list, dict)):
        for item in value:
            yield from _strings(item)


def _mixed(schema: Schema, rng: np.random.Generator, count: int) -> list[Row]:
    """Rows in which every column is drawn: mostly known values, also values in between, odd ones and missing ones."""
    choices = [(column, _known(column), _odd(column)) for column in schema.columns]

    def draw(column: Column, known: list[Any], odd: list[Any]) -> Any:
        luck = rng.random()
        if luck < 0.06 and column.nullable:
            return None
        if luck < 0.1 and odd:
            return odd[int(rng.integers(len(odd)))]
        if luck < 0.5 and column.is_measured and column.low is not None and column.high is not None:
            return _sent(column, float(rng.uniform(column.low, column.high)))
        return known[int(rng.integers(len(known)))]

    return [{column.name: draw(column, known, odd) for column, known, odd in choices} for _ in range(count)]


def _boundaries(schema: Schema, scorer: Scorer, rng: np.random.Generator) -> list[Row]:
    """Rows whose number columns lie on a split threshold, to the last bit, and one float32 step to either side.

    Found without knowing the transforms: the matrix value of a feature that comes from one number column is bisected over that column.
    """
    sought = _sought(schema, scorer, rng)
    if not sought:
        return []
    columns = {column.name: column for column in schema.columns}
    rows = []
    for name, below, above in _bisect(scorer, sought, columns):
        column = columns[name]
        if column.type == "integer":
            values: list[Any] = [round(below), round(above)]
        else:
            down, up = np.nextafter(np.float32(below), np.float32(-np.inf)), np.nextafter(np.float32(above), np.float32(np.inf))
            values = [below, above, float(down), float(up)]
        base = _accepted(schema, _mixed(schema, rng, 4)) or [typical_row(schema)]
        rows += [{**base[i % len(base)], name: value} for i, value in enumerate(values)]
    return rows


def _sought(schema: Schema, scorer: Scorer, rng: np.random.Generator) -> list[_Split]:
    """A sample of the splits on features that are made of one number column alone."""
    numbers = {column.name for column in schema.columns if column.is_measured}
    found = []
    for position, one in enumerate(scorer.inputs):
        names = one.layout.names()
        for feature, thresholds in one.thresholds().items():
            source = one.layout.source(names[feature])
            if len(source) == 1 and source[0] in numbers:
                found += [_Split(source[0], position, feature, float(threshold)) for threshold in thresholds]
    chosen = rng.permutation(len(found))[:THRESHOLDS].tolist()
    return [found[i] for i in sorted(chosen)]


def _bisect(scorer: Scorer, sought: list[_Split], columns: dict[str, Column]) -> Iterator[tuple[str, float, float]]:
    """(column, the largest value on the one side, the next value on the other side) for each threshold that the column's range crosses."""
    limits = np.array([split.threshold for split in sought])
    whole = np.array([columns[split.column].type == "integer" for split in sought])
    usual = typical_frame(scorer).take(np.zeros(len(sought), dtype=np.intp))
    at: Ints = usual.layout.number_at([split.column for split in sought])

    def goes_left(values: Floats) -> Ints:
        numbers = usual.numbers.copy()
        numbers[np.arange(len(sought)), at] = values
        with np.errstate(all="ignore"):
            dense = [matrix.to_dense() for matrix in scorer.matrices(usual.with_blocks(usual.layout, numbers=numbers))]
            cells = np.array([dense[split.matrix][i, split.feature] for i, split in enumerate(sought)])
        return np.where(np.isnan(cells), -1, cells <= limits).astype(np.intp)

    ends = [(columns[split.column].low, columns[split.column].high) for split in sought]
    low = np.array([0.0 if a is None else float(a) for a, _ in ends])
    high = np.array([1.0 if b is None else float(b) for _, b in ends])
    low, high = np.floor(low - 1), np.ceil(high + 1)
    left, right = goes_left(low), goes_left(high)
    crossed = (left != right) & (left >= 0) & (right >= 0)
    for _ in range(BISECTIONS):
        middle = low + (high - low) / 2
        middle = np.where(whole, np.floor(middle), middle)
        same = goes_left(middle) == left
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    for split, a, b, there in zip(sought, low.tolist(), high.tolist(), crossed.tolist(), strict=True):
        if there:
            yield split.column, a, b
