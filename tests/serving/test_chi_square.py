from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, chi2_contingency, false_discovery_control

from mlops_desktop.serving.chi_square import benjamini_hochberg, chi_square_tail, g_test, population_stability


@pytest.mark.parametrize("degrees", [1, 2, 3, 12, 34, 200])
@pytest.mark.parametrize("times", [0.001, 0.1, 0.9, 1.0, 1.1, 3.0, 20.0])
def test_the_tail_is_scipys(degrees, times):
    statistic = degrees * times
    assert chi_square_tail(statistic, degrees) == pytest.approx(chi2.sf(statistic, degrees), rel=1e-9, abs=1e-14)


def test_the_tail_at_its_ends():
    assert chi_square_tail(0.0, 5) == 1.0
    assert chi_square_tail(10.0, 0) == 1.0
    assert chi_square_tail(1e5, 3) == 0.0


def test_the_g_test_is_scipys_but_for_williams_correction():
    first, second = np.array([300.0, 500, 200]), np.array([25.0, 60, 15])
    plain = chi2_contingency(np.stack([first, second]), lambda_="log-likelihood")
    by_rows, by_bins = 1100 * (1 / 1000 + 1 / 100) - 1, 1100 * (1 / 325 + 1 / 560 + 1 / 215) - 1
    assert g_test(first, second) == pytest.approx(chi2.sf(plain.statistic / (1 + by_rows * by_bins / (6 * 1100 * 2)), 2), rel=1e-9)
    assert g_test(first, second) > plain.pvalue


def test_the_g_test_without_anything_to_compare():
    assert g_test(np.array([5.0, 0]), np.array([3.0, 0])) == 1.0
    assert g_test(np.array([5.0, 1]), np.zeros(2)) == 1.0


def test_population_stability_index():
    assert population_stability(np.array([50.0, 50]), np.array([80.0, 20])) == pytest.approx(0.3 * np.log(1.6) - 0.3 * np.log(0.4))
    assert population_stability(np.array([10.0, 0]), np.array([30.0, 0])) == 0.0
    assert np.isfinite(population_stability(np.array([10.0, 0]), np.array([0.0, 7])))


def test_false_discoveries_are_scipys():
    p = np.random.default_rng(0).uniform(0, 0.2, 40)
    assert (benjamini_hochberg(p.tolist(), 0.05) == (false_discovery_control(p) <= 0.05)).all()
    assert not benjamini_hochberg([], 0.05).any()
