import math
import warnings

import numpy as np
import pytest
from sklearn import metrics as sk

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.engine.choices import tasks
from mlops_desktop.engine.metrics.definitions import METRICS, default_metric, metric_of, metrics_for, score
from mlops_desktop.engine.metrics.measures import predictions


def binary(values, positive_scores):
    scores = np.column_stack([1 - np.asarray(positive_scores, dtype=float), positive_scores])
    return Target("binary", np.asarray(values, dtype=np.intp), ("no", "yes")), scores


def sample(task: str, seed: int, rows: int = 300):
    rng = np.random.default_rng(seed)
    if task == "regression":
        actual = rng.normal(50, 10, rows)
        return Target("regression", actual), actual + rng.normal(0, 4, rows)
    classes = 2 if task == "binary" else 4
    values = rng.integers(0, classes, rows)
    raw = rng.random((rows, classes)) + 0.8 * (values[:, None] == np.arange(classes))
    scores = np.round(raw / raw.sum(axis=1, keepdims=True), 2)  # ties
    scores[:, -1] = np.round(1 - scores[:, :-1].sum(axis=1), 2)
    return Target(task, values.astype(np.intp), tuple("abcd"[:classes])), scores


def by_sklearn(metric_id: str, target: Target, scores, weights=None):
    y, kept = target.values, {"sample_weight": weights}
    if target.task == "regression":
        values = {
            "neg_root_mean_squared_error": lambda: -sk.root_mean_squared_error(y, scores, **kept),
            "neg_mean_absolute_error": lambda: -sk.mean_absolute_error(y, scores, **kept),
            "neg_median_absolute_error": lambda: -sk.median_absolute_error(y, scores),
            "neg_mean_absolute_percentage_error": lambda: -sk.mean_absolute_percentage_error(y, scores, **kept),
            "r2": lambda: sk.r2_score(y, scores, **kept),
        }
        return values[metric_id]()
    labels = list(range(len(target.classes)))
    predicted = scores.argmax(axis=1)
    two = target.task == "binary"
    rate = {"zero_division": 0.0, **kept}
    values = {
        "roc_auc": lambda: sk.roc_auc_score(y, scores[:, 1], **kept),
        "roc_auc_ovr": lambda: sk.roc_auc_score(y, scores, multi_class="ovr", labels=labels, **kept),
        "average_precision": lambda: sk.average_precision_score(y, scores[:, 1] if two else scores, **kept),
        "neg_log_loss": lambda: -sk.log_loss(y, scores, labels=labels, **kept),
        "neg_brier_score": lambda: -sk.brier_score_loss(y, scores, labels=labels, **kept),
        "accuracy": lambda: sk.accuracy_score(y, predicted, **kept),
        "balanced_accuracy": lambda: sk.balanced_accuracy_score(y, predicted, **kept),
        "precision": lambda: sk.precision_score(y, predicted, **rate),
        "recall": lambda: sk.recall_score(y, predicted, **rate),
        "f1": lambda: sk.f1_score(y, predicted, **rate),
        "precision_macro": lambda: sk.precision_score(y, predicted, average="macro", **rate),
        "recall_macro": lambda: sk.recall_score(y, predicted, average="macro", **rate),
        "f1_macro": lambda: sk.f1_score(y, predicted, average="macro", **rate),
        "f1_weighted": lambda: sk.f1_score(y, predicted, average="weighted", **rate),
        "matthews_corrcoef": lambda: sk.matthews_corrcoef(y, predicted, **kept),
    }
    return values[metric_id]()


EVERY = [(task, metric.id) for task in tasks() for metric in metrics_for(task)]


@pytest.mark.parametrize(("task", "metric_id"), EVERY)
def test_equals_scikit_learn(task, metric_id):
    for seed in range(4):
        target, scores = sample(task, seed, rows=300 + seed)
        assert score(metric_id, target, scores) == pytest.approx(by_sklearn(metric_id, target, scores), abs=1e-12, rel=1e-12)


