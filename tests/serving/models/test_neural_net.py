"""Multi-layer perceptrons against results computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models import neural_net as module
from mlops_desktop.serving.models.neural_net import IDENTITY, SIGMOID, SOFTMAX, NeuralNet
from tests.frames import to_csr

ROWS = np.array([[1.0, 0.0], [0.0, 2.0], [0.0, 0.0]])
FIRST, LAST = np.array([[1.0, -1.0], [0.0, 1.0]]), np.array([[2.0], [3.0]])


def net(activation, link=IDENTITY, last=LAST):
    return NeuralNet((FIRST, last), (np.array([0.5, 0.0]), np.zeros(last.shape[1])), activation, link)


def both(model, rows=ROWS):
    dense = model.scores(Matrix(("a", "b"), rows))
    assert model.scores(Matrix(("a", "b"), None, to_csr(rows))) == pytest.approx(dense, abs=1e-15)
    return dense


def test_activations():
    hidden = ROWS @ FIRST + [0.5, 0.0]
    assert both(net("relu")).tolist() == [3.0, 7.0, 1.0]
    assert both(net("identity")) == pytest.approx((hidden @ LAST)[:, 0])
    assert both(net("tanh")) == pytest.approx((np.tanh(hidden) @ LAST)[:, 0])
    assert both(net("logistic")) == pytest.approx((1 / (1 + np.exp(-hidden)) @ LAST)[:, 0])


def test_links():
    assert both(net("relu", SIGMOID))[2] == pytest.approx([1 / (1 + np.e), np.e / (1 + np.e)])
    assert both(net("relu", SOFTMAX, np.zeros((2, 4)))).tolist() == [[0.25] * 4] * 3


def test_blocks_and_no_rows(monkeypatch):
    whole = both(net("relu"))
    monkeypatch.setattr(module, "_CELLS", 2)
    assert both(net("relu")).tolist() == whole.tolist()
    for link, last, shape in ((IDENTITY, LAST, (0,)), (SIGMOID, LAST, (0, 2)), (SOFTMAX, np.zeros((2, 4)), (0, 4))):
        assert net("relu", link, last).scores(Matrix(("a", "b"), np.empty((0, 2)))).shape == shape


def test_a_feature_without_weights_is_not_used():
    assert NeuralNet((np.array([[0.0], [1.0]]),), (np.zeros(1),), "relu", IDENTITY).used().tolist() == [False, True]


@pytest.mark.parametrize(
    ("weights", "biases", "activation", "link"),
    [
        ((), (), "relu", IDENTITY),
        ((FIRST,), (np.zeros(3),), "relu", IDENTITY),
        ((FIRST, np.ones((3, 1))), (np.zeros(2), np.zeros(1)), "relu", IDENTITY),
        ((FIRST, LAST), (np.zeros(2), np.zeros(1)), "sine", IDENTITY),
        ((FIRST, LAST), (np.zeros(2), np.zeros(1)), "relu", "cube"),
    ],
)
def test_damaged_layers_are_refused(weights, biases, activation, link):
    with pytest.raises(ValueError, match="network"):
        NeuralNet(weights, biases, activation, link)
