"""The facts that the checks of a model read: plain numbers, measured once for a run and stored."""

from __future__ import annotations

from dataclasses import dataclass

KEPT = 1 / 3  # of the gain on training rows, validation rows keep this at least
NORMAL = 1.645  # standard errors on one side of 95 %


def overfits(train: float, valid: float, baseline: float, error: float) -> bool:
    """Whether a model keeps too little on validation rows of what it gains over the baseline on the rows that it was trained on.

    Scores are signed so that higher is better; `error` is the standard error of `valid`.
    """
    gain, tolerance = train - baseline, NORMAL * error
    return gain > tolerance and valid - baseline + tolerance < KEPT * gain


@dataclass(frozen=True)
class PartSizes:
    """Rows of the training part and of the held-out test set, and how many independent units they are: rows, groups or blocks of time."""

    train: int
    test: int
    units: str
    train_units: int
    test_units: int


@dataclass(frozen=True)
class ClassSizes:
    """The rows of a class in the training part and in the held-out test set."""

    name: str
    train: int
    test: int


@dataclass(frozen=True)
class TargetShift:
    """How the target of a part differs from that of the training rows for it.

    `fold` is counted from 1; 0 is the held-out test set. `effect` is the largest difference of a share: between the classes (total
    variation), or of the rows below a value (Kolmogorov-Smirnov). `p`: how likely chance alone is to make such a difference.
    """

    fold: int
    rows: int
    effect: float
    p: float


@dataclass(frozen=True)
class FoldVariation:
    """The score of each fold, the standard error that sampling gives it, and how likely sampling alone is to spread them so far."""

    scores: tuple[float, ...]
    errors: tuple[float, ...]
    p: float


@dataclass(frozen=True)
class Scores:
    """The metric on training rows, on validation rows with its standard error, of the baseline, and of a perfect model."""

    train: float
    valid: float
    error: float
    baseline: float
    perfect: float

    @property
    def lift(self) -> float:
        """What the model gains over the baseline on validation rows, as a share of what there is to gain."""
        whole = self.perfect - self.baseline
        return (self.valid - self.baseline) / whole if whole > 0 else 0.0


@dataclass(frozen=True)
class Comparison:
    """The mean loss of model and baseline per row (squared error of the probabilities, or of the number) on the same rows.

    `p_better` and `p_worse`: how likely chance alone is to let the model look so much better, or so much worse.
    """

    rows: int
    model: float
    baseline: float
    p_better: float
    p_worse: float


@dataclass(frozen=True)
class Subgroup:
    """The rows of one level of a column, compared with the baseline."""

    column: str
    level: str
    found: Comparison


@dataclass(frozen=True)
class Dominance:
    """The column that the model relies on most, and its share of the importance of all columns."""

    column: str
    share: float


@dataclass(frozen=True)
class WeightFacts:
    """The column of weights, and the effective sample size of the training rows (Kish)."""

    column: str
    rows: int
    effective: float


@dataclass(frozen=True, kw_only=True)
class CheckFacts:
    """The figures of one run. None and empty: could not be measured, or does not apply.

    `subgroups` are the worst of `levels` levels that were compared. `leaks` are columns that are learned from although they may give away
    the target, `leak_questions` the ids of the questions about them. `positive_doubtful`: the data does not show which class is the
    positive one.
    """

    run: str
    task: str
    metric: str
    parts: PartSizes
    classes: tuple[ClassSizes, ...] = ()
    shifts: tuple[TargetShift, ...] = ()
    folds: FoldVariation | None = None
    scores: Scores | None = None
    lift: Comparison | None = None
    subgroups: tuple[Subgroup, ...] = ()
    levels: int = 0
    dominant: Dominance | None = None
    weights: WeightFacts | None = None
    leaks: tuple[str, ...] = ()
    leak_questions: tuple[str, ...] = ()
    positive_doubtful: bool = False
