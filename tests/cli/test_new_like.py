"""`new --like PROJECT` reads a file and its columns as another project decided."""

from __future__ import annotations

import argparse

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.cli.project import _new_project
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project import Answer, ColumnNote, Project, write_project

SOURCE = choices().sources["delimited"](decimal="comma")
LIKE = Project(
    name="old",
    target="y",
    source=SOURCE,
    columns={"a": ColumnNote(type="text")},
    answers={"reading.decimal.a": Answer(option="accept", reason="so"), "finding.codes.b": Answer(option="accept", reason="so")},
    seed=9,
)


def made(tmp_path, like, target="", source=()):
    (tmp_path / "x.csv").write_text("a,y\n1,2\n", encoding="utf-8")
    given = {"dir": tmp_path / "new", "target": target, "task": None, "metric": "", "source": [*source], "like": like}
    return _new_project(argparse.Namespace(data=str(tmp_path / "x.csv"), **given))


def test_the_reading_of_another_project_is_taken_and_nothing_else(tmp_path):
    (tmp_path / "old").mkdir()
    write_project(tmp_path / "old", LIKE)
    project = made(tmp_path, tmp_path / "old")
    assert (project.name, project.target, project.source, project.columns) == ("new", "y", SOURCE, LIKE.columns)
    assert (list(project.answers), project.seed) == (["reading.decimal.a"], Project().seed)


def test_what_is_given_goes_before(tmp_path):
    (tmp_path / "old").mkdir()
    write_project(tmp_path / "old", LIKE)
    project = made(tmp_path, tmp_path / "old", "a", ["decimal=point"])
    assert (project.target, project.source.decimal) == ("a", "point")
    assert made(tmp_path, None).columns == {}


def test_a_project_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError):
        made(tmp_path, tmp_path / "gone")
