"""The weighted mean: poor models stay out, better ones count more."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.ensembles.weighted_mean import WeightedMean
from tests.contracts.test_ensembles import mean_squares, noisy


def test_models_whose_errors_differ_are_combined():
    truth, scores = noisy(0.5, 0.6, 5.0)
    ensemble, chosen = WeightedMean.find(scores, mean_squares(truth), lambda positions: True)
    assert set(chosen) == {0, 1}
    assert ensemble.counts[0] >= ensemble.counts[1]
    combined = ensemble.combine([scores[at][0] for at in chosen])
    wanted = sum(weight * scores[at][0] for at, weight in zip(chosen, ensemble.weights, strict=True))
    np.testing.assert_allclose(combined, wanted, atol=1e-12)


def test_its_description_puts_models_of_one_label_together():
    assert WeightedMean(counts=(3, 1)).describe(["A", "B"]) == "The weighted mean of 75% A, 25% B."
    assert WeightedMean(counts=(1, 2, 1)).describe(["A", "B", "A"]) == "The weighted mean of 50% A (of 2 settings), 50% B."


@pytest.mark.parametrize("counts", [(1, 0), ("a",), 3, (True, 1)])
def test_counts_are_whole_numbers(counts):
    with pytest.raises(UserError):
        WeightedMean(counts=counts)
