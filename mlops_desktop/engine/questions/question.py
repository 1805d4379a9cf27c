"""What a question is: one doubt of the application, with what a person may decide about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from mlops_desktop.base.evidence import Weight
from mlops_desktop.engine.project import Answer, Changes, Project
from mlops_desktop.serving.message import msg

_ORDER: dict[Weight, int] = {"high": 0, "warning": 1, "info": 2}
ACCEPT = "accept"  # the option that every question has: things stay as they are


@dataclass(frozen=True)
class Option:
    """One way to decide: the `changes` of the project that it makes, or None when nothing changes.

    `together` is the label where it decides about many columns at once; "" where the label names no column.
    """

    id: str
    label: str
    consequence: str
    changes: Changes | None = None
    together: str = ""


@dataclass(frozen=True)
class Question:
    """One doubt. `id` is the same as long as it is the same doubt; `stage` is where it arises, `column` is "" for the whole table.

    `default` is the option in force while nobody answered. `settled` says which decision of the project settles it without an answer
    (empty when none does). `answer` is what a person decided, with the reason. `together` is the question where it is asked about many
    columns at once; "" where it is only asked about one.
    """

    id: str
    stage: str
    weight: Weight
    column: str
    message: str
    evidence: str
    options: tuple[Option, ...]
    default: str = ACCEPT
    rows: tuple[int, ...] = ()
    settled: str = ""
    answer: Answer | None = None
    together: str = ""

    @property
    def kind(self) -> str:
        """The id without the column, which questions of one kind share."""
        return self.id.removesuffix(f".{self.column}") if self.column else self.id

    @property
    def needs_reason(self) -> bool:
        """Whether it is accepted only for a reason: what is grave is."""
        return self.weight == "high"

    @property
    def open(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.answer is None and not self.settled

    def option(self, id_: str) -> Option | None:
        """The option of an id."""
        return next((one for one in self.options if one.id == id_), None)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, with `open` beside the fields."""
        return {**asdict(self), "rows": list(self.rows), "options": [asdict(one) for one in self.options], "open": self.open}


def accepted(consequence: str) -> Option:
    """The option to leave things as they are."""
    return Option(ACCEPT, msg("Leave it as it is"), consequence)


def answered(project: Project, found: Iterable[Question]) -> tuple[Question, ...]:
    """The questions, the weightiest first, each with the answer that the project holds."""
    answers = project.answers
    ordered = sorted(found, key=lambda one: _ORDER[one.weight])
    return tuple(replace(one, answer=answers.get(one.id)) for one in ordered)
