"""How often the 95 % interval of each metric holds the true value.

    python -m simulations.coverage [TIMES] [CASE ...]

Rows are drawn TIMES times (2,000) from populations whose true values are known from a million rows. Coverage is counted where an interval
is shown.
Classes: normal scores, two classes 1.5 standard deviations apart, the threshold at the share of the event. Numbers: normal, Student t (3)
and lognormal errors. Groups: 20 of 10 rows, with an effect of the group on truth, score and error. Time: rows whose errors (and scores)
correlate by 0.5, or 0.8, with those of the row before. Weights: lognormal, larger for the event and for large numbers, as where a survey
drew these less often.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlops_desktop.base.families import Target
from mlops_desktop.base.metric import Predictions
from mlops_desktop.engine.evaluation.intervals import Intervals
from mlops_desktop.engine.evaluation.sampling_units import Units, group_units, row_units, time_units
from mlops_desktop.engine.metrics import metrics_for, predictions, row_weights
from mlops_desktop.serving.frame import Floats, Ints

TIMES = 2000
APART = 1.5
ALONG = (0.5, 0.8)
SELDOM = 0.05  # draws with an interval; below, ten rows of a class are the exception and not the population
Draw = tuple[Target, Floats, Ints | None]


@dataclass(frozen=True)
class Case:
    """A population and how many rows are drawn of it. Coverage from `least` to `most` is promised."""

    name: str
    task: str
    rows: int
    draw: Callable[[np.random.Generator, int], Draw]
    threshold: float | None = None
    least: float = 0.93
    most: float = 0.97
    weighted: bool = False
    in_time: bool = False


def following(rng: np.random.Generator, rows: int, along: float) -> Floats:
    """Normal values of which each correlates by `along` with the one before."""
    values = rng.normal(size=rows)
    for i in range(1, rows):
        values[i] = along * values[i - 1] + np.sqrt(1 - along**2) * values[i]
    return values


def classes(share: float, grouped: bool = False, along: float = 0.0) -> Callable[[np.random.Generator, int], Draw]:
    """Two classes; the scores are probabilities."""

    def draw(rng: np.random.Generator, rows: int) -> Draw:
        log_odds = np.log(share / (1 - share))
        group = np.arange(rows) // 10 if grouped else None
        effect = 0.0 if group is None else rng.normal(0, 0.6, rows // 10)[group]
        truth = (rng.random(rows) < 1 / (1 + np.exp(-log_odds - effect))).astype(np.intp)
        shift = 0.0 if group is None else rng.normal(0, 0.45, rows // 10)[group]
        own = following(rng, rows, along) if along else rng.normal(0, 0.9 if grouped else 1.0, rows)
        latent = truth * APART + shift + own
        chance = 1 / (1 + np.exp(-(APART * latent - APART**2 / 2 + log_odds)))
        return Target("binary", truth, ("no", "yes")), np.column_stack([1 - chance, chance]), group

    return draw


def three(rng: np.random.Generator, rows: int) -> Draw:
    """Three classes of 50, 30 and 20 %."""
    truth = rng.choice(3, rows, p=[0.5, 0.3, 0.2]).astype(np.intp)
    raw = np.exp(rng.normal(0, 1, (rows, 3)) + 1.5 * (truth[:, None] == np.arange(3)))
    return Target("multiclass", truth, ("a", "b", "c")), raw / raw.sum(axis=1, keepdims=True), None


def numbers(kind: str, along: float = 0.0) -> Callable[[np.random.Generator, int], Draw]:
    """Numbers with errors of a kind."""

    def draw(rng: np.random.Generator, rows: int) -> Draw:
        group = np.arange(rows) // 10 if kind == "grouped" else None
        answer = rng.normal(100, 2, rows)
        if kind == "t3":
            error = rng.standard_t(3, rows)
        elif kind == "lognormal":
            error = np.exp(rng.normal(0, 1, rows)) - np.exp(0.5)
        else:
            error = following(rng, rows, along) if along else rng.normal(0, 1, rows)
        if group is not None:
            answer = answer + rng.normal(0, 1, rows // 10)[group]
            error = error + rng.normal(0, 0.5, rows // 10)[group]
        return Target("regression", answer + error), answer, group

    return draw


def weights_of(case: Case, rng: np.random.Generator, target: Target) -> Floats | None:
    """How much each row counts; None where all count alike."""
    if not case.weighted:
        return None
    high = target.values == 1 if target.classes else target.values > 100
    return np.exp(rng.normal(0, 0.6, len(high)) + 0.5 * high)


CASES = (
    *(Case(f"classes, event {share:.0%}, {rows:,} rows", "binary", rows, classes(share), share)
      for rows in (60, 200, 1000) for share in (0.02, 0.05, 0.3)),
    *(Case(f"classes, event {share:.0%}, 20 groups of 10", "binary", 200, classes(share, True), share) for share in (0.02, 0.05, 0.3)),
    Case("three classes, 200 rows", "multiclass", 200, three),
    *(Case(f"numbers, normal errors, {rows:,} rows", "regression", rows, numbers("normal")) for rows in (60, 200, 1000)),
    Case("numbers, normal errors, 20 groups of 10", "regression", 200, numbers("grouped")),
    *(Case(f"numbers in the order of time, {along}, {rows:,} rows", "regression", rows, numbers("normal", along), in_time=True)
      for along in ALONG for rows in (30, 60, 200)),
    *(Case(f"classes in the order of time, {along}, event 30%, 200 rows", "binary", 200, classes(0.3, along=along), 0.3, in_time=True)
      for along in ALONG),
    *(Case(f"weighted classes, event 30%, {rows:,} rows", "binary", rows, classes(0.3), 0.3, weighted=True) for rows in (200, 1000)),
    Case("weighted classes, event 30%, 20 groups of 10", "binary", 200, classes(0.3, True), 0.3, weighted=True),
    *(Case(f"weighted numbers, {rows:,} rows", "regression", rows, numbers("normal"), weighted=True) for rows in (200, 1000)),
    Case("numbers, t (3) errors, 60 rows", "regression", 60, numbers("t3"), least=0.9, most=1.0),
    Case("numbers, lognormal errors, 60 rows", "regression", 60, numbers("lognormal"), least=0.9, most=1.0),
)  # fmt: skip
CONSERVATIVE = {"accuracy", "precision", "recall", "f1", "balanced_accuracy", "recall_macro", "precision_macro"}


def truth_of(case: Case) -> dict[str, float]:
    """The values of the metrics in a million rows; in closed form where the tails are too heavy for that."""
    rng = np.random.default_rng(99)
    target, scores, _ = case.draw(rng, 1_000_000)
    weights = row_weights(weights_of(case, rng, target), len(scores))
    found = predictions(target, scores, 1 if case.task == "binary" else None, case.threshold)
    values = {metric.id: _value(metric.prepare(found), weights) for metric in metrics_for(case.task)}
    if "t (3)" in case.name:
        values |= {"neg_root_mean_squared_error": -np.sqrt(3.0), "r2": 1 - 3 / 7}
    if "lognormal" in case.name:
        variance = (np.e - 1) * np.e
        values |= {"neg_root_mean_squared_error": -np.sqrt(variance), "r2": 1 - variance / (4 + variance)}
    return values


def _value(statistic: Callable[[Floats], Floats], weights: Floats) -> float:
    return float(statistic(weights[None, :])[0])


def coverage(case: Case, times: int, seed: int = 1) -> dict[str, tuple[float, float]]:
    """By metric: the share of draws with an interval, and the share of these that hold the true value."""
    rng, truth = np.random.default_rng(seed), truth_of(case)
    shown = dict.fromkeys(truth, 0)
    held = dict.fromkeys(truth, 0)
    for time in range(times):
        target, scores, group = case.draw(rng, case.rows)
        found: Predictions = predictions(target, scores, 1 if case.task == "binary" else None, case.threshold)
        units: Units = row_units(case.rows) if group is None else group_units(group)
        if case.in_time:
            units = time_units(np.arange(case.rows))
        weights = weights_of(case, rng, target)
        intervals = Intervals(found, units, time, 1000, weights)
        for metric in metrics_for(case.task):
            bounds = intervals.of(metric, _value(metric.prepare(found), row_weights(weights, case.rows))).bounds
            if bounds is not None:
                shown[metric.id] += 1
                held[metric.id] += bounds[0] <= truth[metric.id] <= bounds[1]
    return {metric: (shown[metric] / times, held[metric] / max(shown[metric], 1)) for metric in truth}


def main(arguments: list[str]) -> int:
    """Print a table of all cases; 1 when a coverage is not as promised (by more than chance in that many draws explains)."""
    times = int(arguments[0]) if arguments else TIMES
    wrong = 0
    for case in CASES:
        if arguments[1:] and not any(part in case.name for part in arguments[1:]):
            continue
        for metric, (shown, held) in coverage(case, times).items():
            if shown < SELDOM:
                continue
            chance = 3 * np.sqrt(0.05 * 0.95 / (shown * times))
            good = case.least - chance <= held and (held <= case.most + chance or (metric in CONSERVATIVE and "groups" not in case.name))
            wrong += not good
            print(f"| {case.name} | {metric} | {shown:.0%} | {held:.1%} |{'' if good else ' not as promised'}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    warnings.simplefilter("ignore", RuntimeWarning)
    sys.exit(main(sys.argv[1:]))
