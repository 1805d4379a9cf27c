"""What a preview answers: each step on a sample, the changes of one step, the encodings, and columns ranked for a selection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mlops_desktop.base.families import Encoding

Side = Literal["", "before", "after"]
Change = Literal["", "gone", "other", "new", "source"]


@dataclass(frozen=True)
class RowCounts:
    """Rows of the table, those that the row filters keep, those of the training part and of the sample of it that was tried.

    `columns` are those before the first step. Without a training part (see `RecipePreview.problem`) the last three are 0.
    """

    table: int
    kept: int
    train: int = 0
    sample: int = 0
    columns: int = 0


@dataclass(frozen=True)
class RowFilterPreview:
    """One row filter: whether it is on, why it cannot be done, and how many rows it takes out of those that the ones before it left."""

    on: bool
    error: str
    gone: int


@dataclass(frozen=True)
class StepPreview:
    """One step: whether it is on, why it cannot be done, whether it waits for one before it that cannot be done.

    `width` is the number of columns after it; None when it was not tried.
    """

    on: bool
    error: str = ""
    waits: bool = False
    width: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class ColumnDistribution:
    """The values of a column, by its kind. `number` and `date` (microseconds): between `edges`, one more than `counts`.

    `categorical`: by `names`, the most frequent ones. `many`: columns of 0 and 1 or features of texts that
    were made of one column, with the rows in which each is not 0.
    """

    kind: str
    counts: tuple[int, ...]
    missing: int
    distinct: int
    edges: tuple[float, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnChange:
    """A column before and after a step; None on the side where it is not there.

    `target_score`: how closely a new number goes with the target by itself, from 0 to 1.
    """

    name: str
    before: ColumnDistribution | None
    after: ColumnDistribution | None
    target_score: float | None = None


@dataclass(frozen=True)
class ColumnCells:
    """Some cells of a column as texts. Of a step: on which side of it, and what became of the column.

    `source`: a new one is made of it.
    """

    name: str
    kind: str
    cells: tuple[str, ...]
    side: Side = ""
    change: Change = ""


@dataclass(frozen=True)
class FilteredOut:
    """The first rows that a row filter takes out: their numbers from 1, and their cells."""

    numbers: tuple[int, ...]
    columns: tuple[ColumnCells, ...]


@dataclass(frozen=True)
class ScoredColumn:
    """What a selection decided about a column; without a score where it is forced in or out."""

    name: str
    score: float | None
    kept: bool
    reason: str


@dataclass(frozen=True)
class StepChanges:
    """What one step changed: columns before and after it, and how many are new, gone, or hold other values.

    `columns` are the first changes, `rows` the first cells of what changed. `scored`: the columns that a selection scored, the best first;
    None for any other step.
    """

    before: int
    after: int
    new: int
    gone: int
    other: int
    columns: tuple[ColumnChange, ...]
    rows: tuple[ColumnCells, ...]
    scored: tuple[ScoredColumn, ...] | None


@dataclass(frozen=True)
class EncodingPreview:
    """The encoding of some algorithms (ids; none: of any): whether a person pinned it, the labels of its operations in their order.

    `width` is the number of features; None with an `error`. `notes` are sentences on columns that become no feature.
    """

    encoding: Encoding
    algorithms: tuple[str, ...]
    pinned: bool
    operations: tuple[str, ...]
    width: int | None
    error: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class MatrixSize:
    """The least and the greatest number of features over all encodings (None without one that can be done), and the first error."""

    least: int | None
    width: int | None
    error: str


@dataclass(frozen=True)
class RecipePreview:
    """What a recipe does to a sample of the training part; `problem`: why nothing can be tried.

    Of the step that was asked for: `columns` are (name, kind) of what is there before it (after all steps without one), `step` is what it
    changed. `filtered_out`: rows that the row filter that was asked for takes out.
    """

    problem: str
    rows: RowCounts
    row_filters: tuple[RowFilterPreview, ...]
    filtered_out: FilteredOut | None = None
    steps: tuple[StepPreview, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    step: StepChanges | None = None
    encodings: tuple[EncodingPreview, ...] = ()
    matrix: MatrixSize | None = None


@dataclass(frozen=True)
class ColumnRanking:
    """Columns by the score of a selection, the best first; `more` are not listed, `unscored` have no score (free texts).

    `label` names the score, `rows` of the training part were scored; `problem` says why there is no ranking.
    """

    method: str
    label: str
    scores: tuple[tuple[str, float], ...] = ()
    more: int = 0
    unscored: tuple[str, ...] = ()
    rows: int = 0
    problem: str = ""
