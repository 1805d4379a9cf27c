"""Decisions are one immutable value: everything that a person decided is one frozen Project."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from math import inf
from typing import Any, Generic, Literal, TypeVar

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Algorithm, Encoding, Operation, RowFilter, Sampler, Task, TaskSpec
from mlops_desktop.base.params import choice, number, text
from mlops_desktop.base.settings import Settings
from mlops_desktop.base.source import Source
from mlops_desktop.base.splitter import Splitter
from mlops_desktop.engine.choices import ALL, choices, task_spec
from mlops_desktop.serving.message import msg

Role = Literal["feature", "target", "id", "group", "time", "weight", "fold", "ignore"]
ROLES: tuple[Role, ...] = ("feature", "target", "id", "group", "time", "weight", "fold", "ignore")
ColumnType = Literal["number", "integer", "category", "ordered", "boolean", "date", "text", "id"]
TYPES: tuple[ColumnType, ...] = ("number", "integer", "category", "ordered", "boolean", "date", "text", "id")


def is_feature_role(role: str | None) -> bool:
    """Whether a column of this role is a feature. One that orders the rows in time is: its parts carry seasons and hours."""
    return role in (None, "feature", "time")


@dataclass(frozen=True, kw_only=True)
class ColumnNote:
    """What a person decided about one column; what is None is decided from the data."""

    role: Role | None = None
    type: ColumnType | None = None
    label: str = ""  # shown in the application, the form page and the report instead of the name in the file
    unit: str = ""
    description: str = ""
    levels: tuple[str, ...] = ()  # the order of an ordered category
    missing: tuple[str, ...] = ()  # further texts and numbers that mean missing, such as "-200" or "unknown"
    recode: dict[str, str] = field(default_factory=dict)  # texts and the level each stands for; "" is an empty cell


@dataclass(frozen=True, kw_only=True)
class Brief(Settings):
    """The problem as a person describes it: read by people, printed in the report and the model card."""

    statement: str = text("", "What is the problem?")
    users: str = text("", "Who uses the answer?")
    decision: str = text("", "What is decided by it?")
    success: str = text("", "When is it a success?")
    data_kind: Literal["table", "text", "dates", "time"] = choice(
        "table", {"table": "Table", "text": "Text", "dates": "Dates", "time": "Over time"}, "Kind of data"
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person decided about a question: the option, why, and who. It changes no result; the option's own decisions do."""

    option: str
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Goals(Settings):
    """What the chosen model must reach; None is no goal. Scores are signed as scikit-learn signs the metric."""

    score: float | None = number(None, -inf, inf, "Minimum score", help="Of the project's metric, on the held-out test set.")
    response_ms: float | None = number(None, 0.001, 1e6, "Response time of at most (ms)", help="For one row, on this machine.")
    cost: float | None = number(None, -inf, inf, "Mean cost per row of at most", help="By the costs of each kind of answer.")


@dataclass(frozen=True, kw_only=True)
class Costs(Settings):
    """Cost of each kind of answer for binary problems, in any currency (negative: a gain)."""

    false_positive: float = number(0.0, -inf, inf, "Cost of a false positive")
    false_negative: float = number(0.0, -inf, inf, "Cost of a false negative")
    true_positive: float = number(0.0, -inf, inf, "Cost of a true positive")
    true_negative: float = number(0.0, -inf, inf, "Cost of a true negative")


def default_splitter() -> Splitter:
    """How rows are kept apart while nothing is decided: at random."""
    return choices().splitters["random"]()


@dataclass(frozen=True, kw_only=True)
class Search(Settings):
    """How the search spends its budget: `trials` if they are set, else `seconds`."""

    method: Literal["random", "grid"] = choice(
        "random",
        {"random": "Random", "grid": "Grid"},
        "Search for parameters",
        help="Random: parameters are drawn, the best algorithms more often. Grid: every combination in turn.",
    )
    trials: int | None = number(None, 1, 1_000_000, "Number of trials", whole=True)
    seconds: float | None = number(60.0, 0.1, 30 * 86_400, "Seconds for the search", optional=True)
    grid_points: int = number(3, 1, 100, "Values per number", help="Values of each number in the grid.", whole=True)


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
    split: Splitter = field(default_factory=default_splitter)
    steps: tuple[Step[Operation], ...] = ()
    sampler: Sampler | None = None  # which rows models are fitted on; None: all, as they come
    encodings: dict[str, Encoding] = field(default_factory=dict)  # by id of the algorithm, or ALL; else as the algorithm declares
    candidates: tuple[Algorithm, ...] = ()
    search: Search = field(default_factory=Search)
    threshold: float | None = number(None, 0.0, 1.0, "Threshold", help="Set by hand; none: from the out-of-fold scores.")
    chosen: str = ""  # id of the chosen run; the best one when empty
    refit: Literal["train", "all"] = "all"  # which rows the deployed model is fitted on; the test set measures one of the training part
    consent: frozenset[str] = frozenset()  # ids of algorithms whose models may be exported although they contain training rows
    seed: int = number(0, 0, 2**32 - 1, "Seed", help="The same one gives the same result.", whole=True)
    answers: dict[str, Answer] = field(default_factory=dict)  # by the id of the question

    def active_steps(self) -> tuple[Operation, ...]:
        """The steps that are switched on, in their order."""
        return tuple(step.component for step in self.steps if step.on)

    def active_row_filters(self) -> tuple[RowFilter, ...]:
        """The row filters that are switched on, in their order."""
        return tuple(step.component for step in self.row_filters if step.on)

    def encoding(self, algorithm: Algorithm) -> Encoding:
        """The encoding of an algorithm: pinned for it, else pinned for all, else the one that it declares."""
        pinned = self.encodings.get(algorithm.id) or self.encodings.get(ALL)
        return pinned or choices().encodings[algorithm.encoding]()

    def role(self, column: str) -> Role | None:
        """The role that a person gave a column, `target` for the target; None when it is decided from the data."""
        if column and column == self.target:
            return "target"
        note = self.columns.get(column)
        return note.role if note else None

    def shown_name(self, column: str) -> str:
        """What a person reads for a column: the label that it was given, else its name in the file."""
        note = self.columns.get(column)
        return (note.label if note else "") or column

    def labels(self) -> dict[str, str]:
        """The labels that a person gave, by the name of the column in the file."""
        return {name: note.label for name, note in self.columns.items() if note.label}


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
            raise UserError(msg("This project still needs {get}.", get=labels.get(name, name)), "Choose it in stage 1, or with `set`.")


def require_suitable_sampler(project: Project) -> None:
    """UserError when the project's sampler is none for its task; it names the task and the samplers that suit it."""
    if project.sampler is None or project.task is None:
        return
    spec = task_spec(project.task)
    if project.sampler.supports(spec):
        return
    suitable = suitable_samplers(spec)
    raise UserError(
        msg("“{sampler}” does not suit a {task} task.", sampler=project.sampler.label, task=project.task),
        msg("Samplers that do: {names}.", names=", ".join(suitable)) if suitable else "No sampler does: take it out (`set sampler=`).",
    )


def suitable_samplers(spec: TaskSpec) -> dict[str, type[Sampler]]:
    """The samplers of the catalogue that suit a kind of task, by id."""
    return {id_: member for id_, member in choices().samplers.items() if member.supports(spec)}
