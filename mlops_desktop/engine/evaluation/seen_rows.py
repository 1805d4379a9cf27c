"""Recognises the rows of a file that the model was trained on, by their values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.engine.data import numbered_hashes, value_hashes
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.serving.frame import Bools, Frame

BY_CHANCE = 2.0  # so many times the share of held-out rows that are equal to a training row
LEAST_SHARE = 0.01
OFTEN = 0.25  # from this share on rows are equal so often that their numbers are compared
DRAWS = 100  # of new rows, by which the shares that chance leads to are found
RARE = 0.95  # the quantile of these shares beyond which chance is no explanation

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class SeenRows:
    """`rows` (rows,) bool are those that a model was trained on; none of them where no more are equal to training rows than new rows are.

    With `is_known` False that would be so of any rows: nothing is known of them.
    """

    rows: Bools
    is_known: bool = True


def seen_rows(pipeline: Pipeline, frame: Frame, names: Collection[str]) -> SeenRows:
    """Which rows of a frame with the columns of the project's table are equal in the columns `names` to rows that the deployed model was
    trained on.
    """
    table = pipeline.table.frame
    shared = [name for name in table.layout.names() if name in names]
    return recognised_rows(pipeline, value_hashes(table, shared), value_hashes(frame, shared))


def rows_trained_on(pipeline: Pipeline, frame: Frame, names: Collection[str]) -> int:
    """How many rows of such a frame the deployed model was trained on, as far as their values show it."""
    return int(np.count_nonzero(seen_rows(pipeline, frame, names).rows))


def recognised_rows(pipeline: Pipeline, table: Hashes, rows: Hashes) -> SeenRows:
    """As `seen_rows`, for the hashes of the rows of the project's table and of the rows in question (`value_hashes`)."""
    train, test = table[pipeline.train_rows], table[pipeline.test_rows]
    trained_on = np.concatenate([train, test]) if pipeline.project.refit == "all" else train
    found: Bools = np.isin(rows, trained_on)
    chance = float(np.isin(test, train).mean()) if len(test) else 0.0
    limit = max(LEAST_SHARE, BY_CHANCE * chance)
    if chance >= OFTEN:
        found = np.isin(numbered_hashes(rows), numbered_hashes(trained_on))
        limit = _limit(len(rows), trained_on, chance)
    seen = len(rows) > 0 and found.mean() > limit
    return SeenRows(found if seen else np.zeros(len(rows), dtype=bool), limit < 1)


def _limit(rows: int, trained_on: Hashes, chance: float) -> float:
    """The share of rows found among the training rows, each of these once, that is not due to chance: at a distance beyond the high shares
    in draws of new rows, each equal to a training row with probability `chance`. 1 where such draws are found as a whole.
    """
    _, counts = np.unique(trained_on, return_counts=True)
    draw = np.random.default_rng(0)
    equal = draw.binomial(rows, chance, DRAWS)
    shares = np.array([np.minimum(draw.multinomial(some, counts / len(trained_on)), counts).sum() for some in equal]) / max(rows, 1)
    highest = float(np.quantile(shares, RARE))
    return max(highest, min(BY_CHANCE * float(shares.mean()), (1 + highest) / 2))
