"""What was proposed follows a change; what a person chose stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.pipeline.proposal import propose
from mlops_desktop.engine.pipeline.re_recommendation import changes, re_recommend
from mlops_desktop.engine.project.assignments import set_note, set_target
from mlops_desktop.engine.project.decisions import Goals, Project
from tests.splitters import splitter


@pytest.fixture
def before(trained):
    return propose(trained.folder, Project(name="p", data=trained.project.data, target="species"), Silent())[0]


def after(trained, before, project):
    return re_recommend(trained.folder, before, project, Silent())


def named(project):
    return {name for step in project.steps for name in getattr(step.component, "columns", ())}


def test_nothing_changes_when_nothing_changed(trained, before):
    assert after(trained, before, before)[0] == before


def test_another_target_renews_all_that_was_proposed(trained, before):
    project = replace(set_target(before, "body_mass_g"), task="regression")
    new, reasons, changes = after(trained, before, project)
    assert new.metric == "neg_root_mean_squared_error"
    assert all(a.supports(task_spec("regression")) for a in new.candidates)
    assert len(new.candidates) >= 2
    assert {"metric", "split"} <= set(reasons)
    assert any(change.startswith("metric: RMSE") for change in changes)
    assert after(trained, new, new)[0] == new


def test_what_a_person_chose_stays(trained, before):
    mine = replace(before, split=splitter(method="random", folds=3), candidates=(choices().algorithms.read("knn"),))
    new, _, _ = after(trained, mine, replace(set_target(mine, "sex"), task=None))
    assert new.split == mine.split
    assert new.candidates == mine.candidates
    assert (new.task, new.positive) == ("binary", "FEMALE")
    assert "sex" not in named(new)


def test_a_metric_of_a_person_that_the_new_task_does_not_have_is_named(trained, before):
    mine = replace(before, metric="f1_macro")
    new, _, changes = after(trained, mine, replace(set_target(mine, "body_mass_g"), task=None))
    assert (new.task, new.metric) == ("regression", "neg_root_mean_squared_error")
    assert any("is for another task" in change for change in changes)


def test_the_edit_itself_is_no_proposal(trained, before):
    project = replace(before, metric="f1_macro")
    assert after(trained, before, project)[0].metric == "f1_macro"


def test_a_score_on_another_scale_is_no_goal_any_more(trained, before):
    with_goal = replace(before, goals=Goals(score=0.9, response_ms=5.0))
    new, _, _ = after(trained, with_goal, replace(set_target(with_goal, "body_mass_g"), task="regression"))
    assert new.goals == Goals(response_ms=5.0)


def test_a_role_changes_the_split_and_the_steps(trained, before):
    new, _, changes = after(trained, before, set_note(before, "island", role="group"))
    assert new.split.id == "grouped"
    assert "island" not in named(new)
    assert f"split: {new.split.label}" in changes
    back, _, _ = after(trained, new, set_note(new, "island", role=None))
    assert back == before


def test_open_decisions_alone_are_filled(trained):
    bare = Project(name="p", data=trained.project.data, target="species")
    new, _, changes = after(trained, bare, bare)
    assert new.candidates
    assert changes


def test_what_cannot_be_predicted_is_refused(trained, before):
    with pytest.raises(UserError):
        after(trained, before, replace(before, target="no such column", task=None, data="f" * 32))


def test_of_a_split_what_changed_is_named(before):
    other = replace(before, split=replace(before.split, equal_together=not before.split.equal_together, test=0.3))
    label = before.split.params()["equal_together"].label
    equal = f"split: {label}" if other.split.equal_together else f"split: no longer “{label}”"
    share = before.split.params()["test"].label
    assert set(changes(before, other)) == {equal, f"split: {share} 0.3"}
    assert changes(before, before) == []
