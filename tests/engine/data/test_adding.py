"""Rows below rows: columns by name, gaps where a table lacks one, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.adding import added_cells, refuse_other_kinds, refuse_other_values
from mlops_desktop.engine.data.alike_cells import AlikeCells, written_alike
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.importing import import_cells, last_import, refuse_several_files
from mlops_desktop.engine.data.snapshot import read_cells, snapshot_path
from mlops_desktop.engine.data.typed_table import decided_cells, type_cells
from mlops_desktop.engine.project import Project
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


def imported(folder, text, project=None, **how):
    file = folder / f"{len(list(folder.iterdir()))}.csv"
    file.write_text(text)
    return import_cells(folder, file, project or Project(), Silent(), **how)


def values(folder, project, name):
    """The values of a column of numbers, or of dates as days, in the data of a project."""
    frame = type_cells(read_cells(snapshot_path(folder, project.data)), project.columns, Silent()).frame
    return (
        frame.number(name).tolist() if frame.layout.kind(name) == "number" else frame.date(name).astype("M8[us]").astype("M8[D]").tolist()
    )


HALVES = "name;x\n" + "".join(f"k{i % 7};{i % 9},5\n" for i in range(20))
DAYS = "name,x\n" + "".join(f"k{i % 7},{13 + i % 9}/03/2024\n" for i in range(20))
KILOGRAMS = "name,x\n" + "".join(f"k{i % 7},{i % 9}.5 kg\n" for i in range(20))
SHARES = "name,x\n" + "".join(f"k{i % 7},{i % 9} %\n" for i in range(20))
WHOLE = "name;y;x\n" + "".join(f"k{i % 7};{i % 9},5;{i % 5}\n" for i in range(20))


@pytest.mark.parametrize(
    ("before", "new", "expected", "noted"),
    [
        (HALVES, "name,x\nk1,20.125\nk2,1.5\n", [20.125, 1.5], "have a decimal point"),
        (DAYS, "name,x\nk1,04/01/2024\nk2,04/28/2024\n", [date(2024, 4, 1), date(2024, 4, 28)], "written month/day/year"),
        (DAYS, "name,x\nk1,04/01/2024\nk2,05/02/2024\n", [date(2024, 1, 4), date(2024, 2, 5)], "Nothing in this file says"),
        (KILOGRAMS, "name,x\nk1,1500 g\nk2,20 g\n", [1.5, 0.02], "converted to kg"),
        (SHARES, "name,x\nk1,0.015\nk2,0.07\n", [0.015, 0.07], "read as fractions"),
        (WHOLE, "name,y,x\nk1,2.5,1.125\nk2,3.5,2.5\n", [1.125, 2.5], "have a decimal point"),
    ],
)
def test_a_file_is_read_in_its_own_notation(tmp_path, before, new, expected, noted):
    first = imported(tmp_path, before).project
    found = imported(tmp_path, new, first, add=True)
    assert values(tmp_path, found.project, "x") == [*values(tmp_path, first, "x"), *expected]
    assert any(noted in str(note.message) for note in found.evidence)


def test_an_order_of_dates_that_a_person_gave_settles_it(tmp_path):
    first = imported(tmp_path, DAYS).project
    month_first = replace(first, source=replace(first.source, dates="month"))
    found = imported(tmp_path, "name,x\nk1,04/01/2024\n", month_first, add=True, as_given=True)
    assert values(tmp_path, found.project, "x")[-1] == date(2024, 4, 1)


@pytest.mark.parametrize(
    ("before", "new", "refused"),
    [
        (HALVES, "name,x\nk1,20.125\nk2,1.250\n", "read both ways"),
        ("name,x\n,kg\n" + HALVES.replace(",", ".").replace(";", ",")[7:], "name,x\n,g\nk1,1500\nk2,20\n", "is in g in this file"),
        (HALVES.replace(",", ".").replace(";", ","), "name,x\n,g\nk1,1500\nk2,20\n", "states no unit"),
    ],
)
def test_what_reads_both_ways_or_has_another_unit_is_refused(tmp_path, before, new, refused):
    first = imported(tmp_path, before).project
    with pytest.raises(UserError, match=refused):
        imported(tmp_path, new, first, add=True)


def test_texts_and_spellings_become_those_of_the_data(tmp_path):
    first = imported(
        tmp_path, "name,x\n" + "".join(f"{'red' if i % 3 else 'blue'},{'yes' if i % 2 else 'no'}\n" for i in range(20))
    ).project
    found = imported(tmp_path, "name,x\nRED,ja\nblue,nein\n", first, add=True).project
    table = read_cells(snapshot_path(tmp_path, found.data)).table
    assert table.slice(20).to_pydict() == {"name": ["red", "blue"], "x": ["yes", "no"]}


def test_typed_cells_are_written_as_the_texts_of_the_data():
    before = Cells(table=pa.table({"n": ["1,5", "2,5"], "d": ["13.03.2024", "14.03.2024"], "b": ["ja", "nein"]}))
    new = Cells(table=pa.table({"n": [20.125, None], "d": [datetime(2024, 4, 1), datetime(2024, 5, 2, 10)], "b": [False, True]}))
    found = written_alike(new, before, decided_cells(before, {}, Silent()).schema).cells.table
    assert found.to_pydict() == {"n": ["20,125", None], "d": ["2024-04-01", "2024-05-02T10:00:00"], "b": ["nein", "ja"]}
    digits = written_alike(Cells(table=pa.table({"b": ["0", "1"]})), before, decided_cells(before, {}, Silent()).schema)
    assert digits.cells.table.to_pydict() == {"b": ["nein", "ja"]}


def test_rows_that_would_be_read_otherwise_are_refused():
    def typed(values):
        return decided_cells(Cells(table=pa.table({"n": values})), {}, Silent())

    before, new = typed([1.5, 2.5]), AlikeCells(Cells(table=pa.table({"n": [3.5]})), {"n": np.array([3.5])}, frozenset())
    refuse_other_values(before, new, typed([1.5, 2.5, 3.5]), "new.csv")
    for values in ([1.5, 25, 3.5], [1.5, 2.5, 35], [1.5, None, 3.5]):
        with pytest.raises(UserError, match="values of “n” would be read as others"):
            refuse_other_values(before, new, typed(values), "new.csv")


def test_rows_of_several_files_are_not_read_again(tmp_path):
    first = imported(tmp_path, HALVES).project
    refuse_several_files(tmp_path, first)
    added = imported(tmp_path, HALVES, first, add=True).project
    assert last_import(tmp_path)[0] is None
    with pytest.raises(UserError, match="rows of several files"):
        refuse_several_files(tmp_path, added)
    refuse_several_files(tmp_path, first)  # the addition was taken back
