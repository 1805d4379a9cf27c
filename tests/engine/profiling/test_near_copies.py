"""Rows that were made from one another are found; rows that only resemble each other are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling.finding import Seen
from mlops_desktop.engine.profiling.near_copies import near_copies, near_copy_sets
from simulations.checks import clean
from simulations.leaks import PLANTS
from simulations.leaks import found as found_leaks
from tests.imported import cells_of

RNG = np.random.default_rng(5)
NAMES = ("a", "b", "c", "d")


def found(values, roles=()):
    """The sentences on near copies in a table of these numbers, (rows, 4)."""
    columns = {name: pd.Series(column) for name, column in zip(NAMES, values.T.round(6), strict=True)}
    target = pd.Series(np.where(RNG.random(len(values)) < 0.5, "yes", "no"))
    table = type_cells(cells_of({**columns, "visit": pd.Series(np.arange(len(values)) // 2), "y": target}), {}, Silent())
    return [one.message for one in near_copies(Seen(table, "y", "binary", dict(roles)))]


@pytest.mark.parametrize(("rows", "copies"), [(300, 1), (60, 4), (1000, 1)])
def test_rows_with_noise_added_are_near_copies(rows, copies):
    own = RNG.normal(size=(rows, 4))
    jittered = np.vstack([own, *(own + RNG.normal(0, 0.002, own.shape) for _ in range(copies))])
    message = found(RNG.permutation(jittered))
    assert len(message) == 1
    assert "nearly repeat another row" in message[0]
    assert found(jittered, {"visit": "group"}) == []  # whole groups stay on one side


def test_the_sets_of_near_copies_are_whole():
    own = RNG.normal(size=(100, 4))
    order = RNG.permutation(300)
    values = np.vstack([own, own + RNG.normal(0, 0.004, own.shape), own + RNG.normal(0, 0.004, own.shape)])[order]
    columns = {name: pd.Series(column) for name, column in zip(NAMES, values.T.round(6), strict=True)}
    table = type_cells(cells_of({**columns, "y": pd.Series(np.where(RNG.random(300) < 0.5, "yes", "no"))}), {}, Silent())
    sets = near_copy_sets(table, "y", {})
    wrong = sum(len(np.unique(sets[order % 100 == i])) > 1 for i in range(100))
    assert (len(np.unique(sets)) > 90, wrong <= 3) == (True, True)
    assert near_copy_sets(table, "y", {"a": "ignore", "b": "ignore"}) is None  # too few columns to tell by


def walk():
    return np.cumsum(RNG.normal(size=(500, 4)), axis=0)


def along_a_line():
    return RNG.normal(size=(500, 1)) + RNG.normal(0, 0.01, (500, 4))


def repeated():
    return np.repeat(RNG.normal(size=(250, 4)), 2, axis=0)  # equal rows are another finding


@pytest.mark.parametrize("values", [lambda: RNG.normal(size=(500, 4)), walk, along_a_line, repeated, lambda: RNG.integers(0, 9, (500, 4))])
def test_other_rows_are_not(values):
    assert found(values().astype(float)) == []


@pytest.mark.parametrize("name", PLANTS)
def test_planted_leaks_are_found_and_clean_tables_have_none(name):
    kind, plant = PLANTS[name]
    rng = np.random.default_rng([4, 0])
    assert found_leaks(plant(rng, clean(kind)(rng, 500)), kind)
    assert not found_leaks(clean(kind)(rng, 500), kind)
