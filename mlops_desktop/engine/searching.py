"""The search for a model: trial after trial on one leaderboard, until the budget is used or the plan ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm
from mlops_desktop.base.job import Job, Part
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.chosen import open_chosen
from mlops_desktop.engine.flow import Flow
from mlops_desktop.engine.project import require
from mlops_desktop.engine.runs import Run, Runs
from mlops_desktop.engine.trials import Folds, run_trial
from mlops_desktop.engine.tuning import Clock, Plan


def search(flow: Flow, runs: Runs, job: Job, *, jobs: int = 1, replay: bool = False) -> dict[str, Any]:
    """Train and tune for the project's budget, record every trial, and fit the chosen model.

    The answer names the chosen run. `replay` repeats the trials that the leaderboard lists, and no other. UserError when every trial
    failed.
    """
    require(flow.project, "data", "target", "task", "metric", "candidates")
    _refuse_absent(flow.project.candidates)
    clock = Clock(None if replay or flow.project.search.trials is not None else flow.project.search.seconds)
    folds = Folds(flow)
    done = (_replayed if replay else _searched)(folds, runs, clock, Part(job, 0.0, 0.9), jobs)
    if not any(run.status == "done" for run in done):
        reasons = "; ".join(f"{run.label}: {run.reason}" for run in done[:3])
        raise UserError(f"No algorithm could be trained. {reasons}", "Mend what is named there, or choose other algorithms.")
    chosen = open_chosen(flow, runs, Part(job, 0.9, 1.0))
    return {"chosen": chosen.run.id, "algorithm": chosen.run.label, "score": chosen.run.score, "std": chosen.run.std, "trials": len(done)}


def _searched(folds: Folds, runs: Runs, clock: Clock, job: Job, jobs: int) -> list[Run]:
    flow = folds.flow
    plan = Plan(flow.project.candidates, flow.project.search, flow.project.seed)
    done: list[Run] = []
    skipped = 0
    for algorithm in plan:
        if not clock.allows(algorithm):
            skipped += 1
            if skipped > 3 * len(flow.project.candidates) or clock.spent() >= (clock.seconds or 0.0) * clock.share:
                break
            continue
        done.append(_trial(folds, runs, algorithm, len(done) + 1, _share(clock, flow, len(done), job), jobs, clock.over))
        clock.record(algorithm, done[-1].seconds)
        plan.tell(algorithm, done[-1].score)
    return done


def _replayed(folds: Folds, runs: Runs, clock: Clock, job: Job, jobs: int) -> list[Run]:
    listed = sorted(runs.list(folds.flow.keys.board), key=lambda run: run.number)
    if not listed:
        raise UserError("There are no trials to repeat for these decisions.", "Run a search first, without “--replay”.")
    registry = choices().algorithms
    return [
        _trial(folds, runs, registry.read(run.algorithm), run.number, Part(job, i / len(listed), (i + 1) / len(listed)), jobs)
        for i, run in enumerate(listed)
    ]


def _trial(
    folds: Folds, runs: Runs, algorithm: Algorithm, number: int, job: Job, jobs: int, late: Callable[[], bool] = lambda: False
) -> Run:
    job.step(0.0, f"Trial {number}: {algorithm.label}")
    job.partial({"trial": number, "algorithm": algorithm.to_json(), "label": algorithm.label})
    began = time.perf_counter()
    run = run_trial(folds, algorithm, number, job, jobs, late)
    runs.record(run)
    job.partial({"run": run.to_json()})
    said = f"{run.score:.4f}" if run.score is not None else f"{run.status}: {run.reason}"
    job.step(1.0, f"Trial {number}: {algorithm.label}, {said} ({time.perf_counter() - began:.1f} s)")
    return run


def _share(clock: Clock, flow: Flow, done: int, job: Job) -> Part:
    """The piece of the bar that the next trial fills: by trials when they are counted, else by time."""
    trials = flow.project.search.trials
    if trials is not None:
        return Part(job, min(1.0, done / trials), min(1.0, (done + 1) / trials))
    return Part(job, clock.fraction(), clock.fraction())


def _refuse_absent(candidates: tuple[Algorithm, ...]) -> None:
    for algorithm in candidates:
        if reason := algorithm.missing():
            raise UserError(f"{algorithm.label} {reason}.", "Take it off the list of algorithms, or install it.")
