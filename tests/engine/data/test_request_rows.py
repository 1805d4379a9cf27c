"""Rows go out as they would be sent, and come back as the same row."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.request_rows import sent_row, span
from mlops_desktop.engine.data.typed_table import type_cells
from tests.imported import cells_of


@pytest.fixture(scope="module")
def table():
    import pandas as pd

    day = pd.date_range("2024-01-01", periods=60, freq="D").strftime("%d.%m.%Y")
    cells = pd.DataFrame(
        {
            "amount": ["1,5", "", *(f"{i},25" for i in range(58))],
            "count": ["3", "", *(str(i % 7) for i in range(58))],
            "paid": ["yes", "", *("no" if i % 3 else "yes" for i in range(58))],
            "city": ["Köln", "", *("Ulm" if i % 2 else "Bonn" for i in range(58))],
            "day": ["28.03.2024", "", *day[:58]],
            "at": ["2024-03-28T14:05:09", "", *(f"2024-03-28T{i % 24:02d}:05:00" for i in range(58))],
        }
    )
    return type_cells(cells_of(cells), {}, Silent())


def test_every_row_is_read_back_by_the_schema(table):
    names = [column.name for column in table.schema.columns]
    frame = table.frame
    checked = table.schema.from_rows([sent_row(table.schema, frame, row) for row in range(frame.rows)])
    assert not checked.errors
    np.testing.assert_array_equal(checked.frame.numbers, frame.numbers)
    np.testing.assert_array_equal(checked.frame.dates, frame.dates)
    for name in names:
        if frame.layout.kind(name) == "categorical":
            assert checked.frame.texts(name) == frame.texts(name)


def test_values_are_of_their_kind_and_missing_is_none(table):
    first, second = (sent_row(table.schema, table.frame, row) for row in (0, 1))
    assert first == {"amount": 1.5, "count": 3, "paid": True, "city": "Köln", "day": "2024-03-28", "at": "2024-03-28T14:05:09"}
    assert {type(first[name]) for name in ("count", "paid", "amount")} == {int, bool, float}
    assert set(second.values()) == {None}


def test_span_is_over_the_given_rows_alone(table):
    assert span(table.frame, "amount", np.array([0, 1])) == (1.5, 1.5)
    assert span(table.frame, "amount", np.array([1])) is None
