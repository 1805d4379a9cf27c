"""What a typed table knows of its columns."""

from mlops_desktop.base import spill
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.table import StoredLevels, table_from_record, table_to_record
from mlops_desktop.engine.data.typed_table import type_cells
from tests.imported import cells_of


def test_distinct_values_leave_missing_cells_out():
    columns = {
        "n": ["1", "2", "2", ""],
        "c": ["a", "b", "", "a"],
        "d": ["2024-01-05", "2024-01-05", "", "2024-02-01"],
        "e": ["", "", "", ""],
    }
    table = type_cells(cells_of(columns), {}, Silent())
    assert {name: table.distinct(name) for name in columns} == {"n": 2, "c": 2, "d": 2, "e": 0}
    assert table.distinct("n") == 2


def test_the_texts_of_a_large_table_stay_where_they_are_stored(monkeypatch):
    table = type_cells(cells_of({"t": [f"remark {i} of many" for i in range(50)], "y": [*"ab"] * 25}), {}, Silent())
    record = table_to_record(table)
    assert isinstance(table_from_record(*record).frame.levels[0], list)
    monkeypatch.setattr(spill, "LARGE", 100)
    large = table_from_record(*record)
    assert isinstance(large.frame.levels[0], StoredLevels)
    assert large.frame.texts("t") == table.frame.texts("t")
