import math
from dataclasses import replace

import pytest

from mlops_desktop.engine.training.ranking import CONFIDENCE, _quantile, tied_runs, tied_with_best
from tests.engine.training.test_runs import a_run


def test_the_same_scores_tie_and_a_clear_lead_does_not():
    best = (0.90, 0.91, 0.89, 0.92, 0.90)
    assert tied_with_best([best, best, tuple(s - 0.1 for s in best)]) == [True, True, False]


def test_noise_ties_by_the_corrected_test():
    first = (0.90, 0.80, 0.85, 0.95, 0.88)
    second = (0.80, 0.89, 0.84, 0.90, 0.93)
    assert tied_with_best([second, first]) == [True, True]


def test_by_hand():
    # Differences 0.02, 0.04, 0.03: mean 0.03, variance 1e-4, error sqrt(1e-4 * (1/3 + 1/2)) = 0.009129.
    # t(0.95, 2) = 2.919986, so the limit is 0.026656.
    best = (0.5, 0.5, 0.5)
    assert tied_with_best([best, (0.48, 0.46, 0.47)]) == [True, False]
    assert tied_with_best([best, (0.484, 0.464, 0.474)]) == [True, True]  # mean 0.026


def test_ties_are_shown_down_to_the_first_run_that_is_not_tied_or_is_the_baseline():
    folds = {"best": (0.5, 0.5, 0.5), "near": (0.5, 0.49, 0.5), "worse": (0.48, 0.46, 0.47), "noisy": (0.7, 0.2, 0.3)}
    assert tied_with_best(list(folds.values())) == [True, True, False, True]
    runs = [replace(a_run(at), id=name, fold_scores=scores, score=sum(scores) / 3) for at, (name, scores) in enumerate(folds.items())]
    assert tied_runs(reversed(runs)) == ["near"]
    baseline = replace(runs[0], id="base", number=9, algorithm_id="baseline", fold_scores=(0.499,) * 3, score=0.499)
    assert tied_runs([*runs, baseline]) == []


@pytest.mark.parametrize("scores", [[], [()], [(math.nan, 0.4)]])
def test_nothing_to_compare(scores):
    assert tied_with_best(scores) == [False] * len(scores)


def test_failed_runs_and_single_folds():
    assert tied_with_best([(), (0.8, 0.9), (math.nan, 0.9), (0.85,)]) == [False, True, False, False]
    assert tied_with_best([(0.8,), (0.8,), (0.7,)]) == [True, True, False]


def test_students_t_as_scipy_has_it():
    from scipy.stats import t

    for degrees in (1, 2, 3, 4, 5, 9, 10, 29, 100):
        assert _quantile(degrees) == pytest.approx(float(t.ppf(CONFIDENCE, degrees)), rel=1e-10)
