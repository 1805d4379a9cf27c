"""A model that was fitted without some classes."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.serving.frame import Matrix
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.models.some_classes import SomeClasses, expand_classes

ROWS = Matrix(("a",), np.zeros((2, 1)))
TWO = Constant(np.array([0.25, 0.75]), 1, per_class=True)


def test_classes_that_were_not_seen_get_probability_0():
    assert expand_classes(TWO, (1, 3), 4).scores(ROWS).tolist() == [[0, 0.25, 0, 0.75]] * 2
    assert expand_classes(TWO, (1, 3), 4).used().tolist() == [False]
    assert expand_classes(TWO, (1, 3), 4).thresholds() == {}


def test_a_model_that_saw_all_stays_as_it_is():
    assert expand_classes(TWO, (0, 1), 2) is TWO


def test_one_class_alone_is_certain():
    assert expand_classes(TWO, (1,), 3).scores(ROWS).tolist() == [[0, 1, 0]] * 2


@pytest.mark.parametrize("seen", [(0, 0), (0, 4), (-1, 0)])
def test_damaged_positions_are_refused(seen):
    with pytest.raises(ValueError, match="different positions"):
        SomeClasses(TWO, seen, 4)
