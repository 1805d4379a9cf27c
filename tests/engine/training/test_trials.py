"""Trials: fold by fold, kept, repeatable; failures have their reason."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.project.decisions import Step
from mlops_desktop.engine.training import trials
from mlops_desktop.engine.training.trials import Folds, out_of_fold, run_trial


def algorithm(id_: str, **params: object):
    return choices().algorithms.read({"id": id_, "params": params})


class Counting:
    """A job that counts the folds it hears of."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def step(self, fraction: float, message: str = "") -> None:
        if "fold" in message:
            self.messages.append(message)

    def partial(self, data: object) -> None:
        """Nobody asks."""


def test_a_fold_in_the_store_is_not_fitted_again(trained, copy_of):
    made = copy_of(trained)
    tree = algorithm("decision_tree", max_depth=3)
    first, again = Counting(), Counting()
    one = run_trial(Folds(made.pipeline), made.candidate(tree), 1, first)
    two = run_trial(Folds(made.pipeline), made.candidate(tree), 1, again)
    assert len(first.messages) == len(made.pipeline.folds)
    assert not again.messages
    assert (one.score, one.std, one.fold_scores, one.id) == (two.score, two.std, two.fold_scores, two.id)


def test_loading_libraries_is_not_in_the_seconds_of_a_fit(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    now = [0.0]
    monkeypatch.setattr(trials, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr(trials, "load_libraries", lambda components: now.append(now.pop() + 1.0))
    assert run_trial(Folds(made.pipeline), made.candidate(algorithm("decision_tree", max_depth=2)), 1, Silent()).seconds == 0.0
    assert now[0] >= 1.0


def test_every_row_is_scored_once_by_a_model_that_did_not_see_it(trained):
    rows, scores = out_of_fold(trained.pipeline, trained.candidate(algorithm("logistic")))
    assert sorted(rows) == list(range(trained.pipeline.train.frame.rows))
    assert np.allclose(scores.sum(axis=1), 1)


def test_folds_side_by_side_give_the_same_run(trained, copy_of):
    made = copy_of(trained)
    tree = algorithm("decision_tree", max_depth=4)
    alone = run_trial(Folds(Pipeline(made.folder, made.project)), made.candidate(tree), 1, Silent())
    for fold in range(len(made.pipeline.folds)):
        made.pipeline.store._discard(made.pipeline.keys.fold(made.candidate(tree), fold))
    beside = run_trial(Folds(Pipeline(made.folder, made.project)), made.candidate(tree), 1, Silent(), jobs=2)
    assert alone.fold_scores == beside.fold_scores


def test_a_failing_trial_is_listed_with_its_reason(trained, copy_of):
    nothing_filled = tuple(Step(s.component, s.on and s.component.id != "impute_numbers") for s in trained.project.steps)
    made = copy_of(trained, steps=nothing_filled)
    run = run_trial(Folds(made.pipeline), made.candidate(algorithm("logistic")), 1, Silent())
    assert run.status == "failed"
    assert run.score is None
    assert "missing" in run.reason


def test_a_fault_of_a_library_is_a_failed_run_too(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    tree = algorithm("decision_tree", max_depth=5)

    def burst(*_: object) -> None:
        raise ValueError("singular matrix\nand more")

    monkeypatch.setattr(type(tree), "build", burst)
    run = run_trial(Folds(made.pipeline), made.candidate(tree), 1, Silent())
    assert run.status == "failed"
    assert run.reason == "ValueError: singular matrix (fold 1 of 5)"


def test_a_metric_that_no_fold_defines_fails_the_run(trained, copy_of):
    made = copy_of(trained)
    missing = replace(made.project, metric="roc_auc_ovr")
    run = run_trial(Folds(Pipeline(made.folder, missing)), made.candidate(algorithm("baseline")), 1, Silent())
    assert run.status == "done"
    assert run.score == pytest.approx(0.5)


def test_slow_folds_run_in_parallel_with_the_same_results(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    tree = algorithm("decision_tree", max_depth=8)
    alone = run_trial(Folds(made.pipeline), made.candidate(tree), 1, Silent(), jobs=0)  # quick folds: one after the other
    made.pipeline.store.clear()
    monkeypatch.setattr("mlops_desktop.engine.training.trials.PARALLEL_FROM", 0.0)
    used = []
    monkeypatch.setattr(Folds, "processes", lambda self: used.append(True) or 2)
    beside = run_trial(Folds(Pipeline(made.folder, made.project)), made.candidate(tree), 1, Silent(), jobs=0)
    assert used == [True]
    assert beside.fold_scores == alone.fold_scores


def test_a_slow_trial_can_be_pruned_before_its_folds_run_in_parallel(trained, copy_of, monkeypatch):
    made = copy_of(trained)
    monkeypatch.setattr("mlops_desktop.engine.training.trials.PARALLEL_FROM", 0.0)
    monkeypatch.setattr(Folds, "processes", lambda self: 2)
    tree = algorithm("decision_tree", max_depth=7)
    run = run_trial(Folds(made.pipeline), made.candidate(tree), 1, Silent(), jobs=0, pruner=lambda scores: "Slow." if scores else "")
    assert (run.status, run.reason) == ("stopped", "Slow.")
    assert sum(made.pipeline.keys.fold(made.candidate(tree), fold) in made.pipeline.store for fold in range(5)) == 1


def test_no_more_processes_than_memory_folds_and_processors_allow(trained, monkeypatch):
    folds = Folds(trained.pipeline)
    monkeypatch.setattr("mlops_desktop.engine.training.trials.cores", lambda: 64)
    assert folds.processes() <= len(trained.pipeline.folds)
    monkeypatch.setattr("mlops_desktop.engine.training.trials.memory_for_training", lambda: 0.0)
    assert folds.processes() == 1


def test_a_trial_that_runs_out_of_time_keeps_its_folds(trained, copy_of):
    made = copy_of(trained)
    tree = algorithm("decision_tree", max_depth=9)
    run = run_trial(
        Folds(made.pipeline), made.candidate(tree), 1, Silent(), pruner=lambda scores: "Time is up." if len(scores) == 2 else ""
    )
    assert (run.status, run.reason) == ("stopped", "Time is up.")
    assert run.score is None
    assert sum(made.pipeline.keys.fold(made.candidate(tree), fold) in made.pipeline.store for fold in range(5)) == 2
    again = Counting()
    assert run_trial(Folds(made.pipeline), made.candidate(tree), 1, again).status == "done"
    assert len(again.messages) == 3
