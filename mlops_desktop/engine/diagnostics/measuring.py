"""Measures the facts of the checks of a chosen run; the answers of the held-out test set are not used, only how its target is spread."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import numpy as np

from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Job, Part, Silent
from mlops_desktop.base.metric import Predictions
from mlops_desktop.engine.diagnostics import statistics
from mlops_desktop.engine.diagnostics.facts import (
    CheckFacts,
    ClassSizes,
    Comparison,
    Dominance,
    FoldVariation,
    PartSizes,
    Scores,
    Subgroup,
    TargetShift,
    WeightFacts,
)
from mlops_desktop.engine.evaluation import (
    baseline_prior,
    constant_scores,
    effective_rows,
    fold_baseline,
    permutation_importance,
    units_of,
)
from mlops_desktop.engine.metrics import metric_of, predictions, row_weights, score
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.engine.questions import finding_id
from mlops_desktop.engine.training import Chosen, Run, out_of_fold
from mlops_desktop.serving.frame import Floats, Frame, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.value_text import value_text

SAMPLE = 5_000  # training rows that the model is scored on again
IMPORTANCE_ROWS = 1_000
GROUPED = 200_000  # rows that are grouped by levels
MOST_COLUMNS, MOST_LEVELS = 100, 50  # that rows are grouped by
LEAST_ROWS, LEAST_UNITS = 30, 10  # of a level
WORST = 5
NEARLY_PERFECT = 0.97  # of what there is to gain: from here on the importance of columns is measured


def stored_facts(pipeline: Pipeline, run: Run) -> CheckFacts | None:
    """The facts of a run that were measured before."""
    with suppress(KeyError):
        return pipeline.store.get_value(pipeline.keys.checks(run.id), CheckFacts)
    return None


def check_facts(chosen: Chosen, job: Job) -> CheckFacts:
    """The facts of the chosen run from the store, measured when they are not there."""
    pipeline, run = chosen.pipeline, chosen.run
    if (found := stored_facts(pipeline, run)) is not None:
        return found
    leaks = [one for one in pipeline.profile(Part(job, 0.0, 0.3)).findings if one.rule == "leak"]
    column = pipeline.overview(Part(job, 0.3, 0.4)).column(pipeline.project.target)
    job.step(0.4, msg("Checking the model"))
    rows, scores = out_of_fold(pipeline, chosen.candidate, Silent())
    part = pipeline.train.take(rows)
    seen = _SeenRows(pipeline, rows, part, scores)
    overall = _scores(chosen, seen)
    worst, levels = _subgroups(seen)
    found = CheckFacts(
        run=run.id,
        task=part.target.task,
        metric=pipeline.project.metric,
        parts=_sizes(pipeline),
        classes=_class_sizes(pipeline),
        shifts=_shifts(pipeline),
        folds=seen.fold_variation,
        scores=overall,
        lift=seen.comparison(np.arange(len(rows))),
        subgroups=worst,
        levels=levels,
        dominant=_dominant(chosen) if overall is not None and overall.lift >= NEARLY_PERFECT else None,
        weights=_weights(pipeline),
        leaks=tuple(name for one in leaks for name in (one.fix or {}).get("role", {})),
        leak_questions=tuple(finding_id(one) for one in leaks),
        positive_doubtful=bool(column and column.target.positive_doubtful and column.target.positive == pipeline.project.positive),
    )
    pipeline.store.put_value(pipeline.keys.checks(run.id), found)
    return found


class _SeenRows:
    """The training rows (positions `rows` of the training part) with their out-of-fold scores, fold after fold."""

    def __init__(self, pipeline: Pipeline, rows: Ints, part: Dataset, scores: Floats) -> None:
        self.pipeline, self.rows, self.part = pipeline, rows, part
        self.units = units_of(pipeline, part)
        self.weights = row_weights(part.weights, len(rows))
        self.scores = scores
        self.losses = tuple(statistics.squared_losses(part.target, one) for one in (scores, self._baseline()))
        self.fold_variation = self._fold_variation()

    def _baseline(self) -> Floats:
        """What the baseline answers for these rows, in each fold by the rows beside it: as on the leaderboard."""
        prior, train = baseline_prior(self.pipeline.project), self.pipeline.train
        folds = [(train.take(fitted), train.target.take(valid)) for fitted, valid in self.pipeline.folds]
        return np.concatenate([constant_scores(valid, prior(fitted.target, fitted.weights)) for fitted, valid in folds])

    def predictions(self, scores: Floats) -> Predictions:
        return predictions(self.part.target, scores, self.pipeline.positive, None)

    def comparison(self, at: Ints) -> Comparison | None:
        """Model and baseline on some of the rows; None where too few units hold them, or nothing differs."""
        units = self.units.take(at)
        if len(at) < LEAST_ROWS or units.count < LEAST_UNITS:
            return None
        model, base = (losses[at] for losses in self.losses)
        weights = self.weights[at]
        chances = statistics.mean_above_zero(base - model, weights, units)
        if chances is None:
            return None
        total = float(weights.sum())
        return Comparison(len(at), float(weights @ model) / total, float(weights @ base) / total, *chances)

    def _fold_variation(self) -> FoldVariation | None:
        pipeline = self.pipeline
        metric = metric_of(pipeline.project.metric, self.part.target.task)
        starts = np.cumsum([0, *(len(valid) for _, valid in pipeline.folds)])
        values, errors, counts = [], [], []
        for begin, end in pairwise(starts.tolist()):
            here = np.arange(begin, end)
            statistic = metric.prepare(predictions(self.part.target.take(here), self.scores[here], pipeline.positive, None))
            units = units_of(pipeline, self.part.take(here))
            value = float(statistic(self.weights[None, here])[0])
            error = statistics.jackknife_error(statistic, self.weights[here], units, pipeline.project.seed)
            values.append(value)
            errors.append(error)
            counts.append(units.count)
        return statistics.fold_variation(values, errors, counts)


def _sizes(pipeline: Pipeline) -> PartSizes:
    train, test = units_of(pipeline, pipeline.train), units_of(pipeline, pipeline.test)
    return PartSizes(pipeline.train.rows, pipeline.test.rows, train.kind, train.count, test.count)


def _class_sizes(pipeline: Pipeline) -> tuple[ClassSizes, ...]:
    classes = pipeline.train.target.classes
    train, test = (np.bincount(one.target.values, minlength=len(classes)) if classes else () for one in (pipeline.train, pipeline.test))
    return tuple(ClassSizes(value_text(name), int(a), int(b)) for name, a, b in zip(classes, train, test, strict=True))


def _shifts(pipeline: Pipeline) -> tuple[TargetShift, ...]:
    """The target of the test part and of each fold's validation rows, beside the training rows for it."""
    train = pipeline.train
    parts = [(0, train, pipeline.test)]
    parts += [(at, train.take(fitted), train.take(valid)) for at, (fitted, valid) in enumerate(pipeline.folds, start=1)]
    found = []
    for fold, before, after in parts:
        # Rows of one group or time are not independent observations: each group or block of time counts as one.
        share = units_of(pipeline, after).count / after.rows
        effect, p = statistics.target_shift(before.target, after.target, share)
        found.append(TargetShift(fold, after.rows, effect, p))
    return tuple(found)


