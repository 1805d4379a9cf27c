from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from mlops_desktop.serving.monitoring.estimates import area_under_curve, class_metrics, mean, positions, rate, value_metrics


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def test_metrics_of_two_classes_are_scikit_learns(rng):
    labels = rng.integers(0, 2, 400)
    chance = np.clip(0.3 + 0.3 * labels + rng.normal(0, 0.25, 400), 0, 1).round(2)  # with ties
    scores, answered = np.stack([1 - chance, chance], axis=1), (chance >= 0.4).astype(int)
    found = {name: one.value for name, one in class_metrics(scores, answered, labels, 1).items()}
    assert found == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(labels, answered),
            "log_loss": metrics.log_loss(labels, scores),
            "precision": metrics.precision_score(labels, answered),
            "recall": metrics.recall_score(labels, answered),
            "f1": metrics.f1_score(labels, answered),
            "roc_auc": metrics.roc_auc_score(labels, chance),
        }
    )


def test_metrics_of_several_classes_and_of_values_are_scikit_learns(rng):
    labels, scores = rng.integers(0, 3, 200), rng.dirichlet((1, 1, 1), 200)
    answered = scores.argmax(axis=1)
    found = class_metrics(scores, answered, labels, None)
    assert found["f1_macro"].value == pytest.approx(metrics.f1_score(labels, answered, average="macro"))
    assert found["f1_macro"].low < found["f1_macro"].value < found["f1_macro"].high
    real, predicted = rng.normal(0, 1, 50), rng.normal(0.5, 1, 50)
    values = value_metrics(predicted, real)
    assert values["rmse"].value == pytest.approx(metrics.root_mean_squared_error(real, predicted))
    assert values["mae"].value == pytest.approx(metrics.mean_absolute_error(real, predicted))
    assert values["bias"].value == pytest.approx(np.mean(predicted - real))


def test_intervals_hold_the_truth_about_as_often_as_they_say(rng):
    held = {"rate": 0, "area": 0, "mean": 0, "f1": 0, "few": 0, "few rates": 0, "rmse": 0}
    for _ in range(400):
        held["rate"] += (one := rate(int(rng.binomial(60, 0.1)), 60)).low <= 0.1 <= one.high
        held["mean"] += (one := mean(rng.normal(2.0, 3.0, 40))).low <= 2.0 <= one.high
        few = int(rng.integers(2, 11))
        held["few"] += mean(rng.normal(2.0, 3.0, few)).high == np.inf
        held["few rates"] += (one := rate(int(rng.binomial(few, 0.7)), few)).low <= 0.7 <= one.high
        held["rmse"] += (one := value_metrics(rng.normal(0, 2.0, 30), np.zeros(30))["rmse"]).low <= 2.0 <= one.high
        positive = np.arange(80) < 30
        one = area_under_curve(rng.normal(np.where(positive, 1.0, 0.0), 1.0), positive)
        held["area"] += one.low <= 0.7602499389065233 <= one.high  # the normal distribution function at 1 / sqrt(2)
        labels, answered = rng.random(200) < 0.3, rng.random(200) < 0.4
        one = class_metrics(np.full((200, 2), 0.5), answered.astype(int), labels.astype(int), 1)["f1"]
        held["f1"] += one.low <= 2 * 0.12 / (2 * 0.12 + 0.18 + 0.28) <= one.high
    assert held.pop("few") == 400
    assert all(0.91 <= count / 400 <= 0.99 for count in held.values()), held


def test_metrics_that_cannot_be_computed_are_left_out_and_few_rows_have_wide_intervals():
    scores = np.array([[0.9, 0.1], [0.8, 0.2]])
    found = class_metrics(scores, np.array([0, 0]), np.array([0, 0]), 1)
    assert {*found} == {"accuracy", "log_loss"}
    assert found["accuracy"].low < 0.5
    area = area_under_curve(np.array([0.1, 0.9]), np.array([False, True]))
    assert (area.value, area.high) == (1, 1)
    assert area.low < 0.5
    for name, one in (("log_loss", found["log_loss"]), *value_metrics(np.ones(29), np.zeros(29)).items()):
        assert (one.record()["low"], one.record()["high"]) == (None, None), name


def test_macro_f1_without_mistakes_has_an_interval_from_30_labels():
    labels = np.arange(30) % 3
    few, enough = (class_metrics(np.eye(3)[some], some, some, None)["f1_macro"].record() for some in (labels[:29], labels))
    assert (few["low"], few["high"]) == (None, None)
    assert enough["low"] < 0.9
    assert enough["high"] == 1


def test_classes_are_found_by_type_and_value():
    assert positions([True, "1", 1, 1.0], ["1", 1, True]).tolist() == [2, 0, 1, 1]
