"""Names, headers and empty edges of a loaded table."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mlops_desktop.base.cells import generated_names, is_header, name_columns, to_frame, without_empty


@pytest.mark.parametrize(
    ("first", "body", "header"),
    [
        (["a", "b"], [["1", "x"], ["2", "y"]], True),
        (["1", "x"], [["2", "y"], ["3", "z"]], False),
        (["x", "y"], [["p", "q"], ["r", "s"]], True),
        (["ham", "hello"], [["ham", "a"], ["ham", "b"], ["spam", "c"]], False),
        (["c", "y"], [[c, y] for c in "abcdef" * 3 for y in "uvw"], True),
        (["c", "v"], [[c, y] for c in "abcdef" * 3 for y in "uvw"], False),
        (["2015", "2016"], [["1.5", "2"], ["3", "4"]], True),
        (["2015", "2016"], [["2017", "2018"], ["2019", "2020"]], False),
        (["2020-01-01", "5"], [["2020-01-02", "6"]], False),
        (["day", "5"], [["2020-01-02", "6"]], True),
        (["a", "b"], [], True),
        (["", ""], [["1", "2"]], False),
    ],
)
def test_header(first, body, header):
    assert is_header(first, body) is header


def test_empty_edges_are_left_out_and_said():
    table = pa.table({"a": ["1", "", " ", ""], "b": ["", "", "", None], "c": pa.array([None, 2.0, None, None])})
    kept, said = without_empty(table, frozenset({"b"}))
    assert kept.column_names == ["a", "c"]
    assert kept.num_rows == 2
    assert said == ["2 empty rows at the end were left out.", "1 empty column without a name was left out."]


def test_a_table_of_nothing_keeps_a_column():
    kept, _ = without_empty(pa.table({"a": ["", ""]}), frozenset({"a"}))
    assert (kept.num_rows, kept.num_columns) == (0, 1)


def test_naming():
    table = pa.table([pa.array(["1"]), pa.array(["2"])], names=["x", "y"])
    named, said = name_columns(table, None)
    assert named.column_names == generated_names(2)
    assert "No row names the columns" in said[0]
    named, said = name_columns(table, ["a", ""])
    assert named.column_names == ["a", "column_2"]
    assert "column_2" in said[0]


def test_what_was_said_travels_with_the_frame():
    frame = to_frame(pa.table({"a": [1, None]}), ["mended."], ",")
    assert frame.attrs == {"said": ["mended."], "decimal": ","}
    assert str(frame.dtypes["a"]) == "int64[pyarrow]"
