"""The graph of a scorer: chains with encodings of their own, a weighted mean, and further kinds of node that exist only here."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.serving import nodes
from mlops_desktop.serving.app import App
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.explain import explain
from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.models.neighbours import compile_neighbours
from mlops_desktop.serving.models.some_classes import SomeClasses
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.nodes.weighted_mean import WeightedMean
from mlops_desktop.serving.selftest import replay
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.scale import Scale

MEMBERS = Path(__file__).parent / "members" / "nodes"
HALVES = np.array([0.5, 0.5])


@pytest.fixture
def member(monkeypatch):
    """A class of node that is in the folder of the tests: `member("stack", "Stack")`."""
    monkeypatch.setattr(nodes, "__path__", [*nodes.__path__, str(MEMBERS)])
    return lambda module, name: getattr(importlib.import_module(f"mlops_desktop.serving.nodes.{module}"), name)


def slopes(*weights, link="identity"):
    return Linear(np.array(weights)[:, None], np.zeros(1), link)


def two_encodings(scorer):
    """Two members behind the shared transforms: one on all seven features, one on the last three of them, rescaled."""
    drop = DropColumns(("age", "income", "member", "income is missing"))
    own = Chain((drop, Scale(("city = Oslo",), (0.5,), (2.0,))), slopes(1.0, 0.0, 3.0, link=scorer.node.model.link))
    return (scorer.node, own)


def rows_alone(scorer, frame):
    return np.concatenate([scorer.scores(frame.take(np.array([i]))) for i in range(frame.rows)])


def assert_whole(scorer, write, folder, frame):
    """It is the same in a bundle, for a row alone, and in its explanations."""
    bundle = open_bundle(write(scorer, folder))
    assert replay(bundle.scorer, bundle.golden).passed
    assert (bundle.scorer.scores(frame) == scorer.scores(frame)).all()
    assert (rows_alone(scorer, frame) == scorer.scores(frame)).all()
    one = explain(scorer, frame.take(np.array([0])))[0]
    assert one.base + sum(part.contribution for part in one.contributions) == pytest.approx(one.answer, abs=1e-9)
    return bundle


def test_members_have_encodings_of_their_own(scorers, write, rows_of, tmp_path):
    plain = scorers["regression"]
    first, second = two_encodings(plain)
    scorer = replace(plain, node=WeightedMean((first, second), np.array([0.25, 0.75])))
    frame = plain.schema.from_rows(rows_of(20)).frame
    alone = [replace(plain, node=one).scores(frame) for one in (first, second)]
    assert scorer.scores(frame) == pytest.approx(0.25 * alone[0] + 0.75 * alone[1], abs=1e-9)
    assert [one.layout.names()[-3:] for one in scorer.inputs] == [scorer.inputs[1].layout.names()] * 2
    assert scorer.inputs[1].used_sources == {"city"}
    assert scorer.used_sources == plain.used_sources
    assert_whole(scorer, write, tmp_path / "mean", frame)


def test_members_with_equal_transforms_share_a_matrix(scorers):
    plain = scorers["binary"]
    own = Scale(("age",), (0.0,), (2.0,))
    members = [Chain((replace(own),) if scaled else (), plain.node.model) for scaled in (False, True, False, True)]
    scorer = replace(plain, node=WeightedMean(tuple(members), np.full(4, 0.25)))
    assert len(scorer.inputs) == 2
    assert {k: v.tolist() for k, v in scorer.inputs[0].thresholds().items()} == {
        k: v.tolist() for k, v in plain.inputs[0].thresholds().items()
    }


def test_a_model_must_fit_its_matrix(scorers):
    with pytest.raises(ValueError, match="7"):
        replace(scorers["regression"], node=Chain((), slopes(1.0, 2.0))).scores(scorers["regression"].schema.from_rows([]).frame)


def test_a_graph_knows_what_its_models_need():
    class Booster(Constant):
        tier = 1
        requirements = ("lightgbm",)

    constant, booster = Constant(np.ones(1), 1, per_class=True), Booster(np.ones(1), 1, per_class=True)
    neighbours = compile_neighbours(Matrix(("x",), np.zeros((2, 1))), np.ones((2, 1)), 1, False, True)
    plain = WeightedMean((Chain((), constant), Chain((), constant)), HALVES)
    assert (plain.tier, plain.requirements, plain.stores_training_data) == (0, (), False)
    boosted = replace(plain, members=(Chain((), SomeClasses(booster, (1,), 2)), Chain((), neighbours)))
    assert (boosted.tier, boosted.requirements, boosted.stores_training_data) == (1, ("lightgbm",), True)


@pytest.mark.parametrize("weights", [[1.0], [1.0, -1.0], [1.0, 0.0]])
def test_a_weighted_mean_has_a_positive_weight_for_each_member(weights):
    with pytest.raises(ValueError, match="positive weight"):
        WeightedMean((Chain((), slopes(1.0)), Chain((), slopes(2.0))), np.array(weights))


def test_calibration_is_a_further_node(scorers, member, write, rows_of, tmp_path):
    plain = scorers["binary"]
    node = member("calibrated", "Calibrated")(plain.node, np.array([0.0, 0.4, 1.0]), np.array([0.1, 0.2, 0.9]))
    frame = plain.schema.from_rows(rows_of(20)).frame
    scorer = replace(plain, node=node)
    assert scorer.scores(frame)[:, 1] == pytest.approx(np.interp(plain.scores(frame)[:, 1], node.scores, node.probabilities), abs=1e-9)
    assert_whole(scorer, write, tmp_path / "calibrated", frame)


def test_stacking_is_a_further_node(scorers, member, write, rows_of, tmp_path):
    plain = scorers["regression"]
    members = two_encodings(plain)
    scorer = replace(plain, node=member("stack", "Stack")(members, slopes(2.0, -1.0)))
    frame = plain.schema.from_rows(rows_of(20)).frame
    first, second = (replace(plain, node=one).scores(frame).astype(np.float32).astype(float) for one in members)
    assert scorer.scores(frame) == pytest.approx(2.0 * first - second, rel=1e-9)
    assert_whole(scorer, write, tmp_path / "stack", frame)


def test_prediction_intervals_are_a_further_node(scorers, member, write, rows_of, asked, tmp_path):
    plain = scorers["regression"]
    width = Chain((), Constant(np.array([3.0]), 7, per_class=False))
    scorer = replace(plain, node=member("learned_width", "LearnedWidth")(plain.node, width, 2.0))
    frame = plain.schema.from_rows(rows_of(20)).frame
    bundle = assert_whole(scorer, write, tmp_path / "learned_width", frame)
    middle = plain.scores(frame)
    assert bundle.scorer.intervals(frame) == pytest.approx(np.stack([middle - 6.0, middle + 6.0], axis=1))
    assert len(bundle.scorer.inputs) == 1
    assert plain.intervals(frame) is None
    app = App(ModelSlot(bundle))
    for rows in (rows_of(1), rows_of(3)):
        answers = asked(app, "POST", "/v1/predict", {"rows": rows}).json["predictions"]
        assert [one["interval"] for one in answers] == [
            pytest.approx([one["prediction"] - 6.0, one["prediction"] + 6.0]) for one in answers
        ]
    document = asked(app, "GET", "/openapi.json").json
    assert "interval" in document["components"]["schemas"]["Prediction"]["properties"]
