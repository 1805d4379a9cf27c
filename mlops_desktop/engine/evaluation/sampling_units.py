"""What is drawn as a whole when chance is measured: single rows, whole groups, or blocks of time; and the jackknife over them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.families import Dataset
from mlops_desktop.base.metric import Statistic
from mlops_desktop.engine.data import time_blocks
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.serving.frame import Bools, Floats, Ints

TIME_BLOCKS = 20
ROWS_OF_BLOCK = 10
FEWEST_BLOCKS, FEWEST_OF_BLOCK = 10, 3  # of few rows: as many blocks as an interval needs, of no fewer rows
LEAST_MOMENTS, MOST_ALONG = 10, 0.98
MOST_UNITS = 1000
LEAST_PARTS = 200
WORK = 40_000_000  # rows x units x classes; larger tables are left out in fewer parts, down to LEAST_PARTS
BLOCK = 60_000  # cells of weights at a time: half a megabyte, which a processor's cache holds


@dataclass(frozen=True, eq=False)
class Units:
    """`of_row` (rows,) intp is the unit of each row, from 0 to `count` - 1; of blocks of time, `moment` (rows,) intp is the rank of the
    time of each row.
    """

    kind: Literal["rows", "groups", "time"]
    of_row: Ints
    count: int
    moment: Ints | None = None

    def holding(self, rows: Bools) -> int:
        """How many units hold at least one of the rows that are marked, (rows,) bool."""
        return len(np.unique(self.of_row[rows]))

    def take(self, rows: Ints) -> Units:
        """The units that hold some of the rows (each at most once), for these rows alone."""
        if self.kind == "rows":
            return row_units(len(rows))
        distinct, of_row = np.unique(self.of_row[rows], return_inverse=True)
        return Units(self.kind, of_row.astype(np.intp), len(distinct), None if self.moment is None else _ranks(self.moment[rows]))

    def parts(self, classes: int, seed: int, most: int = MOST_UNITS) -> Units:
        """These units, or random parts of them of equal size where there are too many to leave out one by one."""
        most = min(most, max(LEAST_PARTS, WORK // max(len(self.of_row) * max(classes, 1), 1)))
        if self.count <= most:
            return self
        part = np.random.default_rng([seed, 3]).permutation(np.arange(self.count) % most)
        return Units(self.kind, part[self.of_row], most)

    def correlation_in_time(self, values: Floats) -> float:
        """The correlation of values (rows,) at adjacent moments, 0 where there is none that lifts the error of their mean; of rows of one
        moment their mean counts. The estimate of few moments is too low, which is made up for (Marriott and Pope, 1954).
        """
        if self.moment is None or self.moments < LEAST_MOMENTS:
            return 0.0
        rows = np.bincount(self.moment, minlength=self.moments)
        series = np.bincount(self.moment, weights=values - values.mean(), minlength=self.moments) / rows
        squares = float(series @ series)
        if not squares > 0:
            return 0.0
        along = float(series[1:] @ series[:-1]) / squares
        return min(max(0.0, along + (1 + 3 * along) / self.moments), MOST_ALONG) if along > 0 else 0.0

    @property
    def moments(self) -> int:
        """The number of distinct times of blocks of time; 0 of other units."""
        return 0 if self.moment is None else int(self.moment.max(initial=-1)) + 1

    def independent_moments(self, values: Floats) -> float:
        """The number of independent moments with as much information on the mean of values (rows,), by an autoregressive process of order
        one.
        """
        along = self.correlation_in_time(values)
        return self.moments * (1 - along) / (1 + along)

    def hidden_variance(self, values: Floats, followed: Floats) -> float:
        """By how much the variance of the mean of values (rows,) exceeds the one that the blocks of time show, at least 1: neighbouring
        blocks are alike where values follow each other for long.

        Values correlate at adjacent moments, and at further ones less by the correlation of what is `followed` (rows,): a decision at a
        threshold shows little of a score that lasts. This is an ARMA(1, 1) process, whose blocks have a known variance.
        """
        along = self.correlation_in_time(values)
        if not along:
            return 1.0
        lasting = max(along, self.correlation_in_time(followed))
        along = min(along + math.sqrt((1 - along**2) / self.moments) / 2, lasting)  # a little more than estimated: it may as well be so
        length = self.moments / self.count
        whole = length * (1 + 2 * along / (1 - lasting))
        return float(whole / (whole - 2 * along * (1 - lasting**length) / (1 - lasting) ** 2))

    def sums(self, values: Floats) -> Floats:
        """The sum of (rows,) values in each unit, (count,)."""
        return np.bincount(self.of_row, weights=values, minlength=self.count).astype(np.float64)


def effective_rows(weights: Floats) -> float:
    """The effective sample size (Kish, 1965): the squared sum over the sum of squares; 0 when all are 0."""
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def row_units(rows: int) -> Units:
    """Every row by itself."""
    return Units("rows", np.arange(rows), rows)


def group_units(group: Ints) -> Units:
    """Whole groups by their codes (rows,); -1 is a group of its own."""
    alone = np.where(group < 0, group.max(initial=0) + 1 + np.arange(len(group)), group)
    distinct, of_row = np.unique(alone, return_inverse=True)
    return Units("groups", of_row.astype(np.intp), len(distinct))


def time_units(time: NDArray[np.generic]) -> Units:
    """Blocks of adjacent times (rows,), about equal in rows: 20, or as many as have 10 rows, or 10 of 3 rows or more. Rows of one moment
    are in one block.
    """
    rows = len(time)
    blocks = max(1, min(TIME_BLOCKS, max(rows // ROWS_OF_BLOCK, min(FEWEST_BLOCKS, rows // FEWEST_OF_BLOCK))))
    of_row = time_blocks(time, blocks)
    return Units("time", of_row, int(of_row.max(initial=-1)) + 1, _ranks(time))


def _ranks(time: NDArray[np.generic]) -> Ints:
    ranks: Ints = np.unique(time, return_inverse=True)[1].astype(np.intp)
    return ranks


def units_of(pipeline: Pipeline, rows: Dataset) -> Units:
    """What intervals are drawn over: whole groups where a column names them, blocks of time where the split goes by time, else rows."""
    if rows.groups is not None:
        return group_units(rows.groups)
    if rows.time is not None and pipeline.project.split.by_time:
        return time_units(rows.time)
    return row_units(rows.frame.rows)


def leave_one_out(statistic: Statistic, units: Units) -> Floats:
    """The statistic without each of the units in turn, (count,)."""
    return np.concatenate([np.empty(0), *(statistic(weights) for weights in _left_out(units))])


def _left_out(units: Units) -> Iterator[Floats]:
    rows = len(units.of_row)
    size = max(1, BLOCK // max(rows, 1))
    for start in range(0, units.count, size):
        here = np.arange(start, min(start + size, units.count))
        yield (units.of_row != here[:, None]).astype(np.float64)
