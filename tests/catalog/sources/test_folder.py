"""Files of a folder below each other: what differs is reported."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.importing import import_cells, last_import
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.project import Project

FOLDER = choices().sources["folder"]


def load(location, source=None):
    cells = load_cells(location, source, Silent())[1]
    return cells.table.to_pylist(), " ".join(note.message for note in cells.notes)


def write(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def test_files_of_a_folder_stand_below_each_other_in_the_order_of_their_names(tmp_path):
    write(tmp_path, b="id,x\n3,c\n", a="id;x\n1;a\n2;b\n")
    rows, notes = load(tmp_path)
    assert rows == [{"id": "1", "x": "a"}, {"id": "2", "x": "b"}, {"id": "3", "x": "c"}]
    assert notes == "2 files were read, 3 rows in all."


def test_columns_that_differ_are_reported_and_the_name_of_the_file_is_a_column_by_choice(tmp_path):
    write(tmp_path, a="id,x\n1,a\n", b="id,y\n2,5\n", c="id,y\n3,6\n")
    (tmp_path / "notes.md").write_text("x")
    (tmp_path / ".hidden.csv").write_text("x")
    rows, notes = load(tmp_path, FOLDER(file_column=True))
    assert rows == [
        {"id": "1", "x": "a", "y": None, "file": "a.csv"},
        {"id": "2", "x": None, "y": "5", "file": "b.csv"},
        {"id": "3", "x": None, "y": "6", "file": "c.csv"},
    ]
    assert "“a.csv” has no column “y”" in notes
    assert "“b.csv” and 1 more has no column “x”" in notes
    assert "left out: “notes.md”" in notes


def test_a_pattern_chooses_the_files_and_kinds_may_differ(tmp_path):
    write(tmp_path, a="id,x\n1,a\n")
    (tmp_path / "b.json").write_text('[{"id": 2, "x": "b"}]')
    (tmp_path / "c.txt").write_text("id,x\n9,z\n")
    rows, notes = load(tmp_path, FOLDER(pattern="[ab].*"))
    assert rows == [{"id": "1", "x": "a"}, {"id": "2", "x": "b"}]
    assert "The column has another type in some of the tables" in notes
    with pytest.raises(UserError, match="no such file"):
        load(tmp_path, FOLDER(pattern="*.xlsx"))


def test_a_folder_is_a_location_of_a_project(tmp_path):
    data = tmp_path / "my data?"
    data.mkdir()
    write(data, a="id,y\n1,a\n2,b\n")
    found = import_cells(tmp_path / "project", data, Project(target="y"), Silent())
    assert (found.project.file, found.project.source, found.rows) == ("my data?", FOLDER(), 2)
    again = last_import(tmp_path / "project")[0]
    assert import_cells(tmp_path / "project", again, found.project, Silent()).project.data == found.project.data


def test_a_damaged_file_of_a_folder_is_named(tmp_path):
    write(tmp_path, a="id,x\n1,a\n")
    (tmp_path / "b.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)
    with pytest.raises(UserError, match=r"“b\.csv” is not a text file"):
        load(tmp_path)
