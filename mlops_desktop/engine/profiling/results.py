"""What is known of a table: the profile of its columns, relations and findings, and the overview before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.families import Task
from mlops_desktop.base.target_columns import Class
from mlops_desktop.engine.profiling.finding import Finding
from mlops_desktop.engine.project import OMIT_NONE
from mlops_desktop.serving.column import HasType

Value = float | str  # a number, or a date as ISO text


@dataclass(frozen=True)
class Histogram:
    """Counts between edges, one edge more than counts; edges of dates are texts."""

    edges: tuple[Value, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class ByTarget:
    """A histogram or the top levels split by the target: `counts[class][bin]`, or the mean of a target of numbers in each bin."""

    classes: tuple[str, ...] | None = field(default=None, metadata=OMIT_NONE)
    counts: tuple[tuple[int, ...], ...] | None = field(default=None, metadata=OMIT_NONE)
    means: tuple[float | None, ...] | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True)
class ColumnProfile(HasType):
    """One column: numbers and dates have quantiles (share to value) and a histogram, categories and booleans their most frequent levels,
    texts the mean number of characters and words. What does not apply is None.
    """

    name: str
    type: str
    unit: str
    description: str
    missing: int
    distinct: int
    characters: float | None = field(default=None, metadata=OMIT_NONE)
    words: float | None = field(default=None, metadata=OMIT_NONE)
    top: tuple[tuple[str, int], ...] | None = field(default=None, metadata=OMIT_NONE)
    mean: Value | None = field(default=None, metadata=OMIT_NONE)
    std: float | None = field(default=None, metadata=OMIT_NONE)
    min: Value | None = field(default=None, metadata=OMIT_NONE)
    max: Value | None = field(default=None, metadata=OMIT_NONE)
    quantiles: dict[str, Value | None] | None = field(default=None, metadata=OMIT_NONE)
    histogram: Histogram | None = field(default=None, metadata=OMIT_NONE)
    zeros: int | None = field(default=None, metadata=OMIT_NONE)
    by_target: ByTarget | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True)
class Relations:
    """A square of strengths by pairs of columns; None where a pair has too few rows in common. `rows` were measured.

    `spearman` holds the rank correlation of two numbers, None of other pairs; empty in results of earlier versions.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    rows: int
    sampled: bool
    left_out: int
    spearman: tuple[tuple[float | None, ...], ...] = ()

    def pairs(self) -> list[tuple[str, str, float, float | None]]:
        """Each pair with its strength and its rank correlation, the closest first: by the larger of the two."""
        names = self.columns
        found = [
            (names[j], names[i], value, self.spearman[i][j] if self.spearman else None)
            for i in range(len(names))
            for j in range(i)
            if (value := self.values[i][j]) is not None
        ]
        return sorted(found, key=lambda pair: (-max(abs(pair[2]), abs(pair[3] or 0.0)), pair[1], pair[0]))


@dataclass(frozen=True)
class Profile:
    """Statistics, relations and findings of a table; `duplicates`: rows that repeat an earlier one."""

    rows: int
    duplicates: int
    columns: tuple[ColumnProfile, ...]
    findings: tuple[Finding, ...]
    relations: Relations
    evidence: tuple[Evidence, ...]
    target: str | None

    def column(self, name: str) -> ColumnProfile | None:
        """The profile of a column; None when the table has none of that name."""
        return next((one for one in self.columns if one.name == name), None)


@dataclass(frozen=True)
class Guess:
    """What is proposed (a column, a role, a metric, by its id), and why (a sentence)."""

    value: str
    reason: str


@dataclass(frozen=True)
class TargetOption:
    """What predicting a column would mean.

    Either `refused` says why it cannot be predicted, or `task` is the likeliest of the possible `tasks`. `classes` are values with their
    rows, the most frequent ones; `more` are not listed. `positive_doubtful`: no name shows which of two classes is the positive one.
    `metrics` are proposed ones by task.
    """

    refused: str = ""
    task: Task | None = None
    reason: str = ""
    tasks: tuple[Task, ...] = ()
    classes: tuple[tuple[Class, int], ...] = ()
    more: int = 0
    positive: Class | None = None
    positive_reason: str = ""
    positive_doubtful: bool = False
    metrics: dict[str, Guess] = field(default_factory=dict)


@dataclass(frozen=True)
class ColumnOverview(HasType):
    """One column: `bars` are the counts of a small histogram, or the rows of the most frequent levels."""

    name: str
    type: str
    missing: int
    distinct: int
    bars: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    target: TargetOption


@dataclass(frozen=True)
class Overview:
    """A table before anything is decided: its columns, the likeliest targets first, and the proposed role of a column by its name.

    `evidence` are sentences about the whole table.
    """

    rows: int
    columns: tuple[ColumnOverview, ...]
    evidence: tuple[str, ...] = ()
    targets: tuple[Guess, ...] = ()
    roles: dict[str, Guess] = field(default_factory=dict)

    def column(self, name: str) -> ColumnOverview | None:
        """The overview of a column; None when the table has none of that name."""
        return next((one for one in self.columns if one.name == name), None)
