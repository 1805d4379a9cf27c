"""Texts whose cells stand between a seldom mark: a doubt that names it, and a setting that takes any character."""

from __future__ import annotations

import io

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources.delimited import Delimited
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.questions.from_source import source_questions
from mlops_desktop.serving.csv_table import find_csv_table
from tests.reading.table_case import written

ROWS = [["id", "name", "amount"], *([str(i), f"Name {i}", f"{i * 1.5}"] for i in range(1, 20))]


def doubt_of(folder, text):
    """The names of the columns, and the parameter with its values that a delimiter in doubt has."""
    source, cells = load_cells(written(folder, text), None, Silent())
    found = [(note.parameter, note.values) for note in cells.notes if note.rule == "delimiter"]
    assert len([one for one in source_questions(source, cells.notes) if one.id == "source.delimiter"]) == len(found)
    return cells.names, found


@pytest.mark.parametrize("mark", [*"§¤¬·#/_~^:"])
def test_a_mark_that_nearly_all_lines_hold_equally_often_is_a_doubt(mark, tmp_path):
    text = "\n".join([*map(mark.join, ROWS), "only one", ""])
    assert doubt_of(tmp_path, text) == ([mark.join(ROWS[0])], [("mark", (mark,))])
    source, cells = load_cells(tmp_path / "x.csv", Delimited(mark=mark), Silent(), as_given=True)
    assert cells.names == ROWS[0]
    assert cells.rows == 19  # a last line that fits no column is left out, and noted
    guessed = source.guess(str(tmp_path / "x.csv"))
    assert load_cells(tmp_path / "x.csv", guessed, Silent(), as_given=True)[1].names == ROWS[0]


@pytest.mark.parametrize("mark", "¦\x01")
def test_marks_that_no_text_holds_part_cells_though_a_line_is_odd(mark, tmp_path):
    text = "\n".join([*map(mark.join, ROWS), "only one", ""])
    assert doubt_of(tmp_path, text) == (ROWS[0], [])


def test_decimal_commas_do_not_hide_a_seldom_mark(tmp_path):
    text = "\n".join([*("§".join(row).replace(".", ",") for row in ROWS), "only one", ""])
    assert ("mark", ("§",)) in doubt_of(tmp_path, text)[1]


@pytest.mark.parametrize(
    "lines",
    [
        ["code", *(f"A-{i:03}" for i in range(20))],
        ["mail", *(f"a{i}@example.org" for i in range(20))],
        ["day", *(f"2024-01-{i:02}" for i in range(10, 30))],
        ["text", *(f"This is sentence {i}." for i in range(20))],
        ["a,b", *(f"x:{i},y" for i in range(20))],
    ],
    ids=lambda lines: lines[0],
)
def test_marks_of_values_are_no_doubt(lines, tmp_path):
    assert doubt_of(tmp_path, "\n".join([*lines, ""]))[1] == []


@pytest.mark.parametrize("mark", ["ab", "x", "7", '"', "\n"])
def test_what_cannot_stand_between_cells_is_refused(mark, tmp_path):
    with pytest.raises(UserError, match="cannot stand between cells"):
        load_cells(written(tmp_path, "a,b\n1,2\n"), Delimited(mark=mark), Silent(), as_given=True)


def test_a_line_that_names_a_seldom_mark_is_believed(tmp_path):
    source, cells = load_cells(written(tmp_path, "sep=§\n" + "\n".join(map("§".join, ROWS))), None, Silent())
    assert (cells.names, source.mark) == (ROWS[0], "§")


def test_a_new_file_is_parted_where_the_known_names_are(tmp_path):
    text = "\n".join([*map("§".join, ROWS), "only one", ""])
    assert list(find_csv_table(io.StringIO(text, newline=""), ROWS[0]).header) == ROWS[0]
