"""Bins numbers into ranges, each a 0 / 1 column."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import Dataset, Operation, Stage
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, columns, flag, number
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.transforms.bins import Bins as Transform


@dataclass(frozen=True, kw_only=True)
class Bins(Operation):
    """Cuts each chosen number into ranges, fitted on the training rows, as KBinsDiscretizer of scikit-learn does ("uniform" and
    "quantile").

    A value on an edge belongs to the range above it; values below the first or beyond the last edge belong to the first and the last
    range. Equal counts give fewer ranges where many rows share a value. A column without spread has one range only.
    """

    id: ClassVar[str] = "bins"
    label: ClassVar[str] = "Bins"
    help: ClassVar[str] = "Cuts a number into ranges, so that a linear model can treat each range by itself."
    stage: ClassVar[Stage] = "engineer"

    columns: tuple[str, ...] = columns("number", help="The columns to cut; all numbers when none is chosen.")
    method: str = choice("equal_count", {"equal_count": "Equal number of rows", "equal_width": "Equal width"}, "Strategy", tune=True)
    count: int = number(5, 2, 50, "Number of ranges", help="The most ranges that are made.", whole=True, tune=(3, 20))
    output: str = choice(
        "one_hot",
        {"one_hot": "One 0 / 1 column for each range", "number": "The range's number"},
        "Result",
        help="Ranges are numbered from 0.",
    )
    keep: bool = flag(False, "Keep the column", help="Keeps the number beside its ranges.")

    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, None]:
        frame = dataset.frame
        chosen = self.numeric_columns(frame.layout)
        values = frame.numbers[:, frame.layout.number_at(chosen)]
        edges, names = [], []
        for j, name in enumerate(chosen):
            job.step(j / len(chosen), name)
            edges.append(self._edges(values[:, j][~np.isnan(values[:, j])]))
            names.append(_range_names(name, edges[-1]) if self.output == "one_hot" else (f"{name}: bin",))
        return Transform(chosen, tuple(edges), tuple(names), self.output == "one_hot", self.keep), None

    def _edges(self, there: Floats) -> tuple[float, ...]:
        """The rising edges between the ranges of one column."""
        if not len(there) or there.min() == there.max():
            return ()
        if self.method == "equal_width":
            edges = np.linspace(there.min() / 2, there.max() / 2, self.count + 1) * 2  # halves: a range beyond float64 stays finite
        else:
            edges = np.quantile(there, np.linspace(0, 1, self.count + 1))
        inner = np.unique(edges[1:-1])
        return tuple(inner[(inner > there.min()) & (inner <= there.max())].tolist())


def _range_names(name: str, edges: tuple[float, ...]) -> tuple[str, ...]:
    """A readable name for each range between the edges; one range needs no column."""
    if not edges:
        return ()
    texts = [f"{edge:.6g}" for edge in edges]
    if len(set(texts)) < len(texts):
        texts = [repr(edge) for edge in edges]
    return (f"{name} < {texts[0]}", *(f"{low} ≤ {name} < {high}" for low, high in pairwise(texts)), f"{name} ≥ {texts[-1]}")
