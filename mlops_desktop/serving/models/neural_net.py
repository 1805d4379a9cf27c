"""Multi-layer perceptrons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..frame import Bools, Floats, Matrix
from ..model import Model
from .blocks import cut_rows, spans
from .links import sigmoid, softmax, two_classes

IDENTITY, SIGMOID, SOFTMAX = "identity", "sigmoid", "softmax"
_CELLS = 1 << 20  # values of the widest layer in one block of rows: 8 MB


def _relu(values: Floats) -> Floats:
    return np.maximum(values, 0.0)


def _same(values: Floats) -> Floats:
    return values


_ACTIVATIONS: dict[str, Callable[[Floats], Floats]] = {"relu": _relu, "tanh": np.tanh, "logistic": sigmoid, "identity": _same}


@dataclass(frozen=True, eq=False)
class NeuralNet(Model):
    """`weights[i]` (inputs, outputs) and `biases[i]` (outputs,) of each layer; `activation` (relu, tanh, logistic, identity) between them.

    `link` of the last layer: identity (one number), sigmoid (one output, two classes), softmax (an output per class).
    """

    weights: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    activation: str
    link: str

    def __post_init__(self) -> None:
        fits = len(self.weights) == len(self.biases) > 0 and all(
            w.ndim == 2 and b.shape == (w.shape[1],) for w, b in zip(self.weights, self.biases, strict=True)
        )
        if not fits or any(a.shape[1] != b.shape[0] for a, b in zip(self.weights, self.weights[1:], strict=False)):
            raise ValueError("the layers of the network do not fit together")
        if self.activation not in _ACTIVATIONS or self.link not in (IDENTITY, SIGMOID, SOFTMAX):
            raise ValueError("the network has an unknown activation or link")

    def scores(self, matrix: Matrix) -> Floats:
        widest = max(matrix.width, *(len(bias) for bias in self.biases))
        parts = [self._block(matrix, start, stop) for start, stop in spans(matrix.rows, max(1, _CELLS // widest))]
        raw = np.concatenate(parts) if parts else np.empty((0, len(self.biases[-1])))
        if self.link == SOFTMAX:
            return softmax(raw) if len(raw) else raw
        return two_classes(raw[:, 0]) if self.link == SIGMOID else raw[:, 0]

    def used(self) -> Bools:
        used: Bools = np.any(self.weights[0] != 0, axis=1)
        return used

    def _block(self, matrix: Matrix, start: int, stop: int) -> Floats:
        act = _ACTIVATIONS[self.activation]
        if matrix.csr is not None:
            values = cut_rows(matrix.csr, start, stop).dot(self.weights[0])
        else:
            values = matrix.to_dense()[start:stop] @ self.weights[0]
        values = values + self.biases[0]
        for weight, bias in zip(self.weights[1:], self.biases[1:], strict=True):
            values = act(values) @ weight + bias
        return values
