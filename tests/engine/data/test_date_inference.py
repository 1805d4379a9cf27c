"""Columns of dates; the orders of day and month are in test_types.py."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mlops_desktop.engine.data.cell_evidence import Hints
from mlops_desktop.engine.data.date_inference import date_column
from tests.imported import raw_of


def column(cells, hints=None, **options):
    raw = raw_of("x", pd.Series(cells, dtype="str"))
    return date_column(raw, np.array([text != "" for text in raw.texts], dtype=bool), ("",), hints or Hints(), **options)


def test_dates_and_no_dates():
    found, evidence = column(["2024-01-01", ""])
    assert found.type == "date"
    assert evidence[0].message == "Every cell is a date."
    assert column(["a1", "b2"]) is None
    assert column(["x", "y"]) is None
    assert column(["2024-01-01", "never", "soon"]) is None


def test_few_unreadable_cells_are_named_and_many_refuse():
    cells = [f"{day:02}/{month:02}/2018" for month in range(1, 13) for day in range(1, 29)]
    found, evidence = column([*cells, "soon"])
    assert found.grammar.date == "%d/%m/%Y"
    assert [e.rule for e in evidence] == ["type", "date_order_known", "stray"]
    assert "“soon” in row 337" in evidence[-1].message
    found, evidence = column([*["soon"] * 10, *cells])
    assert found.grammar.missing == ("", "soon")
    assert next(e for e in evidence if e.rule == "date_order_known").rows == (23,)  # 13/01/2018
    stopped, evidence = column([*cells, *["in 2 years"] * 10])
    assert stopped is None
    assert [e.rule for e in evidence] == ["not_date"]
    assert column([*cells, *["soon"] * 10], forced=True) is not None


def test_hints_of_other_columns():
    assert column(["01/02/2018"], Hints(day_first=True))[0].grammar.date == "%d/%m/%Y"
    assert column(["01/02/2018"], Hints(day_first=False))[0].grammar.date == "%m/%d/%Y"
    assert column(["01/02/2018"], Hints(decimal=","))[0].grammar.date == "%d/%m/%Y"