def _scores(chosen: Chosen, seen: _SeenRows) -> Scores | None:
    """The metric on rows that the model was trained on, beside that of the folds; None where one is undefined."""
    pipeline, folds, valid = chosen.pipeline, seen.fold_variation, chosen.run.score
    metric = metric_of(pipeline.project.metric, seen.part.target.task)
    sample = pipeline.train.sample(SAMPLE)
    train = score(metric.id, sample.target, np.asarray(chosen.scorer.scores(sample.frame)), pipeline.positive, None, sample.weights)
    whole = pipeline.train
    baseline = fold_baseline(whole.target, pipeline.folds, pipeline.positive, whole.weights, baseline_prior(pipeline.project))[metric.id]
    perfect = 0.0 if metric.is_error else metric.bounds[1]
    if folds is not None:
        error = float(np.sqrt(np.sum(np.square(folds.errors)))) / len(folds.errors)
    else:  # too few groups in a fold
        statistic = metric.prepare(seen.predictions(seen.scores))
        error = statistics.jackknife_error(statistic, seen.weights, seen.units, pipeline.project.seed)
    if valid is None or not np.isfinite([train, error, baseline, perfect]).all():
        return None
    return Scores(train, valid, error, baseline, perfect)


def _dominant(chosen: Chosen) -> Dominance | None:
    """The most important of several columns; None when it is a free text, which is as many features as it has words."""
    pipeline = chosen.pipeline
    if len(chosen.scorer.used_sources) < 2:
        return None
    part = pipeline.train.sample(IMPORTANCE_ROWS)
    metric, seed = pipeline.project.metric, pipeline.project.seed
    found = permutation_importance(chosen.scorer, part.frame, part.target, metric, 1, seed, Silent(), part.weights)
    falls = {one.column: one.mean for one in found.columns if one.mean is not None and one.mean > 0}
    if not falls:
        return None
    first = max(falls, key=lambda name: falls[name])
    if pipeline.table.schema.column(first).type == "text":
        return None
    return Dominance(first, falls[first] / sum(falls.values()))


def _weights(pipeline: Pipeline) -> WeightFacts | None:
    weights = pipeline.train.weights
    if weights is None:
        return None
    return WeightFacts(pipeline.weight_column, len(weights), effective_rows(weights))


def _subgroups(seen: _SeenRows) -> tuple[tuple[Subgroup, ...], int]:
    """The levels where the model compares worst with the baseline, and how many were compared."""
    pipeline, here = seen.pipeline, np.arange(len(seen.rows))
    if len(here) > GROUPED:
        here = np.sort(np.random.default_rng([pipeline.project.seed, 12]).choice(here, GROUPED, replace=False))
    frame = pipeline.table.frame.take(pipeline.train_rows[seen.rows[here]])
    found: list[Subgroup] = []
    grouping = [c for c in pipeline.table.schema.columns if c.name != pipeline.project.target and not c.is_measured and not c.is_date]
    for column in [c for c in grouping if not c.is_free_text][:MOST_COLUMNS]:
        codes, levels = _levels(frame, column.name)
        if len(levels) > MOST_LEVELS:
            continue
        for code, level in enumerate(levels):
            at = np.flatnonzero(codes == code)
            if len(at) < len(codes) and (compared := seen.comparison(here[at])) is not None:
                found.append(Subgroup(column.name, level, compared))
    return tuple(sorted(found, key=lambda one: one.found.p_worse)[:WORST]), len(found)


def _levels(frame: Frame, name: str) -> tuple[Ints, tuple[str, ...]]:
    """The codes of a column (-1 is missing) and the level of each."""
    if frame.layout.kind(name) == "categorical":
        codes, levels = frame.categorical(name)
        return codes, tuple(levels)
    values = frame.number(name)
    return np.where(np.isnan(values), -1, values).astype(np.intp), ("false", "true")
