"""Selection by variance: equality with VarianceThreshold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.base.families import Dataset
from mlops_desktop.catalog.operations.select_variance import SelectVariance
from tests.frames import BINARY, make_frame, run

FRAME = make_frame(
    {"wide": [1.0, 5, 9, math.nan], "flat": [1.0, 1.1, 1, 1], "same": [0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3], "one": [7.0, math.nan, 7, 7]},
    {"word": ["x"] * 4},
    {"day": ["2024-01-01"] * 4},
    {"s: a": [0.0, 0, 2, 0], "s: b": [0.0, 0, 0, 0], "s: c": [1.0, 1, 1, 1]},
)


def test_constants_go():
    assert run(SelectVariance(), FRAME).layout.names() == ("wide", "flat", "same", "s: a")
    found = run(SelectVariance(categories=False), FRAME)
    assert found.layout.names() == ("wide", "flat", "same", "word", "day", "s: a")


def test_a_category_varies_as_its_one_hot_columns_do():
    frame = make_frame({}, {"word": ["x", "x", "y", None], "gaps": [None] * 4}, {"day": ["2024-01-01", "2024-01-03", None, "2024-01-01"]})
    scores = SelectVariance().scores(Dataset(frame, BINARY))
    assert scores["word"] == pytest.approx(sum(np.var([[1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], axis=1)))
    assert scores["gaps"] == 0
    assert scores["day"] == pytest.approx(np.var([0, 2, 0]))


@pytest.mark.parametrize("limit", [0.0, 0.001, 0.5, 5.0])
def test_equals_scikit_learn(limit):
    from sklearn.feature_selection import VarianceThreshold

    values = np.hstack([FRAME.numbers, FRAME.sparse[0].dense()])
    operation = SelectVariance(limit=limit)
    theirs = VarianceThreshold(limit).fit(values)
    names = (*FRAME.layout.numbers, *FRAME.layout.sparse[0])
    assert [n for n in names if n in run(operation, FRAME).layout.names()] == [names[i] for i in theirs.get_support(indices=True)]
    np.testing.assert_allclose([operation.scores(Dataset(FRAME, BINARY))[n] for n in names], np.nanvar(values, axis=0), atol=1e-15)
