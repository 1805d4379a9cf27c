"""Evaluates a model on rows with known answers: every metric with its interval, and what the plots need.

Intervals (`intervals`) measure the chance in which rows are in this part, not the chance in training.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Job, Part, Silent
from mlops_desktop.base.metric import Metric, Predictions
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.evaluation import curves
from mlops_desktop.engine.evaluation.baseline import IN_PER_CENT, constant_scores, has_zero
from mlops_desktop.engine.evaluation.interval_methods import CONFIDENCE, RESAMPLES
from mlops_desktop.engine.evaluation.intervals import Interval, Intervals
from mlops_desktop.engine.evaluation.results import (
    ClassCurves,
    Classification,
    ClassRates,
    Confusion,
    Evaluation,
    MetricResult,
    WorstRow,
)
from mlops_desktop.engine.evaluation.sampling_units import Units, effective_rows, row_units
from mlops_desktop.engine.metrics import class_rates, confusion, log_loss, metrics_for, predictions, row_weights, score
from mlops_desktop.engine.training import threshold_curve
from mlops_desktop.serving.frame import Floats, Frame
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg, quoted_names
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.value_text import value_text

FEW_ROWS = 50
MOST_CLASSES = 20
WORST = 20


def evaluate(
    scorer: Scorer,
    frame: Frame,
    target: Target,
    *,
    seed: int,
    resamples: int = RESAMPLES,
    job: Job | None = None,
    prior: Floats | None = None,
    units: Units | None = None,
    weights: Floats | None = None,
) -> Evaluation:
    """The evaluation of a scorer on rows that it did not learn from; see `evaluate_scores`. `frame` has the scorer's source columns."""
    if target.task != scorer.task or target.classes != scorer.classes:
        raise ValueError("the target's classes are not those of the model")
    job = job or Silent()
    job.step(0.0, msg("Scoring {rows:,} rows", rows=frame.rows))
    scores = scorer.scores(frame)
    return evaluate_scores(
        target,
        scores,
        positive=scorer.positive,
        threshold=scorer.threshold,
        seed=seed,
        resamples=resamples,
        job=Part(job, 0.2, 1.0),
        prior=prior,
        units=units,
        weights=weights,
    )


def evaluate_scores(
    target: Target,
    scores: Floats,
    *,
    positive: int | None = None,
    threshold: float | None = None,
    seed: int,
    resamples: int = RESAMPLES,
    job: Job | None = None,
    prior: Floats | None = None,
    units: Units | None = None,
    weights: Floats | None = None,
    decided_at: Floats | None = None,
    baseline: Mapping[str, float] | None = None,
) -> Evaluation:
    """The evaluation of scores: (rows, classes) probabilities or (rows,) values, all finite, against the truth.

    `prior` is what the baseline always answers: class shares (classes,), or one number (1,), best those of the training rows; these rows'
    own unless given. `baseline` are its values by metric where they were measured otherwise (see `fold_baseline`). `units` are what
    intervals are drawn over: each row unless given. `weights` (rows,) say how much each row counts in every figure. `decided_at` (rows,)
    decides rows in place of `threshold`, by thresholds that were chosen without them. Curves are those of the positive class, or of the
    most frequent classes where there is none.
    """
    job, weights = job or Silent(), _unequal(weights)
    decide = threshold if decided_at is None else decided_at
    predicted = predictions(target, scores, positive, decide)
    rows = len(target.values)
    intervals = Intervals(predicted, units or row_units(rows), seed, resamples, weights)
    reached = _baseline_values(target, prior, positive, weights) if baseline is None else baseline
    name = value_text(target.classes[predicted.positive]) if task_spec(target.task).has_positive else ""
    results, metrics = list[MetricResult](), metrics_for(target.task)
    for done, metric in enumerate(metrics):
        job.step(done / len(metrics), msg("Uncertainty of {metric}", metric=metric.label))
        if metric.id == IN_PER_CENT and has_zero(target):
            results.append(_metric(metric, math.nan, Interval(None, ""), math.nan, ""))
            continue
        value = score(metric.id, target, scores, positive, decide, weights)
        results.append(_metric(metric, value, intervals.of(metric, value), reached[metric.id], name))
    return Evaluation(
        task=target.task,
        rows=rows,
        resamples=intervals.drawn_resamples,
        confidence=CONFIDENCE,
        metrics=tuple(results),
        notes=tuple(_notes(target, results, weights)),
        worst=tuple(_worst(target, predicted)),
        classification=_classification(target, predicted, threshold, weights) if target.classes else None,
        residuals=None if target.classes else curves.residuals(np.asarray(target.values, dtype=np.float64), scores, seed, weights),
        effective_rows=None if weights is None else effective_rows(weights),
    )


def _unequal(weights: Floats | None) -> Floats | None:
    """The weights, None where all rows count alike."""
    return weights if weights is not None and (not weights.any() or np.ptp(weights) > 0) else None


