"""What an evaluation holds: metrics with intervals, confusion, curves, errors, missed rows, importance of columns.

The JSON of these classes is what `mlops-desktop evaluate --json` prints and what the store keeps; `json_name` and `INLINE` hold its form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from mlops_desktop.base.number_format import format_number
from mlops_desktop.base.target_columns import Class
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.engine.pipeline import ArtifactStore, Keys
from mlops_desktop.engine.project import INLINE, OMIT_NONE, Project, json_name
from mlops_desktop.engine.training import Run, ThresholdCurve, ranked
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg


@dataclass(frozen=True)
class MetricResult:
    """One metric, signed as scikit-learn signs it, with its 95 % interval from `low` to `high` and the value of the baseline.

    `shown` is the value without the minus sign of errors, `sentence` explains the metric and `summary` this value. `method` says how the
    interval was made, or why there is none. None: undefined on these rows.
    """

    id: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    shown: float | None
    baseline: float | None
    sentence: str
    summary: str = field(metadata=json_name("told"))
    method: str = ""


@dataclass(frozen=True)
class WorstRow:
    """A row that was missed: its place among the evaluated rows, the true value, the answer, and the probability of the true class (of a
    number: the answer). `table_row` is its place in the table or file that it came from.
    """

    row: int
    actual: Class
    answer: Class
    score: float
    table_row: int | None = field(default=None, metadata=OMIT_NONE)

    @property
    def place(self) -> int:
        """Where the row is in its table, as far as that is known, else among the evaluated rows."""
        return self.row if self.table_row is None else self.table_row


@dataclass(frozen=True)
class Confusion:
    """Numbers of rows by true class (outer) and answered class (inner), both in the order of `labels`.

    Where rows have weights they count by them (their mean is 1): rounded in `counts`, exact in `weighted`.
    """

    labels: tuple[Class, ...]
    counts: tuple[tuple[int, ...], ...]
    weighted: tuple[tuple[float, ...], ...] | None = field(default=None, metadata=OMIT_NONE)

    @property
    def exact(self) -> Sequence[Sequence[float]]:
        """What shares and means are taken of."""
        return self.counts if self.weighted is None else self.weighted


@dataclass(frozen=True)
class ClassRates:
    """One class: its rows, the rows that were answered with it, and its precision, recall and F1."""

    label: Class = field(metadata=json_name("class"))
    rows: int
    answered: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class RocCurve:
    """False positive rate `x`, true positive rate `y`, and the threshold of each point; the first point has none. Empty when a side has no
    row.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    threshold: tuple[float | None, ...]


@dataclass(frozen=True)
class PrecisionRecallCurve:
    """Recall `x`, precision `y` and threshold of each point, from the highest threshold down; `share` is that of the class among all rows.
    Empty, with None as share, without a row of the class.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    threshold: tuple[float, ...]
    share: float | None


@dataclass(frozen=True)
class CalibrationCurve:
    """By bin of the score: the mean score, the observed share of the class with its 95 % interval, and the number of rows."""

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class GainCurve:
    """What taking rows from the highest score down finds: `share` of rows taken, `found` of the class, `lift` = found / share."""

    share: tuple[float, ...]
    found: tuple[float, ...]
    lift: tuple[float, ...]


@dataclass(frozen=True)
class ClassCurves:
    """The curves of one class against all others."""

    label: Class = field(metadata=json_name("class"))
    roc: RocCurve
    precision_recall: PrecisionRecallCurve
    calibration: CalibrationCurve
    gain: GainCurve


@dataclass(frozen=True)
class Classification:
    """What an evaluation of classes holds: counts and rates by class, and curves of the positive class or of the most frequent ones.

    `positive` is its position in `classes`, None unless there are two; then `threshold` is the threshold in use and `threshold_curve` what
    others would do. `fold_thresholds`: out of fold, where the threshold in use is the proposed one, each fold is decided by the threshold
    that the scores of the other folds propose.
    """

    classes: tuple[Class, ...]
    positive: int | None
    threshold: float | None
    confusion: Confusion
    per_class: tuple[ClassRates, ...]
    curves: tuple[ClassCurves, ...]
    threshold_curve: ThresholdCurve | None = field(default=None, metadata=OMIT_NONE)
    fold_thresholds: tuple[float, ...] | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True)
class ErrorHistogram:
    """Numbers of rows between neighbouring `edges`, of which there is one more."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class ErrorQuantile:
    """This share of the answers has an absolute error of at most `error`."""

    share: float
    error: float


