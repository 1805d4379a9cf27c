"""Explanations of a prediction: Shapley values per source column, and what-if curves of one column.

The baseline is the schema's synthetic typical row. Shapley values are exact for up to 8 differing columns (Shapley 1953); for more, they
are sampled over random permutations of a fixed seed, each with its reverse (antithetic sampling; Mitchell et al. 2022). Contributions add
up to `score(row) - score(typical)`. A column that the model never uses gets exactly 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dates import DAY, date_reader, date_text
from .deadline import check_deadline
from .errors import UserError
from .frame import MISSING_DATE, Bools, Csr, Floats, Frame, Ints, Matrix
from .message import msg
from .scorer import Scorer

MAX_EXACT_COLUMNS = 8  # differing columns; 2**8 rows to score
SAMPLED_ROWS = 1000  # scored for one sampled explanation
MIN_PAIRS, MAX_PAIRS = 6, 32
SEED = 20_240_521
MAX_CURVE_LEVELS = 40
SECOND = 1_000_000  # microseconds


@dataclass(frozen=True)
class Contribution:
    """The contribution of one source column to the score."""

    field: str
    contribution: float


@dataclass(frozen=True)
class Explanation:
    """`base` (the typical row's score) plus all contributions is `answer` (this row's), to 1e-9.

    The score is the probability of `about` (the positive class of a binary task, else the most probable class) or, for a task without
    classes (`about` None), the value itself. Contributions are sorted, the largest first; every column of the schema is there once.
    """

    base: float
    answer: float
    about: int | None
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True)
class Curve:
    """The score of one row for other values of one column: `values` as JSON values of a request, `scores` in the same order."""

    field: str
    kind: str  # number, integer, boolean, date, level
    about: int | None
    values: tuple[float | int | str | bool, ...]
    scores: tuple[float, ...]


def typical_frame(scorer: Scorer) -> Frame:
    """The schema's synthetic typical row as a frame of one row; missing where no typical value is known."""
    layout = scorer.schema.layout()
    columns = {column.name: column for column in scorer.schema.columns}

    def number(name: str) -> float:
        typical = columns[name].typical
        return float(typical) if isinstance(typical, (bool, int, float)) else math.nan

    def date(name: str) -> int:
        typical = columns[name].typical
        return date_reader(columns[name].grammar)(typical) if isinstance(typical, str) else MISSING_DATE

    levels = [columns[name].typical for name in layout.categoricals]
    return Frame(
        layout,
        1,
        np.array([[number(name) for name in layout.numbers]], dtype=np.float64).reshape(1, -1),
        np.array([[-1 if level is None else 0 for level in levels]], dtype=np.intp).reshape(1, -1),
        tuple([] if level is None else [str(level)] for level in levels),
        np.array([[date(name) for name in layout.dates]], dtype=np.int64).reshape(1, -1),
    )


def explain(scorer: Scorer, frame: Frame) -> list[Explanation]:
    """The explanation of each row of a frame of the schema's layout. One row costs about as much as scoring 1,000 rows."""
    typical = typical_frame(scorer)
    with np.errstate(invalid="ignore"):  # an infinite score stays infinite in the explanation
        return [_explain_row(scorer, typical, frame, row) for row in range(frame.rows)]


def _explain_row(scorer: Scorer, typical: Frame, frame: Frame, row: int) -> Explanation:
    check_deadline()
    both = _pair(typical, frame, row)
    used = scorer.used_sources
    names = [column.name for column in scorer.schema.columns]
    players = [name for name in names if name in used and _differs(both, name)]
    exact = len(players) <= MAX_EXACT_COLUMNS
    masks = _all_subsets(len(players)) if exact else _permutations(len(players))
    scores = _distinct_scores(scorer, _mix(both, players, masks))
    own = scores[-1:] if exact else scores[len(players) : len(players) + 1]
    which = scorer.prediction_spec.explained_class(own, scorer.positive)
    values = scorer.prediction_spec.output(scores, which)
    shares = _shapley(values, len(players)) if exact else _sampled(values, masks, len(players))
    answer = float(values[-1] if exact else values[len(players)])
    by_name = dict(zip(players, shares.tolist(), strict=True))
    found = [Contribution(name, by_name.get(name, 0.0) + 0.0) for name in names]
    return Explanation(float(values[0]), answer, which, tuple(sorted(found, key=lambda one: -abs(one.contribution))))


