"""The search: trials on one leaderboard, within the budget, the same again."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.project.decisions import Search, Step
from mlops_desktop.engine.training import search_plan
from mlops_desktop.engine.training.model_search import Pruner, _to_blend, behind, search
from mlops_desktop.engine.training.results import FoldProgress, TrialEnded, TrialStarted
from mlops_desktop.engine.training.search_plan import Clock, done_of_plan
from mlops_desktop.engine.training.trials import Folds, run_trial
from tests.engine.conftest import Made


def candidates(*ids):
    return tuple(choices().algorithms.read(id_) for id_ in ids)


def board(made):
    return [(run.number, run.algorithm, run.score) for run in made.runs.list(made.pipeline.keys.board)]


def test_counted_trials_are_the_same_again(trained, copy_of):
    made = copy_of(trained, search=Search(trials=6, seconds=None), seed=5)
    first = search(made.pipeline, made.runs, Silent())
    listed = board(made)
    assert first.trials == len(listed) == 6
    made.pipeline.store.clear()
    again = search(Pipeline(made.folder, made.project), made.runs, Silent())
    assert board(made) == listed
    assert again.chosen == first.chosen


def test_replay_repeats_what_is_listed_and_nothing_else(trained, copy_of):
    made = copy_of(trained)
    listed = board(made)
    made.pipeline.store.clear()
    found = search(made.pipeline, made.runs, Silent(), replay=True)
    assert board(made) == listed
    assert found.trials == len(listed)


def test_replay_of_nothing_is_a_sentence(trained, copy_of):
    made = copy_of(trained, seed=11)
    with pytest.raises(UserError, match="no trials to repeat"):
        search(made.pipeline, made.runs, Silent(), replay=True)


@pytest.mark.parametrize(
    ("decided", "named"),
    [
        ({"task": "regression", "metric": "roc_auc", "candidates": candidates("ridge")}, "roc_auc"),
        ({"task": "regression", "metric": "r2", "candidates": candidates("ridge", "logistic")}, "“Logistic regression”"),
    ],
)
def test_decisions_that_exclude_each_other_are_refused_before_any_trial(trained, copy_of, decided, named):
    made = copy_of(trained, **decided)
    before = len(made.runs.history())
    with pytest.raises(UserError, match=named):
        search(made.pipeline, made.runs, Silent())
    assert len(made.runs.history()) == before


def test_a_sampler_that_does_not_suit_the_task_is_refused_before_any_fit(trained, copy_of):
    made = copy_of(trained, task="regression", metric="r2", candidates=candidates("ridge"), sampler=choices().samplers["class_balance"]())
    with pytest.raises(UserError, match="does not suit a regression task") as refused:
        search(made.pipeline, made.runs, Silent())
    assert "No sampler does" in refused.value.remedy


def test_a_time_budget_is_kept(trained, copy_of):
    made = copy_of(trained, search=Search(seconds=4.0), seed=1)
    began = time.monotonic()
    found = search(made.pipeline, made.runs, Silent())
    assert found.trials > 5
    assert time.monotonic() - began < 12.0  # the budget and the slowest single trial, on a busy machine


def test_a_timed_search_blends_what_it_found_and_a_counted_one_counts(trained, copy_of):
    some = candidates("baseline", "logistic", "decision_tree")
    made = copy_of(trained, search=Search(seconds=6.0), metric="neg_log_loss", candidates=some)
    search(made.pipeline, made.runs, Silent())
    runs = made.runs.list(made.pipeline.keys.board)
    blends = [run for run in runs if run.algorithm_id == "weighted_mean"]
    alone = max(run.score for run in runs if run.score is not None and run.algorithm_id != "weighted_mean")
    assert len(blends) <= 1
    assert all(run.score > alone and run.number == len(runs) for run in blends)
    by_trials = Made(made.folder, replace(made.project, search=Search(trials=4, seconds=None), seed=3))
    assert search(by_trials.pipeline, made.runs, Silent()).trials == 4
    assert all(run.status == "done" and run.algorithm_id != "weighted_mean" for run in made.runs.list(by_trials.pipeline.keys.board))


def test_far_behind_is_relative_to_the_range_of_scores():
    best = (0.9, 0.8, 0.9)
    assert not behind(best, {0: 0.88}, score_range=0.5)  # 4 % after one fold
    assert behind(best, {0: 0.86}, score_range=0.5)  # 8 %
    assert behind(best, {0: 0.88, 2: 0.88}, score_range=0.5)  # 4 % after two
    assert not behind(best, {0: 0.88, 1: 0.85}, score_range=0.5)


def test_runs_to_blend_are_of_every_algorithm(trained):
    some = [
        replace(trained.runs.list(trained.pipeline.keys.board)[0], algorithm_id=id_, score=score, number=n)
        for n, (id_, score) in enumerate([("a", 0.9), ("a", 0.8), ("b", 0.5), ("a", 0.7), ("c", None)], start=1)
    ]
    some[-1] = replace(some[-1], status="failed")
    assert [(run.algorithm_id, run.score) for run in _to_blend(some, 3)] == [("a", 0.9), ("a", 0.8), ("b", 0.5)]
    assert [(run.algorithm_id, run.score) for run in _to_blend(some, 9)] == [("a", 0.9), ("a", 0.8), ("a", 0.7), ("b", 0.5)]
    assert [run.score for run in _to_blend(some, 1)] == [0.9]


def test_a_draw_that_is_far_behind_is_pruned_and_says_so(trained, copy_of):
    made = copy_of(trained)
    done = made.runs.list(made.pipeline.keys.board)
    poor = made.candidate(choices().algorithms.read({"id": "logistic", "params": {"C": 1e-9}}))
    folds = Folds(made.pipeline)
    run = run_trial(folds, poor, 4, Silent(), pruner=Pruner(Clock(1000.0), done, 5, drawn=True))
    assert (run.status, run.score) == ("stopped", None)
    assert run.reason == "Stopped early after 1 of 5 folds: far behind the best run."
    unchanged = Pruner(Clock(1000.0), done, 5, drawn=False)
    assert run_trial(folds, poor, 4, Silent(), pruner=unchanged).status == "done"


@pytest.fixture
def now(monkeypatch):
    """The time in seconds that a `Clock` reads, as the one element of a list."""
    at = [1000.0]
    monkeypatch.setattr(search_plan, "time", SimpleNamespace(monotonic=lambda: at[0]))
    return at


def test_a_slow_trial_that_is_no_better_is_left(trained, now):
    done = trained.runs.list(trained.pipeline.keys.board)
    best = max(run.score for run in done)
    for score, left in ((best - 0.1, True), (best + 0.1, False)):
        pruner = Pruner(Clock(0.3, _start=now[0] - 0.01), done, 5, drawn=False)
        assert pruner({}) == ""
        now[0] += 0.02
        assert pruner({0: score}).startswith("Stopped early after 1 of 5 folds: slow") == left
    pruner = Pruner(Clock(100.0, _start=now[0] - 0.01), done, 5, drawn=False)
    assert pruner({}) == pruner({0: best - 0.1}) == ""  # it takes little of the budget


def test_a_trial_that_cannot_end_in_time_is_left_at_once(trained, copy_of, now):
    made = copy_of(trained)
    clock = Clock(10.0, _start=now[0] - 8.4)
    clock.record(choices().algorithms.read("logistic"), 1.0)
    pruner = Pruner(clock, made.runs.list(made.pipeline.keys.board), 5, drawn=False)
    assert pruner({}) == ""
    now[0] += 0.03
    assert pruner({0: 1.0}).startswith("The time")
    assert pruner.projected > 0.09
    assert not pruner.pruned


def test_when_every_trial_fails_the_reasons_are_reported(trained, copy_of):
    unfilled = tuple(Step(s.component, s.on and s.component.id != "impute_numbers") for s in trained.project.steps)
    made = copy_of(trained, steps=unfilled, candidates=(choices().algorithms.read("logistic"),), search=Search(trials=1, seconds=None))
    with pytest.raises(UserError, match="No algorithm could be trained"):
        search(made.pipeline, made.runs, Silent())
    assert board(made)[0][2] is None


def test_what_is_needed_is_named(trained, copy_of):
    made = copy_of(trained)
    with pytest.raises(UserError, match="algorithm"):
        search(Pipeline(made.folder, replace(made.project, candidates=())), made.runs, Silent())


class Listening:
    """A job that keeps what is handed over."""

    def __init__(self) -> None:
        self.received: list[object] = []

    def step(self, fraction: float, message: str = "") -> None:
        """Nobody watches."""

    def partial(self, data: object) -> None:
        self.received.append(data)


def test_each_run_is_handed_over_when_it_is_finished(trained, copy_of):
    made = copy_of(trained, search=Search(trials=4, seconds=None), seed=7)
    job = Listening()
    search(made.pipeline, made.runs, job)
    assert [one.run for one in job.received if isinstance(one, TrialEnded)] == [run.id for run in made.runs.list(made.pipeline.keys.board)]
    assert [one.trial for one in job.received if isinstance(one, TrialStarted)] == [1, 2, 3, 4]
    folds = len(made.pipeline.folds)
    assert [one.fold for one in job.received if isinstance(one, FoldProgress)] == list(range(1, folds + 1)) * 4
    again = Listening()
    search(Pipeline(made.folder, made.project), made.runs, again)
    assert not any(isinstance(one, FoldProgress) for one in again.received)  # every fold was in the store


def test_how_much_of_the_plan_is_done(trained, copy_of):
    made = copy_of(trained, search=Search(trials=5, seconds=None), seed=3)
    search(made.pipeline, made.runs, Silent())
    runs = made.runs.list(made.pipeline.keys.board)
    assert done_of_plan(made.project, runs) == 5
    assert done_of_plan(replace(made.project, search=Search(trials=9, seconds=None)), runs) == 5
    assert done_of_plan(made.project, [run for run in runs if run.number != 4]) == 3
    assert done_of_plan(replace(made.project, seed=4), runs) == 0
