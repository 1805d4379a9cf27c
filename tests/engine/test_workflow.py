"""States of the stages are derived, so undo brings them back."""

from __future__ import annotations

from dataclasses import replace

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.evaluation.final_evaluation import held_out_evaluation
from mlops_desktop.engine.packaging.export import export_run, make_exporter
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.workflow import STAGES, ProjectStatus, project_status, stages

NOTHING = ProjectStatus(None, False, False, False)


def test_what_was_only_proposed_is_done_once_it_was_seen(trained):
    status = ProjectStatus(None, False, True, False)
    assert trained.project.steps
    for seen, state in (((), "open"), (("data", "preprocess"), "done")):
        found = {s.id: s.state for s in stages(trained.project, status, seen)}
        assert (found["problem"], found["data"], found["preprocess"]) == ("done", state, state)


def test_deploy_is_done_by_an_export(trained, copy_of, tmp_path):
    made = copy_of(trained, name="not exported yet")
    assert states(made)["deploy"] == "open"
    export_run(open_chosen(made.pipeline, made.runs, Silent()), made.runs, make_exporter("rest_bundle", {}), tmp_path / "out", Silent())
    assert states(made)["deploy"] == "done"


def states(made) -> dict[str, str]:
    return {s.id: s.state for s in stages(made.project, project_status(made.project, made.pipeline.store, made.runs))}


def test_an_empty_project_is_locked_but_for_the_first_stage():
    found = stages(Project(), NOTHING)
    assert [s.id for s in found] == list(STAGES)
    assert found[0].state == "open"
    assert all(s.state == "locked" and s.reason for s in found[1:])


def test_without_a_model_the_last_stages_are_locked(trained):
    found = {s.id: s for s in stages(trained.project, NOTHING)}
    assert found["train"].state == "open"
    assert found["app"].state == "locked"
    assert found["app"].reason


def test_a_change_makes_results_out_of_date_and_undo_brings_them_back(trained, copy_of):
    made = copy_of(trained)
    assert states(made)["train"] == "done"
    changed = type(made)(made.folder, replace(made.project, seed=77))
    assert {states(changed)[s] for s in ("train", "evaluate", "app", "deploy")} == {"stale"}
    assert states(type(made)(made.folder, replace(changed.project, seed=made.project.seed)))["train"] == "done"


def test_an_evaluated_test_set_is_shown(trained, copy_of):
    made = copy_of(trained)
    assert states(made)["evaluate"] in ("open", "done")
    held_out_evaluation(open_chosen(made.pipeline, made.runs, Silent()), made.runs, "test", Silent())
    assert states(made)["evaluate"] == "done"


def test_steps_are_counted_with_those_that_are_off(trained, copy_of):
    made = copy_of(trained)
    off = replace(made.project, steps=tuple(replace(step, on=False) for step in made.project.steps))
    summary = next(s.summary for s in stages(off, NOTHING) if s.id == "preprocess")
    assert "off" in summary
