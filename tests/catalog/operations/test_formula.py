"""Formula: the new column, its kind and its sources."""

from __future__ import annotations

import math

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.formula import Formula
from tests.frames import BINARY, make_frame, run, table

FRAME = make_frame(
    {"price": [6.0, 1.0, math.nan], "rooms": [3.0, 0.0, 2.0]}, {"city": ["Oslo", None, "Rome"]}, {"day": ["2024-05-01", None, "2000-01-01"]}
)


def test_numbers_answers_and_texts():
    assert table(run(Formula(name="each", formula="price / rooms"), FRAME))["each"] == [2, None, None]
    assert table(run(Formula(name="many", formula="rooms > 2"), FRAME))["many"] == [1, 0, 0]
    found = run(Formula(name="where", formula='concat(city, " ", year(day))'), FRAME)
    assert table(found)["where"] == ["Oslo 2024", None, "Rome 2000"]
    assert found.layout.source("where") == ("city", "day")


def test_a_formula_may_use_what_an_earlier_one_made():
    first = run(Formula(name="each", formula="price / rooms"), FRAME)
    found = run(Formula(name="twice", formula="each * 2"), first)
    assert table(found)["twice"] == [4, None, None]
    assert found.layout.source("twice") == ("price", "rooms")


@pytest.mark.parametrize(
    ("name", "formula", "message"),
    [
        ("x", "prise + 1", "“prise”"),
        ("x", "day", "gives a date"),
        ("price", "rooms", "already a column “price”"),
        ("x", "1 +", "the formula ends"),
    ],
)
def test_what_cannot_be_a_column_is_refused(name, formula, message):
    with pytest.raises(UserError) as caught:
        Formula(name=name, formula=formula).fit(Dataset(FRAME, BINARY), Silent())
    assert message in caught.value.message
    assert f"“{name}”" in caught.value.message
    assert caught.value.remedy
