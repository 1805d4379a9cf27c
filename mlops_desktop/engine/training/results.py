"""What training answers, and what it hands over on the way: the chosen run, trials and folds, points of a learning curve."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainingResult:
    """The chosen run: its id, the name of its algorithm, mean and standard deviation of its score over the folds; trials of the search.

    `corrected`: of the best of several runs, the score that is expected of it on new rows.
    """

    chosen: str
    algorithm: str
    score: float | None
    std: float | None
    trials: int
    corrected: float | None = None


@dataclass(frozen=True)
class TrialStarted:
    """A trial of the search begins; `label` names its algorithm."""

    trial: int
    label: str


@dataclass(frozen=True)
class FoldProgress:
    """The fold of the trial that is being fitted, or was fitted last."""

    fold: int
    folds: int


@dataclass(frozen=True)
class TrialEnded:
    """A trial is over; its run is recorded under the id."""

    run: str


@dataclass(frozen=True)
class OtherSplit:
    """What a run scores when its training rows are validated the other way: at random (`shuffled`), else by blocks of adjacent times of
    these columns, each predicted from the others. None where the metric is undefined.

    `clearly_worse`: by time its losses are greater than at random, and not by chance. `folds`: so many of all, where the whole would have
    taken too long; 0: all of them.
    """

    columns: tuple[str, ...]
    shuffled: bool
    score: float | None
    clearly_worse: bool = False
    folds: int = 0


TrainingEvent = TrialStarted | FoldProgress | TrialEnded


@dataclass(frozen=True)
class LearningPoint:
    """Scores by fold of a model fitted on a share of the training rows: on these rows and on validation rows; None where there is none."""

    share: float
    rows: int
    train: tuple[float | None, ...]
    valid: tuple[float | None, ...]


@dataclass(frozen=True)
class LearningCurve:
    """Points by growing share, signed as scikit-learn signs the metric; `notes` are sentences on why a score is missing."""

    metric: str
    folds: int
    points: tuple[LearningPoint, ...]
    notes: tuple[str, ...]
