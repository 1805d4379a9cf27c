"""What a project takes from another one to read its file: decisions on reading, and nothing else."""

from dataclasses import replace

import pytest

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project import Answer, ColumnNote, Project
from mlops_desktop.engine.questions import read_like

TEXT, WORKBOOK = choices().sources["delimited"], choices().sources["excel"]
ACCEPTED = Answer(option="accept")
LIKE = Project(
    name="old",
    target="y",
    metric="r2",
    source=TEXT(decimal="comma"),
    columns={"a": ColumnNote(unit="kg"), "y": ColumnNote(unit="m")},
    answers={"reading.decimal.a": ACCEPTED, "source.delimiter": ACCEPTED, "finding.codes.b": ACCEPTED},
    seed=9,
)


def test_decisions_on_reading_join_those_of_the_project():
    columns = {"y": ColumnNote(unit="cm"), "z": ColumnNote(unit="s")}
    project = Project(name="new", target="z", columns=columns, answers={"check.a": ACCEPTED})
    found = read_like(project, LIKE)
    assert found == replace(
        project,
        source=LIKE.source,
        columns={**project.columns, **LIKE.columns},
        answers=dict.fromkeys(("check.a", "reading.decimal.a", "source.delimiter"), ACCEPTED),
    )
    assert read_like(replace(project, target=""), LIKE).target == "y"


@pytest.mark.parametrize(
    ("known", "like", "used"),
    [(TEXT(), LIKE, LIKE.source), (WORKBOOK(), LIKE, WORKBOOK()), (TEXT(), Project(), TEXT())],
)
def test_parameters_are_those_of_the_same_kind_of_source(known, like, used):
    assert read_like(Project(source=known), like).source == used
