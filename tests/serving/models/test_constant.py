"""The same answer for every row."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models.constant import Constant

ROWS = Matrix(("a", "b"), np.zeros((3, 2)))


def test_every_row_gets_the_answer():
    assert Constant("regression", np.array([4.5]), 2).scores(ROWS).tolist() == [4.5] * 3
    assert Constant("binary", np.array([0.25, 0.75]), 2).scores(ROWS).tolist() == [[0.25, 0.75]] * 3
    assert Constant("binary", np.array([0.25, 0.75]), 2).scores(ROWS.take(np.array([], dtype=int))).shape == (0, 2)


def test_no_feature_matters():
    assert Constant("regression", np.array([4.5]), 2).used().tolist() == [False, False]


@pytest.mark.parametrize("answer", [np.array([]), np.array([[1.0]]), np.array([1.0, 2.0])])
def test_a_damaged_answer_is_refused(answer):
    with pytest.raises(ValueError, match="one answer"):
        Constant("regression", answer, 2)
