"""What rows above the body of a table hold."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.name_rows import are_import_ids, are_type_names, are_units, best_names, joined_names, unit_of


@pytest.mark.parametrize(
    ("row", "units"),
    [
        (["", "[°C]", "[%]"], True),
        (["s", "m/s", "hPa"], True),
        (["TS", "RN", "Volts", "Deg C"], True),
        (["sqft", "KiB", "Std.", "atm"], True),
        (["name", "age", "height"], False),
        (["min", "std", "week", "pts"], False),
        (["1", "2"], False),
        (["", ""], False),
        (['{"ImportId":"QID1"}', '{"ImportId":"QID2"}'], False),
    ],
)
def test_units(row, units):
    assert are_units(row) is units


def test_unit_of():
    assert [unit_of(cell) for cell in ("[°C]", "(kW)", "m", "-", None)] == ["°C", "kW", "m", "", ""]


def test_types_and_identifiers():
    assert are_type_names(["string", "int", "varchar(20)"])
    assert not are_type_names(["string", "height"])
    assert are_import_ids(['{"ImportId":"a"}', '{"ImportId":"b"}'])


@pytest.mark.parametrize(
    ("rows", "taken", "joined"),
    [
        ([["", "X1"], ["ID", "age"]], "last", ["ID", "X1 age"]),
        ([["Q1", "Q2"], ["How satisfied are you with it?", "How old are you in years?"]], "first", None),
        ([["a", "b"], ["int", "float"]], "first", None),
        ([["pulse", "pressure"], ["1/min", "Torr"]], "first", None),
        ([["", "Temp", "", "Press"], ["site", "min", "max", "min"]], "joined", ["site", "Temp min", "Temp max", "Press min"]),
    ],
)
def test_several_rows_of_names(rows, taken, joined):
    assert best_names(rows) == taken
    if joined:
        assert joined_names(rows) == joined
