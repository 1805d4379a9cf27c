"""What stops a column from being numbers, and what of its cells is reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.engine.data.cell_evidence import Hints
from mlops_desktop.engine.data.number_formats import fit_format
from mlops_desktop.engine.data.number_inference import number_column
from mlops_desktop.serving.schema import Grammar
from tests.imported import raw_of


def found(cells, hints=None):
    raw = raw_of("x", pd.Series(cells, dtype="str"))
    return number_column(raw, ~raw.among(("", "-")), Grammar(missing=("", "-")), hints or Hints())


def messages(cells):
    return {e.rule: e.message for e in found(cells).evidence}


def test_less_than_half_is_no_number_and_nothing_is_reported():
    assert found(["a", "b", "5"]) is None
    assert found(["00501", "12345"]) is None


def test_what_stopped_the_column_is_named():
    reading = found(["5", "6", "x1", "x1"])
    assert reading.column is None
    assert not reading.codes
    assert [e.rows for e in reading.evidence] == [(3, 4)]
    assert reading.evidence[0].message == (
        "2 of 4 cells are numbers. The others are not, so the column was read as texts: “x1” in rows 3, 4."
    )
    assert found(["12345678901234567890"]).codes


def test_a_frequent_text_with_a_digit_is_never_missing():
    cells = [f"{i}.5" for i in range(100)]
    assert found([*cells, *["n/v"] * 9]).column.grammar.missing[-1] == "n/v"
    assert found([*cells, *["3a"] * 9]).column is None


def test_messages_name_conversions_marks_and_cells():
    assert messages(["1 kg", "500 g", "2 kg"])["converted"] == "Cells were converted to “kg” (1 g = 0.001 kg): “500 g” in row 2."
    assert messages(["5 kg", "7 kg", "9"])["unmarked"] == "1 of 3 cells have no mark and were taken to be in “kg”: “9” in row 3."
    assert messages(["$5", "€6"])["currencies"].startswith("The cells carry the marks “$”, “€”: currencies do not mix")
    assert "“<5” in row 1" in messages(["<5", "6", "7"])["limits"]


def test_a_few_bare_numbers_among_per_cents_are_reported():
    reading = found([*[f"{i}.5 %" for i in range(200)], "7"])
    assert reading.column.grammar.percent
    assert {e.rule for e in reading.evidence} == {"type", "unmarked"}


def test_the_sample_grows_by_what_it_refuses():
    cells = [str(i) for i in range(5000)]
    cells[2501] = "1,5"
    raw = raw_of("x", pd.Series(cells, dtype="str"))
    assert fit_format(raw, np.ones(5000, dtype=bool), Hints()).grammar.decimal == ","


@pytest.mark.parametrize(("hints", "type_"), [(Hints(), "integer"), (Hints(decimal=","), "number"), (Hints(likely_decimal=","), "number")])
def test_hints_settle_what_reads_both_ways(hints, type_):
    assert found(["1,234", "5,678"], hints).column.type == type_
