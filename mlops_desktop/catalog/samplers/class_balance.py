"""Weights the rows so that rare classes count as much as frequent ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from mlops_desktop.base.families import CLASSES, Dataset, Sampler
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import number


@dataclass(frozen=True, kw_only=True)
class ClassBalance(Sampler):
    """Multiplies the weight of each row by (rows / (classes · rows of its class)) to the power of `strength`: at strength 1 the “balanced”
    class weights of scikit-learn. The mean weight stays what it was.
    """

    id: ClassVar[str] = "class_balance"
    label: ClassVar[str] = "Balance the classes"
    traits: ClassVar[frozenset[str]] = frozenset({CLASSES})
    help: ClassVar[str] = "Rare classes get larger weights in training. The probabilities then no longer match how often a class occurs."

    strength: float = number(
        1.0, 0.0, 1.0, "Strength", help="1: every class has the same total weight; 0: every row has the same weight.", tune=(0.0, 1.0)
    )

    def resample(self, dataset: Dataset, seed: int, job: Job) -> Dataset:
        target = dataset.target
        counts = np.bincount(target.values, minlength=len(target.classes))
        present = np.count_nonzero(counts)
        before = np.ones(dataset.rows) if dataset.weights is None else dataset.weights
        weights = before * (dataset.rows / (present * counts[target.values])) ** self.strength
        return replace(dataset, weights=weights * (before.mean() / weights.mean()))
