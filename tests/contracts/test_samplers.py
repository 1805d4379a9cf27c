"""What every sampler promises: the same rows for the same seed, of fits alone; also one that exists only here and removes rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from mlops_desktop.base.families import Dataset, Sampler, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.base.registry import Registry
from mlops_desktop.catalog import samplers as package
from mlops_desktop.engine.choices import choices
from tests.frames import make_frame


@dataclass(frozen=True, kw_only=True)
class HalfOfTheRows(Sampler):
    """Every second row, in another order."""

    id: ClassVar[str] = "half_of_the_rows"
    label: ClassVar[str] = "Half of the rows"

    def resample(self, dataset, seed, job):
        return dataset.take(np.random.default_rng(seed).permutation(dataset.rows)[: dataset.rows // 2])


MEMBERS = [HalfOfTheRows(), *(member() for member in Registry(package, Sampler).values())]
each = pytest.mark.parametrize("sampler", MEMBERS, ids=lambda sampler: sampler.id)
CLASSES = Target("binary", (np.arange(60) % 5 == 0).astype(np.intp), ("no", "yes"))


@each
@pytest.mark.parametrize("weighted", [True, False])
def test_the_same_seed_gives_the_same_rows_and_the_input_stays(sampler, weighted):
    weights = np.linspace(0.5, 2.0, 60) if weighted else None
    dataset = Dataset(make_frame({"x": np.arange(60.0).tolist()}), CLASSES, weights)
    one, two = (sampler.resample(dataset, 7, Silent()) for _ in range(2))
    for a, b in ((one.frame.numbers, two.frame.numbers), (one.target.values, two.target.values), (one.weights, two.weights)):
        np.testing.assert_array_equal(a, b)
    assert one.frame.layout == dataset.frame.layout
    assert one.target.classes == CLASSES.classes
    assert len(one.target.values) == one.rows > 0
    assert one.weights is None or (len(one.weights) == one.rows and (one.weights >= 0).all() and one.weights.any())
    assert dataset.rows == 60
    assert dataset.weights is weights


def test_balanced_classes_count_alike():
    dataset = Dataset(make_frame({"x": np.arange(60.0).tolist()}), CLASSES)
    weights = choices().samplers["class_balance"]().resample(dataset, 0, Silent()).weights
    assert weights.mean() == pytest.approx(1.0)
    assert weights[CLASSES.values == 1].sum() == pytest.approx(weights[CLASSES.values == 0].sum())
