"""What a typed table knows of its columns."""

from mlops_desktop.base.job import Silent
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
