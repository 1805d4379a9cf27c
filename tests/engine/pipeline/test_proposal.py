"""Proposals: every open decision is filled with a reason; what a person decided stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.pipeline import Flow
from mlops_desktop.engine.pipeline.proposal import propose, suggestions
from mlops_desktop.engine.pipeline.recommendations import read_suggestions
from mlops_desktop.engine.project.decisions import ColumnNote, Project, Split, Step


def test_everything_open_is_filled_with_a_reason(trained):
    bare = Project(name="p", data=trained.project.data, loader=trained.project.loader)
    project, reasons = propose(trained.folder, bare, Silent())
    assert project.target == "species"
    assert project.task == "multiclass"
    assert project.metric
    assert project.steps
    assert {a.id for a in project.candidates} >= {"baseline", "logistic"}
    assert {"target", "task", "metric", "split"} <= set(reasons)
    assert all(reason.endswith(".") for reason in reasons.values())


def test_what_was_decided_stays(trained):
    mine = replace(trained.project, split=Split(method="random", folds=3), metric="accuracy")
    project, reasons = propose(trained.folder, mine, Silent())
    assert project == mine
    assert not reasons


def test_another_target_gets_what_it_needs(trained):
    other = replace(trained.project, target="sex", task=None, steps=(), candidates=(), split=Split())
    project, reasons = propose(trained.folder, other, Silent())
    assert project.task == "binary"
    assert project.positive in ("FEMALE", "MALE")
    assert "drop_missing_target" in {step.component.id for step in project.cleaners}
    assert "rows have no value" in reasons["cleaners"]
    back, _ = propose(trained.folder, replace(project, target="species", task=None), Silent())
    assert back.positive is None
    off = replace(project, target="sex", cleaners=(replace(project.cleaners[0], on=False),))
    assert propose(trained.folder, off, Silent())[0].cleaners == project.cleaners  # it cannot stay off
    known = Step(choices().cleaners.read({"id": "filter_rows", "params": {"condition": "not is_missing(sex)"}}))
    kept = replace(off, cleaners=(*off.cleaners, known))
    assert propose(trained.folder, kept, Silent())[0].cleaners == kept.cleaners  # another one sees to these rows


def test_what_was_found_sound_is_kept_with_its_reasons(trained, copy_of):
    made = copy_of(trained, target="sex", task=None, positive=None, steps=(), candidates=(), split=Split())
    project, reasons = propose(made.folder, made.project, Silent())
    flow = Flow(made.folder, project)
    found = read_suggestions(flow.store, flow.keys.suggestions)
    assert [component.id for component, _ in found] == ["drop_missing_target", *(step.component.id for step in project.steps)]
    assert found[0][1] == reasons["cleaners"]
    assert [f"{component.label}: {why}" for component, why in found[1:]] == [reasons[f"steps.{i}"] for i in range(len(project.steps))]
    flow.store.clear()
    assert suggestions(Flow(made.folder, project)) == found
    assert flow.keys.suggestions in flow.store


def test_a_role_of_a_person_is_kept(trained):
    mine = replace(trained.project, columns={"island": ColumnNote(role="group")}, split=Split())
    project, reasons = propose(trained.folder, mine, Silent())
    assert project.columns["island"].role == "group"
    assert project.split.method == "grouped"
    assert "split" in reasons


def test_an_unknown_target_is_named_with_what_there_is(trained):
    with pytest.raises(UserError, match="no column “nothing”"):
        propose(trained.folder, replace(trained.project, target="nothing"), Silent())