def _pair(typical: Frame, frame: Frame, row: int) -> Frame:
    """Two rows, the typical one and the row to explain, with shared levels."""
    levels: list[Sequence[str]] = []
    codes = np.full((2, len(frame.levels)), -1, dtype=np.intp)
    for j, (own, typical_levels) in enumerate(zip(frame.levels, typical.levels, strict=True)):
        texts = [typical_levels[0] if len(typical_levels) else None, own[frame.codes[row, j]] if frame.codes[row, j] >= 0 else None]
        distinct = list(dict.fromkeys(text for text in texts if text is not None))
        codes[:, j] = [-1 if text is None else distinct.index(text) for text in texts]
        levels.append(distinct)
    numbers = np.vstack([typical.numbers, frame.numbers[row : row + 1]])
    return Frame(frame.layout, 2, numbers, codes, tuple(levels), np.vstack([typical.dates, frame.dates[row : row + 1]]))


def _differs(both: Frame, name: str) -> bool:
    kind = both.layout.kind(name)
    if kind == "number":
        first, second = both.number(name).tolist()
        return bool(first != second and not (math.isnan(first) and math.isnan(second)))
    values = both.categorical(name)[0] if kind == "categorical" else both.date(name)
    return bool(values[0] != values[1])


def _mix(both: Frame, players: Sequence[str], masks: Bools) -> Frame:
    """One row for each mask (rows, players): the players of the mask from the second row of `both`, all else from the first."""
    layout = both.layout

    def block(values: NDArray[Any], names: Sequence[str]) -> NDArray[Any]:
        place = {name: i for i, name in enumerate(names)}
        chosen = np.zeros((len(masks), len(names)), dtype=bool)
        for j, name in enumerate(players):
            if name in place:
                chosen[:, place[name]] = masks[:, j]
        mixed: NDArray[Any] = np.where(chosen, values[1], values[0])
        return mixed

    numbers, codes, dates = block(both.numbers, layout.numbers), block(both.codes, layout.categoricals), block(both.dates, layout.dates)
    return Frame(layout, len(masks), numbers, codes, both.levels, dates)


def _distinct_scores(scorer: Scorer, frame: Frame) -> Floats:
    """The scores of a frame, with rows that are equal in all used features scored once.

    So rows that the models cannot distinguish have bit-identical scores, whatever the order of floating-point sums.
    """
    matrices = [mask_unused(matrix, one.used) for matrix, one in zip(scorer.matrices(frame), scorer.inputs, strict=True)]
    positions: dict[tuple[bytes, ...], int] = {}
    first: list[int] = []
    inverse = np.empty(frame.rows, dtype=np.intp)
    for i, key in enumerate(zip(*map(_row_keys, matrices), strict=True)):
        inverse[i] = positions.setdefault(key, len(positions))
        if len(positions) > len(first):
            first.append(i)
    distinct = np.array(first, dtype=np.intp)
    scores: Floats = scorer.scores_of([matrix.take(distinct) for matrix in matrices])[inverse]
    return scores


def mask_unused(matrix: Matrix, used: Bools) -> Matrix:
    """The matrix with 0 in every feature that cannot change a score."""
    if matrix.dense is not None:
        return Matrix(matrix.names, np.where(used, matrix.dense, 0.0), None, matrix.category_codes)
    csr = matrix.csr
    assert csr is not None
    stay = used[csr.indices]
    counts = np.bincount(csr.row_of()[stay], minlength=csr.rows)
    kept = Csr(np.concatenate(([0], np.cumsum(counts))), csr.indices[stay], csr.data[stay], csr.width)
    return Matrix(matrix.names, None, kept, matrix.category_codes)


def _row_keys(matrix: Matrix) -> list[bytes]:
    if matrix.dense is not None:
        return [row.tobytes() for row in np.ascontiguousarray(matrix.dense + 0.0)]  # + 0.0: -0.0 is 0.0
    csr = matrix.csr
    assert csr is not None
    ends = csr.indptr.tolist()
    return [csr.indices[a:b].tobytes() + csr.data[a:b].tobytes() for a, b in pairwise(ends)]


def _all_subsets(players: int) -> Bools:
    """(2**players, players) bool: row s is the subset of the bits of s, so the first row is empty and the last one full."""
    numbers = np.arange(2**players)
    subsets: Bools = (numbers[:, None] >> np.arange(players)) & 1 == 1
    return subsets


def _shapley(values: Floats, players: int) -> Floats:
    """Exact Shapley values from the values of all subsets."""
    size = _all_subsets(players).sum(axis=1)
    weight = np.array([math.factorial(s) * math.factorial(players - s - 1) / math.factorial(players) for s in range(players)] or [1.0])
    out = np.empty(players)
    for j in range(players):
        without = np.flatnonzero((np.arange(len(values)) >> j) & 1 == 0)
        out[j] = np.sum(weight[size[without]] * (values[without | (1 << j)] - values[without]))
    return out


