"""The constant model."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models.constant import Constant

ROWS = Matrix(("a", "b"), np.zeros((3, 2)))


def test_every_row_gets_the_same_score():
    assert Constant(np.array([4.5]), 2, per_class=False).scores(ROWS).tolist() == [4.5] * 3
    assert Constant(np.array([0.25, 0.75]), 2, per_class=True).scores(ROWS).tolist() == [[0.25, 0.75]] * 3
    assert Constant(np.array([0.25, 0.75]), 2, per_class=True).scores(ROWS.take(np.array([], dtype=int))).shape == (0, 2)


def test_no_feature_is_used():
    assert Constant(np.array([4.5]), 2, per_class=False).used().tolist() == [False, False]


@pytest.mark.parametrize("answer", [np.array([]), np.array([[1.0]]), np.array([1.0, 2.0])])
def test_a_damaged_answer_is_refused(answer):
    with pytest.raises(ValueError, match="one answer"):
        Constant(answer, 2, per_class=False)
