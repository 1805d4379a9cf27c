"""Intervals hold what they promise, in few draws; the full simulation is `python -m simulations.coverage`."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from mlops_desktop.base.families import Target
from mlops_desktop.engine.evaluation.interval_methods import delong, exact_share, jackknife, mean_of_shares, median
from mlops_desktop.engine.evaluation.intervals import Intervals
from mlops_desktop.engine.evaluation.model_evaluation import evaluate_scores
from mlops_desktop.engine.evaluation.sampling_units import Units, group_units, row_units, time_units
from mlops_desktop.engine.metrics import metrics_for, predictions
from simulations.coverage import CASES, coverage, following


def by_id(found):
    return {metric.id: metric for metric in found.metrics}


def binary(rows, ones, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.isin(np.arange(rows), rng.choice(rows, ones, replace=False)).astype(np.intp)
    score = 1 / (1 + np.exp(-(truth + rng.normal(size=rows))))
    return Target("binary", truth, ("no", "yes")), np.column_stack([1 - score, score])


def test_a_share_has_scipy_s_exact_interval():
    for hits, rows in ((0, 7), (7, 7), (3, 7), (180, 200)):
        exact = binomtest(hits, rows).proportion_ci(method="exact")
        assert exact_share(hits, rows) == pytest.approx((exact.low, exact.high))
    assert mean_of_shares([3], [7]) == pytest.approx(exact_share(3, 7))


def test_delong_is_the_variance_of_pairs_by_hand():
    truth = np.array([True, True, True, False, False])
    score = np.array([0.9, 0.4, 0.6, 0.5, 0.1])
    wins = (score[truth][:, None] > score[~truth]).astype(float)
    area = wins.mean()
    error = math.sqrt(wins.mean(axis=1).var(ddof=1) / 3 + wins.mean(axis=0).var(ddof=1) / 2) / (area * (1 - area))
    low, high = delong(truth, score, degrees=10**9)
    ends = [math.log(end / (1 - end)) for end in (low, high)]
    assert ends == pytest.approx([math.log(area / (1 - area)) + sign * 1.959964 * error for sign in (-1, 1)], abs=1e-5)
    assert delong(truth, truth.astype(float), degrees=1) == exact_share(2, 2)


def test_there_is_no_interval_below_ten_rows_of_a_class_and_the_notes_say_so():
    few, enough = (evaluate_scores(*binary(200, ones), seed=0, resamples=50) for ones in (9, 10))
    shown = {metric.id for metric in few.metrics if metric.low is not None}
    assert shown == {"accuracy"}  # exact for any number of rows of a class
    assert few.notes == ("No interval: a class has fewer than 10 rows here.",)
    assert by_id(few)["roc_auc"].method == few.notes[0]
    assert all(metric.low is not None and metric.method for metric in enough.metrics)
    assert enough.notes == ()


def test_whole_groups_widen_the_intervals_and_few_groups_have_none():
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(20), 10)
    truth = rng.normal(10, 2, 200)
    answer = truth + rng.normal(0, 1, 20)[group] + rng.normal(0, 0.2, 200)
    target = Target("regression", truth)
    alone, whole = (by_id(evaluate_scores(target, answer, seed=0, units=units)) for units in (None, group_units(group)))
    for metric in alone:
        assert whole[metric].high - whole[metric].low > 1.5 * (alone[metric].high - alone[metric].low), metric
        assert "20 groups" in whole[metric].method
    few = evaluate_scores(target, answer, seed=0, units=group_units(group // 3))
    assert all(metric.low is None for metric in few.metrics)
    assert "No interval: there are fewer than 10 groups." in few.notes


def test_pr_auc_of_groups_has_half_as_many_degrees_of_freedom_as_groups_hold_the_event():
    target, scores = binary(200, 14)
    units = group_units(np.arange(200) // 10)
    found, of_event = predictions(target, scores, 1, 0.5), units.holding(target.values == 1)
    metric = next(metric for metric in metrics_for("binary") if metric.id == "average_precision")
    statistic = metric.prepare(found)
    value = float(statistic(np.ones((1, 200)))[0])
    assert of_event >= 10
    bounds = Intervals(found, units, 0, 50).of(metric, value).bounds
    assert bounds == pytest.approx(jackknife(statistic, value, units, of_event // 2, (0, 1)))


def test_blocks_of_time_are_adjacent_and_keep_a_moment_together():
    units = time_units(np.array([5, 1, 3, 3, 2, 4] * 50))
    assert (units.kind, units.count) == ("time", 5)
    assert units.of_row[:6].tolist() == [4, 0, 2, 2, 1, 3]
    assert {rows: time_units(np.arange(rows)).count for rows in (29, 30, 99, 150, 1000)} == {29: 9, 30: 10, 99: 10, 150: 15, 1000: 20}
    assert group_units(np.array([-1, -1, 0, 0])).count == 3  # a row without a group is one of its own


def test_what_blocks_of_time_hide_of_a_variance_is_made_up_for():
    """Blocks of ten rows whose errors correlate by 0.8 show three fifths of the variance of their mean (Var of an AR(1) sum)."""
    rng, rows = np.random.default_rng(3), np.arange(20_000)
    blocks = Units("time", rows // 10, 2000, rows)
    assert blocks.hidden_variance(*[following(rng, len(rows), 0.8)] * 2) == pytest.approx(90 / 54.3, rel=0.05)
    assert blocks.hidden_variance(*[rng.normal(size=len(rows))] * 2) < 1.01
    assert Units("rows", rows, len(rows)).hidden_variance(*[following(rng, len(rows), 0.8)] * 2) == 1.0


def test_rows_that_follow_each_other_too_closely_have_no_interval_and_say_so():
    rng = np.random.default_rng(4)
    target = Target("regression", rng.normal(size=60))
    apart, alike = (by_id(evaluate_scores(target, target.values + one, seed=0, units=time_units(np.arange(60)))) for one in
                    (rng.normal(size=60), np.repeat(rng.normal(size=4), 15) + rng.normal(0, 0.01, 60)))  # fmt: skip
    assert apart["neg_mean_absolute_error"].low is not None
    assert alike["neg_mean_absolute_error"].low is None
    assert "follow each other are so alike" in alike["neg_mean_absolute_error"].method


def test_the_median_lies_between_order_statistics():
    assert median(np.arange(1.0, 101.0), row_units(100)) == (40.0, 61.0)
    low, high = median(np.arange(1.0, 101.0), group_units(np.arange(100) % 20))
    assert low < 50.5 < high


def test_constant_errors_have_no_interval():
    target = Target("regression", np.arange(1.0, 41.0))
    found = by_id(evaluate_scores(target, target.values + 1, seed=0, resamples=50))
    assert found["neg_mean_absolute_error"].low is None
    assert "do not vary" in found["neg_mean_absolute_error"].method


QUICK = ("classes, event 5%, 200 rows", "classes, event 30%, 20 groups of 10", "numbers, lognormal errors, 60 rows")


@pytest.mark.parametrize("case", [case for case in CASES if case.name in QUICK], ids=lambda case: case.name)
def test_intervals_hold_the_true_value_as_often_as_promised(case):
    times = 120
    for metric, (shown, held) in coverage(case, times, seed=5).items():
        assert shown
        assert held >= case.least - 3 * math.sqrt(0.05 * 0.95 / (shown * times)), metric