@dataclass(frozen=True)
class ErrorBand:
    """The rows with values from `low` to `high`: how many, their mean error and their mean absolute error."""

    low: float
    high: float
    rows: int
    bias: float
    mae: float


@dataclass(frozen=True)
class Residuals:
    """Errors of numbers; an error is the answer minus the true value.

    `actual` and `predicted` are at most 2,000 pairs, drawn at random if `sampled`; the rest is of all rows. `bias` is the mean error, None
    without rows. `bands` go by the predicted value, for by the true one the best model looks as if it were wrong at both ends; in results
    of earlier versions (`banded_by` None) they go by the true one.
    """

    actual: tuple[float, ...]
    predicted: tuple[float, ...]
    sampled: bool
    histogram: ErrorHistogram
    quantiles: tuple[ErrorQuantile, ...]
    bias: float | None
    bands: tuple[ErrorBand, ...]
    banded_by: Literal["predicted"] | None = field(default=None, metadata=OMIT_NONE)


@dataclass(frozen=True)
class ProposedThreshold:
    """The threshold that out-of-fold scores propose, what was optimised (a metric's id, or `cost`), and why in one sentence."""

    threshold: float
    rule: str
    reason: str


@dataclass(frozen=True)
class ColumnImportance:
    """Mean and standard deviation, over the repeats, of the fall of the metric; None where it is undefined. `used`: the model uses it."""

    column: str
    mean: float | None
    std: float | None
    used: bool


@dataclass(frozen=True)
class Importance:
    """How much a metric falls when a column is shuffled, from the largest fall down, on `rows` of `of` rows; `score`: its value before."""

    metric: str
    score: float | None
    rows: int
    of: int
    columns: tuple[ColumnImportance, ...]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How good a model is on rows with known answers. Either `classification` or `residuals` is there, by the kind of task.

    `metrics` come with intervals of the `confidence`, some of them from `resamples` bootstrap resamples, `notes` are sentences about
    the rows, `worst` the rows that were missed most. `effective_rows`: the effective sample size where rows count by their weights. Out
    of fold: `choice`, the proposed threshold. On the held-out test set: `importance`, and in an answer `test_accesses`, how often these
    rows were used, and `used_before`, the share of them that is in other test sets that were used. On another file: its name, its
    rows, how many could not be compared, and how many the model was trained on.
    """

    task: str
    rows: int
    resamples: int
    confidence: float
    metrics: tuple[MetricResult, ...]
    notes: tuple[str, ...]
    worst: tuple[WorstRow, ...]
    classification: Classification | None = field(default=None, metadata=INLINE)
    residuals: Residuals | None = field(default=None, metadata=OMIT_NONE)
    effective_rows: float | None = field(default=None, metadata=OMIT_NONE)
    choice: ProposedThreshold | None = field(default=None, metadata=OMIT_NONE)
    importance: Importance | None = field(default=None, metadata=OMIT_NONE)
    test_accesses: int | None = field(default=None, metadata=OMIT_NONE)
    used_before: float | None = field(default=None, metadata=OMIT_NONE)
    file: str | None = field(default=None, metadata=OMIT_NONE)
    rows_in_file: int | None = field(default=None, metadata=OMIT_NONE)
    rows_left_out: int | None = field(default=None, metadata=OMIT_NONE)
    rows_trained_on: int | None = field(default=None, metadata=OMIT_NONE)

    def metric(self, id_: str) -> MetricResult | None:
        """The metric of this id, if the task has it."""
        return next((one for one in self.metrics if one.id == id_), None)


def held_out_score(project: Project, store: ArtifactStore, run: str) -> MetricResult | None:
    """What a run (by its id) scored on the held-out test set by the metric of the project; None where it was not measured there yet."""
    try:
        return store.get_value(Keys(project).evaluation(run), Evaluation).metric(project.metric)
    except KeyError:
        return None


@dataclass(frozen=True)
class SelectionEstimate:
    """The best run (its id), its score, and what is expected of it: `corrected`, signed as the metric; by how many runs the choice was
    made, those far behind included, and the number of resamples.
    """

    run: str
    score: float
    corrected: float
    runs: int
    resamples: int


def selection_key(keys: Keys, board: Sequence[Run]) -> str:
    """Under which key the estimate of these runs of a leaderboard is stored; "" where nothing was chosen among several."""
    done = ranked(board)
    return keys.selection(tuple(sorted(run.id for run in done))) if len(done) > 1 else ""


def selection_note(found: SelectionEstimate, metric_id: str, beside: MetricResult | None = None, *, tied: int = 0) -> str:
    """The score of the best run and what is expected of it, as a sentence. `beside`: the metric as a page shows it, of all out-of-fold rows
    together and with its interval; the sentence then is about these figures, and not about the mean over the folds. `tied`: how many other
    runs are tied with the best.
    """
    metric, owed = METRICS.get(metric_id), found.score - found.corrected
    of_page = beside is not None and beside.value is not None
    value = beside.value if beside is not None and beside.value is not None else found.score
    ends = () if beside is None or beside.low is None or beside.high is None else (beside.low - owed, beside.high - owed)
    score, corrected, *bounds = (
        format_number(metric.shown(one) if metric else one, 3 if of_page else 4) for one in (value, value - owed, *sorted(ends))
    )
    if score == corrected and tied:
        one, more = "1 other run is tied with the best of {runs} runs.", "{n} other runs are tied with the best of {runs} runs."
        return plural_msg(tied, one, more, runs=found.runs)
    if score == corrected:
        return msg("The best of {runs} runs leads clearly: the selection does not make its score look better than it is.", runs=found.runs)
    if metric is not None and metric.is_error:
        bounds.reverse()
    if bounds:
        low, high = bounds
        corrected = msg("{value} ({low} to {high})", value=corrected, low=low, high=high)
    return msg(
        "Part of the score of the best of {runs} runs is due to the selection: expect {metric} {corrected} on new rows, not {score}"
        " ({of}).",
        runs=found.runs,
        metric=metric.label if metric else metric_id,
        corrected=corrected,
        score=score,
        of=msg("all out-of-fold rows together") if of_page else msg("mean over the folds"),
    )


def trained_on_note(found: Evaluation) -> str:
    """What it means that the model was trained on evaluated rows; empty where it was not."""
    count = found.rows_trained_on
    if not count:
        return ""
    if count == found.rows:
        return msg("The model was trained on these rows, so it knows the answers: no such figures are to be expected of new rows.")
    return plural_msg(
        count,
        "1 of {rows:,} rows is among those that the model was trained on: no such figures are to be expected of new rows.",
        "{n} of {rows:,} rows are among those that the model was trained on: no such figures are to be expected of new rows.",
        rows=found.rows,
    )


def out_of_fold_note() -> str:
    """How figures out of fold differ from those of the leaderboard."""
    return msg("Each value here is of all rows together; on the leaderboard, and for the baseline, it is the mean over the folds.")


def held_out_notes(project: Project, share: float) -> tuple[str, ...]:
    """What to know of figures of the held-out test set, in sentences: that another model is deployed than was measured, and that a share of
    the rows was in other test sets that were used (see `used_before_note`).
    """
    deployed = msg(
        "Measured with the model of the training part: the deployed model has the same settings and was then fitted on all rows, so that no"
        " row is left to measure it on."
    )
    before = used_before_note(share)
    return (*([deployed] if project.refit == "all" else []), *([before] if before else []))


def used_before_note(share: float) -> str:
    """What it means that a share of a test set is in others that were used, of another seed or split; empty for none."""
    if not share:
        return ""
    return msg(
        "{share:.0%} of these rows were in another test set that was used before (another seed or split, or before rows were added):"
        " what was learned from its figures makes these too good.",
        share=share,
    )


@dataclass(frozen=True)
class ResponseTime:
    """How long the chosen model takes for one row on this machine, in milliseconds."""

    response_ms: float
