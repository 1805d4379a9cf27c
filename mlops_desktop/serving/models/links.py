"""Link functions from raw scores to probabilities, with numpy's functions alone: a row gets the same bits alone and in a batch."""

from __future__ import annotations

import numpy as np

from ..frame import Floats

_LIMIT = 700.0  # exp(700) is still finite in float64


def sigmoid(raw: Floats) -> Floats:
    """1 / (1 + exp(-raw)), without overflow."""
    return np.divide(1.0, np.add(1.0, np.exp(np.minimum(-raw, _LIMIT))))


def two_classes(raw: Floats) -> Floats:
    """(rows, 2) probabilities from the (rows,) raw scores (log-odds) of the second class."""
    out = np.empty((len(raw), 2))
    out[:, 1] = sigmoid(raw)
    np.subtract(1.0, out[:, 1], out=out[:, 0])
    return out


def softmax(raw: Floats) -> Floats:
    """(rows, classes) probabilities from raw scores of that shape."""
    powers = np.exp(raw - raw.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares
