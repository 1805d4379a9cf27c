import json

import numpy as np
import pytest

from mlops_desktop.base.families import Target
from mlops_desktop.engine.metrics.definitions import score
from mlops_desktop.engine.project import Costs, from_json, to_json
from mlops_desktop.engine.training.thresholds import (
    ThresholdCurve,
    choose_threshold,
    cross_fitted_thresholds,
    mean_cost,
    rule_for,
    threshold_curve,
)


def binary(values):
    return Target("binary", np.asarray(values, dtype=np.intp), ("no", "yes"))


def test_the_threshold_is_midway_between_neighbouring_scores():
    choice = choose_threshold(binary([0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.9]), 1)
    assert choice.threshold == pytest.approx(0.4)
    assert choice.value == 1.0
    assert choice.rule == "f1"


def test_hand_computed_f1_and_accuracy():
    target, scores = binary([0, 1, 0, 0, 1, 0]), np.array([0.05, 0.2, 0.3, 0.35, 0.4, 0.1])
    choice = choose_threshold(target, scores, 1, "roc_auc")
    assert choice.threshold == pytest.approx(0.375)  # one of one right, one of two found: 2/3, as at 0.15 (2 of 4), but nearer to 0.5
    assert choice.value == pytest.approx(2 / 3)
    assert choose_threshold(target, scores, 1, "accuracy").threshold == pytest.approx(0.375)
    assert choose_threshold(target, scores, 1, "accuracy").value == pytest.approx(5 / 6)


@pytest.mark.parametrize("metric_id", ["f1", "balanced_accuracy", "accuracy", "matthews_corrcoef"])
@pytest.mark.parametrize("positive", [0, 1])
def test_no_other_cut_off_is_better(metric_id, positive):
    rng = np.random.default_rng(positive)
    values = (rng.random(300) < 0.35).astype(np.intp)
    scores = np.round(np.clip(0.3 * values + 0.6 * rng.random(300), 0, 1), 2)
    both = np.column_stack([1 - scores, scores])
    target = Target("binary", values, ("no", "yes"))
    choice = choose_threshold(target, both[:, positive], positive, metric_id)
    rule = rule_for(metric_id, float(np.mean(values == positive)), None)
    reached = score(rule, target, both, positive, choice.threshold)
    assert reached == pytest.approx(choice.value, abs=1e-12)
    for other in np.linspace(0, 1, 301):
        assert score(rule, target, both, positive, other) <= reached + 1e-12


def test_costs_decide():
    target, scores = binary([0, 0, 1, 0, 1]), np.array([0.1, 0.3, 0.35, 0.5, 0.8])
    dear_misses = choose_threshold(target, scores, 1, "roc_auc", Costs(false_positive=1, false_negative=10))
    dear_alarms = choose_threshold(target, scores, 1, "roc_auc", Costs(false_positive=10, false_negative=1))
    assert dear_misses.threshold == pytest.approx(0.325)
    assert dear_misses.value == pytest.approx(1 / 5)
    assert dear_alarms.threshold == pytest.approx(0.65)
    assert dear_alarms.value == pytest.approx(1 / 5)
    assert dear_misses.rule == "cost"
    never = choose_threshold(target, scores, 1, "f1", Costs(false_positive=1, true_positive=1))
    assert np.all(scores < never.threshold)
    always = choose_threshold(target, scores, 1, "f1", Costs(false_negative=1))
    assert np.all(scores[target.values == 1] >= always.threshold)
    assert choose_threshold(target, scores, 1, "f1", Costs()).rule == "f1"  # costs that are all 0 decide nothing


def test_mean_cost_equals_the_curve():
    costs = Costs(false_positive=3, false_negative=7, true_positive=-2, true_negative=1)
    target, scores = binary([0, 0, 1, 0, 1]), np.array([0.1, 0.3, 0.35, 0.5, 0.8])
    choice = choose_threshold(target, scores, 1, "f1", costs)
    predicted = (scores >= choice.threshold).astype(int)
    counts = np.zeros((2, 2))
    np.add.at(counts, (target.values, predicted), 1)
    assert mean_cost(counts.tolist(), 1, costs) == pytest.approx(choice.value)
    assert np.isnan(mean_cost([[0, 0], [0, 0]], 1, costs))
    assert mean_cost([[5, 1], [2, 4]], 0, Costs(false_positive=1, false_negative=10)) == pytest.approx((2 * 1 + 1 * 10) / 12)


