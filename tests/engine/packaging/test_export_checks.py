"""What is before an export, by the state of a real project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.diagnostics import CheckFacts
from mlops_desktop.engine.diagnostics.facts import Comparison, PartSizes
from mlops_desktop.engine.evaluation import Evaluation
from mlops_desktop.engine.packaging.export_checks import bytes_text, consent_ids, readiness
from mlops_desktop.engine.pipeline import keys
from mlops_desktop.engine.pipeline.candidate import Combination
from mlops_desktop.engine.process import CheckGoals, Evaluate
from mlops_desktop.engine.project.decisions import Goals
from mlops_desktop.engine.training.final_model import chosen_run, open_chosen
from mlops_desktop.engine.workflow import ProjectStatus, project_status


def checks(made, found: ProjectStatus | None = None):
    store = made.pipeline.store
    found = found or project_status(made.project, store, made.runs)
    return {check.id: check for check in readiness(made.project, found, store, made.runs)}


def test_without_a_model_nothing_else_is_checked(trained):
    only = checks(trained, ProjectStatus(None, True, True, False))
    assert list(only) == ["model"]
    assert only["model"].blocks
    assert only["model"].act == "train"


def test_a_trained_model_can_be_exported(trained, copy_of):
    made = copy_of(trained)
    found = checks(made)
    assert not any(check.blocks for check in found.values())
    assert found["model"].tone == "ok"
    assert found["libraries"].tone == "ok"
    assert (found["goals"].title, found["goals"].act) == ("No goals are set", "problem")


@pytest.mark.parametrize(("error", "tone", "text"), [(0.5, "ok", ""), (1.5, "err", "Better than the baseline")])
def test_what_the_checks_of_the_model_left_open_is_listed(trained, copy_of, error, tone, text):
    made = copy_of(trained, refit="train")
    assert (checks(made)["in_doubt"].tone, checks(made)["in_doubt"].act) == ("warn", "evaluate")
    best = project_status(made.project, made.pipeline.store, made.runs).best
    rows, lift = PartSizes(9000, 9000, "rows", 9000, 9000), Comparison(9000, error, 1.0, float(error > 1), float(error < 1))
    facts = CheckFacts(run=best.id, task=made.project.task, metric=made.project.metric, parts=rows, lift=lift)
    made.pipeline.store.put_value(made.pipeline.keys.checks(best.id), facts)
    found = checks(made)["in_doubt"]
    assert found.tone == tone
    assert text in found.text


@pytest.mark.parametrize(("least", "tone"), [(0.5, "ok"), (1.01, "err")])
def test_goals_are_checked_once_they_were_measured(trained, copy_of, least, tone):
    made = copy_of(trained, goals=Goals(score=least, response_ms=1e6))
    Evaluate(made.folder, made.project).run(Silent())
    assert checks(made)["goals"].act == "check"
    CheckGoals(made.folder, made.project).run(Silent())
    found = checks(made)
    assert found["goal_score"].tone == tone
    assert found["goal_response_ms"].tone == "ok"
    assert found["evaluated"].tone == "ok"
    assert "the export is no further use" in found["evaluated"].text
    assert "; the baseline has " in found["evaluated"].text


def test_a_held_out_score_no_better_than_the_baseline_is_an_error_before_an_export(trained, copy_of):
    made = copy_of(trained)
    Evaluate(made.folder, made.project).run(Silent())
    key = made.pipeline.keys.evaluation(chosen_run(made.pipeline, made.runs).id)
    measured = made.pipeline.store.get_value(key, Evaluation)
    metrics = tuple(replace(one, value=one.baseline) for one in measured.metrics)
    made.pipeline.store.remove([key])
    made.pipeline.store.put_value(key, replace(measured, metrics=metrics))
    assert checks(made)["evaluated"].tone == "err"


def test_rows_in_the_model_need_consent(trained, copy_of):
    made = copy_of(trained)
    best = project_status(made.project, made.pipeline.store, made.runs).best
    knn, logistic = (made.candidate(choices().algorithms.read(id_)) for id_ in ("knn", "logistic"))
    keeper = replace(best, algorithm_id="knn", label="Nearest neighbours", candidate=knn.to_json())
    blend = Combination(choices().ensembles["weighted_mean"](), (logistic, knn))
    assert consent_ids(made.project, best) == frozenset()
    assert consent_ids(made.project, keeper) == {"knn"}
    assert consent_ids(made.project, replace(best, algorithm_id="weighted_mean", candidate=blend.to_json())) == {"knn"}
    assert consent_ids(made.project, replace(keeper, candidate={"algorithm": {"id": "gone"}})) == frozenset()
    found = ProjectStatus(keeper, True, True, False)
    assert checks(made, found)["consent"].blocks
    agreed = replace(made, project=replace(made.project, consent=frozenset({"knn"})))
    assert not checks(agreed, found)["consent"].blocks


def test_other_libraries_are_named(trained):
    best = project_status(trained.project, trained.pipeline.store, trained.runs).best
    found = ProjectStatus(replace(best, versions={**best.versions, "numpy": "0.1", "no-such-package": "1"}), True, True, False)
    assert "numpy 0.1" in checks(trained, found)["libraries"].text


def test_libraries_of_the_stored_model_are_compared_too(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    best = chosen_run(made.pipeline, made.runs)
    made.pipeline.store.clear()
    monkeypatch.setattr(keys, "installed_version", lambda name: "0.2")
    open_chosen(made.pipeline, made.runs, Silent())
    found = ProjectStatus(best, True, True, False)
    assert "scipy 0.2" in checks(made, found)["libraries"].text


@pytest.mark.parametrize(("size", "text"), [(12, "12 bytes"), (412_300, "412 kB"), (2_900_000, "2.9 MB"), (38_000_000, "38 MB")])
def test_sizes(size, text):
    assert bytes_text(size) == text
