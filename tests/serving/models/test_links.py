"""Link functions."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from mlops_desktop.serving.models.links import sigmoid, softmax, two_classes


def test_known_values():
    assert sigmoid(np.array([0.0, np.log(3)])) == pytest.approx([0.5, 0.75], abs=1e-15)
    assert two_classes(np.array([np.log(3)])) == pytest.approx(np.array([[0.25, 0.75]]), abs=1e-15)
    assert softmax(np.log([[1.0, 2.0, 5.0]])) == pytest.approx(np.array([[0.125, 0.25, 0.625]]), abs=1e-15)


def test_extremes_neither_overflow_nor_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sigmoid(np.array([-1e300, 1e300])) == pytest.approx([0.0, 1.0], abs=1e-300)
        assert softmax(np.array([[1e300, -1e300]])).tolist() == [[1.0, 0.0]]
