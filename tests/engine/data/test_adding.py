"""Rows below rows: columns by name, gaps where a table lacks one, and what is refused."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.data.adding import added_cells, refuse_other_kinds
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.serving.schema import Column, Schema


def test_columns_are_matched_by_name():
    before = Cells(table=pa.table({"a": ["1", "2"], "b": ["x", "y"]}), likely_decimal=",")
    new = Cells(table=pa.table({"b": pa.array(["z", "x"]).dictionary_encode(), "c": ["n", "m"]}))
    found = added_cells(before, new, ("before.csv", "new.csv"))
    assert found.table.to_pydict() == {"a": ["1", "2", None, None], "b": ["x", "y", "z", "x"], "c": [None, None, "n", "m"]}
    assert found.likely_decimal == ","
    notes = [str(note.message) for note in found.notes]
    assert "2 rows were added to 2." in notes
    assert any("“new.csv” has no column “a”" in note for note in notes)
    assert not any("already" in note for note in notes)


def test_more_kinds_of_numbers_and_levels_are_no_other_kind():
    before = Schema((Column("n", "integer"), Column("c", "category")))
    refuse_other_kinds(before, Schema((Column("n", "number"), Column("c", "text"))), "new.csv")
    with pytest.raises(UserError, match="“n” would not be a column of the same kind"):
        refuse_other_kinds(before, Schema((Column("n", "category"), Column("c", "text"))), "new.csv")
