"""Every step and model that has a form as a program gives the scores of the application in Python, JavaScript and SQL."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters import _program as program
from mlops_desktop.catalog.exporters import _standalone
from mlops_desktop.catalog.exporters.html_page import PAGE, HtmlPage
from mlops_desktop.catalog.exporters.onnx_model import OnnxModel
from mlops_desktop.catalog.exporters.python_script import PythonScript
from mlops_desktop.catalog.exporters.sql_query import SqlQuery
from mlops_desktop.serving.bundle import Bundle, open_bundle
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.selftest import compare
from mlops_desktop.serving.transforms.compose_date import ComposeDate
from tests.catalog.exporters.programs import DATED, FILES, PROGRAMS, answers_of_page, answers_of_script, same_answers
from tests.serving.conftest import SCORERS, write_bundle


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> dict[str, Bundle]:
    base = tmp_path_factory.mktemp("programs")
    return {name: open_bundle(write_bundle(scorer, base / name / "core")) for name, scorer in PROGRAMS.items()}


EXPORTERS = (PythonScript(), SqlQuery(), HtmlPage(), OnnxModel())
REFUSED = {
    **dict.fromkeys(product(("python_script", "html_page", "sql_query"), ["neighbours"]), "the kind “neighbours”"),
    **dict.fromkeys(product(("sql_query", "onnx_model"), ["dates and texts"]), "The step “date parts”"),
    ("sql_query", "a network"): "the kind “neural net”",
    ("onnx_model", "a constant"): "uses no column",
}


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda one: one.id)
@pytest.mark.parametrize("name", list(PROGRAMS))
def test_the_scores_are_those_of_the_application(name, exporter, opened, tmp_path):
    if exporter.id == "html_page" and shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    if exporter.missing():
        pytest.skip(exporter.missing())
    bundle = opened[name]
    reason = REFUSED.get((exporter.id, name), "")
    assert reason in exporter.unsupported(bundle.scorer)
    if reason:
        return
    assert exporter.unsupported(bundle.scorer) == ""
    exporter.export(bundle.folder, tmp_path, Silent())
    expected = np.array(bundle.golden.scores).reshape(len(bundle.golden.rows), -1)
    parity = compare(bundle.scorer, expected, exporter.read_back(tmp_path, bundle).scores)
    assert parity.passed, parity


@pytest.mark.parametrize("exporter", [PythonScript(), HtmlPage()], ids=lambda one: one.id)
@pytest.mark.parametrize("name", list(FILES))
def test_a_file_is_read_by_the_marks_of_the_training_data(name, exporter, tmp_path):
    if exporter.id == "html_page" and shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    scorer, names, rows = FILES[name]
    bundle = open_bundle(write_bundle(scorer, tmp_path / "core"))
    (tmp_path / "out").mkdir()
    exporter.export(bundle.folder, tmp_path / "out", Silent())
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([names, *rows])
    ask, made = (answers_of_page, PAGE) if exporter.id == "html_page" else (answers_of_script, "predict.py")
    same_answers(bundle, ask(tmp_path / "out" / made, file.getvalue()), names, rows)


CELLS = {"age": 41.0, "income": 5.0, "member": 1.0, "city": "Oslo", "since": "2024-03-28", "note": "moved away"}
ALIKE = {
    "invisible characters": {"note": "mo\u00adved\u2060 a\u200bw\u200day\ufeff"},
    "a day that means no date": {"since": "9999-12-31"},
    "missing": {"age": None, "note": None, "since": None},
}


@pytest.mark.parametrize("exporter", [PythonScript(), HtmlPage()], ids=lambda one: one.id)
def test_its_function_reads_cells_as_the_service_does(exporter, opened, tmp_path, monkeypatch):
    if exporter.id == "html_page" and shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    bundle = opened["dates and texts"]
    exporter.export(bundle.folder, tmp_path, Silent())
    rows = [{**CELLS, **other} for other in ALIKE.values()]
    monkeypatch.setattr(_standalone, "typed_rows", lambda _: rows)
    found = exporter.read_back(tmp_path, bundle).scores
    assert found.ravel() == pytest.approx(bundle.scorer.scores(bundle.schema.from_rows(rows).frame).ravel(), abs=1e-9)


def test_a_step_without_a_form_is_named():
    scorer = SCORERS["binary"]
    dates = ComposeDate("made", ("age",), ("year",), keep=True)
    assert program.refusal(scorer) == ""
    refused = program.refusal(replace(scorer, transforms=(dates, *scorer.transforms)))
    assert refused == "The step “compose date” cannot be written in this form."


@pytest.mark.parametrize(
    ("grammar", "reason"),
    [
        (Grammar(date="%G-W%V"), "The dates of “since” are written as %G-W%V"),
        (Grammar(zone=True), "The dates of “since” are written as ISO 8601 %z"),
    ],
)
def test_texts_that_a_form_cannot_read_are_refused_with_their_column(grammar, reason):
    columns = tuple(replace(one, grammar=grammar) if one.name == "since" else one for one in DATED.schema.columns)
    scorer = replace(DATED, schema=Schema(columns))
    assert reason in PythonScript().unsupported(scorer)
    assert program.refusal(scorer) == ""


def test_typed_rows_are_numbers_levels_and_gaps(opened):
    bundle = opened["a linear model"]
    rows = program.typed_rows(bundle)
    assert len(rows) == len(bundle.golden.rows)
    assert {type(row["age"]) for row in rows} <= {float}
    assert {type(row["city"]) for row in rows} == {str, type(None)}


def test_columns_that_no_model_uses_are_not_read(opened):
    assert [column["name"] for column in program.program_of(opened["a constant"].scorer)["columns"]] == []
    read = [column["name"] for column in program.program_of(opened["a linear model"].scorer)["columns"]]
    assert read == ["age", "income", "member", "city"]
