"""The base classes of components: one for each family of the catalogue, with the methods that its members provide."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, NewType, Self

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Job
from mlops_desktop.base.metric import Metric
from mlops_desktop.base.params import Columns
from mlops_desktop.base.target_columns import Class, TargetColumn, bands
from mlops_desktop.base.tuning import Tunable
from mlops_desktop.serving.frame import Bools, Floats, Frame, Ints, Layout, Longs, Matrix
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.node import Node
from mlops_desktop.serving.prediction_spec import PredictionSpec
from mlops_desktop.serving.transform import Transform

if TYPE_CHECKING:  # not needed at the start of the window
    from mlops_desktop.serving.bundle import Bundle
    from mlops_desktop.serving.scorer import Scorer

Task = NewType("Task", str)
"""The id of a kind of task (`TaskSpec.id`)."""
CLASSES, TWO_CLASSES, SEVERAL_CLASSES, NUMBERS = "classes", "two classes", "several classes", "numbers"
"""Traits of tasks, by which algorithms and metrics say which tasks they are for. A further task may bring traits of its own."""
Stage = Literal["prepare", "engineer", "select"]
_KINDS = {"number": "a number", "categorical": "a category or text", "date": "a date", "sparse": "a feature of a text"}


@dataclass(frozen=True, eq=False)
class Target:
    """What is to be predicted, row by row. With classes: `values` are class positions (intp) into `classes`. Without: float64, and
    `classes` is empty. `task` is the id of the task's spec.
    """

    task: str
    values: NDArray[Any]
    classes: tuple[Class, ...] = ()

    def take(self, rows: NDArray[np.intp]) -> Target:
        """The given rows; the classes stay."""
        return Target(self.task, self.values[rows], self.classes)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows to fit on, or to score: features with what belongs to each row.

    `frame` holds the features alone; `weights` (rows,) float64, not negative; `groups` (rows,) codes, of which rows of one group are never
    parted between training and validation (-1: the row is a group of its own); `time` (rows,) int64 microseconds or float64.
    None where the table has no such column.
    """

    frame: Frame
    target: Target
    weights: Floats | None = None
    groups: Ints | None = None
    time: Longs | Floats | None = None

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.frame.rows

    def take(self, rows: Ints) -> Dataset:
        """The given rows, in the given order; a row may be named more than once."""
        return Dataset(
            self.frame.take(rows),
            self.target.take(rows),
            None if self.weights is None else self.weights[rows],
            None if self.groups is None else self.groups[rows],
            None if self.time is None else self.time[rows],
        )

    def with_frame(self, frame: Frame) -> Dataset:
        """The same rows with other columns."""
        return replace(self, frame=frame)

    def sample(self, rows: int) -> Dataset:
        """At most so many rows: a random choice of them with a fixed seed, in their order, when there are more."""
        if self.rows <= rows:
            return self
        return self.take(np.sort(np.random.default_rng(0).choice(self.rows, rows, replace=False)).astype(np.intp))


