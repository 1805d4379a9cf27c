"""Decisions that cannot hold any more are taken out, each with a sentence; the others stay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.consistency import consistent, refuse_steps
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.profiling.results import ColumnOverview, Overview, TargetOption
from mlops_desktop.engine.project.decisions import ColumnNote, Costs, Goals, Project, Step
from tests.splitters import splitter


def column(name, tasks, classes=()):
    option = TargetOption(tasks=tuple(tasks), classes=tuple((c, 5) for c in classes)) if tasks else TargetOption(refused="no")
    return ColumnOverview(name, "category", missing=0, distinct=5, bars=(), evidence=(), target=option)


def overview(*columns):
    return Overview(rows=10, columns=columns)


OVERVIEW = overview(
    column("y", ["binary", "multiclass"], ("no", "yes")),
    column("three", ["multiclass"], ("a", "b", "c")),
    column("n", ["regression"]),
    column("g", ["multiclass"], ("u", "v", "w")),
)
GOOD = Project(
    target="y",
    task="binary",
    positive="yes",
    metric="roc_auc",
    goals=Goals(score=0.8, cost=1.0),
    costs=Costs(false_positive=1.0),
    steps=(Step(operation("one_hot", columns=["three", "g"])), Step(operation("scale"))),
    candidates=(choices().algorithms.read("logistic"), choices().algorithms.read("baseline")),
)


def test_what_fits_stays_as_it_is():
    assert consistent(GOOD, OVERVIEW) == (GOOD, [])
    assert consistent(Project(), OVERVIEW) == (Project(), [])


def test_a_decision_about_a_column_that_is_not_there():
    noted = replace(GOOD, columns={"g": ColumnNote(unit="kg"), "typo": ColumnNote(unit="cm")})
    project, messages = consistent(noted, OVERVIEW)
    assert project == replace(GOOD, columns={"g": ColumnNote(unit="kg")})
    assert messages == ["There is no column “typo”, so what was decided about it has no effect."]


def test_a_target_that_is_gone():
    project, messages = consistent(replace(GOOD, target="lost"), OVERVIEW)
    assert (project.target, project.task, project.positive) == ("", None, None)
    assert any("lost" in sentence for sentence in messages)


def test_another_target_takes_out_its_name_in_steps_and_the_other_task():
    project, messages = consistent(replace(GOOD, target="three", task="multiclass"), OVERVIEW)
    assert project.steps[0].component.columns == ("g",)
    assert (project.positive, project.costs, project.goals, project.metric) == (None, None, Goals(), "")
    assert len(messages) == 3
    alone = replace(GOOD, target="g", task=None, steps=(Step(operation("one_hot", columns=["g"])),))
    assert consistent(alone, OVERVIEW)[0].steps == ()


def test_a_task_that_the_column_does_not_allow():
    project, messages = consistent(replace(GOOD, task="regression"), OVERVIEW)
    assert project.task is None
    assert messages == ["“y” does not suit prediction of a number."]


def test_algorithms_of_another_task():
    project, messages = consistent(replace(GOOD, target="n", task="regression", metric="r2"), OVERVIEW)
    assert [a.id for a in project.candidates] == ["baseline"]
    assert any("Logistic" in sentence for sentence in messages)


def test_a_sampler_of_another_task():
    balance = choices().samplers["class_balance"]()
    project, messages = consistent(replace(GOOD, target="n", task="regression", metric="r2", candidates=(), sampler=balance), OVERVIEW)
    assert project.sampler is None
    assert any(balance.label in sentence for sentence in messages)
    assert consistent(replace(GOOD, sampler=balance), OVERVIEW)[0].sampler == balance


def test_a_class_that_is_not_there_and_one_that_only_reads_the_same():
    assert consistent(replace(GOOD, positive="maybe"), OVERVIEW)[0].positive is None
    numbers = overview(column("y", ["binary"], (0, 1)))
    bare = Project(target="y", task="binary", metric="roc_auc")
    assert consistent(replace(bare, positive=1), numbers)[1] == []
    assert consistent(replace(bare, positive=True), numbers)[0].positive is None
    assert consistent(replace(bare, positive="1"), numbers)[0].positive is None


@pytest.mark.parametrize(
    ("split", "role", "fits"),
    [
        (splitter(method="grouped"), "group", True),
        (splitter(method="grouped"), "time", False),
        (splitter(method="time"), None, False),
        (splitter(method="column"), "fold", True),
        (splitter(method="grouped", column="g"), None, True),
        (splitter(method="grouped", column="lost"), None, False),
        (splitter(method="grouped", column="y"), None, False),
        (splitter(method="stratified", folds=7), None, True),
    ],
)
def test_a_split_needs_its_column(split, role, fits):
    notes = {"g": ColumnNote(role=role)} if role else {}
    bare = replace(GOOD, columns=notes, split=split, steps=())
    project, messages = consistent(bare, OVERVIEW)
    assert (project.split == split) is fits
    assert bool(messages) is not fits


def test_a_step_may_name_columns_of_the_table_and_those_that_earlier_steps_make():
    named = [Step(operation("scale", columns=["n", "n is missing"])), Step(operation("scale", columns=["typo"]), on=False)]
    free = [Step(operation("formula", name="new", formula="n + 1")), Step(operation("scale", columns=["new"]))]
    refuse_steps(Project(steps=(*named, *free)), ["n", "g"])
    refuse_steps(Project(steps=(free[1],)), None)
    with pytest.raises(UserError, match="cannot use “new”"):
        refuse_steps(Project(steps=(free[1], *free)), ["n", "g"])
