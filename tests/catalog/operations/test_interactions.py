"""Products of columns: values by hand, equality with PolynomialFeatures, a limit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.interactions import Interactions
from tests.frames import BINARY, make_frame, run, table

FRAME = make_frame({"a": [2.0, math.nan], "b": [3.0, 4.0], "c": [-1.0, 1e200]})


def test_by_hand():
    found = table(run(Interactions(columns=("b", "a"), squares=True), FRAME))
    assert found == {**table(FRAME), "b²": [9, 16], "a²": [4, None], "b × a": [6, None]}


def test_both_columns_are_the_source_of_their_product():
    layout = run(Interactions(), FRAME).layout
    assert layout.source("a × c") == ("a", "c")


def test_equals_scikit_learn():
    from sklearn.preprocessing import PolynomialFeatures

    values = np.random.default_rng(8).normal(size=(50, 4))
    frame = make_frame({name: values[:, j].tolist() for j, name in enumerate("abcd")})
    poly = PolynomialFeatures(2, include_bias=False).fit(values)
    wanted = dict(zip(poly.get_feature_names_out(list("abcd")), poly.transform(values).T, strict=True))
    found = run(Interactions(squares=True), frame)
    for name in found.layout.numbers:
        theirs = name.replace("²", "^2").replace(" × ", " ")
        np.testing.assert_allclose(found.number(name), wanted[theirs], rtol=1e-12)
    assert len(wanted) == len(found.layout.numbers)


def test_products_beyond_float64_stay_finite():
    assert run(Interactions(columns=("c",), squares=True), FRAME).number("c²")[1] == np.finfo(float).max


def test_too_many_products_are_refused_with_the_numbers():
    with pytest.raises(UserError, match="3 columns out of 3, more than the 2"):
        Interactions(most=2).fit(Dataset(FRAME, BINARY), Silent())
    with pytest.raises(UserError, match="two columns"):
        Interactions(columns=("a",)).fit(Dataset(FRAME, BINARY), Silent())
