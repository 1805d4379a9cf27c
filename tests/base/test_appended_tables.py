"""Tables one below the other, and the parts of a column as one array."""

from __future__ import annotations

import pyarrow as pa

from mlops_desktop.base.appended_tables import Part, append_tables, join_parts
from mlops_desktop.base.source import PartTable


def test_columns_are_matched_by_name_and_what_a_table_lacks_is_missing():
    first = PartTable(name="a.csv", table=pa.table({"x": [1, 2], "t": ["u", "v"]}))
    table, mixed, notes = append_tables([first, PartTable(name="b.csv", table=pa.table({"x": [2.5]}))])
    assert table.to_pydict() == {"x": [1.0, 2.0, 2.5], "t": ["u", "v", None]}
    assert (mixed, len(notes), "b.csv" in notes[0].message) == ({}, 1, True)


def test_parts_of_several_types_become_texts():
    array, ambiguous = join_parts([Part(pa.array([1, 2])), Part(pa.array(["2", "x"]))], {})
    assert (array.to_pylist(), ambiguous) == (["1", "2", "2", "x"], ("2",))
