import json
import warnings
from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices, tasks
from mlops_desktop.engine.evaluation import curves
from mlops_desktop.engine.evaluation.baseline import baseline_prior, baseline_text, fold_baseline
from mlops_desktop.engine.evaluation.final_evaluation import out_of_fold_evaluation
from mlops_desktop.engine.evaluation.model_evaluation import evaluate_scores
from mlops_desktop.engine.evaluation.results import ClassRates, Confusion, Evaluation, RocCurve
from mlops_desktop.engine.metrics.definitions import metrics_for
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.project import Project, from_json, to_json
from mlops_desktop.engine.training.final_model import open_chosen


def sample(task: str, rows: int = 400, seed: int = 0):
    rng = np.random.default_rng(seed)
    if task == "regression":
        actual = rng.normal(10, 3, rows)
        return Target(task, actual), actual + rng.normal(0.5, 1, rows)
    classes = 2 if task == "binary" else 3
    values = rng.integers(0, classes, rows).astype(np.intp)
    raw = rng.random((rows, classes)) + 0.6 * (values[:, None] == np.arange(classes))
    return Target(task, values, ("no", "yes", 3)[:classes]), raw / raw.sum(axis=1, keepdims=True)


def by_id(found):
    return {metric.id: metric for metric in found.metrics}


def stored(found):
    """An evaluation after its way through JSON."""
    return from_json(Evaluation, json.loads(json.dumps(to_json(found), allow_nan=False)))


@pytest.mark.parametrize("task", tasks())
def test_is_read_back_from_json_same_again_with_every_metric_in_its_interval(task):
    target, scores = sample(task)
    found = evaluate_scores(target, scores, seed=1, resamples=200)
    assert stored(found) == found
    assert evaluate_scores(target, scores, seed=1, resamples=200) == found
    assert [m.id for m in found.metrics] == [m.id for m in metrics_for(task)]
    for metric in found.metrics:
        assert metric.low <= metric.value <= metric.high, metric.id
        assert metric.low < metric.high
        assert metric.value > metric.baseline or metric.id == "recall"  # which “always yes” wins
        assert metric.summary.endswith((".", "most."))
    assert found.rows == 400
    assert found.notes == ()
    other = by_id(evaluate_scores(target, scores, seed=2, resamples=200))
    bootstrapped = "neg_mean_absolute_error" if task == "regression" else "neg_log_loss"
    assert other[bootstrapped].low != by_id(found)[bootstrapped].low
    assert all(metric.method.endswith(".") for metric in found.metrics)


def test_interval_agrees_with_theory_and_with_a_bootstrap_by_rows():
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2, 900).astype(np.intp)
    predicted = np.where(rng.random(900) < 0.8, values, 1 - values)
    scores = np.column_stack([1 - predicted, predicted]).astype(float)
    target = Target("binary", values, ("a", "b"))
    found = by_id(evaluate_scores(target, scores, seed=0, resamples=1000))
    share = found["accuracy"].value
    reach = 1.96 * np.sqrt(share * (1 - share) / 900)
    assert found["accuracy"].low == pytest.approx(share - reach, abs=0.006)
    assert found["accuracy"].high == pytest.approx(share + reach, abs=0.006)
    drawn = [rng.integers(0, 900, 900) for _ in range(400)]
    slow = np.quantile([sk.f1_score(values[rows], predicted[rows]) for rows in drawn], [0.025, 0.975])
    assert [found["f1"].low, found["f1"].high] == pytest.approx(slow, abs=0.01)


def test_hand_computed_confusion_and_class_table():
    target = Target("multiclass", np.array([0, 0, 1, 2, 2, 2]), ("a", "b", "c"))
    predicted = np.array([0, 1, 1, 2, 2, 0])
    found = evaluate_scores(target, np.eye(3)[predicted], seed=0, resamples=20)
    classes = found.classification
    assert classes.confusion == Confusion(("a", "b", "c"), ((1, 1, 0), (0, 1, 0), (1, 0, 2)))
    assert classes.per_class[2] == ClassRates("c", 3, 2, 1.0, pytest.approx(2 / 3), 0.8)
    assert classes.positive is None
    assert {row.row for row in found.worst} == {1, 5}
    assert [curve.label for curve in classes.curves] == ["a", "b", "c"]


def test_threshold_and_positive_class_decide_the_confusion():
    target = Target("binary", np.array([0, 0, 1, 1]), ("yes", "no"))
    scores = np.array([[0.9, 0.1], [0.3, 0.7], [0.35, 0.65], [0.1, 0.9]])
    found = evaluate_scores(target, scores, positive=0, threshold=0.3, seed=0, resamples=10)
    assert found.classification.confusion.counts == ((2, 0), (1, 1))
    assert by_id(found)["precision"].value == pytest.approx(2 / 3)
    assert "“yes”" in by_id(found)["precision"].summary
    assert found.classification.curves[0].label == "yes"
    assert found.classification.threshold == 0.3
    assert len(found.classification.threshold_curve.threshold) == 5


def test_baseline_is_the_prior_that_is_given():
    target, scores = sample("regression")
    found = by_id(evaluate_scores(target, scores, seed=0, resamples=10, prior=np.array([0.0])))
    assert found["neg_mean_absolute_error"].baseline == pytest.approx(-np.abs(target.values).mean())
    two = Target("binary", np.array([0, 0, 0, 1]), ("a", "b"))
    found = by_id(evaluate_scores(two, np.full((4, 2), 0.5), seed=0, resamples=10, prior=np.array([0.25, 0.75])))
    assert found["accuracy"].baseline == 0.25
    assert found["roc_auc"].baseline == 0.5


def test_baseline_is_that_of_the_positive_class_in_every_metric():
    target, scores = sample("binary")
    reversed_classes = Target("binary", (1 - target.values).astype(np.intp), target.classes[::-1])
    prior = np.array([0.3, 0.7])
    first = by_id(evaluate_scores(target, scores, positive=0, prior=prior, seed=1, resamples=20))
    second = by_id(evaluate_scores(reversed_classes, scores[:, ::-1], positive=1, prior=prior[::-1], seed=1, resamples=20))
    assert {id_: one.baseline for id_, one in first.items()} == pytest.approx({id_: one.baseline for id_, one in second.items()})
    assert first["average_precision"].baseline == pytest.approx(np.mean(target.values == 0))
    assert first["recall"].baseline == 0.0


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_a_class_that_is_absent_never_crashes(task):
    target, scores = sample(task)
    here = np.flatnonzero(target.values == 0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = evaluate_scores(target.take(here), scores[here], seed=0, resamples=50)
    assert stored(found) == found
    assert "No row is of class" in found.notes[0]
    if task == "binary":
        assert by_id(found)["roc_auc"].value is None
        assert "cannot be computed" in by_id(found)["roc_auc"].summary
        assert found.classification.curves[0].roc.x == ()


@pytest.mark.parametrize("task", tasks())
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows_never_crash(task, rows):
    target, scores = sample(task)
    at = np.arange(rows)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = evaluate_scores(target.take(at), scores[:rows], seed=0, resamples=20)
    assert stored(found) == found
    assert "rough" in found.notes[0]


def test_constant_scores_never_crash():
    target, scores = sample("binary")
    found = evaluate_scores(target, np.full_like(scores, 0.5), seed=0, resamples=20)
    assert by_id(found)["roc_auc"].value == 0.5
    assert found.classification.curves[0].roc == RocCurve((0.0, 1.0), (0.0, 1.0), (None, 0.5))
    assert len(found.classification.curves[0].calibration.rows) == 1
    numbers, _ = sample("regression")
    flat = evaluate_scores(numbers, np.full(400, 10.0), seed=0, resamples=20)
    assert sum(flat.residuals.histogram.counts) == 400


def test_roc_and_precision_recall_equal_scikit_learn():
    target, scores = sample("binary", rows=90)
    truth, score = target.values == 1, np.round(scores[:, 1], 2)
    x, y, _ = sk.roc_curve(truth, score, drop_intermediate=False)
    ours = curves.roc(truth, score)
    assert ours.x == pytest.approx(tuple(x))
    assert ours.y == pytest.approx(tuple(y))
    precision, recall, _ = sk.precision_recall_curve(truth, score)
    ours = curves.precision_recall(truth, score)
    assert ours.x == pytest.approx(tuple(recall[:-1][::-1]))
    assert ours.y == pytest.approx(tuple(precision[:-1][::-1]))
    assert ours.share == pytest.approx(truth.mean())


def test_thinned_curves_keep_their_ends_and_area():
    target, scores = sample("binary", rows=5000)
    truth = target.values == 1
    thin = curves.roc(truth, scores[:, 1])
    assert len(thin.x) <= 200
    assert (thin.x[0], thin.y[0], thin.x[-1], thin.y[-1]) == (0, 0, 1, 1)
    assert sk.auc(thin.x, thin.y) == pytest.approx(sk.roc_auc_score(truth, scores[:, 1]), abs=0.002)
    assert len(curves.precision_recall(truth, scores[:, 1]).x) <= 200


def test_calibration_equals_scikit_learn_and_wilson_by_hand():
    target, scores = sample("binary", rows=1000)
    truth = target.values == 1
    observed, predicted = calibration_curve(truth, scores[:, 1], n_bins=10, strategy="quantile")
    ours = curves.calibration(truth, scores[:, 1])
    assert ours.rows == (100,) * 10
    assert ours.predicted == pytest.approx(tuple(predicted), abs=0.002)
    assert ours.observed == pytest.approx(tuple(observed), abs=0.02)
    low, high = curves.wilson(np.array([0.5]), np.array([100.0]))
    assert (low[0], high[0]) == pytest.approx((0.4038, 0.5962), abs=1e-4)


def test_gain_by_hand():
    found = curves.gain(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]))
    at = {round(s, 2): (f, lift) for s, f, lift in zip(found.share, found.found, found.lift, strict=True)}
    assert at[0.25] == (0.5, 2.0)
    assert at[0.5][0] == 0.5
    assert at[0.75][0] == 1.0
    tied = curves.gain(np.array([True, False]), np.array([0.5, 0.5]))
    assert tied.lift == pytest.approx((1.0,) * 100)


def test_residuals_by_hand_and_sampled():
    found = curves.residuals(np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, 2.0, 2.0]), 0)
    assert found.bias == -0.5
    assert [q.error for q in found.quantiles] == pytest.approx([1.0, 1.4, 1.7, 1.85, 2.0])
    assert sum(found.histogram.counts) == 4
    assert sum(band.rows for band in found.bands) == 4
    assert found.banded_by == "predicted"
    rng = np.random.default_rng(0)
    known = rng.normal(size=4000)
    best = curves.residuals(known + rng.normal(size=4000), known, 0)  # the best possible answers are wrong at no size
    assert max(abs(band.bias) for band in best.bands) < 0.15
    target, scores = sample("regression", rows=3000)
    many = curves.residuals(target.values, scores, 0)
    assert many.sampled
    assert len(many.actual) == 2000
    assert sum(many.histogram.counts) == 3000
    steady = curves.residuals(np.array([1e15, 2e15]), np.array([1e15, 2e15]) + 0.125, 0)
    assert sum(steady.histogram.counts) == 2


def test_zero_targets_are_noted_for_mape():
    target = Target("regression", np.append(np.arange(60.0), 0.0))
    found = evaluate_scores(target, target.values + 1, seed=0, resamples=10)
    assert "per cent" in found.notes[0]
    assert by_id(found)["neg_mean_absolute_percentage_error"].value is None
    assert by_id(found)["neg_mean_absolute_error"].value == -1.0


def test_many_classes_show_the_frequent_ones():
    values = np.concatenate((np.repeat(np.arange(30), 3), np.full(5, 29))).astype(np.intp)
    target = Target("multiclass", values, tuple(range(30)))
    found = evaluate_scores(target, np.eye(30)[values], seed=0, resamples=10)
    assert len(found.classification.curves) == 20
    assert found.classification.curves[-1].label == 29
    assert by_id(found)["accuracy"].value == 1.0


def test_not_finite_is_refused():
    target, scores = sample("regression")
    scores[3] = np.inf
    with pytest.raises(ValueError, match="finite"):
        evaluate_scores(target, scores, seed=0)


