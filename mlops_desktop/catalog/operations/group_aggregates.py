"""Adds aggregates of numbers over the groups of a category."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns
from mlops_desktop.catalog.operations._levels import frequent_levels, min_rows, rows_needed
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.transforms.group_aggregates import GroupAggregates as Transform

_COMPARE = {"value": "", "difference": "minus ", "ratio": "by "}


@dataclass(frozen=True, kw_only=True)
class GroupAggregates(Operation):
    """Adds a statistic of each chosen number over the training rows that share the row's level, such as the mean price of the row's city.

    Missing numbers are passed over; the standard deviation is the sample's. Levels that too few training rows have, unseen levels
    and missing cells get the statistic of all training rows (a count: 0). The target is not examined.
    """

    id: ClassVar[str] = "group_aggregates"
    label: ClassVar[str] = "Group statistics"
    help: ClassVar[str] = "Adds a statistic of a row's group, such as the mean price of its city, learned on the training rows."
    stage: ClassVar[Stage] = "engineer"

    group: tuple[str, ...] = columns(
        "categorical", label="Group", help="The category that defines the groups.", all_when_empty=False, most=1
    )
    columns: tuple[str, ...] = columns("number", help="The numbers to summarise; all when none is chosen.")
    statistic: str = choice(
        "mean",
        {
            "mean": "Mean", "median": "Median", "min": "Minimum", "max": "Maximum", "std": "Standard deviation",
            "count": "Number of rows that have a value",
        },
        "Statistic",
    )  # fmt: skip
    compare: str = choice(
        "value",
        {"value": "The group's value", "difference": "The row's value minus it", "ratio": "The row's value divided by it"},
        "Result",
    )
    min_rows: int | None = min_rows("Minimum rows per group", "Smaller groups get the value of all rows.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        group = self.chosen(frame.layout, "group")
        if not group:
            raise UserError(msg("The step “{label}” has no group.", label=self.label), "Choose the column that defines the groups.")
        chosen = self.numeric_columns(frame.layout)
        kept, _ = frequent_levels(frame, group[0], rows_needed(frame.rows, self.min_rows))
        codes, levels = frame.categorical(group[0])
        order = np.argsort(codes, kind="stable")
        place = {level: i for i, level in enumerate(levels)}
        tables, others = [], []
        for i, name in enumerate(chosen):
            job.step(i / len(chosen), name)
            values = frame.number(name)
            overall = 0.0 if self.statistic == "count" else self._of(values)
            found = {}
            for level in sorted(kept):
                low, high = np.searchsorted(codes, [place[level], place[level] + 1], sorter=order)
                value = self._of(values[order[low:high]])
                found[level] = overall if np.isnan(value) else value
            tables.append(found)
            others.append(overall)
        names = tuple(f"{name} {_COMPARE[self.compare]}{self.statistic} per {group[0]}" for name in chosen)
        return Transform(chosen, names, group[0], tuple(tables), tuple(others), self.compare), None

    def _of(self, values: Floats) -> float:
        """The statistic of the values that are there; NaN when there are too few."""
        there = values[~np.isnan(values)]
        if self.statistic == "count":
            return float(len(there))
        if len(there) < (2 if self.statistic == "std" else 1):
            return float("nan")
        if self.statistic == "std":
            return float(np.std(there, ddof=1))
        statistics: dict[str, Callable[[Floats], Any]] = {"mean": np.mean, "median": np.median, "min": np.min, "max": np.max}
        return float(statistics[self.statistic](there))
