"""What every ensemble of the catalogue promises: it is found from out-of-fold scores, and its node answers as it combines them."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Ensemble
from mlops_desktop.base.registry import Registry
from mlops_desktop.catalog import ensembles as package
from mlops_desktop.serving.models.linear import IDENTITY, Linear
from mlops_desktop.serving.nodes.chain import Chain
from tests.frames import make_frame

ENSEMBLES = Registry(package, Ensemble)
each = pytest.mark.parametrize("id_", sorted(ENSEMBLES))


def mean_squares(truth):
    return lambda by_fold: -float(np.mean([np.mean((fold - part) ** 2) for fold, part in zip(by_fold, truth, strict=True)]))


def noisy(*scales, seed=1):
    rng = np.random.default_rng(seed)
    truth = [rng.normal(size=500) for _ in range(3)]
    return truth, [[fold + rng.normal(scale=scale, size=500) for fold in truth] for scale in scales]


@each
def test_it_beats_the_best_model_and_its_node_answers_alike(id_):
    truth, scores = noisy(0.5, 0.6)
    rate = mean_squares(truth)
    ensemble, chosen = ENSEMBLES[id_].find(scores, rate, lambda positions: True)
    ensemble.check(len(chosen))
    assert rate([ensemble.combine([scores[at][fold] for at in chosen]) for fold in range(3)]) > rate(scores[0])

    frame = make_frame({"x": [1.0, 2.0, -3.0]})
    lines = [Chain((), Linear(np.array([[float(at + 1)]]), np.array([0.5]), IDENTITY)) for at in chosen]
    alone = [line.bind(frame.layout).scores(frame) for line in lines]
    np.testing.assert_array_equal(ensemble.compile(lines).bind(frame.layout).scores(frame), ensemble.combine(alone))
    assert ensemble.describe([f"model {at}" for at in chosen]).endswith(".")
    assert type(ensemble).from_json(ensemble.to_json()) == ensemble


@each
def test_nothing_is_found_where_nothing_is_gained_or_allowed(id_):
    truth, scores = noisy(0.5, 0.6)
    find, rate = ENSEMBLES[id_].find, mean_squares(truth)
    assert find(scores, rate, lambda positions: len(positions) < 2) is None
    assert find(scores[:1], rate, lambda positions: True) is None
    same = [[fold + share * (scores[0][i] - fold) for i, fold in enumerate(truth)] for share in (0.1, 0.2, 1.0)]
    assert find(same, rate, lambda positions: True) is None


@each
def test_it_says_how_many_models_it_combines(id_):
    with pytest.raises(UserError):
        ENSEMBLES[id_]().check(1)
