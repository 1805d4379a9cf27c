"""Decisions are one immutable value: everything that a person decided is one frozen Project."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from typing import Any, Generic, Literal, TypeVar

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Operation, RowFilter, Task
from mlops_desktop.base.source import Source

Role = Literal["feature", "target", "id", "group", "time", "weight", "fold", "ignore"]
ROLES: tuple[Role, ...] = ("feature", "target", "id", "group", "time", "weight", "fold", "ignore")
ColumnType = Literal["number", "integer", "category", "ordered", "boolean", "date", "text", "id"]
TYPES: tuple[ColumnType, ...] = ("number", "integer", "category", "ordered", "boolean", "date", "text", "id")


@dataclass(frozen=True, kw_only=True)
class ColumnNote:
    """What a person said of one column; what is None is decided from the data."""

    role: Role | None = None
    type: ColumnType | None = None
    unit: str = ""
    description: str = ""
    levels: tuple[str, ...] = ()  # the order of an ordered category
    missing: tuple[str, ...] = ()  # further words and numbers that mean missing, such as "-200" or "unknown"


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The problem in words: read by people, printed in the report and the model card."""

    statement: str = ""
    users: str = ""
    decision: str = ""
    success: str = ""
    data_kind: Literal["table", "text", "dates", "time"] = "table"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person decided about a question: the option, why, and who. It changes no result; the option's own decisions do."""

    option: str
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Goals:
    """What the chosen model must reach; None is no goal. Scores are signed as scikit-learn signs the metric."""

    score: float | None = None  # least score of the project's metric on the sealed test part
    response_ms: float | None = None  # most milliseconds for the answer to one row
    cost: float | None = None  # most mean cost per row, by `costs`


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Cost of each kind of answer for binary problems, in any currency (negative: a gain)."""

    false_positive: float = 0.0
    false_negative: float = 0.0
    true_positive: float = 0.0
    true_negative: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Split:
    """How rows are kept apart. The test part is sealed; folds are of the training part."""

    method: Literal["random", "stratified", "grouped", "time", "column"] = "random"
    test: float = 0.2  # share of rows
    folds: int = 5
    gap: int = 0  # rows left out between training and what is scored, for time-ordered splits
    column: str = ""  # the group, time or fold column; its role when empty


@dataclass(frozen=True, kw_only=True)
class Search:
    """How the search spends its budget."""

    method: Literal["random", "grid"] = "random"
    trials: int | None = None
    seconds: float | None = 60.0
    grid_points: int = 3


C = TypeVar("C", bound=Component, covariant=True)


@dataclass(frozen=True)
class Step(Generic[C]):
    """One step of the recipe, for rows (a row filter) or for columns (an operation); `on` is False while it is switched off."""

    component: C
    on: bool = True


@dataclass(frozen=True, kw_only=True)
class Project:
    """Every decision. `data` is the digest of the imported snapshot, `file` the name of the file or the address it came from."""

    name: str = ""
    file: str = ""
    data: str = ""
    source: Source | None = None
    columns: dict[str, ColumnNote] = field(default_factory=dict)
    brief: Brief = field(default_factory=Brief)
    target: str = ""
    task: Task | None = None
    positive: str | int | float | bool | None = None
    metric: str = ""
    goals: Goals = field(default_factory=Goals)
    costs: Costs | None = None
    row_filters: tuple[Step[RowFilter], ...] = ()
    split: Split = field(default_factory=Split)
    steps: tuple[Step[Operation], ...] = ()
    candidates: tuple[Algorithm, ...] = ()
    search: Search = field(default_factory=Search)
    threshold: float | None = None  # set by hand; None: from out-of-fold scores
    chosen: str = ""  # id of the chosen run; the best one when empty
    refit: Literal["train", "all"] = "train"  # which rows the deployed model is fitted on
    consent: frozenset[str] = frozenset()  # ids of algorithms whose models may be exported although they contain training rows
    seed: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)  # by the id of the question

    def active_steps(self) -> tuple[Operation, ...]:
        """The steps that are switched on, in their order."""
        return tuple(step.component for step in self.steps if step.on)

    def active_row_filters(self) -> tuple[RowFilter, ...]:
        """The row filters that are switched on, in their order."""
        return tuple(step.component for step in self.row_filters if step.on)

    def role(self, column: str) -> Role | None:
        """The role that a person gave a column, `target` for the target; None when it is decided from the data."""
        if column and column == self.target:
            return "target"
        note = self.columns.get(column)
        return note.role if note else None


def digest(*parts: Any) -> str:
    """A short hash (32 hex digits of SHA-256) of JSON-able values; the same values give the same hash in every process."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def require(project: Project, *names: str) -> None:
    """UserError that names the first decision among `names` that is not made yet."""
    labels = {"data": "a data file", "target": "the column to predict", "task": "the kind of task", "candidates": "at least one algorithm"}
    known = {f.name for f in fields(project)}
    for name in names:
        assert name in known, name
        if not getattr(project, name):
            raise UserError(f"This project still needs {labels.get(name, name)}.", "Choose it in stage 1, or with `set`.")
