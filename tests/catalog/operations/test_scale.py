"""Scaling: values by hand, equality with scikit-learn's scalers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.catalog.operations.scale import Scale
from tests.frames import make_frame, run, table

NAN = math.nan


@pytest.mark.parametrize(
    ("method", "wanted"), [("standard", [-1, 1, None, 2]), ("min_max", [0, 1, None, 1.5]), ("robust", [-1, 1, None, 2])]
)
def test_by_hand(method, wanted):
    train = make_frame({"a": [2.0, 6.0, NAN]})
    assert table(run(Scale(method=method), train, make_frame({"a": [2.0, 6.0, NAN, 8.0]})))["a"] == wanted


@pytest.mark.parametrize("method", ["standard", "min_max", "robust"])
def test_columns_without_spread_are_divided_by_one(method):
    train = make_frame({"same": [0.1] * 7, "void": [NAN] * 7, "rest": [0, 0, 0, 0, 0, 0, 1e-320]})
    found = run(Scale(method=method), train, make_frame({"same": [0.1, 1.1, NAN], "void": [3, NAN, 0], "rest": [0, 1, NAN]}))
    np.testing.assert_allclose(found.number("same"), [0, 1, NAN], atol=1e-15)
    assert found.number("void")[:1] == [3]
    np.testing.assert_allclose(found.number("rest")[:2], [0, 1], atol=1e-300)


@pytest.mark.parametrize("method", ["standard", "min_max", "robust"])
def test_equals_scikit_learn(method):
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    rng = np.random.default_rng(2)
    values = rng.normal(100, 5, size=(301, 3)) ** 2
    values[rng.random(values.shape) < 0.1] = NAN
    scaler = {"standard": StandardScaler, "min_max": MinMaxScaler, "robust": RobustScaler}[method]()
    found = run(Scale(method=method), make_frame({f"c{j}": values[:, j].tolist() for j in range(3)}))
    np.testing.assert_allclose(found.numbers, scaler.fit_transform(values), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("method", ["standard", "min_max", "robust"])
def test_the_largest_numbers_stay_finite(method):
    train = make_frame({"a": [-1.7e308, 1.7e308, 5.0], "b": [0.0, 1e-300, 2e-300]})
    later = make_frame({"a": [1.7e308, -1.7e308], "b": [1.7e308, -1.7e308]})
    for frame in (train, later):
        assert np.isfinite(run(Scale(method=method), train, frame).numbers).all()


def test_only_chosen_columns_are_scaled():
    train = make_frame({"a": [2.0, 6.0], "b": [2.0, 6.0]})
    assert table(run(Scale(columns=("b",)), train)) == {"a": [2, 6], "b": [-1, 1]}
