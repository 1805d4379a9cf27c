"""From record batches to cells: names, empty edges, and types that a snapshot can hold."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Silent
from mlops_desktop.base.source import Batches, ReadReport, Source, file_notes
from mlops_desktop.engine.data.reading import name_columns, read_source, without_empty
from mlops_desktop.serving.header import generated_names


@dataclass(frozen=True, kw_only=True)
class Given(Source):
    """Yields the batches that a test gives it."""

    id = "given"
    label = "Given batches"

    def read(self, location, job) -> Batches:
        batches, report = GIVEN[location]
        yield from batches
        return report


def batch(*columns, names=None):
    return pa.RecordBatch.from_arrays([pa.array(column) for column in columns], names=names or generated_names(len(columns)))


GIVEN = {
    "two batches": (
        [batch([1, 2], ["1", "a"], names=["a", "a"]), batch([3], ["1"], names=["a", "a"])],
        ReadReport(rows_read=3, notes=file_notes(["mended."]), mixed={1: ("1",)}),
    ),
    "empty column before a mixed one": (
        [batch(["", ""], ["1", "x"], names=["", "m"])],
        ReadReport(rows_read=2, mixed={1: ("1",)}),
    ),
    "rows left out": ([batch([1, 2])], ReadReport(rows_read=2, rows_left_out=3)),
    "types without a kind": ([batch([[1], [2, 3]], [b"x", None])], ReadReport(rows_read=2)),
}


def test_batches_become_one_table_with_the_report_of_the_source():
    cells = read_source(Given(), "two batches", Silent())
    assert (cells.names, cells.rows, cells.format.decimal) == (["a", "a_2"], 3, "")
    assert cells.table.column(0).to_pylist() == [1, 2, 3]
    assert cells.mixed == {"a_2": ("1",)}
    assert cells.notes[0] == Evidence("", "file", "mended.")
    assert "Several columns were named “a”" in cells.notes[1].message


def test_rows_left_out_are_noted_though_the_source_says_nothing():
    (note,) = read_source(Given(), "rows left out", Silent()).notes
    assert note.message == "3 rows that hold something are not rows of the table and were left out."


def test_mixed_texts_stay_with_their_column_when_others_are_left_out():
    assert read_source(Given(), "empty column before a mixed one", Silent()).mixed == {"m": ("1",)}


def test_types_that_no_column_has_become_texts():
    table = read_source(Given(), "types without a kind", Silent()).table
    assert [column.to_pylist() for column in table.columns] == [["[1]", "[2, 3]"], ["b'x'", ""]]


def test_empty_edges_are_left_out_and_noted():
    table = pa.table({"a": ["1", "", " ", ""], "b": ["", "", "", None], "c": pa.array([None, 2.0, None, None])})
    kept, messages = without_empty(table, frozenset({"b"}))
    assert kept.column_names == ["a", "c"]
    assert kept.num_rows == 2
    assert messages == ["2 empty rows at the end were left out.", "1 empty column without a name was left out."]


def test_a_table_of_nothing_keeps_a_column():
    kept, _ = without_empty(pa.table({"a": ["", ""]}), frozenset({"a"}))
    assert (kept.num_rows, kept.num_columns) == (0, 1)


def test_naming():
    table = pa.table([pa.array(["1"]), pa.array(["2"])], names=["x", "y"])
    named, _, _ = name_columns(table, None)
    assert named.column_names == generated_names(2)
    named, places, notes = name_columns(table, ["a", ""])
    assert named.column_names == ["a", "column_2"]
    assert places == [0, 1]
    assert "column_2" in notes[0].message
