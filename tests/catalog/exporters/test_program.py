"""Every step and model that has a form as a program gives the scores of the application in Python, JavaScript and SQL."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters import _program as program
from mlops_desktop.catalog.exporters.html_page import HtmlPage
from mlops_desktop.catalog.exporters.python_script import PythonScript
from mlops_desktop.catalog.exporters.sql_query import SqlQuery
from mlops_desktop.serving.bundle import Bundle, open_bundle
from mlops_desktop.serving.selftest import compare
from mlops_desktop.serving.transforms.date_parts import DateParts
from tests.catalog.exporters.programs import PROGRAMS, SQL_TOO
from tests.serving.conftest import SCORERS, write_bundle


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> dict[str, Bundle]:
    base = tmp_path_factory.mktemp("programs")
    return {name: open_bundle(write_bundle(scorer, base / name / "core")) for name, scorer in PROGRAMS.items()}


@pytest.mark.parametrize("exporter", [PythonScript(), SqlQuery(), HtmlPage()], ids=lambda one: one.id)
@pytest.mark.parametrize("name", list(PROGRAMS))
def test_the_scores_are_those_of_the_application(name, exporter, opened, tmp_path):
    if exporter.id == "html_page" and shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    bundle = opened[name]
    if exporter.id == "sql_query" and name not in SQL_TOO:
        assert exporter.unsupported(bundle.scorer) == "A model of the kind “neural net” cannot be written in this form."
        return
    assert exporter.unsupported(bundle.scorer) == ""
    exporter.export(bundle.folder, tmp_path, Silent())
    expected = np.array(bundle.golden.scores).reshape(len(bundle.golden.rows), -1)
    parity = compare(bundle.scorer, expected, exporter.read_back(tmp_path, bundle).scores)
    assert parity.passed, parity


def test_a_step_without_a_form_is_named():
    dates = DateParts(("since",), (("year",),), (("year",),), (0,))
    scorer = SCORERS["binary"]
    assert program.refusal(scorer) == ""
    assert (
        program.refusal(replace(scorer, transforms=(dates, *scorer.transforms))) == "The step “date parts” cannot be written in this form."
    )


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
