"""Clipping: limits computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.operations.clip import Clip
from tests.frames import make_frame, run, table

NAN = math.nan
TRAIN = make_frame(
    {
        "a": [1.0, 2, 3, 4, 100, *[NAN] * 7],
        "flag": [0.0, 0, 0, 0, 1, *[NAN] * 7],
        "mostly": [*[0.0] * 10, 5, 9],
        "void": [NAN] * 12,
    }
)
LATER = make_frame({"a": [-50.0, 0, 7, 8, NAN], "flag": [0.0, 1, 2, -1, NAN], "mostly": [0.0, 9, 99, -9, NAN], "void": [1.0, 2, 3, 4, 5]})


def test_fences_around_the_middle_half():
    # Quartiles 2 and 4: from 2 - 1.5 * 2 to 4 + 1.5 * 2.
    assert table(run(Clip(columns=("a",)), TRAIN, LATER))["a"] == [-1, 0, 7, 7, None]


def test_rare_values_and_empty_columns_are_left_alone():
    found = table(run(Clip(), TRAIN, LATER))
    for name in ("flag", "mostly", "void"):
        assert found[name] == table(LATER)[name]


def test_standard_deviations():
    train = make_frame({"a": [-1.0, 0, 1, -1, 1, 0, -1, 1]})
    found = run(Clip(method="z_score", deviations=2.0), train, make_frame({"a": [-9.0, 0.5, 9.0]})).number("a")
    np.testing.assert_allclose(found, [-2 * math.sqrt(0.75), 0.5, 2 * math.sqrt(0.75)])


def test_quantiles():
    train = make_frame({"a": np.arange(101.0).tolist()})
    found = table(run(Clip(method="quantiles", low_quantile=0.05, high_quantile=0.9), train, make_frame({"a": [0.0, 5, 50, 100]})))
    assert found["a"] == [5, 5, 50, 90]


def test_quantiles_the_wrong_way_round_are_refused():
    with pytest.raises(UserError, match="lower quantile"):
        Clip(low_quantile=0.9, high_quantile=0.1)


def test_numbers_beyond_float64_are_left_alone():
    train = make_frame({"a": [-1.7e308, -1e308, 0, 1e308, 1.7e308]})
    for method in ("iqr", "z_score"):
        assert np.isfinite(run(Clip(method=method), train).numbers).all()
