"""Which source columns a model relies on: how much a metric falls when one column is shuffled before any step of the recipe."""

from __future__ import annotations

import numpy as np

from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Job
from mlops_desktop.engine.evaluation.results import ColumnImportance, Importance
from mlops_desktop.engine.metrics import score
from mlops_desktop.serving.frame import DATE, NUMBER, Floats, Frame, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.scorer import Scorer

MOST_ROWS = 5_000


def permutation_importance(
    scorer: Scorer, frame: Frame, target: Target, metric: str, repeats: int, seed: int, job: Job, weights: Floats | None = None
) -> Importance:
    """The fall of a metric when a column is shuffled (L. Breiman, 2001), for every source column, from the largest fall down.

    `mean` and `std` (over repeats) are in the metric's own unit, positive when the column helps. A column that the model never uses gets
    exactly 0. Rows count by their `weights`. At most 5,000 rows are used, drawn by the seed. Columns with the same information share their
    importance, so each looks less important than it is. ValueError when there are no repeats.
    """
    if repeats < 1:
        raise ValueError("permutation importance needs at least one repeat")
    every = frame.rows
    if every > MOST_ROWS:
        picked = np.sort(np.random.default_rng([seed, 5]).choice(every, MOST_ROWS, replace=False))
        frame, target, weights = frame.take(picked), target.take(picked), None if weights is None else weights[picked]

    def scored(changed: Frame) -> float:
        return score(metric, target, scorer.scores(changed), scorer.positive, scorer.threshold, weights)

    names, used, base = frame.layout.names(), scorer.used_sources, scored(frame)
    columns: list[ColumnImportance] = []
    for place, name in enumerate(names):
        job.step(place / len(names), msg("Importance of “{column}”", column=name))
        falls = np.zeros(1)
        if name in used:
            rng = np.random.default_rng([seed, 6, place])
            shuffled = (_shuffled(frame, name, rng.permutation(frame.rows)) for _ in range(repeats))
            falls = base - np.array([scored(changed) for changed in shuffled])
        defined = bool(np.all(np.isfinite(falls)))
        mean, std = (float(falls.mean()) + 0.0, float(falls.std())) if defined else (None, None)
        columns.append(ColumnImportance(name, mean, std, name in used))
    columns.sort(key=lambda column: (column.mean is None, -(column.mean or 0.0)))
    return Importance(metric, base if np.isfinite(base) else None, frame.rows, every, tuple(columns))


def _shuffled(frame: Frame, name: str, order: Ints) -> Frame:
    """The frame with the cells of one column in another order."""
    kind = frame.layout.kind(name)
    if kind == NUMBER:
        numbers, at = frame.numbers.copy(), frame.layout.number_at([name])[0]
        numbers[:, at] = numbers[order, at]
        return frame.with_blocks(frame.layout, numbers=numbers)
    if kind == DATE:
        dates, at = frame.dates.copy(), frame.layout.date_at([name])[0]
        dates[:, at] = dates[order, at]
        return frame.with_blocks(frame.layout, dates=dates)
    codes, at = frame.codes.copy(), frame.layout.categorical_at([name])[0]
    codes[:, at] = codes[order, at]
    return frame.with_blocks(frame.layout, codes=codes)