class TaskSpec(Component, ABC):
    """A kind of task: how its target is read, what is measured, and what its answers look like. Nothing else compares a task's id.

    `prediction` is its half in `serving/tasks/`: the shape of the scores and the form of an answer. `traits` are what algorithms
    (`Algorithm.learns`) and metrics (`Metric.trait`) are matched with; `own_metrics` come before these. `leading` are the ids of the
    metrics that an evaluation shows first. `label` is the name in the window, `title` in the report, `baseline` completes "it …" for a
    model that uses no column.
    """

    shown_texts: ClassVar[tuple[str, ...]] = (*Component.shown_texts, "title", "baseline")
    title: ClassVar[str]
    baseline: ClassVar[str]
    prediction: ClassVar[PredictionSpec]
    traits: ClassVar[frozenset[str]]
    own_metrics: ClassVar[tuple[Metric, ...]] = ()
    leading: ClassVar[tuple[str, ...]] = ()

    @property
    def has_classes(self) -> bool:
        """Whether a model gives (rows, classes) probabilities; else it gives (rows,) values."""
        return self.prediction.per_class

    @property
    def has_positive(self) -> bool:
        """Whether one of two classes is the positive one, so that there are a threshold and costs of errors."""
        return self.prediction.thresholded

    @abstractmethod
    def fits(self, column: TargetColumn) -> bool:
        """Whether a column of at least two different values could be the target. Cells may be missing."""

    def guess(self, column: TargetColumn) -> tuple[float, str] | None:
        """How well the column fits (the largest of all tasks is guessed) and why, in one sentence; None: never guessed for it."""
        return None

    @abstractmethod
    def read(self, column: TargetColumn) -> Target:
        """The target of every row; no cell is missing. UserError when the cells are not of this task's kind."""

    def check(self, target: Target, name: str) -> None:
        """UserError when no model can be fitted to the target (a column's name for the message)."""

    @abstractmethod
    def default_metric(self, target: Target, positive: int | None = None) -> tuple[str, str]:
        """The id of a fitting metric, and the reason in one sentence; `positive`: the position of the positive class, if any."""

    def strata(self, target: Target) -> Ints:
        """What a stratified split keeps the shares of, (rows,) positions: the classes, or ten equally full bands of a number."""
        return target.values.astype(np.intp) if target.classes else bands(target.values)

    def prior(self, target: Target, weights: Floats | None = None) -> Floats:
        """What a model that uses no column answers: (classes,) shares, or (1,) the mean; 0 without rows. Rows count by `weights`."""
        if weights is not None and not weights.any():
            weights = None
        total = len(target.values) if weights is None else float(weights.sum())
        if target.classes:
            return np.bincount(target.values, weights=weights, minlength=len(target.classes)) / max(total, 1 if weights is None else total)
        return np.array([float(np.average(target.values, weights=weights)) if total else 0.0])


class RowFilter(Component, ABC):
    """Takes rows out before the split: a mask without any fit, so it can neither change a column nor be served."""

    @abstractmethod
    def keep(self, frame: Frame, target: str) -> Bools:
        """Which rows stay, (rows,) bool. `frame` has every column of the table, the target (a column's name) among them."""


class Operation(Tunable, ABC):
    """Changes columns; fitted on the training part of each fold, served as a transform."""

    stage: ClassVar[Stage]

    @abstractmethod
    def fit(self, dataset: Dataset, job: Job) -> tuple[Transform, Dataset | None]:
        """The fitted transform, and the dataset to train on where its columns must differ from the transform's own output (cross-fitted
        encodings), else None.

        The dataset is not changed. UserError when a chosen column is absent or unfit. A step that finds nothing in these rows makes no
        column (`unfound`): in another fold it may find something.
        """

    def unfound(self, transform: Transform) -> tuple[str, ...]:
        """A sentence for each column in which the fit of this transform found nothing to make features of."""
        return ()

    def chosen(self, layout: Layout, field: str = "columns") -> tuple[str, ...]:
        """The columns that a `columns` parameter stands for here: the named ones, or all of its kinds when none is named.

        UserError names this step and the first named column that is absent or of a kind that the parameter does not take.
        """
        param = self.params()[field]
        assert isinstance(param, Columns)
        named: tuple[str, ...] = getattr(self, field)
        by_kind = {
            "number": layout.numbers,
            "categorical": layout.categoricals,
            "date": layout.dates,
            "sparse": tuple(n for b in layout.sparse for n in b),
        }
        fit = tuple(name for kind in param.kinds for name in by_kind[kind])
        if not named:
            return fit if param.all_when_empty else ()
        known, here = frozenset(fit), frozenset(layout.names())
        for name in named:
            if name not in here:
                raise UserError(
                    msg("The step “{label}” needs the column “{name}”, which is not there.", label=self.label, name=name),
                    "Choose another column in this step, or remove the step.",
                )
            if name not in known:
                wanted = " or ".join(_KINDS[kind] for kind in param.kinds)
                raise UserError(
                    msg(
                        "The step “{label}” cannot use the column “{name}”: it is {kinds}, and {wanted} is needed.",
                        label=self.label,
                        name=name,
                        kinds=_KINDS[layout.kind(name)],
                        wanted=wanted,
                    ),
                    "Choose another column in this step, or change the column's type.",
                )
        return named

    def numeric_columns(self, layout: Layout) -> tuple[str, ...]:
        """As `chosen` for the field `columns`, for steps that calculate with numbers: codes that stand for categories are passed over, and
        refused (UserError) when named.
        """
        chosen = self.chosen(layout)
        named: tuple[str, ...] = getattr(self, "columns", ())
        for name in named:
            if name in layout.category_codes:
                raise UserError(
                    msg(
                        "The step “{label}” cannot calculate with “{name}”: its numbers stand for categories.", label=self.label, name=name
                    ),
                    "Choose another column, or put this step before the one that encodes the categories.",
                )
        return chosen if named else tuple(name for name in chosen if name not in layout.category_codes)