@pytest.mark.parametrize("task", tasks())
def test_a_row_of_weight_2_counts_as_two_rows_in_every_figure(task):
    target, scores = sample(task, rows=120)
    times = np.random.default_rng(7).integers(0, 4, 120)
    copies = np.repeat(np.arange(120), times)
    threshold = 0.4 if task == "binary" else None
    weighted = evaluate_scores(target, scores, threshold=threshold, seed=0, resamples=50, weights=times * 0.7)
    repeated = evaluate_scores(target.take(copies), scores[copies], threshold=threshold, seed=0, resamples=50)
    for one, other in zip(weighted.metrics, repeated.metrics, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-9), one.id
        assert one.baseline == pytest.approx(other.baseline, abs=1e-9), one.id
        assert one.low <= one.value <= one.high
    assert weighted.rows == 120
    assert weighted.effective_rows == pytest.approx(times.sum() ** 2 / (times @ times))
    assert f"carry as much information as {weighted.effective_rows:,.0f} of equal weight" in weighted.notes[0]
    assert stored(weighted) == weighted
    if task == "regression":
        assert weighted.residuals.bias == pytest.approx(repeated.residuals.bias)
        assert sum(weighted.residuals.histogram.counts) == pytest.approx(120, abs=10)
        assert weighted.residuals.quantiles[1].error == pytest.approx(repeated.residuals.quantiles[1].error, abs=0.1)
        return
    one, other = weighted.classification, repeated.classification
    scale = len(copies) / 120
    assert np.array(one.confusion.weighted) * scale == pytest.approx(np.array(other.confusion.counts))
    assert np.array(one.confusion.counts) == pytest.approx(np.array(one.confusion.weighted), abs=0.5)
    assert [rates.recall for rates in one.per_class] == pytest.approx([rates.recall for rates in other.per_class])
    for mine, theirs in zip(one.curves, other.curves, strict=True):
        assert np.trapezoid(mine.roc.y, mine.roc.x) == pytest.approx(np.trapezoid(theirs.roc.y, theirs.roc.x), abs=1e-9)
        assert mine.precision_recall.share == pytest.approx(theirs.precision_recall.share)
        assert mine.gain.found == pytest.approx(theirs.gain.found, abs=1e-9)
    if task == "binary":
        at = [np.interp(0.5, curve.threshold, curve.recall) for curve in (one.threshold_curve, other.threshold_curve)]
        assert at[0] == pytest.approx(at[1], abs=0.02)


def test_equal_weights_change_nothing_and_a_class_of_weight_0_is_as_absent():
    target, scores = sample("binary")
    assert evaluate_scores(target, scores, seed=0, resamples=50, weights=np.full(400, 3.0)) == evaluate_scores(
        target, scores, seed=0, resamples=50
    )
    gone = evaluate_scores(target, scores, seed=0, resamples=50, weights=(target.values == 0).astype(float))
    assert by_id(gone)["roc_auc"].value is None
    assert by_id(gone)["accuracy"].value is not None
    none = evaluate_scores(target, scores, seed=0, resamples=50, weights=np.zeros(400))
    assert {metric.value for metric in none.metrics} == {None}
    assert "nothing can be measured" in none.notes[0]
    for task in tasks():
        target, scores = sample(task)
        found = evaluate_scores(target, scores, seed=0, resamples=50, weights=np.concatenate([np.zeros(399), [1.0]]))
        assert all(metric.low is None for metric in found.metrics)  # one row alone
        assert stored(found) == found


def test_the_baseline_out_of_fold_is_that_of_the_leaderboard(trained):
    chosen = open_chosen(trained.pipeline, trained.runs, Silent())
    found = out_of_fold_evaluation(chosen, Silent())
    board = trained.runs.list(trained.pipeline.keys.board)
    base = next(run for run in board if run.algorithm_id == "baseline")
    assert found.metric(trained.project.metric).baseline == pytest.approx(base.score, abs=1e-12)


def test_each_fold_has_a_baseline_of_its_own():
    target = Target("regression", np.array([0.0, 0.0, 10.0, 10.0]), ())
    first, last = np.array([0, 1]), np.array([2, 3])
    prior = baseline_prior(Project())
    found = fold_baseline(target, [(first, last), (last, first)], None, None, prior)
    assert found["neg_root_mean_squared_error"] == -10.0  # of one mean for all rows: 5
    weighted = fold_baseline(target, [(np.array([0, 2]), np.array([1, 3]))], None, np.array([1.0, 1.0, 3.0, 1.0]), prior)
    assert weighted["neg_mean_absolute_error"] == -(7.5 + 2.5) / 2


def test_the_baseline_answers_by_the_settings_of_its_candidate():
    target, weights = Target("regression", np.array([0.0, 1.0, 20.0]), ()), np.array([1.0, 1.0, 5.0])
    median = replace(Project(), candidates=(choices().algorithms.get("baseline")(strategy="median"),))
    assert baseline_prior(Project())(target, None) == pytest.approx([7.0])
    assert baseline_prior(median)(target, None) == [1.0]
    assert baseline_prior(median)(target, weights) == [20.0]
    default, other = Keys(Project()), Keys(median)
    assert (default.model("run"), default.out_of_fold("run") == other.out_of_fold("run")) == (other.model("run"), False)
    assert "Median" in baseline_text(median, "regression")
