"""The weighted mean of models."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models.blend import Blend
from mlops_desktop.serving.models.linear import IDENTITY, Linear
from mlops_desktop.serving.serialization import read_object_file, write_object


def line(*weights):
    return Linear(np.array(weights, dtype=float)[:, None], np.zeros(1), IDENTITY)


def test_it_is_the_weighted_mean_and_uses_all_features_of_its_models(tmp_path):
    blend = Blend((line(1.0, 0.0, 0.0), line(0.0, 4.0, 0.0)), np.array([0.75, 0.25]))
    matrix = Matrix(("a", "b", "c"), np.array([[4.0, 1.0, 9.0], [0.0, -2.0, 9.0]]), None)
    assert blend.scores(matrix).tolist() == [4.0, -2.0]
    assert blend.scores(matrix.take(np.array([1]))).tolist() == [-2.0]
    assert blend.used().tolist() == [True, True, False]
    assert blend.thresholds() == {}
    write_object(blend, tmp_path, "model")
    assert read_object_file(tmp_path, "model").scores(matrix).tolist() == [4.0, -2.0]


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [[0.5, 0.5]]])
def test_every_model_has_a_positive_weight(weights):
    with pytest.raises(ValueError, match="positive weight"):
        Blend((line(1.0), line(2.0)), np.array(weights))
