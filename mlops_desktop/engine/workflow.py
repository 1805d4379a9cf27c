"""Derives the state of each of the nine stages of a project from its decisions and from what is in the store."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mlops_desktop.engine import metrics, pipeline, training
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.message import as_message, msg, number_msg
from mlops_desktop.serving.plural import plural_msg

if TYPE_CHECKING:
    from mlops_desktop.engine.pipeline import ArtifactStore
    from mlops_desktop.engine.training import Run, Runs

State = Literal["locked", "open", "running", "done", "stale", "failed"]
TITLES: dict[str, str] = {  # in the order of the work; a panel is in the package of its stage
    "problem": as_message("Problem"),
    "data": as_message("Data & EDA"),
    "preprocess": as_message("Pre-processing"),
    "engineer": as_message("Feature engineering"),
    "select": as_message("Feature selection"),
    "train": as_message("Training & tuning"),
    "evaluate": as_message("Evaluation"),
    "app": as_message("App"),
    "deploy": as_message("Deploy"),
}
STAGES = tuple(TITLES)
_DONE_BY_VIEW = ("data", "preprocess", "engineer", "select", "app")  # done once a person has opened them


@dataclass(frozen=True)
class StageState:
    """One stage: its state, a short summary of its results, and why it is locked or out of date (a sentence, else empty)."""

    id: str
    state: State
    summary: str
    reason: str = ""


@dataclass(frozen=True)
class ProjectStatus:
    """What is known of the results of one project value."""

    best: Run | None  # the chosen run of these decisions, if there is one
    ever: bool  # whether any run was ever made, under whichever decisions
    profiled: bool
    evaluated: bool
    exported: bool = False  # whether its scorer was exported
    first: Run | None = None  # the first run of the same algorithm on the leaderboard (see `first_runs`)


def project_status(project: Project, store: ArtifactStore, runs: Runs) -> ProjectStatus:
    """Which results there are. No result is read."""
    keys = pipeline.Keys(project)
    board = runs.list(keys.board)
    best = chosen_of(project, board)
    evaluated = best is not None and keys.evaluation(best.id) in store
    first = training.first_runs(board)[best.algorithm_id] if best is not None else None
    exported = best is not None and keys.exported(best.id) in store
    return ProjectStatus(best, bool(runs.history()), keys.profile in store, evaluated, exported, first)


def chosen_of(project: Project, board: list[Run]) -> Run | None:
    """The run of a board that the project chose, or the best one (of equals the earlier); None when there is none."""
    if project.chosen:
        return next((run for run in training.ranked(board) if run.id == project.chosen), None)
    return training.best_run(board)


def blocked(project: Project) -> str:
    """Why the stages after the first cannot be entered; empty when they can."""
    if not project.data:
        return msg("Needs a data file")
    if not project.target or not project.task:
        return msg("Needs a column to predict")
    return ""


def stages(project: Project, found: ProjectStatus, seen: Collection[str] = STAGES) -> list[StageState]:
    """The state of every stage, in their order. Stages that only show what was proposed or can be tried are done once a person has `seen`
    them. `running` and `failed` are the window's to add: they belong to a job.
    """
    why = blocked(project)
    task = task_spec(project.task).label if project.task else ""
    first = StageState(
        "problem",
        "done" if not why else "open",
        msg("{task} · {target}", task=as_message(task), target=project.target) if not why else msg("Choose a file and a target"),
        why,
    )
    if why:
        return [first, *(StageState(id_, "locked", why, why) for id_ in STAGES[1:])]
    data = StageState("data", "done" if found.profiled else "open", project.file if found.profiled else msg("Not looked at yet"))
    recipe = [_steps(project, id_, kind) for id_, kind in (("preprocess", "prepare"), ("engineer", "engineer"), ("select", "select"))]
    derived = [first, data, *recipe, *_after_training(project, found)]
    return [
        replace(one, state="open") if one.state == "done" and one.id in _DONE_BY_VIEW and one.id not in seen else one for one in derived
    ]


def _steps(project: Project, id_: str, kind: str) -> StageState:
    here = [step for step in project.steps if step.component.stage == kind]
    on = sum(step.on for step in here)
    if not here:
        return StageState(id_, "open", msg("Optional"))
    summary = plural_msg(on, "1 step", "{n} steps")
    if on < len(here):
        summary = msg("{steps}, {off} off", steps=summary, off=len(here) - on)
    return StageState(id_, "done", summary)


def _after_training(project: Project, found: ProjectStatus) -> list[StageState]:
    trained = STAGES.index("train")
    if found.best is None:
        if not found.ever:
            rest = [StageState(id_, "locked", msg("Needs a model"), msg("Train a model first.")) for id_ in STAGES[trained + 1 :]]
            return [StageState("train", "open", plural_msg(len(project.candidates), "1 algorithm", "{n} algorithms")), *rest]
        stale = msg("The decisions changed after the last training.")
        return [StageState(id_, "stale", msg("Out of date"), stale) for id_ in STAGES[trained:]]
    score = number_msg(abs(found.best.score or 0.0), ".3f")
    known = metrics.METRICS
    label = known[project.metric].label if project.metric in known else project.metric
    return [
        StageState("train", "done", msg("{model} · {metric} {score}", model=found.best.label, metric=label, score=score)),
        StageState(
            "evaluate", "done" if found.evaluated else "open", msg("Test set used") if found.evaluated else msg("Test set not used")
        ),
        StageState("app", "done", msg("Ready to try")),
        StageState("deploy", "done", msg("Exported")) if found.exported else StageState("deploy", "open", msg("Ready to export")),
    ]
