"""What a schema contains, and that it contains nothing about single persons."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.column_summary import LEAST_ROWS, describe_columns, rounded
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project.decisions import ColumnNote
from mlops_desktop.serving.serialization import pack
from tests.imported import cells_of

ROWS = 60
CELLS = pd.DataFrame(
    {
        "city": pd.Series(["Berlin"] * 30 + ["Paris"] * 25 + ["Atlantis"] * 4 + [""], dtype="str"),
        "wage": pd.Series([f"{1000.123 + 7.77 * i:.3f}" for i in range(ROWS - 1)] + [""], dtype="str"),
        "years": pd.Series([str(i % 40 + 11) for i in range(ROWS)], dtype="str"),
        "name": pd.Series([f"Erika Mustermann {i}" for i in range(ROWS)], dtype="str"),
        "key": pd.Series([f"K-{i:04}" for i in range(ROWS)], dtype="str"),
        "born": pd.Series([f"{1950 + i % 40}-0{i % 9 + 1}-{i % 27 + 1:02}" for i in range(ROWS)], dtype="str"),
        "at": pd.Series([f"{8 + i % 9:02}:{i % 60:02}:00" for i in range(ROWS)], dtype="str"),
        "size": pd.Series(["S", "M", "L"] * 18 + ["XL"] * 6, dtype="str"),
        "ok": pd.Series(["Yes"] * 40 + ["No"] * 20, dtype="str"),
        "void": pd.Series([""] * ROWS, dtype="str"),
        "moment": pd.Series([f"2019-03-15 14:{i % 60:02}:07" for i in range(ROWS)], dtype="str"),
    }
)


@pytest.fixture(scope="module")
def table():
    return type_cells(cells_of(CELLS), {}, Silent())


def test_columns_are_described(table):
    schema = describe_columns(table, table.frame, {"wage": ColumnNote(unit="€", description="monthly")})
    city, wage, years, name, key, born, at, size, ok, void, moment = schema.columns
    assert (city.levels, city.typical, city.missing_share) == (("Berlin", "Paris"), "Berlin", round(1 / 60, 4))
    assert (wage.low, wage.high, wage.typical, wage.unit, wage.description) == (1000.0, 1460.0, 1230.0, "€", "monthly")
    assert (years.low, years.high, years.missing_share) == (11, 50, 0.0)
    assert isinstance(years.typical, int)
    assert (name.type, name.levels, name.typical, key.levels, key.typical) == ("text", (), None, (), None)
    assert (born.low, born.high) == (-631152000000000, 609983999999999)
    assert born.typical.startswith("19")
    assert at.low == 8 * 3_600_000_000
    assert at.typical.endswith(":00:00")
    assert (moment.low, moment.typical) == (1551398400000000, "2019-03-15T14:00:00")
    assert size.levels == ("S", "M", "L", "XL")
    assert (ok.typical, ok.levels) == (True, ())
    assert (void.missing_share, void.low, void.levels) == (1.0, None, ())
    assert all(column.nullable for column in schema.columns)


def test_the_range_holds_every_training_value_and_every_usual_value_is_accepted(table):
    schema = describe_columns(table, table.frame)
    texts = {name: CELLS[name].tolist() for name in CELLS.columns}
    checked = schema.from_texts(texts, ROWS)
    assert not checked.errors
    assert {p.code for p in checked.warnings} <= {"unknown_level"}
    usual = {c.name: "x" if c.type in ("text", "id") else c.typical for c in schema.columns}
    answered = schema.from_rows([usual])
    assert not answered.errors
    assert not answered.warnings


def test_nothing_of_a_single_person(table):
    packed = str(pack(describe_columns(table, table.frame), {}))
    assert "Mustermann" not in packed
    assert "Atlantis" not in packed
    assert "K-00" not in packed
    assert "1000.123" not in packed
    assert LEAST_ROWS > 1


def test_a_part_of_the_columns_and_rows(table):
    frame = table.frame.take(np.arange(10)).select(["years", "city"])
    schema = describe_columns(table, frame)
    assert [c.name for c in schema.columns] == ["city", "years"]
    assert schema.columns[0].levels == ("Berlin",)
    none = describe_columns(table, table.frame.take(np.array([], dtype=np.intp)))
    assert all(c.low is None and not c.missing_share for c in none.columns)


def test_a_persons_order_is_kept_whole():
    note = {"size": ColumnNote(type="ordered", levels=("XS", "S", "M", "L", "XL"))}
    table = type_cells(cells_of(CELLS[["size"]]), note, Silent())
    assert describe_columns(table, table.frame, note).columns[0].levels == ("XS", "S", "M", "L", "XL")


@pytest.mark.parametrize(
    ("value", "direction", "result"),
    [
        (0, 1, 0),
        (1234.5, -1, 1230),
        (1234.5, 1, 1240),
        (-1234.5, -1, -1240),
        (-1234.5, 1, -1230),
        (0.0012345, 1, 0.00124),
        (72, 1, 72),
        (118.75, 0, 119),
    ],
)
def test_rounding(value, direction, result):
    assert rounded(value, direction) == pytest.approx(result, rel=1e-12)


@given(st.floats(min_value=-1e200, max_value=1e200))
def test_rounding_outward_never_cuts_off(value):
    slack = 1e-14 * abs(value)
    assert rounded(value, -1) <= value + slack
    assert rounded(value, 1) >= value - slack
    assert math.isfinite(rounded(value, 0))
