"""A multi-layer perceptron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.families import CLASSES, NUMBERS, Algorithm, TaskSpec
from mlops_desktop.base.params import choice, number
from mlops_desktop.catalog.algorithms._estimators import OneThread, check_matrix, renamed_params, seen_classes
from mlops_desktop.serving.frame import Floats, Matrix
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.neural_net import IDENTITY, SIGMOID, SOFTMAX, NeuralNet
from mlops_desktop.serving.models.some_classes import expand_classes

_RENAMED = {  # parameters of version 1
    "layers": "hidden_layers",
    "width": "hidden_layer_size",
    "penalty": "alpha",
    "learning_rate": "learning_rate_init",
    "epochs": "max_iter",
}


@dataclass(frozen=True, kw_only=True)
class Mlp(Algorithm):
    """Layers of weighted sums, each followed by an activation function."""

    id = "mlp"
    label = "Neural network"
    version = 2
    help = (
        "Layers of weighted sums, each followed by an activation function. Finds smooth non-linear effects; needs "
        "more rows than other models."
    )
    learns = frozenset({CLASSES, NUMBERS})

    hidden_layers: int = number(
        1, 1, 5, "Hidden layers", help="Hidden layers between the columns and the prediction.", whole=True, tune=(1, 3)
    )
    hidden_layer_size: int = number(
        64, 1, 2048, "Units per layer", help="More units can learn finer shapes.", whole=True, log=True, tune=(16, 256)
    )
    activation: str = choice(
        "relu",
        {"relu": "ReLU", "tanh": "tanh", "logistic": "Logistic"},
        "Activation",
        help="The function that each unit applies to its sum.",
    )
    alpha: float = number(1e-4, 0.0, 1e3, "L2 regularisation", help="Shrinks the weights.", log=True, tune=(1e-6, 1.0))
    learning_rate_init: float = number(
        1e-3, 1e-6, 1.0, "Learning rate", help="The step size of the optimiser.", log=True, tune=(3e-4, 1e-2)
    )
    max_iter: int = number(
        200,
        1,
        10_000,
        "Maximum epochs",
        help="Passes over the training rows; training stops early when nothing more is gained.",
        whole=True,
        log=True,
    )

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        return renamed_params(params, _RENAMED) if version < 2 else params

    def build(self, task: TaskSpec, seed: int, matrix: Matrix) -> Any:
        from sklearn.neural_network import MLPClassifier, MLPRegressor

        check_matrix(matrix, self.label)
        options: dict[str, Any] = {
            "hidden_layer_sizes": (self.hidden_layer_size,) * self.hidden_layers,
            "activation": self.activation,
            "alpha": self.alpha,
            "learning_rate_init": self.learning_rate_init,
            "max_iter": self.max_iter,
            "random_state": seed,
        }
        return OneThread(ScaledTarget(MLPRegressor(**options)) if not task.has_classes else MLPClassifier(**options))

    def compile(self, estimator: Any, task: TaskSpec, classes: int, width: int) -> Model:
        weights = [np.asarray(layer, dtype=np.float64) for layer in estimator.coefs_]
        biases = [np.asarray(layer, dtype=np.float64) for layer in estimator.intercepts_]
        if not task.has_classes:
            weights[-1], biases[-1] = weights[-1] * estimator.scale, biases[-1] * estimator.scale + estimator.centre
            return NeuralNet(tuple(weights), tuple(biases), self.activation, IDENTITY)
        seen = seen_classes(estimator)
        return expand_classes(
            NeuralNet(tuple(weights), tuple(biases), self.activation, SIGMOID if len(seen) == 2 else SOFTMAX), seen, classes
        )


class ScaledTarget:
    """A regressor that learns numbers with mean 0 and standard deviation 1: a network that has to reach 200,000 by small steps does not get
    there.
    """

    centre: float
    scale: float

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def fit(self, X: Any, y: NDArray[Any], sample_weight: NDArray[Any] | None = None) -> ScaledTarget:
        """Learn the scale of `y`, then fit."""
        self.centre = float(np.average(y, weights=sample_weight))
        self.scale = float(np.sqrt(np.average((y - self.centre) ** 2, weights=sample_weight))) or 1.0
        self.inner.fit(X, (y - self.centre) / self.scale, sample_weight=sample_weight)
        return self

    def predict(self, X: Any) -> Floats:
        """Numbers on the scale of the training target, (rows,)."""
        return np.asarray(self.inner.predict(X), dtype=np.float64) * self.scale + self.centre

    def __getattr__(self, name: str) -> Any:
        if name == "inner":
            raise AttributeError(name)
        return getattr(self.inner, name)
