"""How much of a score is owed to having been chosen by it: the best of many trials, and the threshold that is best on the same rows.

    python -m simulations.selection [TIMES]

Each of TIMES (400) draws has the out-of-fold scores of 30 trials that are equally good (AUC 0.5 or 0.76; what they score of a row is partly
alike), and those of one model for a threshold by F1. Raw: what was chosen, as it scored itself. Corrected: the program's figure. Both less
the truth; it is promised that the mean of the corrected one is within 3 standard errors of 0.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from math import sqrt

import numpy as np
from scipy.stats import norm

from mlops_desktop.base.families import Target
from mlops_desktop.engine.evaluation.sampling_units import Units, group_units, row_units
from mlops_desktop.engine.evaluation.selection import selection_optimism
from mlops_desktop.engine.metrics import metric_of, predictions, score
from mlops_desktop.engine.training.thresholds import choose_threshold, cross_fitted_thresholds
from mlops_desktop.serving.frame import Floats

TIMES = 400
TRIALS = 30
FOLDS = 5
Error = tuple[float, float]  # of the raw and of the corrected figure


def best_trial(rng: np.random.Generator, rows: int, apart: float, alike: float, metric: str = "roc_auc", groups: int = 0) -> Error:
    """The best of TRIALS trials whose true score is the same. `apart`: standard deviations between the classes, `alike`: the correlation of
    what two trials score, `groups`: so many groups, in each of which rows have the same errors for half.
    """
    truth = rng.integers(0, 2, rows)
    group = np.repeat(np.arange(groups), rows // groups) if groups else np.arange(rows)
    truth = truth[group] if groups else truth  # a group is of one class
    shared = rng.normal(size=rows)
    own = rng.normal(size=(TRIALS, rows))
    if groups:
        shared, own = (shared + shared[group]) / sqrt(2), (own + own[:, group]) / sqrt(2)
    raw = apart * truth + sqrt(alike) * shared + sqrt(1 - alike) * own
    chances = 1 / (1 + np.exp(-(raw - apart / 2)))
    fold = np.array_split(np.arange(rows), FOLDS)
    target = Target("binary", truth.astype(np.intp), ("no", "yes"))
    known = metric_of(metric, "binary")
    runs = [[known.prepare(predictions(target.take(at), np.column_stack([1 - one, one])[at], 1, None)) for at in fold] for one in chances]
    scores = np.array([np.mean([part(np.ones((1, len(at))))[0] for part, at in zip(run, fold, strict=True)]) for run in runs])
    order = np.argsort(-scores, kind="stable")
    units: Units = group_units(group) if groups else row_units(rows)
    optimism = selection_optimism([runs[at] for at in order], [len(at) for at in fold], units, int(rng.integers(2**31)), 200)
    true = norm.cdf(apart / sqrt(2)) if metric == "roc_auc" else norm.cdf(apart / 2)
    return float(scores[order[0]] - true), float(scores[order[0]] - optimism - true)


def best_threshold(rng: np.random.Generator, rows: int, apart: float, share: float) -> Error:
    """The F1 at the threshold that is proposed: on the rows that it is chosen by, and with thresholds of the other folds. The truth is the
    F1 of the proposed threshold in 100,000 rows.
    """

    def draw(count: int) -> tuple[Target, Floats]:
        truth = (rng.random(count) < share).astype(np.intp)
        raw = apart * truth + rng.normal(size=count)
        chance = 1 / (1 + np.exp(-(apart * raw - apart**2 / 2 + np.log(share / (1 - share)))))
        return Target("binary", truth, ("no", "yes")), np.column_stack([1 - chance, chance])

    target, scores = draw(rows)
    sizes = [len(at) for at in np.array_split(np.arange(rows), FOLDS)]
    chosen = choose_threshold(target, scores[:, 1], 1)
    by_fold = np.repeat(cross_fitted_thresholds(target, scores[:, 1], 1, sizes), sizes)
    true = score("f1", *draw(100_000), 1, chosen.threshold)
    return chosen.value - true, score("f1", target, scores, 1, by_fold) - true


CASES: dict[str, Callable[[np.random.Generator], Error]] = {
    "best of 30 trials, AUC, coin-flip labels, 300 rows": lambda rng: best_trial(rng, 300, 0.0, 0.8),
    "best of 30 trials, AUC, coin-flip labels, 100 rows": lambda rng: best_trial(rng, 100, 0.0, 0.8),
    "best of 30 trials, AUC 0.76, 300 rows": lambda rng: best_trial(rng, 300, 1.0, 0.8),
    "best of 30 trials, AUC, coin-flip labels, 60 groups of 5": lambda rng: best_trial(rng, 300, 0.0, 0.8, groups=60),
    "best of 30 trials, accuracy 0.69, 300 rows": lambda rng: best_trial(rng, 300, 1.0, 0.8, "accuracy"),
    "threshold by F1, event 10 %, 200 rows": lambda rng: best_threshold(rng, 200, 1.0, 0.1),
    "threshold by F1, event 10 %, 1,000 rows": lambda rng: best_threshold(rng, 1000, 1.0, 0.1),
    "threshold by F1, event 30 %, 100 rows": lambda rng: best_threshold(rng, 100, 1.0, 0.3),
}


def simulated(name: str, times: int) -> tuple[float, float, float]:
    """Of a case: the mean error of the raw figure, that of the corrected one, and its standard error."""
    rng = np.random.default_rng(1)
    errors = np.array([CASES[name](rng) for _ in range(times)])
    raw, corrected = errors.mean(axis=0)
    return float(raw), float(corrected), float(errors[:, 1].std(ddof=1) / sqrt(times))


def main(arguments: list[str]) -> int:
    """Print a table of all cases; 1 when a corrected figure is off by more than 3 standard errors."""
    times, wrong = int(arguments[0]) if arguments else TIMES, 0
    for name in CASES:
        raw, corrected, error = simulated(name, times)
        good = abs(corrected) <= 3 * error
        wrong += not good
        print(f"| {name} | {raw:+.4f} | {corrected:+.4f} ± {error:.4f} |{'' if good else ' not as promised'}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
