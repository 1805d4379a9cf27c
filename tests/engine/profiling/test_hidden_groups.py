"""Rows that belong together without a column that says so are found; tables whose columns depend on each other honestly are left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.profiling import hidden_groups
from mlops_desktop.engine.profiling.hidden_groups import find_hidden_groups
from tests.imported import cells_of

RNG = np.random.default_rng(8)
N = 600
OF = np.repeat(np.arange(N // 5), 5)


def found(roles=(), **columns):
    """What groups a table of these columns with the target `y`."""
    table = type_cells(cells_of({name: pd.Series(values) for name, values in columns.items()}), {}, Silent())
    return find_hidden_groups(table, "y", dict(roles))


def described(of, count):
    """Age, height and city of what each row belongs to."""
    drawn = RNG.integers(20, 80, count), RNG.integers(150, 200, count), RNG.choice(["Rome", "Oslo", "Lima", "Bonn"], count)
    return dict(zip(("age", "height", "city"), (one[of] for one in drawn), strict=True))


@pytest.mark.parametrize(
    "of", [OF, np.sort(RNG.integers(0, 120, N)), RNG.permutation(OF)], ids=["in order", "of several sizes", "shuffled"]
)
@pytest.mark.parametrize("answer", ["class", "number"])
def test_rows_of_one_description_are_found(of, answer):
    per_group = RNG.choice(["no", "yes"], 120) if answer == "class" else RNG.normal(size=120).round(3)
    groups = found(**described(of, 120), pulse=RNG.normal(70, 9, N).round(), y=per_group[of])
    assert set(groups.columns) == {"age", "height", "city"}
    assert (110 <= groups.groups <= 120, groups.expected > 400, groups.within > 0.9, groups.beside < 0.4) == (True,) * 4
    assert found({"city": "group"}, **described(of, 120), y=per_group[of]) is None  # it is known what belongs together


def test_measured_numbers_that_stay_are_found_with_one_other_column():
    height, sex = RNG.normal(172, 9, 120).round(2), RNG.choice(["f", "m"], 120)
    groups = found(height=height[OF], sex=sex[OF], pulse=RNG.normal(70, 9, N), y=RNG.choice(["no", "yes"], 120)[OF])
    assert groups.columns == ("height", "sex")


def honest_answer():
    """The answer follows from the description, and as well in similar ones."""
    given = described(OF, 120)
    return {**given, "y": np.where(given["age"] + RNG.normal(0, 4, N) > 50, "yes", "no")}


def own_answers():
    """Each row has an answer of its own."""
    return {**described(OF, 120), "y": RNG.choice(["no", "yes"], N)}


def table_of_products():
    """The price of a product, which a column names."""
    product = RNG.integers(0, 100, N)
    price, weight = RNG.integers(1, 90, 100), RNG.integers(1, 50, 100)
    return {
        "product": pd.Series(product).map("product {}".format),
        "price": price[product],
        "weight": weight[product],
        "y": price[product] * 2.5,
    }


def formula():
    """One column is computed from two others, all rounded."""
    height, weight = RNG.integers(160, 180, 2000), RNG.integers(60, 80, 2000)
    ratio = (weight / (height / 100) ** 2).round(1)
    return {"height": height, "weight": weight, "ratio": ratio, "y": (ratio > 24.5 + RNG.normal(0, 1, 2000)).astype(int)}


def design():
    """Three runs of each combination of three settings, with an effect of each combination."""
    at = np.array([(a, b, c) for a in range(6) for b in range(6) for c in range(6)]).repeat(3, axis=0)
    own = RNG.normal(size=216).repeat(3)
    return {"a": at[:, 0], "b": at[:, 1], "c": at[:, 2], "y": (own + RNG.normal(0, 0.1, 648)).round(3)}


@pytest.mark.parametrize("table", [honest_answer, own_answers, table_of_products, formula, design], ids=lambda one: one.__name__)
def test_other_tables_have_none(table):
    assert found(**table()) is None


@pytest.mark.parametrize("listed", [1, 60, 2**20])
def test_combinations_have_codes_in_their_order_and_first_rows(listed, monkeypatch):
    monkeypatch.setattr(hidden_groups, "_MOST_LISTED", listed)
    codes = [np.unique(np.random.default_rng(most).integers(0, most, 200), return_inverse=True)[1] for most in (7, 12, 3)]
    combined = hidden_groups._combined(codes)
    _, first, expected = np.unique(np.column_stack(codes), axis=0, return_index=True, return_inverse=True)
    assert combined.tolist() == expected.ravel().tolist()
    at, again = hidden_groups._first_rows(combined)
    assert at.tolist() == first[combined].tolist()
    assert again.tolist() == (at != np.arange(200)).tolist()