OperationSpec = tuple[str, dict[str, Any]]  # the id of an operation and its parameters, as plain JSON


@dataclass(frozen=True)
class EncoderInput:
    """The columns that an encoding starts from: `layout` after the steps of the recipe, `texts` those categorical columns of it that hold
    free text, and whether the algorithm takes a sparse matrix.
    """

    layout: Layout
    texts: tuple[str, ...] = ()
    takes_sparse: bool = True

    @property
    def categories(self) -> tuple[str, ...]:
        """The categorical columns that hold no free text."""
        return tuple(name for name in self.layout.categoricals if name not in self.texts)


class Encoding(Tunable, ABC):
    """Turns the columns that the steps of a recipe leave into the matrix that an algorithm learns from best, by operations of the catalogue
    that the pipeline fits on the training part of each fold.
    """

    handles_gaps: ClassVar[bool] = True  # False: gaps must have been filled by the steps of the recipe
    leaves_gaps: ClassVar[bool] = False  # True: only for algorithms that declare an encoding with gaps in its matrix

    @abstractmethod
    def operations(self, given: EncoderInput) -> tuple[OperationSpec, ...]:
        """The operations in their order. They see the columns alone, no value: what depends on values is for the operations to fit."""


class Algorithm(Tunable, ABC):
    """Learns a model from a matrix."""

    learns: ClassVar[frozenset[str]]  # traits of tasks (CLASSES, NUMBERS …): it supports every task that has one of them
    encoding: ClassVar[str] = "one_hot_scaled"  # the id of the encoding that makes the matrix it learns from best
    takes_sparse: ClassVar[bool] = True  # False: the matrix is made dense first (refused when that would not fit)
    stores_training_data: ClassVar[bool] = False  # True: the model contains training rows, so exporting it asks for consent
    initial_configs: ClassVar[
        tuple[Mapping[str, Any], ...]
    ] = ()  # tuned parameters that did well on many tables: a search tries them first

    @classmethod
    def supports(cls, task: TaskSpec) -> bool:
        """Whether the algorithm learns this kind of task."""
        return not cls.learns.isdisjoint(task.traits)

    @abstractmethod
    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        """An unfitted estimator in the scikit-learn manner. It is fitted on `X` (dense float64, or scipy CSR) and class positions or
        float64 values.
        """

    @abstractmethod
    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        """The fitted estimator as plain data. `classes` is the number of classes of the whole table (0 when answers are values); a class
        that the fit never saw gets probability 0. `width` is the number of features.
        """