def _metric(metric: Metric, value: float, found: Interval, baseline: float, positive: str) -> MetricResult:
    return MetricResult(
        id=metric.id,
        label=metric.label,
        value=_plain(value),
        low=_plain(found.bounds[0]) if found.bounds else None,
        high=_plain(found.bounds[1]) if found.bounds else None,
        shown=_plain(metric.shown(value)),
        baseline=_plain(baseline),
        sentence=metric.sentence,
        summary=metric.describe(value, positive),
        method=found.method,
    )


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _baseline_values(target: Target, prior: Floats | None, positive: int | None, weights: Floats | None) -> dict[str, float]:
    """What the same answer for every row reaches by each metric that can be computed for these rows."""
    base = constant_scores(target, task_spec(target.task).prior(target, weights) if prior is None else prior)
    skipped = {IN_PER_CENT} if has_zero(target) else set()
    return {one.id: score(one.id, target, base, positive, None, weights) for one in metrics_for(target.task) if one.id not in skipped}


def _notes(target: Target, results: Sequence[MetricResult], weights: Floats | None) -> list[str]:
    rows = len(target.values)
    notes: list[str] = [_weighted(weights)] if weights is not None else []
    if rows < FEW_ROWS:
        notes.append(
            plural_msg(
                rows,
                "There is only 1 row, so every figure here is rough.",
                "There are only {n} rows, so every figure here is rough.",
            )
        )
    if target.classes and rows:
        counts = np.bincount(target.values, minlength=len(target.classes))
        absent = [value_text(name) for name, count in zip(target.classes, counts.tolist(), strict=True) if count == 0]
        if absent:
            template = "No row is of class {names}: metrics that need it are not defined or leave it out."
            notes.append(msg(template, names=quoted_names(absent, 5)))
    if has_zero(target):
        notes.append(msg("Some true values are 0, so there is no error in per cent (MAPE)."))
    notes += dict.fromkeys(result.method for result in results if result.value is not None and result.low is None)
    return notes


def _weighted(weights: Floats) -> str:
    if not weights.any():
        return msg("All rows here have the weight 0, so nothing can be measured.")
    text = (
        "Rows count by their weights in every figure, as in training: {rows:,} rows carry as much information as "
        "{effective:,.0f} of equal weight."
    )
    return msg(text, rows=len(weights), effective=effective_rows(weights))


def _worst(target: Target, predicted: Predictions) -> list[WorstRow]:
    """The rows that were missed most: by log-loss (wrong answers only), or by the size of the error."""
    if target.classes:
        wrong = np.flatnonzero(predicted.decided != predicted.actual)
        places = wrong[np.argsort(-log_loss(predicted)[wrong], kind="stable")[:WORST]].tolist()
        truth, decided = predicted.actual.tolist(), predicted.decided.tolist()
        return [WorstRow(i, target.classes[truth[i]], target.classes[decided[i]], float(predicted.scores[i, truth[i]])) for i in places]
    actual, scores = predicted.actual.tolist(), predicted.scores.tolist()
    order = np.argsort(-np.abs(predicted.scores - predicted.actual), kind="stable")[:WORST].tolist()
    return [WorstRow(i, float(actual[i]), scores[i], scores[i]) for i in order]


def _classification(target: Target, predicted: Predictions, threshold: float | None, weights: Floats | None) -> Classification:
    counts = confusion(predicted, row_weights(weights, len(target.values))[None, :])
    precision, recall, f1 = (class_rates(counts, kind)[0].tolist() for kind in ("precision", "recall", "f1"))
    has_positive = task_spec(target.task).has_positive
    shown = [predicted.positive] if has_positive else _frequent(counts[0].sum(axis=1))
    table = np.rint(counts[0]).astype(int)
    exact = None if weights is None else tuple(map(tuple, counts[0].tolist()))
    return Classification(
        classes=tuple(target.classes),
        positive=predicted.positive if has_positive else None,
        threshold=threshold,
        confusion=Confusion(tuple(target.classes), tuple(map(tuple, table.tolist())), exact),
        per_class=tuple(
            ClassRates(name, int(table[k].sum()), int(table[:, k].sum()), precision[k], recall[k], f1[k])
            for k, name in enumerate(target.classes)
        ),
        curves=tuple(_curves(target, predicted, k, weights) for k in shown),
        threshold_curve=threshold_curve(target, predicted.scores[:, predicted.positive], predicted.positive, weights=weights)
        if has_positive
        else None,
    )


def _frequent(counts: Floats) -> list[int]:
    """The positions of the most frequent classes, at most MOST_CLASSES, in the order of the classes."""
    return sorted(int(k) for k in np.argsort(-counts, kind="stable")[:MOST_CLASSES])


def _curves(target: Target, predicted: Predictions, position: int, weights: Floats | None) -> ClassCurves:
    truth, scores = predicted.is_class(position), predicted.scores[:, position]
    return ClassCurves(
        label=target.classes[position],
        roc=curves.roc(truth, scores, weights),
        precision_recall=curves.precision_recall(truth, scores, weights),
        calibration=curves.calibration(truth, scores, weights),
        gain=curves.gain(truth, scores, weights),
    )
