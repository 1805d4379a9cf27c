"""Spellings of one level, tick boxes and cells of several answers: found, asked about, and read as a person accepts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.targets import target_of
from mlops_desktop.engine.data.typed_table import conform, type_cells
from mlops_desktop.engine.profiling.all_findings import find
from mlops_desktop.engine.profiling.table_overview import overview
from mlops_desktop.engine.project.assignments import set_field
from mlops_desktop.engine.project.decisions import ColumnNote, Project
from mlops_desktop.engine.project.project_file import project_from_json, project_to_json
from mlops_desktop.engine.questions.queue import answer_question, questions
from tests.imported import cells_of

N = 120
RULES = {"spellings", "ticks", "several_answers"}
PROJECT = Project(target="y", task="binary", positive="a")
TICKED = ["x", "", "X", ""] * (N // 4)
CITIES = ["Berlin", "Hamburg", "Leipzig"] * (N // 3)


def table_of(values, notes=None):
    return type_cells(cells_of({"c": values, "y": ["a", "b"] * (len(values) // 2)}), notes or {}, Silent())


def found(values):
    return {f.rule: f.fix for f in find(table_of(values), "y", "binary", {}, Silent()) if f.rule in RULES}


def texts(table) -> list[str | None]:
    return table.frame.texts("c")


@pytest.mark.parametrize(
    ("odd", "usual"),
    [
        ("BERLIN", "Berlin"),
        ("berlin", "Berlin"),
        ("Ber lin", "Berlin"),
        ("Berln", "Berlin"),
        ("Hambrug", "Hamburg"),
        ("Leibzig", "Leipzig"),
        ("Ham-burg", "Hamburg"),
    ],
)
def test_a_spelling_is_found_and_merged(odd, usual):
    values = [odd, "Leipzig", *CITIES]
    assert found(values) == {"spellings": {"recode": {"c": {odd: usual}}}}
    table = table_of(values)
    asked = questions(PROJECT, table, overview(table, Silent()), find(table, "y", "binary", {}, Silent()))
    spelling = next(one for one in asked if one.id == "finding.spellings.c")
    merged = answer_question(PROJECT, spelling, "fix")
    assert project_from_json(project_to_json(merged)) == merged
    read = table_of(values, merged.columns)
    assert texts(read) == [usual, "Leipzig", *CITIES]
    assert read.schema.from_rows([{"c": odd, "y": "a"}]).frame.texts("c") == [usual]
    assert not [f for f in find(read, "y", "binary", {}, Silent()) if f.rule in RULES]


@pytest.mark.parametrize(
    "values",
    [
        CITIES,
        ["INLAND"] * (N - 4) + ["ISLAND"] * 4,
        ["FuseA"] * (N - 4) + ["FuseP"] * 4,
        ["+", "-"] * (N // 2),
        ["10th", "11th"] * (N // 2),
        ["Male", "Female"] * (N // 2),
        ["Chile"] * (N - 4) + ["China"] * 4,
        ["A-1", "A1"] * (N // 2),
        ["left", "right", ""] * (N // 3),
        ["red", "", ""] * (N // 3),
        ["Smith, John", "Miller, Ann", "Baker, Tom"] * (N // 3),
        ["2001-02", "2002-03", "2010-11"] * (N // 3),
    ],
)
def test_no_false_alarm(values):
    assert found(values) == {}


@pytest.mark.parametrize(
    "values",
    [
        TICKED,
        ["yes", "", "", "yes"] * (N // 4),
        ["✓", "", "", ""] * (N // 4),
        ["1", "", "", "1"] * (N // 4),
        ["TRUE", "", "", "TRUE"] * (N // 4),
        pa.array([1.0, None, None, 1.0] * (N // 4)),
        pa.array([True, None, None, True] * (N // 4)),
    ],
)
def test_an_empty_tick_box_means_no_when_a_person_says_so(values):
    cells = cells_of(pa.table({"c": values, "y": ["a", "b"] * (N // 2)}))
    table = type_cells(cells, {}, Silent())
    findings = find(table, "y", "binary", {}, Silent())
    fix = {f.rule: f.fix for f in findings}["ticks"]
    assert "missing" not in {f.rule for f in findings}
    read = type_cells(cells, {"c": ColumnNote(recode=fix["recode"]["c"])}, Silent())
    ticked = [1.0 if value else 0.0 for value in cells.table["c"].to_pylist()]
    assert read.schema.column("c").type == "boolean"
    assert read.frame.number("c").tolist() == ticked
    assert conform(cells, read.schema).frame.number("c").tolist() == ticked
    sent = read.schema.from_rows([{"c": None, "y": "a"}, {"c": "", "y": "a"}, {"c": "yes", "y": "a"}, {"y": "a"}])
    assert not sent.errors
    assert sent.frame.number("c").tolist() == [0.0, 0.0, 1.0, 0.0]
    from_texts = read.schema.from_texts({"c": ["", "yes"], "y": ["a", "b"]}, 2)
    assert from_texts.frame.number("c").tolist() == [0.0, 1.0]
    assert target_of(read, "c", "binary").classes == ("no", "yes")


def test_empty_cells_of_a_category_stand_for_a_level():
    notes = {"c": ColumnNote(recode={"": "none"})}
    values = ["red", "blue", ""] * (N // 3)
    read = table_of(values, notes)
    assert texts(read) == ["red", "blue", "none"] * (N // 3)
    assert read.schema.from_rows([{"c": None, "y": "a"}]).frame.texts("c") == ["none"]
    assert read.schema.from_texts({"c": ["", "red"], "y": ["a", "b"]}, 2).frame.texts("c") == ["none", "red"]
    typed = type_cells(
        cells_of(pa.table({"c": pa.array([1, None, 2] * 4)})), {"c": ColumnNote(type="category", recode={"": "none"})}, Silent()
    )
    assert typed.frame.texts("c") == ["1", "none", "2"] * 4


def test_several_answers_in_a_cell():
    rng = np.random.default_rng(0)
    values = [";".join(a for a in ("bike", "car", "train", "bus") if rng.random() < 0.5) for _ in range(N)]
    assert found(values) == {"several_answers": {"step": {"id": "answer_columns", "params": {"columns": ["c"], "separator": ";"}}}}


def test_codes_of_several_answers_in_a_cell():
    values = ["1;3", "2", "1;2;3", "3", "4;1", "2"] * (N // 6)
    assert found(values) == {"several_answers": {"step": {"id": "answer_columns", "params": {"columns": ["c"], "separator": ";"}}}}


def test_what_texts_stand_for_is_set_by_hand():
    project = set_field(Project(), 'recode.c={"": "no", "x": "yes"}')
    assert project.columns["c"].recode == {"": "no", "x": "yes"}
    assert set_field(project, "recode.c=").columns == {}
