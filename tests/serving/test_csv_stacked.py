"""Of several tables in a text the one for the model is read."""

import io

import pytest

from mlops_desktop.serving.column import Column
from mlops_desktop.serving.csv_io import CsvInput
from mlops_desktop.serving.csv_stacked import find_one_table
from mlops_desktop.serving.schema import Schema

TEXT = "a,b\n1,2\n3,4\n\nc,d,e\n5,6,x\n7,8,y\n"


@pytest.mark.parametrize(("known", "number", "beside"), [({"a", "b"}, 1, 3), ({"C", "e"}, 2, 3), ({"other"}, 1, 3)])
def test_the_table_that_names_the_columns_is_taken(known, number, beside):
    one = find_one_table(io.StringIO(TEXT), known, whole=False)
    assert one is not None
    assert (one.number, one.count, one.left_out) == (number, 2, beside)


def test_one_table_is_read_as_it_is():
    assert find_one_table(io.StringIO("a,b\n1,2\n\n3,4\n"), {"a"}, whole=True) is None


def test_the_second_table_is_answered_and_the_first_is_named():
    found = CsvInput(io.StringIO(TEXT, newline=""), Schema((Column("c", "number"), Column("d", "number"))))
    assert [value for chunk in found.chunks() for value in chunk.checked.frame.number("c").tolist()] == [5.0, 7.0]
    assert found.left_out == ["2 tables stand under one another; table 2 was read, as the others name fewer columns of the model."]
    assert found.line_counts() == ["3 lines that are not rows of the table were left out."]