def test_rule_for_a_frequent_positive_class():
    assert rule_for("roc_auc", 0.7, None) == "balanced_accuracy"
    assert rule_for("recall", 0.3, None) == "f1"


def test_ties_within_the_rounding_are_one_score():
    target, scores = binary([0, 1, 0, 1]), np.array([0.3, 0.3 + 1e-14, 0.3 - 1e-14, 0.9])
    choice = choose_threshold(target, scores, 1)
    assert choice.threshold == pytest.approx(0.6)
    assert len(choice.curve.threshold) == 3


def test_one_class_constant_scores_and_no_rows():
    assert choose_threshold(binary([1, 1]), np.array([0.2, 0.9]), 1).threshold == 0.5
    assert choose_threshold(binary([]), np.array([]), 1).threshold == 0.5
    constant = choose_threshold(binary([0, 1, 0]), np.full(3, 0.4), 1)
    assert constant.threshold <= 0.4  # always yes: F1 of 0.5 against 0
    top = choose_threshold(binary([0, 1, 0]), np.ones(3), 1, "accuracy")
    assert top.threshold > 1.0  # never yes is right twice, although the scores leave no room below 1


def test_nan_and_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="finite"):
        choose_threshold(binary([0, 1]), np.array([0.1, np.nan]), 1)
    with pytest.raises(ValueError, match="shape"):
        choose_threshold(binary([0, 1]), np.array([0.1]), 1)


def test_curve_is_short_rises_and_is_json():
    rng = np.random.default_rng(0)
    choice = choose_threshold(binary(rng.integers(0, 2, 5000)), rng.random(5000), 1)
    assert len(choice.curve.threshold) <= 200
    assert choice.threshold in choice.curve.threshold
    assert np.all(np.diff(choice.curve.threshold) > 0)
    assert {len(column) for column in to_json(choice.curve).values()} == {len(choice.curve.threshold)}
    assert from_json(ThresholdCurve, json.loads(json.dumps(to_json(choice.curve), allow_nan=False))) == choice.curve
    alone = threshold_curve(binary([0, 1]), np.array([0.2, 0.8]), 1, Costs(false_positive=1))
    assert alone.cost == (0.5, 0.0, 0.0)


def test_a_row_of_weight_2_counts_as_two_rows():
    rng = np.random.default_rng(11)
    truth, times = rng.integers(0, 2, 80), rng.integers(0, 3, 80)
    scores = np.round(0.3 * truth + 0.7 * rng.random(80), 2)
    copies = np.repeat(np.arange(80), times)
    target = Target("binary", truth.astype(np.intp), ("no", "yes"))
    for metric in ("f1", "accuracy", "balanced_accuracy", "matthews_corrcoef"):
        weighted = choose_threshold(target, scores, 1, metric, weights=times * 2.5)
        repeated = choose_threshold(target.take(copies), scores[copies], 1, metric)
        assert weighted.value == pytest.approx(repeated.value)


def test_a_fold_is_decided_by_the_threshold_of_the_others():
    rng = np.random.default_rng(3)
    values = (rng.random(90) < 0.3).astype(np.intp)
    scores = np.clip(0.3 * values + 0.6 * rng.random(90), 0, 1)
    found = cross_fitted_thresholds(binary(values), scores, 1, [20, 30, 40])
    for at, (start, end) in enumerate([(0, 20), (20, 50), (50, 90)]):
        others = np.delete(np.arange(90), np.arange(start, end))
        assert found[at] == choose_threshold(binary(values).take(others), scores[others], 1).threshold
    with pytest.raises(ValueError, match="80 rows for 90"):
        cross_fitted_thresholds(binary(values), scores, 1, [40, 40])
