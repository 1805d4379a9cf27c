"""The acceptance gate: whether the goals of stage 1 are met on the held-out test set."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.evaluation.results import Evaluation
from mlops_desktop.engine.metrics import metric_of
from mlops_desktop.engine.project import OMIT_NONE, Project, json_name, require
from mlops_desktop.engine.training import mean_cost
from mlops_desktop.serving.message import Message, as_message, joined, msg
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.value_text import number_text

CALLS = 300
WARM_UP = 20


@dataclass(frozen=True)
class GoalResult:
    """A goal: what was wanted, what was measured (None: nothing), and both in one sentence; a score has its metric and its interval."""

    goal: str
    wanted: float
    measured: float | None
    passed: bool
    message: str = field(metadata=json_name("said"))
    metric: str | None = field(default=None, metadata=OMIT_NONE)
    low: float | None = field(default=None, metadata=OMIT_NONE)
    high: float | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True)
class Acceptance:
    """Whether every goal is met; without goals it is passed, with a `note` that none is set. `test_accesses`: how often the held-out test
    set was used, this time included; `used_before`: the share of it that is in other test sets that were used.
    """

    passed: bool
    goals: tuple[GoalResult, ...]
    note: str
    test_accesses: int | None = field(default=None, metadata=OMIT_NONE)
    used_before: float | None = field(default=None, metadata=OMIT_NONE)


def check(project: Project, measured: Evaluation, response_ms: float | None = None) -> Acceptance:
    """Every goal of a project with what was measured.

    `measured` is the evaluation on the held-out test set, `response_ms` the response time where it was measured. The goals are `score` (at
    least, of the project's metric, with its interval as `low` and `high`), `response_ms` (at most) and `cost` (mean per row, at most).
    What was not measured is not met.
    """
    goals = []
    wanted = project.goals
    if wanted.score is not None:
        goals.append(_score_goal(project, wanted.score, measured))
    if wanted.response_ms is not None:
        outcome = as_message("was not measured")
        if response_ms is not None:
            outcome = msg("{ms} ms for 95 of 100 single rows", ms=format_number(response_ms, 3))
        passed = response_ms is not None and response_ms <= wanted.response_ms
        message = msg("Answer within {ms} ms: {outcome}.", ms=number_text(wanted.response_ms), outcome=outcome)
        goals.append(GoalResult("response_ms", wanted.response_ms, response_ms, passed, message))
    if wanted.cost is not None:
        goals.append(_cost_goal(project, wanted.cost, measured))
    note = "" if goals else as_message("No goal is set, so there is nothing to fail. Set goals in stage 1.")
    return Acceptance(all(goal.passed for goal in goals), tuple(goals), note, measured.test_accesses, measured.used_before)


def _score_goal(project: Project, wanted: float, measured: Evaluation) -> GoalResult:
    require(project, "task", "metric")
    assert project.task is not None
    metric = metric_of(project.metric, project.task)
    found = measured.metric(metric.id)
    value, low, high = (found.value, found.low, found.high) if found else (None, None, None)
    passed = value is not None and value >= wanted
    template = "{metric} of at most {wanted}: {outcome}." if metric.is_error else "{metric} of at least {wanted}: {outcome}."
    outcome = as_message("could not be measured") if value is None else _on_test_set(metric.shown(value))
    message = msg(template, metric=metric.label, wanted=format_number(metric.shown(wanted)), outcome=outcome)
    if low is not None and high is not None and low < wanted <= high:
        message = joined([message, as_message("The goal lies within the interval, so it is not certain that it is met on new rows.")], " ")
    return GoalResult("score", wanted, value, passed, message, metric.id, low, high)


def _cost_goal(project: Project, wanted: float, measured: Evaluation) -> GoalResult:
    cost, classes = None, measured.classification
    if project.costs is None:
        outcome = as_message("the cost of each kind of error is not set")
    elif classes is None or classes.positive is None:
        outcome = as_message("it can be measured for tasks of two classes only")
    else:
        mean = mean_cost(classes.confusion.exact, classes.positive, project.costs)
        cost = mean if math.isfinite(mean) else None
        outcome = as_message("there is no row to measure it on") if cost is None else _on_test_set(cost)
    message = msg("Mean cost per row of at most {wanted}: {outcome}.", wanted=number_text(wanted), outcome=outcome)
    return GoalResult("cost", wanted, cost, cost is not None and cost <= wanted, message)


def _on_test_set(value: float) -> Message:
    return msg("{value} on the held-out test set", value=format_number(value))


def response_ms(scorer: Scorer, rows: Sequence[Mapping[str, object]], calls: int = CALLS) -> float:
    """The 95th percentile in milliseconds of answering one row: checked by the schema, transformed, scored, decided. Rows are taken in
    turn.

    Rows that the schema refuses are passed over. It is this machine's time without the network. ValueError when no row is left.
    """
    accepted = [row for row in rows if not scorer.schema.from_rows([row]).errors]
    if not accepted:
        raise ValueError("no row that the schema accepts to measure with")
    took = []
    for call in range(WARM_UP + calls):
        row = accepted[call % len(accepted)]
        began = time.perf_counter()
        scores = scorer.scores(scorer.schema.from_rows([row]).frame)
        if scorer.classes:
            scorer.decide(scores)
        took.append(time.perf_counter() - began)
    return float(np.quantile(took[WARM_UP:], 0.95) * 1000)
