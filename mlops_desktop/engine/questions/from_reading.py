"""Doubts about how columns were read, and about decisions that were guessed, as questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlops_desktop.engine.project import Project
from mlops_desktop.engine.questions.question import Option, Question, Weight, accepted
from mlops_desktop.serving.message import msg

# Rules of the evidence for a column's type (`engine.data`) that leave a doubt, and how much it weighs.
DOUBTS: Mapping[str, Weight] = {
    "date_order": "warning",
    "mixed_types": "warning",
    "stray": "info",
    "missing_words": "info",
    "leading_zeros": "info",
}


def reading_questions(project: Project, overview: Mapping[str, Any]) -> Iterator[Question]:
    """A question for each doubt about a column's type. It is settled when a person chose the type.

    `overview` is the overview of the table (`engine.profiling.overview`).
    """
    for column in overview["columns"]:
        note = project.columns.get(column["name"])
        for evidence in column["evidence"]:
            if evidence["rule"] not in DOUBTS:
                continue
            as_text = Option(
                "text",
                msg("Read “{column}” as text", column=column["name"]),
                "Every cell is kept as it is written; the column is no number and no date any more.",
                {"type": {column["name"]: "text"}},
            )
            yield Question(
                id=f"reading.{evidence['rule']}.{column['name']}",
                stage="problem",
                weight=DOUBTS[evidence["rule"]],
                column=column["name"],
                message=msg("“{column}” was read as {type}. Is that right?", column=column["name"], type=column["type"]),
                evidence=evidence["message"],
                options=(accepted("The column stays as it was read."), as_text),
                default="accept",
                rows=tuple(evidence["rows"]),
                settled="You chose this type." if note is not None and note.type else "",
            )


def guess_questions(project: Project, overview: Mapping[str, Any]) -> Iterator[Question]:
    """The positive class and the kind of task, where the data alone cannot decide them."""
    column = next((one for one in overview["columns"] if one["name"] == project.target), None)
    if column is None or "task" not in column["target"]:
        return
    guessed = column["target"]
    if len(guessed["tasks"]) > 1 and guessed["task"] == project.task:
        yield Question(
            id=f"guess.task.{project.target}",
            stage="problem",
            weight="info",
            column=project.target,
            message=msg("“{target}” can be predicted in several ways; {task} was taken.", target=project.target, task=project.task),
            evidence=guessed["why"],
            options=(
                accepted("The kind of task stays."),
                *(_field("task", one) for one in guessed["tasks"] if one != project.task),
            ),
            default="accept",
        )
    if guessed["classes"] and guessed["positive"] == project.positive and project.positive is not None:
        others = [value for value, _ in guessed["classes"] if value != project.positive]
        yield Question(
            id=f"guess.positive.{project.target}",
            stage="problem",
            weight="warning" if guessed["positive_doubtful"] else "info",
            column=project.target,
            message=msg("“{positive}” was taken as the event.", positive=project.positive),
            evidence=guessed["positive_why"],
            options=(accepted("Precision, recall and the threshold are about this class."), *(_field("positive", one) for one in others)),
            default="accept",
        )


def _field(name: str, value: Any) -> Option:
    return Option(f"{name}={value}", msg("Take “{value}”", value=value), "Results that depend on it are made anew.", {"set": {name: value}})
