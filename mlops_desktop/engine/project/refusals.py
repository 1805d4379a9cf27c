"""Refuses decisions that cannot work together: a metric, a goal, a threshold or an encoding that does not fit the task or the algorithm."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import ALL, choices, task_spec
from mlops_desktop.engine.project import serialization
from mlops_desktop.engine.project.decisions import Project, require_suitable_sampler
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_names
from mlops_desktop.serving.value_text import value_text

if TYPE_CHECKING:
    from mlops_desktop.base.metric import Metric

MOST_OF_A_LABEL = 60  # characters


def refuse_unknown_metric(metric: str) -> None:
    """UserError when no task has a metric of that id."""
    from mlops_desktop.engine.metrics import METRICS  # computes; not for who only opens a project

    if metric not in METRICS:
        raise serialization.unknown("metric", metric, METRICS)


def refuse_metric(project: Project) -> None:
    """UserError when the project's metric is unknown, or is none for its task; nothing decided is nothing wrong."""
    if not project.metric:
        return
    refuse_unknown_metric(project.metric)
    fitting = [metric.id for metric in _metrics_for(project.task)] if project.task is not None else [project.metric]
    if project.metric not in fitting:
        raise UserError(
            msg("“{metric}” is not a metric for a {task} task.", metric=project.metric, task=project.task),
            msg("There are: {names}.", names=", ".join(fitting)),
        )


def refuse_goal(project: Project) -> None:
    """UserError when the score that is the goal can never be a value of the project's metric; without a metric it may be any."""
    wanted, task = project.goals.score, project.task
    metric = next((one for one in _metrics_for(task) if one.id == project.metric), None) if task is not None else None
    if wanted is None or metric is None or metric.can_be(wanted):
        return
    if metric.is_error and wanted > 0:
        raise UserError(
            msg("The score of {metric} is its negative.", metric=metric.label),
            msg("Write goals.score={score} for at most {wanted}.", score=value_text(-wanted), wanted=value_text(wanted)),
        )
    low, high = (value_text(bound) for bound in metric.bounds)
    raise UserError(
        msg("{metric} is never {wanted}, so it cannot be the goal.", metric=metric.label, wanted=value_text(wanted)),
        msg("It is at most {high}.", high=high) if metric.bounds[0] == -inf else msg("It is from {low} to {high}.", low=low, high=high),
    )


def refuse_threshold(project: Project) -> None:
    """UserError when a threshold is set for a task without two classes, where nothing would use it."""
    if project.threshold is not None and project.task is not None and not task_spec(project.task).has_positive:
        raise UserError(msg("A {task} task has no threshold: only two classes have one.", task=project.task), "Leave it out: threshold=")


def fitting_encodings(algorithms: Iterable[str]) -> list[str]:
    """The ids of the encodings that all these algorithms can learn from: one that leaves gaps only suits those that declare such a one."""
    encodings = choices().encodings
    gaps = all(encodings[choices().algorithms[id_].encoding].leaves_gaps for id_ in algorithms)
    return [id_ for id_, encoding in encodings.items() if gaps or not encoding.leaves_gaps]


def refuse_encodings(project: Project) -> None:
    """UserError when an encoding is pinned for an algorithm that cannot learn from it: one named in `encodings`, or a candidate."""
    chosen = {algorithm.id for algorithm in project.candidates}
    for id_ in sorted({*project.encodings, *(chosen if ALL in project.encodings else ())} - {ALL}):
        pinned = project.encodings.get(id_) or project.encodings[ALL]
        if pinned.id not in (fitting := fitting_encodings([id_])):
            raise UserError(
                msg("The encoding “{encoding}” leaves gaps, which “{algorithm}” cannot take.", encoding=pinned.id, algorithm=id_),
                msg("Encodings that it can: {names}.", names=", ".join(fitting)),
            )


def checked_label(project: Project, column: str, label: str) -> str:
    """A label for a column in one line, without blanks at its ends. UserError when it is too long, holds characters that cannot be seen, or
    is that of another column.
    """
    line = " ".join(label.split())
    if len(line) > MOST_OF_A_LABEL:
        text = msg("A label has at most {most} characters; this one has {n}.", most=MOST_OF_A_LABEL, n=len(line))
        raise UserError(text, "Choose a shorter one, and write the rest into the description.")
    if not line.isprintable():
        raise UserError("A label cannot hold characters that are not seen, such as control characters.", "Write it anew.")
    for other, note in project.columns.items():
        if line and note.label == line and other != column:
            raise UserError(
                msg("“{other_column}” has the label “{label}” already.", other_column=other, label=line), "Choose another label."
            )
    return line


def refuse_training(project: Project) -> None:
    """UserError when metric, sampler, encodings and algorithms do not fit the task or each other, so that trials would only fail."""
    refuse_metric(project)
    require_suitable_sampler(project)
    refuse_encodings(project)
    unfit = [algorithm.label for algorithm in project.candidates if project.task and not algorithm.supports(task_spec(project.task))]
    if unfit:
        names = quoted_names(unfit)
        raise UserError(msg("{names} cannot learn a {task} task.", names=names, task=project.task), "Choose other algorithms.")


def _metrics_for(task: str) -> list[Metric]:
    from mlops_desktop.engine.metrics import metrics_for

    return metrics_for(task)