def _permutations(players: int) -> Bools:
    """The masks along random permutations and their reverses, (permutations * (players + 1), players) bool, each from empty to full."""
    pairs = min(MAX_PAIRS, max(MIN_PAIRS, SAMPLED_ROWS // (2 * players)))
    rng = np.random.default_rng(SEED)
    permutations = [one for _ in range(pairs) for one in (lambda p: (p, p[::-1]))(rng.permutation(players))]
    ranks = np.argsort(np.array(permutations), axis=1)
    masks: Bools = ranks[:, None, :] < np.arange(players + 1)[None, :, None]
    return masks.reshape(-1, players)


def _sampled(values: Floats, masks: Bools, players: int) -> Floats:
    """The mean marginal contribution of each player over the permutations of `_permutations`."""
    paths = values.reshape(-1, players + 1)
    steps = np.diff(paths, axis=1)
    flips = masks.reshape(-1, players + 1, players)
    who = np.argmax(flips[:, 1:, :] & ~flips[:, :-1, :], axis=2)
    sums = np.zeros(players)
    np.add.at(sums, who, steps)
    return sums / len(paths)


def what_if(scorer: Scorer, frame: Frame, field: str, points: int = 41) -> Curve:
    """The score of a frame of one row when only `field` changes, over the range or the levels of the training data and its own value.

    UserError when there is no such column, or when nothing is known of its values.
    """
    column = scorer.schema.column(field)
    kind = frame.layout.kind(field)
    which = scorer.prediction_spec.explained_class(scorer.scores(frame), scorer.positive)
    repeated = frame.take(np.zeros(1, dtype=np.intp))
    if kind == "categorical":
        texts = _curve_levels(column.levels, frame.texts(field)[0])
        if not texts:
            raise UserError(msg("“{field}” has no known values to try.", field=field), "Choose a column of numbers, dates or categories.")
        values: list[Any] = list(texts)
        changed = _with_level(repeated, field, texts)
    else:
        cells = _curve_cells(
            column.type, column.low, column.high, float(frame.number(field)[0]) if kind == "number" else _date_cell(frame, field), points
        )
        if not len(cells):
            raise UserError(msg("“{field}” has no known range to try.", field=field), "Choose a column with values in the training data.")
        values = _json_values(column.type, cells, lambda cell: date_text(cell, column.grammar.date, column.grammar.zone))
        changed = _with_cells(repeated, field, kind, cells)
    scores = scorer.scores(changed)
    outputs = scorer.prediction_spec.output(scores, which)
    return Curve(field, "level" if kind == "categorical" else column.type, which, tuple(values), tuple(outputs.tolist()))


def _date_cell(frame: Frame, field: str) -> float:
    cell = int(frame.date(field)[0])
    return math.nan if cell == MISSING_DATE else float(cell)


def _curve_levels(levels: Sequence[str], own: str | None) -> list[str]:
    shown = list(levels[:MAX_CURVE_LEVELS])
    return shown if own is None or own in shown else [*shown, own]


def _curve_cells(type_: str, low: float | None, high: float | None, own: float, points: int) -> Floats:
    if type_ == "boolean":
        return np.array([0.0, 1.0])
    ends = [end for end in (low, high, None if math.isnan(own) else own) if end is not None]
    if not ends:
        return np.empty(0)
    cells = np.linspace(min(ends), max(ends), points)
    if type_ == "integer":
        cells = np.round(cells)
    if type_ == "date":
        step = DAY if cells[-1] - cells[0] > points * DAY else SECOND
        cells = np.round(cells / step) * step
    return np.unique(cells if math.isnan(own) else np.append(cells, own))


def _json_values(type_: str, cells: Floats, date: Any) -> list[Any]:
    if type_ == "boolean":
        return [bool(cell) for cell in cells]
    if type_ == "date":
        return [date(int(cell)) for cell in cells]
    return [int(cell) for cell in cells] if type_ == "integer" else cells.tolist()


def _with_cells(row: Frame, field: str, kind: str, cells: Floats) -> Frame:
    many = row.take(np.zeros(len(cells), dtype=np.intp))
    if kind == "number":
        numbers = many.numbers.copy()
        numbers[:, many.layout.number_at([field])[0]] = cells
        return many.with_blocks(many.layout, numbers=numbers)
    dates = many.dates.copy()
    dates[:, many.layout.date_at([field])[0]] = cells.astype(np.int64)
    return many.with_blocks(many.layout, dates=dates)


def _with_level(row: Frame, field: str, texts: Sequence[str]) -> Frame:
    at: Ints = row.layout.categorical_at([field])
    many = row.take(np.zeros(len(texts), dtype=np.intp))
    codes = many.codes.copy()
    codes[:, at[0]] = np.arange(len(texts))
    levels = (*many.levels[: at[0]], list(texts), *many.levels[at[0] + 1 :])
    return many.with_blocks(many.layout, codes=codes, levels=levels)
