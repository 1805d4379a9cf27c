"""The contract of a kind of task: shape of its scores, decision, JSON of an answer, monitored score, explained score.

Each kind of task is one file in `tasks/`, named like its id, with its spec in `SPEC`. Code that handles scores asks the spec and never
compares the id of a task.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, NamedTuple

from .errors import UserError
from .frame import Floats, Ints
from .message import msg

Class = str | int | float | bool
Json = dict[str, Any]

_FOLDER = f"{__package__}.tasks"


class MonitoredScore(NamedTuple):
    """What drift monitoring counts of the scores: `values` (rows,) numbers, or class positions when `classes` is not 0."""

    values: Floats
    classes: int


@dataclass(frozen=True)
class PredictionSpec(ABC):
    """The predictions of one kind of task.

    `label` completes "Answers with … for each row", `contents` lists the parts of one answer. `thresholded`: the probability of the
    positive class decides by a threshold.
    """

    id: str
    label: str
    contents: str
    thresholded: bool = False

    per_class: ClassVar[bool]  # True: scores are (rows, classes); False: (rows,)

    def columns(self, scores: Floats) -> Floats:
        """The scores as (rows, outputs)."""
        return scores if self.per_class else scores[:, None]

    @abstractmethod
    def decide(self, scores: Floats, positive: int | None, threshold: float | None) -> Ints:
        """The position of the predicted class of each row, (rows,); all 0 for a task without classes."""

    @abstractmethod
    def monitored(self, scores: Floats) -> MonitoredScore:
        """What drift monitoring counts of the scores."""

    @abstractmethod
    def explained_class(self, scores: Floats, positive: int | None) -> int | None:
        """The class whose probability is explained for the first row of `scores`; None for a task without classes."""

    def output(self, scores: Floats, position: int | None) -> Floats:
        """One output of the scores, (rows,): the probabilities of the class at `position`, or the values."""
        return scores if position is None else scores[:, position]

    @abstractmethod
    def answer_members(self, classes: Sequence[Class]) -> tuple[str, ...]:
        """A %-format of the members of the JSON answer, `prediction` first, for each result of `decide`; it takes the row of `columns`."""

    @abstractmethod
    def answer_schema(self, classes: Sequence[Class]) -> Json:
        """The JSON schema of each of the `answer_members`; `prediction` may be null."""

    @abstractmethod
    def table_columns(self, classes: Sequence[Class]) -> list[str]:
        """The columns of an answer in a table, `prediction` first."""

    @abstractmethod
    def table_cells(self, scores: Floats, decided: Ints, classes: Sequence[Class]) -> list[list[str]]:
        """The cells of each row under `table_columns`."""


@cache
def prediction_spec(task: str) -> PredictionSpec:
    """The spec of a task by its id; UserError when there is none."""
    if task not in task_ids():
        raise UserError(
            msg("The kind of task “{task}” is unknown.", task=task[:80]), "It may come from a newer version of the application."
        )
    spec = importlib.import_module(f"{_FOLDER}.{task}").SPEC
    assert isinstance(spec, PredictionSpec)
    return spec


def task_ids() -> list[str]:
    """The ids of all kinds of task, sorted."""
    names = (module.name for module in pkgutil.iter_modules(importlib.import_module(_FOLDER).__path__))
    return sorted(name for name in names if not name.startswith("_"))


def class_text(value: Class) -> str:
    """A class as text, for names of columns and of probabilities: its JSON form, a text as it is."""
    return value if isinstance(value, str) else json.dumps(value)