@pytest.mark.parametrize(("task", "metric_id"), EVERY)
def test_counts_of_a_resample_are_weights(task, metric_id):
    target, scores = sample(task, 9, rows=80)
    rng = np.random.default_rng(5)
    drawn = rng.integers(0, 80, (6, 80))
    weights = np.array([np.bincount(row, minlength=80) for row in drawn], dtype=float)
    found = metric_of(metric_id, task).prepare(predictions(target, scores, None, None))(weights)
    for value, rows in zip(found, drawn, strict=True):
        assert value == pytest.approx(score(metric_id, target.take(rows), scores[rows]), abs=1e-12)
    assert score(metric_id, target, scores, weights=weights[0] * 0.3) == pytest.approx(found[0], abs=1e-12)
    if metric_id != "neg_median_absolute_error":  # scikit-learn's weighted median differs by definition
        assert found[0] == pytest.approx(by_sklearn(metric_id, target, scores, weights[0]), abs=1e-12, rel=1e-12)


def test_hand_computed():
    target, scores = binary([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert score("roc_auc", target, scores) == 0.75
    assert score("average_precision", target, scores) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert score("accuracy", target, scores) == 0.75
    assert score("recall", target, scores) == 0.5
    assert score("precision", target, scores) == 1.0
    assert score("f1", target, scores) == pytest.approx(2 / 3)
    assert score("accuracy", target, scores, threshold=0.35) == 0.75
    assert score("recall", target, scores, threshold=0.35) == 1.0
    assert score("neg_brier_score", target, scores) == pytest.approx(-(0.01 + 0.16 + 0.4225 + 0.04) / 4)
    assert score("neg_log_loss", target, scores) == pytest.approx(np.log([0.9, 0.6, 0.35, 0.8]).mean())
    numbers = Target("regression", np.array([1.0, 2.0, 4.0]))
    predicted = np.array([1.0, 3.0, 2.0])
    assert score("neg_root_mean_squared_error", numbers, predicted) == pytest.approx(-math.sqrt(5 / 3))
    assert score("neg_mean_absolute_error", numbers, predicted) == -1.0
    assert score("neg_median_absolute_error", numbers, predicted) == -1.0
    assert score("neg_mean_absolute_percentage_error", numbers, predicted) == pytest.approx(-(0 + 0.5 + 0.5) / 3)
    assert score("r2", numbers, predicted) == pytest.approx(1 - 5 / (14 / 3))


def test_the_positive_class_may_be_the_first():
    target, scores = binary([0, 0, 1, 1], [0.1, 0.6, 0.35, 0.8])
    assert score("precision", target, scores, positive=0) == 0.5
    assert score("recall", target, scores, positive=0, threshold=0.9) == 0.5
    assert score("roc_auc", target, scores, positive=0) == score("roc_auc", target, scores)
    swapped = Target("binary", 1 - target.values, ("yes", "no"))
    for metric in metrics_for("binary"):
        assert score(metric.id, swapped, scores[:, ::-1], positive=0) == pytest.approx(
            score(metric.id, target, scores, positive=1), abs=1e-15
        )


def test_undefined_is_nan_and_never_first():
    one, scores = binary([0, 0, 0], [0.2, 0.7, 0.4])
    for metric_id in ("roc_auc", "average_precision", "recall", "f1"):
        assert math.isnan(score(metric_id, one, scores))
    assert score("accuracy", one, scores) == pytest.approx(2 / 3)
    assert score("precision", one, scores) == 0.0
    assert math.isnan(score("r2", Target("regression", np.ones(4)), np.arange(4.0)))
    assert math.isnan(score("r2", Target("regression", np.ones(1)), np.ones(1)))
    assert score("r2", Target("regression", np.array([1.0, 2.0])), np.array([1.0, 2.5])) == pytest.approx(0.5)  # two rows are enough


@pytest.mark.parametrize("task", tasks())
def test_no_row_is_nan_everywhere_and_one_row_never_crashes(task):
    target, scores = sample(task, 0, rows=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for metric in metrics_for(task):
            assert math.isnan(score(metric.id, target.take(np.empty(0, dtype=np.intp)), scores[:0])), metric.id
            score(metric.id, target, scores)


def test_a_class_that_is_absent_is_left_out_of_the_mean():
    target, scores = sample("multiclass", 3)
    here = np.flatnonzero(target.values != 3)
    part = target.take(here)
    wanted = np.mean([sk.roc_auc_score(part.values == k, scores[here, k]) for k in range(3)])
    assert score("roc_auc_ovr", part, scores[here]) == pytest.approx(wanted, abs=1e-12)


def test_constant_scores_and_scores_that_differ_below_the_rounding():
    target, scores = binary([0, 1, 1, 0, 1], [0.3] * 5)
    assert score("roc_auc", target, scores) == 0.5
    assert score("average_precision", target, scores) == pytest.approx(0.6)
    jitter = np.array([1e-14, -1e-14, 0, 2e-14, 0])
    assert score("roc_auc", target, scores + np.column_stack([-jitter, jitter])) == 0.5


def test_certain_and_wrong_costs_as_in_scikit_learn():
    target, scores = binary([0, 1], [1.0, 1.0])
    assert score("neg_log_loss", target, scores) == pytest.approx(-sk.log_loss([0, 1], scores, labels=[0, 1]), abs=1e-12)


def test_bad_scores_are_refused():
    target, scores = binary([0, 1], [0.2, 0.7])
    with pytest.raises(ValueError, match="finite"):
        score("roc_auc", target, np.full_like(scores, np.nan))
    with pytest.raises(ValueError, match="shape"):
        score("roc_auc", target, scores[:, 1])
    with pytest.raises(UserError, match="no metric “r2”"):
        score("r2", target, scores)


def test_every_metric_has_scikit_learns_name_and_sentences():
    known = set(sk.get_scorer_names())
    for task in tasks():
        for metric in metrics_for(task):
            assert metric.id in known
            assert metric.sentence.endswith(".")
            assert metric.describe(-0.25 if metric.id.startswith("neg_") else 0.25, "yes").endswith((".", "most."))
            assert "{" not in metric.describe(0.5)
            assert "cannot be computed" in metric.describe(float("nan"))
    assert METRICS["average_precision"] in metrics_for("binary")
    assert METRICS["neg_mean_absolute_error"].shown(-3.0) == 3.0


def test_default_metric_follows_the_shares():
    even = Target("binary", np.arange(100) % 2, ("a", "b"))
    rare = Target("binary", (np.arange(100) < 3).astype(np.intp), ("a", "b"))
    assert default_metric(even)[0] == "roc_auc"
    metric_id, reason = default_metric(rare)
    assert metric_id == "average_precision"
    assert reason.startswith("3 %")
    assert default_metric(rare, int(np.argmax(np.bincount(rare.values))))[0] == "roc_auc"  # the positive class is the frequent one
    assert default_metric(Target("multiclass", np.arange(99) % 3, ("a", "b", "c")))[0] == "accuracy"
    skewed = Target("multiclass", np.minimum(np.arange(100) // 45, 2), ("a", "b", "c"))
    assert default_metric(skewed)[0] == "balanced_accuracy"
    assert default_metric(Target("regression", np.ones(3)))[0] == "neg_root_mean_squared_error"


def test_a_thousand_resamples_of_ten_thousand_rows_take_under_two_seconds():
    import time

    rng = np.random.default_rng(0)
    target, scores = binary(rng.integers(0, 2, 10_000), rng.random(10_000))
    statistic = metric_of("roc_auc", "binary").prepare(predictions(target, scores, 1, None))
    weights = rng.integers(0, 3, (100, 10_000)).astype(float)
    started = time.process_time()
    for _ in range(10):
        statistic(weights)
    assert time.process_time() - started < 2.0
