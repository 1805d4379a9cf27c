"""Doubts about sheet, table, names and rows left out: asked of an imported project, and settled by a parameter that was given."""

from __future__ import annotations

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import given_source
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.engine.process import ImportFile, ListQuestions
from mlops_desktop.engine.project import Project, new_project_folder, write_project
from mlops_desktop.engine.questions import answer_question
from tests.engine.questions.test_from_preview import WITH_TOTAL, WITHOUT_NAMES

TWO_MARKS = "a,b;c,d\n" + "".join(f"{i * 7 % 30},x;y,{'ab'[i % 2]}\n" for i in range(40))
ROWS = [(f"r{i}", i * 7 % 5, "ab"[i % 2]) for i in range(40)]


def two_sheets(path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "First"
    for sheet, rows in ((book.active, ROWS), (book.create_sheet("Second"), ROWS[:30])):
        for row in (("name", "n", "zone"), *rows):
            sheet.append(row)
    book.create_sheet("Empty")
    book.save(path)


def two_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        for table, rows in (("long", ROWS), ("short", ROWS[:20])):
            database.execute(f"CREATE TABLE {table} (name TEXT, n INTEGER, zone TEXT)")
            database.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)
        database.commit()


def two_members(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("long.csv", "name,n\n" + "".join(f"{name},{n}\n" for name, n, _ in ROWS))
        archive.writestr("short.csv", "name,n\n" + "".join(f"{name},{n}\n" for name, n, _ in ROWS[:20]))


CASES = {
    "t.xlsx": (two_sheets, "source.sheet", "sheet=Second", "sheet", "Second"),
    "t.sqlite": (two_tables, "source.table", "table=short", "table", "short"),
    "t.zip": (two_members, "source.member", "member=short.csv", "member", "short.csv"),
    "names.csv": (lambda path: path.write_text(WITHOUT_NAMES), "source.header", "header=first", "header", "first"),
    "marks.csv": (lambda path: path.write_text(TWO_MARKS), "source.delimiter", "delimiter=semicolon", "delimiter", "semicolon"),
    "total.csv": (lambda path: path.write_text(WITH_TOTAL), "source.total", "keep_all=true", "keep_all", True),
}


def imported(folder: Path, project: Project, file: Path, *, as_given: bool) -> Project:
    return ImportFile(folder, project, str(file), as_given=as_given).run(Silent()).project


def of_source(folder: Path, project: Project) -> dict[str, object]:
    return {one.id: one for one in ListQuestions(folder, project).run(Silent()) if one.id.startswith("source.") and one.open}


@pytest.mark.parametrize("name", CASES)
def test_what_is_in_doubt_about_the_source_is_asked_and_can_be_answered(name, tmp_path):
    write, id_, option, param, value = CASES[name]
    file, folder = tmp_path / name, tmp_path / "p"
    write(file)
    new_project_folder(folder)
    project = imported(folder, Project(name="p"), file, as_given=False)
    write_project(folder, project)
    found = of_source(folder, project)
    assert list(found) == [id_]
    kept = answer_question(project, found[id_], "accept", "It is.")
    assert of_source(folder, kept) == {}
    changed = answer_question(project, found[id_], option)
    assert getattr(changed.source, param) == value
    again = imported(folder, changed, file, as_given=True)
    assert again.data != project.data
    assert of_source(folder, again) == {}


def test_a_parameter_that_was_given_leaves_no_doubt(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text(WITHOUT_NAMES)
    new_project_folder(tmp_path / "p")
    found = imported(tmp_path / "p", Project(name="p"), file, as_given=False)
    assert list(of_source(tmp_path / "p", found)) == ["source.header"]
    source = given_source(file, {"header": "none"})
    project = imported(tmp_path / "p", Project(name="p", source=source), file, as_given=True)
    assert project.data == found.data
    assert of_source(tmp_path / "p", project) == {}


@pytest.mark.parametrize(
    ("cells", "id_", "option", "first"),
    [
        ([f"{i % 11 + 1:02d}/{i % 9 + 1:02d}/2024" for i in range(60)], "reading.date_order.x", "dates=day", "%d/%m/%Y"),
        ([f"€ 1.{100 + i}" for i in range(60)], "reading.decimal.x", "decimal=comma", "."),
    ],
    ids=["dates", "numbers"],
)
def test_what_reads_both_ways_is_settled_for_the_whole_file(tmp_path, cells, id_, option, first):
    file, folder = tmp_path / "t.csv", tmp_path / "p"
    file.write_text("a;x\n" + "".join(f"r{i % 7};{cell}\n" for i, cell in enumerate(cells)), encoding="utf-8")
    new_project_folder(folder)
    project = imported(folder, Project(name="p"), file, as_given=False)
    found = {one.id: one for one in ListQuestions(folder, project).run(Silent())}
    again = imported(folder, answer_question(project, found[id_], option), file, as_given=True)
    column = Pipeline(folder, again).table.schema.column("x")
    assert first in (column.grammar.date, column.grammar.thousands)
    assert id_ not in {one.id for one in ListQuestions(folder, again).run(Silent())}
