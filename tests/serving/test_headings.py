"""Headings between the rows as a column: which row belongs to which, alike in program and bundle."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import load_anew, load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.csv_io import CsvInput
from mlops_desktop.serving.headings import HEADING, headings
from mlops_desktop.serving.table_finder import LeftOut
from tests.reading.table_case import written
from tests.reading.test_bundle_reading import assert_read_alike

FRUIT = "Item;Price;Stock\nFruit;;\nApple;1,20;5\nPear;2,50;7\nVegetables;;\nLeek;0,90;4\nKale;1,75;9\nPage 2;;\nMint;1,10;3\n"
EXPECTED = ["Fruit", "Fruit", *["Vegetables"] * 3]


def test_each_row_has_the_last_heading_above_it():
    left = [LeftOut(1, "head", "A"), LeftOut(3, "inside", "x"), LeftOut(5, "head", "B")]
    assert headings(left, 5) == ["", "A", "A", "B", "B"]
    assert headings([], 2) == ["", ""]


def test_a_person_makes_them_a_column_and_new_files_have_it_too(tmp_path):
    source = replace(choices().sources["delimited"](), heads="column")
    path = written(tmp_path, FRUIT)
    cells = load_cells(path, source, Silent())[1]
    assert (cells.rows, cells.table.column(HEADING).to_pylist()) == (5, EXPECTED)
    assert "head" in {note.rule for note in cells.notes}
    schema = type_cells(cells, {}, Silent()).schema
    assert load_anew(path, None, {column.name for column in schema.columns}, Silent())[1].table.column(HEADING).to_pylist() == EXPECTED
    assert_read_alike(path, schema)
    table = CsvInput(io.StringIO(FRUIT, newline=""), schema)
    assert [text for chunk in table.chunks() for text in chunk.checked.frame.texts(HEADING)] == EXPECTED
    assert any("heads" in message or "head the rows" in message for message in table.left_out)


def test_headings_that_were_left_out_are_asked_about(tmp_path):
    lines = ["n;Price;Stock", "Fruit;;", "1;1,20;5", "2;2,50;7", "Vegetables;;", "3;0,90;4", "4;1,75;9"]
    cells = load_cells(written(tmp_path, "\n".join(lines)), None, Silent())[1]
    (note,) = [note for note in cells.notes if note.rule == "heads"]
    assert (cells.rows, note.parameter, note.values) == (4, "heads", ("column",))


def test_headings_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Item", "Price"], ["Fruit"], ["Apple", 1.5], ["Pear", 2.5], ["Roots"], ["Leek", 0.5], ["Beet", 1.25]):
        book.active.append(row)
    book.active.merge_cells("A2:B2")
    book.save(tmp_path / "x.xlsx")
    cells = load_cells(tmp_path / "x.xlsx", replace(choices().sources["excel"](), heads="column"), Silent())[1]
    assert cells.table.column(HEADING).to_pylist() == ["Fruit", "Fruit", "Roots", "Roots"]
