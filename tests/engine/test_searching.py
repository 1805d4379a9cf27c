"""The search: trials on one leaderboard, within the budget, the same again."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.flow import Flow
from mlops_desktop.engine.project import Search, Step
from mlops_desktop.engine.searching import search
from mlops_desktop.engine.tuning import done_of_plan


def board(made):
    return [(run.number, run.algorithm, run.score) for run in made.runs.list(made.flow.keys.board)]


def test_counted_trials_are_the_same_again(trained, copy_of):
    made = copy_of(trained, search=Search(trials=6, seconds=None), seed=5)
    first = search(made.flow, made.runs, Silent())
    listed = board(made)
    assert first["trials"] == len(listed) == 6
    made.flow.store.clear()
    again = search(Flow(made.folder, made.project), made.runs, Silent())
    assert board(made) == listed
    assert again["chosen"] == first["chosen"]


def test_replay_repeats_what_is_listed_and_nothing_else(trained, copy_of):
    made = copy_of(trained)
    listed = board(made)
    made.flow.store.clear()
    found = search(made.flow, made.runs, Silent(), replay=True)
    assert board(made) == listed
    assert found["trials"] == len(listed)


def test_replay_of_nothing_is_a_sentence(trained, copy_of):
    made = copy_of(trained, seed=11)
    with pytest.raises(UserError, match="no trials to repeat"):
        search(made.flow, made.runs, Silent(), replay=True)


def test_a_time_budget_is_kept(trained, copy_of):
    made = copy_of(trained, search=Search(seconds=4.0), seed=1)
    began = time.monotonic()
    found = search(made.flow, made.runs, Silent())
    assert found["trials"] > 5
    assert time.monotonic() - began < 12.0  # the budget and the slowest single trial, on a busy machine


def test_when_every_trial_fails_the_reasons_are_told(trained, copy_of):
    unfilled = tuple(Step(s.component, s.on and s.component.id != "impute_numbers") for s in trained.project.steps)
    made = copy_of(trained, steps=unfilled, candidates=(choices().algorithms.read("logistic"),), search=Search(trials=1, seconds=None))
    with pytest.raises(UserError, match="No algorithm could be trained"):
        search(made.flow, made.runs, Silent())
    assert board(made)[0][2] is None


def test_what_is_needed_is_named(trained, copy_of):
    made = copy_of(trained)
    with pytest.raises(UserError, match="algorithm"):
        search(Flow(made.folder, replace(made.project, candidates=())), made.runs, Silent())


class Listening:
    """A job that keeps what is handed over."""

    def __init__(self) -> None:
        self.heard: list[dict[str, object]] = []

    def step(self, fraction: float, message: str = "") -> None:
        """Nobody watches."""

    def partial(self, data: dict[str, object]) -> None:
        self.heard.append(data)


def test_each_run_is_handed_over_when_it_is_finished(trained, copy_of):
    made = copy_of(trained, search=Search(trials=4, seconds=None), seed=7)
    job = Listening()
    search(made.flow, made.runs, job)
    assert [heard["run"] for heard in job.heard if "run" in heard] == [run.to_json() for run in made.runs.list(made.flow.keys.board)]
    assert [heard["trial"] for heard in job.heard if "trial" in heard] == [1, 2, 3, 4]
    folds = len(made.flow.folds)
    assert [heard["fold"] for heard in job.heard if "fold" in heard] == list(range(1, folds + 1)) * 4
    again = Listening()
    search(Flow(made.folder, made.project), made.runs, again)
    assert not any("fold" in heard for heard in again.heard)  # every fold was in the store


def test_how_much_of_the_plan_is_done(trained, copy_of):
    made = copy_of(trained, search=Search(trials=5, seconds=None), seed=3)
    search(made.flow, made.runs, Silent())
    runs = made.runs.list(made.flow.keys.board)
    assert done_of_plan(made.project, runs) == 5
    assert done_of_plan(replace(made.project, search=Search(trials=9, seconds=None)), runs) == 5
    assert done_of_plan(made.project, [run for run in runs if run.number != 4]) == 3
    assert done_of_plan(replace(made.project, seed=4), runs) == 0
