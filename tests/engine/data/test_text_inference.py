"""Category, ordered, text or id."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.engine.data.cell_evidence import Hints
from mlops_desktop.engine.data.text_inference import dash_evidence, known_scale, missing_texts_of, text_column_type
from tests.imported import raw_of


def kind(cells, name="x"):
    raw = raw_of(name, pd.Series(cells, dtype="str"))
    return text_column_type(raw, np.array([text != "" for text in raw.texts], dtype=bool))


@pytest.mark.parametrize(
    ("cells", "name", "expected"),
    [
        (["a", "b"] * 10, "x", "category"),
        ([f"u-{i:05}" for i in range(40)], "x", "id"),
        (["Anna Huber", "Bert Maier", "Carl Wolf"] + [f"Person {i}" for i in range(60)], "x", "text"),
        ([f"K{i}" for i in range(5)], "key", "id"),
        ([f"K{i}" for i in range(5)], "model", "category"),
        ([f"C{i % 30}" for i in range(100)], "customer_id", "id"),
        ([f"C{i % 3}" for i in range(100)], "customer_id", "category"),
        ([f"operator {i % 200}" for i in range(2000)], "x", "category"),
        ([f"the quick brown fox number {i % 200} jumps" for i in range(2000)], "x", "text"),
        ([""], "x", "category"),
    ],
)
def test_kinds(cells, name, expected):
    found, reason, _ = kind(cells, name)
    assert found == expected
    assert reason.endswith(".")


def test_scales():
    assert known_scale(["High", "low", "Medium"]) == ("low", "Medium", "High")
    assert known_scale(["low", "high"]) == ()
    assert known_scale(["low", "high", "blue"]) == ()
    assert known_scale(["low", "Low", "high"]) == ()
    assert kind(["L", "S", "M", "XL"] * 5)[2] == ("S", "M", "L", "XL")


def test_missing_texts_of_codes():
    codes = raw_of("x", pd.Series(["DE", "FR", "NA", "US", "GB", "AT"], dtype="str"))
    texts, doubts = missing_texts_of(codes, Hints())
    assert "NA" not in texts
    assert not doubts
    numbers = raw_of("y", pd.Series(["1", "NA", "2.5"], dtype="str"))
    texts, doubts = missing_texts_of(codes, Hints(columns=(codes, numbers)))
    assert "NA" in texts
    assert [one.rows for one in doubts] == [(3,)]
    assert "NA" in missing_texts_of(raw_of("x", pd.Series(["red", "NA"], dtype="str")), Hints())[0]


@pytest.mark.parametrize(
    ("cells", "rows"),
    [(["Rome", "-", "Oslo", "-"], (2, 4)), (["+", "-"], ()), (["Rome", "Oslo"], ()), (["-", "--"], ()), (["a-b", "c"], ())],
)
def test_a_dash_among_texts_is_reported(cells, rows):
    found = dash_evidence(raw_of("x", pd.Series(cells, dtype="str")))
    assert tuple(row for one in found for row in one.rows) == rows
