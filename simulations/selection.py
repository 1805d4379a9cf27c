"""How much of a score is owed to having been chosen by it: the best of many trials, and the threshold that is best on the same rows.

    python -m simulations.selection [TIMES]

Each of TIMES (400) draws has the out-of-fold scores of 30 trials that are equally good (AUC 0.5 or 0.76; what they score of a row is partly
alike), and those of one model for a threshold by F1. Raw: what was chosen, as it scored itself. Corrected: the program's figure. Both less
the truth; it is promised that the mean of the corrected one is within 3 standard errors of 0.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
from scipy.stats import norm

from mlops_desktop.base.families import Target
from mlops_desktop.base.metric import Statistic
from mlops_desktop.catalog.ensembles.weighted_mean import WeightedMean
from mlops_desktop.engine.evaluation.sampling_units import Units, group_units, row_units
from mlops_desktop.engine.evaluation.selection import MEMBERS, Find, selection_optimism
from mlops_desktop.engine.metrics import metric_of, predictions, score
from mlops_desktop.engine.training.thresholds import choose_threshold, cross_fitted_thresholds
from mlops_desktop.serving.frame import Floats, Ints

TIMES = 400
TRIALS = 30
FOLDS = 5
Error = tuple[float, float]  # of the raw and of the corrected figure


class Trials:
    """The out-of-fold scores of TRIALS trials whose true score is the same. `apart`: standard deviations between the two classes,
    `alike`: the correlation of what two trials score, `groups`: so many groups of one class each, whose rows share half of their errors.
    """

    def __init__(self, rng: np.random.Generator, rows: int, apart: float, alike: float, metric: str, groups: int = 0) -> None:
        self.apart, self.alike, self.rng, self.rows = apart, alike, rng, rows
        group = np.repeat(np.arange(groups), rows // groups) if groups else np.arange(rows)
        truth = rng.integers(0, 2, len(np.unique(group)))[group]
        self.units: Units = group_units(group) if groups else row_units(rows)
        shared, own = rng.normal(size=rows), rng.normal(size=(TRIALS, rows))
        if groups:
            shared, own = (shared + rng.normal(size=groups)[group]) / sqrt(2), (own + rng.normal(size=(TRIALS, groups))[:, group]) / sqrt(2)
        self.fold = np.array_split(np.arange(rows), FOLDS)
        self.sizes = [len(at) for at in self.fold]
        self.target = Target("binary", truth.astype(np.intp), ("no", "yes"))
        self.metric = metric_of(metric, "binary")
        scores = [[self._both(one)[at] for at in self.fold] for one in self._chances(truth, shared, own)]
        rated = np.array([self.rate(one) for one in scores])
        self.scores = [scores[at] for at in np.argsort(-rated, kind="stable")]  # the best first

    def _chances(self, truth: Ints, shared: Floats, own: Floats) -> Floats:
        raw = self.apart * truth + sqrt(self.alike) * shared + sqrt(1 - self.alike) * own
        chances: Floats = 1 / (1 + np.exp(-(raw - self.apart / 2)))
        return chances

    @staticmethod
    def _both(chance: Floats) -> Floats:
        return np.column_stack([1 - chance, chance])

    def statistics(self, scores: Sequence[Floats]) -> list[Statistic]:
        """The metric by fold."""
        return [self.metric.prepare(predictions(self.target.take(at), one, 1, None)) for at, one in zip(self.fold, scores, strict=True)]

    def rate(self, scores: Sequence[Floats], weights: Floats | None = None) -> float:
        """The mean over the folds, of rows with these weights."""
        weights = np.ones(self.rows) if weights is None else weights
        return float(np.nanmean([part(weights[at][None, :])[0] for part, at in zip(self.statistics(scores), self.fold, strict=True)]))

    def true(self, members: Sequence[float] = (1.0,)) -> float:
        """The score of a trial, or of the weighted mean of some, in 40,000 new rows."""
        truth = self.rng.integers(0, 2, 40_000)
        chances = self._chances(truth, self.rng.normal(size=len(truth)), self.rng.normal(size=(len(members), len(truth))))
        mean = self._both(np.average(chances, axis=0, weights=members))
        return score(self.metric.id, Target("binary", truth.astype(np.intp), ("no", "yes")), mean, 1)

    def optimism(self, first: Sequence[Floats], resamples: int, find: Find | None = None) -> float:
        """The program's estimate for these scores, which are the best one's."""
        runs = [first, *self.scores[find is None :]]
        seed = int(self.rng.integers(2**31))
        return selection_optimism([self.statistics(one) for one in runs], self.sizes, self.units, seed, resamples, find)


def best_trial(rng: np.random.Generator, rows: int, apart: float, metric: str = "roc_auc", groups: int = 0) -> Error:
    """The best of TRIALS equal trials."""
    trials = Trials(rng, rows, apart, 0.8, metric, groups)
    best, true = trials.rate(trials.scores[0]), norm.cdf(apart / sqrt(2) if metric == "roc_auc" else apart / 2)
    return float(best - true), float(best - trials.optimism(trials.scores[0], 200) - true)


def best_blend(rng: np.random.Generator, rows: int, apart: float) -> Error:
    """The blend of the best 12 of TRIALS equal trials, where there is one that beats each, else the best trial."""
    trials = Trials(rng, rows, apart, 0.8, "roc_auc")

    def blend(scores: Sequence[Sequence[Floats]], weights: Floats | None) -> tuple[WeightedMean, Sequence[Floats]] | None:
        found = WeightedMean.find(scores, lambda one: trials.rate(one, weights), lambda _: True)
        if found is None:
            return None
        return found[0], [found[0].combine([scores[at][fold] for at in found[1]]) for fold in range(FOLDS)]

    def find(weights: Floats, inside: Floats) -> list[Statistic] | None:
        order = np.argsort(-inside[1:], kind="stable")[:MEMBERS]  # the first is the blend
        found = blend([trials.scores[at] for at in order], weights)
        return None if found is None else trials.statistics(found[1])

    made = blend(trials.scores[:MEMBERS], None)
    if made is None:
        best, true, optimism = trials.rate(trials.scores[0]), trials.true(), trials.optimism(trials.scores[0], 100)
    else:
        best, true, optimism = trials.rate(made[1]), trials.true(made[0].counts), trials.optimism(made[1], 20, find)
    return best - true, best - optimism - true


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
    "best of 30 trials, AUC, coin-flip labels, 300 rows": lambda rng: best_trial(rng, 300, 0.0),
    "best of 30 trials, AUC, coin-flip labels, 100 rows": lambda rng: best_trial(rng, 100, 0.0),
    "best of 30 trials, AUC 0.76, 300 rows": lambda rng: best_trial(rng, 300, 1.0),
    "best of 30 trials, AUC, coin-flip labels, 60 groups of 5": lambda rng: best_trial(rng, 300, 0.0, groups=60),
    "best of 30 trials, accuracy 0.69, 300 rows": lambda rng: best_trial(rng, 300, 1.0, "accuracy"),
    "blend of 30 trials, AUC 0.76, 300 rows": lambda rng: best_blend(rng, 300, 1.0),
    "blend of 30 trials, AUC, coin-flip labels, 300 rows": lambda rng: best_blend(rng, 300, 0.0),
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