class Sampler(Tunable, ABC):
    """Changes which rows a model is fitted on, and their weights: in the training part of each fold and in the final fit. Rows that are
    scored are never sampled, and a sampler is never served.
    """

    traits: ClassVar[frozenset[str]] = frozenset()  # of the tasks that it suits (CLASSES …): one of them is enough; none named: every task

    @classmethod
    def supports(cls, task: TaskSpec) -> bool:
        """Whether it can be used for this kind of task."""
        return not cls.traits or not cls.traits.isdisjoint(task.traits)

    @abstractmethod
    def resample(self, dataset: Dataset, seed: int, job: Job) -> Dataset:
        """The rows to fit on, with their weights; the same for the same seed. The dataset is of a task that it supports; it is not changed,
        and its columns and classes stay.
        """


class Ensemble(Component, ABC):
    """Combines the predictions of several models that are fitted each by itself."""

    @abstractmethod
    def check(self, models: int) -> None:
        """UserError when its parameters do not fit so many models."""

    @abstractmethod
    def combine(self, scores: Sequence[Floats]) -> Floats:
        """The combined scores of some rows from the scores of each model, all of one shape."""

    @abstractmethod
    def compile(self, members: Sequence[Node]) -> Node:
        """The node of the scorer that combines the nodes of the models; it answers as `combine` does."""

    @abstractmethod
    def describe(self, labels: Sequence[str]) -> str:
        """What it is made of, in one sentence; `labels` are those of the models."""

    @classmethod
    @abstractmethod
    def find(
        cls,
        scores: Sequence[Sequence[Floats]],
        rate: Callable[[Sequence[Floats]], float],
        allowed: Callable[[Sequence[int]], bool],
    ) -> tuple[Self, tuple[int, ...]] | None:
        """The ensemble whose out-of-fold scores `rate` best, and the positions of the models in it; None when none beats the first model.

        `scores` are those of tried models fold by fold, the best model first. `rate` gives the mean score over the folds of such scores;
        `allowed` says whether the models at these positions may all be fitted.
        """


class ReadBack(NamedTuple):
    """Golden rows answered by an exported form: the program that read it, and the scores (rows, outputs) of the rows in their order.

    `start_seconds`: from the start of its process until it was ready to answer; None for a form that is no service.
    """

    reader: str
    scores: Floats
    start_seconds: float | None = None


class Exporter(Component, ABC):
    """Writes a chosen model in a form that leaves the application.

    `writes` shows a person beforehand what will be there: names of files and folders, and what each is. `downloads`: it needs the internet.
    `keeps_settings`: what is written obeys the policy for unusual values and the limits of the threshold.
    """

    writes: ClassVar[tuple[tuple[str, str], ...]] = ()
    downloads: ClassVar[bool] = False
    keeps_settings: ClassVar[bool] = True

    def unsupported(self, scorer: Scorer) -> str:
        """Why a model cannot be written in this form: a sentence that names the step or the model; empty when it can be."""
        return ""

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack | None:
        """The golden rows of `bundle`, answered from the written `target` alone by its reader, in a process of its own where
        that could find anything of the application otherwise.

        None when this machine has no reader for the form. UserError when the reader refuses it.
        """
        return None

    def packages(self, target: Path) -> Sequence[tuple[str, str, float | None]]:
        """The packages that what was written to `target` needs: name, version, and MB when installed (None: this machine cannot tell)."""
        return ()

    def finish(self, target: Path) -> None:
        """Change the form of the written folder once its certificate is in it, such as packing it into one file."""

    @abstractmethod
    def export(self, bundle: Path, target: Path, job: Job) -> None:
        """Fill the empty folder `target` from `bundle`, a folder with the model, its schema, golden rows, metrics and documents as plain
        data (see `serving.bundle`).

        No clock and no random id goes into it: the same bundle gives the same bytes. Progress goes to `job`: the last fraction is exactly
        1.0, and none is less than the one before. UserError when the bundle is damaged (`serving.bundle.verify_sums`); it names the file.
        """
