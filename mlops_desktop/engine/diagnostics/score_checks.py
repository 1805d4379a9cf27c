"""Checks of the scores: whether they are better than no model, too good, and the same everywhere."""

from __future__ import annotations

from mlops_desktop.base.metric import Metric
from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.diagnostics.check import Check, Checked, Outcome
from mlops_desktop.engine.diagnostics.facts import NORMAL, Subgroup, overfits
from mlops_desktop.engine.metrics import metric_of
from mlops_desktop.engine.project import Changes
from mlops_desktop.serving.message import Message, joined, msg

CHANCE = 0.05
CHANCE_OF_VARIATION = 0.005  # the errors of folds are estimates themselves
NORMAL_TWICE = 1.96  # standard errors on one side of 97.5 %
TOO_GOOD = 0.97  # of what there is to gain over the baseline
DOMINANT = 0.8  # of the importance of all columns
SHOWN = 3
_REMEDY = msg("It may predict nothing: look for columns that tell more of the target, or bring more rows.")


def _metric(checked: Checked) -> Metric:
    return metric_of(checked.facts.metric, checked.facts.task)


def _shown(metric: Metric, value: float) -> str:
    return format_number(metric.shown(value), 3)


def _baseline(checked: Checked) -> Outcome | None:
    """In cross-validation, and where it was measured on the held-out test set too, whose figures then fail what cross-validation passes."""
    found, held_out = _baseline_in_folds(checked), checked.held_out
    if held_out is None or held_out.value is None or held_out.baseline is None or held_out.value > held_out.baseline:
        return found
    metric = _metric(checked)
    value, base = _shown(metric, held_out.value), _shown(metric, held_out.baseline)
    message = msg("{metric} of {value} on the held-out test set is no better than the baseline, which has {baseline}.",
                  metric=metric.label, value=value, baseline=base)  # fmt: skip
    remedy = found.remedy if found is not None and found.remedy else _REMEDY
    return Outcome("failed", message if found is None else joined([found.message, message], " "), remedy)


def _baseline_in_folds(checked: Checked) -> Outcome | None:
    """By the metric and by the squared error: a model that ranks well may give poor probabilities, and the other way round."""
    lift, scores = checked.facts.lift, checked.facts.scores
    if lift is None:
        return None
    gain = 1 - lift.model / lift.baseline if lift.baseline > 0 else 0.0
    message = msg("In cross-validation, the model’s mean squared error is {gain:.0%} smaller than the baseline’s.", gain=gain)
    if gain < 0:
        message = msg("In cross-validation, the model’s mean squared error is {more:.0%} larger than the baseline’s.", more=-gain)
    ahead = 0.0
    if scores is not None:
        metric, ahead = _metric(checked), scores.valid - scores.baseline
        valid, base = _shown(metric, scores.valid), _shown(metric, scores.baseline)
        template = "{metric} of {valid} in cross-validation; the baseline has {baseline}."
        message = msg(template, metric=metric.label, valid=valid, baseline=base)
    if lift.p_better < CHANCE / 2 or (scores is not None and ahead > NORMAL_TWICE * scores.error):
        return Outcome("passed", message)
    if gain > 0 or ahead > 0:
        return Outcome("doubtful", msg("{figures} That may be chance.", figures=message), _REMEDY)
    return Outcome("failed", msg("{figures} The model is no better than one that uses no column.", figures=message), _REMEDY)


BASELINE = Check("baseline", "Better than the baseline", _baseline)


def _suspicious(checked: Checked) -> Outcome | None:
    scores, dominant = checked.facts.scores, checked.facts.dominant
    if scores is None:
        return None
    metric = _metric(checked)
    valid = _shown(metric, scores.valid)
    if scores.lift < TOO_GOOD or dominant is None or dominant.share < DOMINANT:
        return Outcome("passed", msg("{metric} of {score} rests on no single column.", metric=metric.label, score=valid)
                       if scores.lift >= TOO_GOOD
                       else msg("{metric} of {score} is not suspiciously good.", metric=metric.label, score=valid))  # fmt: skip
    ignore: Changes = {"role": {dominant.column: "ignore"}}
    return Outcome(
        "failed",
        msg("{metric} of {score} is nearly perfect, and {share:.0%} of it rests on “{column}”.",
            metric=metric.label, score=valid, share=dominant.share, column=dominant.column),
        msg("Ask whether “{column}” is known, in the same form, when predictions are made. If not, leave it out.", column=dominant.column),
        ((msg("Learn without “{column}”", column=dominant.column), ignore),),
    )  # fmt: skip


SUSPICIOUS = Check("suspicious", "Plausible score", _suspicious)


def _overfit(checked: Checked) -> Outcome | None:
    scores = checked.facts.scores
    if scores is None:
        return None
    metric = _metric(checked)
    message = msg(
        "{metric}: {train} on the rows that it learned from, {valid} in cross-validation; the baseline has {baseline}.",
        metric=metric.label,
        train=_shown(metric, scores.train),
        valid=_shown(metric, scores.valid),
        baseline=_shown(metric, scores.baseline),
    )
    if not overfits(scores.train, scores.valid, scores.baseline, scores.error):
        return Outcome("passed", message)
    remedy = msg("It overfits: try a simpler model or stronger regularisation, fewer columns, or more rows.")
    return Outcome("failed" if scores.valid - scores.baseline + NORMAL * scores.error <= 0 else "doubtful", message, remedy)


OVERFIT = Check("overfit", "No overfitting", _overfit)


def _folds(checked: Checked) -> Outcome | None:
    folds = checked.facts.folds
    if folds is None:
        return None
    metric = _metric(checked)
    low, high = sorted((metric.shown(min(folds.scores)), metric.shown(max(folds.scores))))
    between = msg("{metric} from {low} to {high}", metric=metric.label, low=format_number(low, 3), high=format_number(high, 3))
    if folds.p >= CHANCE_OF_VARIATION:
        return Outcome("passed", msg("{between} over the folds: no more than the number of rows explains.", between=between))
    return Outcome(
        "doubtful",
        msg("{between} over the folds: more than the number of rows explains (p = {p}).", between=between, p=format_number(folds.p, 2)),
        msg("Some rows are unlike others: look for groups or times that the split should keep apart, and expect such differences later."),
    )


FOLDS = Check("folds", "Folds agree", _folds)


def _subgroups(checked: Checked) -> Outcome | None:
    facts = checked.facts
    if not facts.levels:
        return None
    worse = [one for one in facts.subgroups if one.found.p_worse * facts.levels < CHANCE]
    if not worse:
        return Outcome("passed", msg("In none of {count:,} groups of rows is it worse than the baseline.", count=facts.levels))
    listed = joined([_subgroup_text(one) for one in worse[:SHOWN]], "; ")
    more = msg(" and {n} more", n=len(worse) - SHOWN) if len(worse) > SHOWN else ""
    return Outcome(
        "doubtful",
        msg("The model is worse than the baseline where {groups}{more}.", groups=listed, more=more),
        msg("Do not rely on it there: bring more such rows or columns that describe them, or make a model of their own for them."),
    )


def _subgroup_text(one: Subgroup) -> Message:
    more = one.found.model / one.found.baseline - 1 if one.found.baseline > 0 else 0.0
    return msg("“{column}” is “{level}” ({rows:,} rows, mean squared error {more:.0%} larger)",
               column=one.column, level=one.level, rows=one.found.rows, more=more)  # fmt: skip


SUBGROUPS = Check("subgroups", "No group worse than the baseline", _subgroups)
