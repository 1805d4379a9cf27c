"""How often drift is reported where there is none, and found where there is.

    python -m simulations.drift [TIMES]

Each of TIMES (400) trials draws a training table of 100 columns (a third each of normal, lognormal and categorical ones, and a normal
score) and windows of each size of the same population, and reads the verdict of the report of the first columns of each. A rate of 5 % or
less is promised; "not rejected" is a one-sided binomial test at 1 %. Then half a standard deviation of one column among normal ones, 200
rows beside 5,000: found in more than 95 %.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from mlops_desktop.serving.frame import Frame
from mlops_desktop.serving.monitor import Counters, reference_of
from mlops_desktop.serving.prediction_spec import prediction_spec
from mlops_desktop.serving.schema import Column, Schema

TIMES = 400
RATE = 0.05
TRAINING = (200, 300, 1000, 5000, 50_000)
WINDOWS = (50, 200, 1000, 10_000)
COLUMNS = (1, 10, 100)
LEVELS = tuple(f"level {i}" for i in range(40))
POPULAR = 1 / np.arange(1, len(LEVELS) + 1)
VALUES = prediction_spec("regression")


def schema_of(columns: int) -> Schema:
    """Normal, lognormal and categorical columns in turn."""
    kinds = ("number", "number", "category")
    levels = ((), (), LEVELS)
    return Schema(tuple(Column(f"c{i}", kinds[i % 3], levels=levels[i % 3]) for i in range(columns)))


def draw(schema: Schema, rows: int, rng: np.random.Generator, shift: float = 0.0) -> Frame:
    """Rows of the population; `shift` is added to the first column."""
    at = np.array([place for place, column in enumerate(schema.columns) if column.type == "number"])
    numbers = rng.normal(size=(rows, len(at)))
    numbers[:, at == 0] += shift
    numbers[:, at % 3 > 0] = np.exp(numbers[:, at % 3 > 0])
    categories = len(schema.columns) - len(at)
    codes = rng.choice(len(LEVELS), (rows, categories), p=POPULAR / POPULAR.sum()).astype(np.intp)
    dates = np.empty((rows, 0), dtype=np.int64)
    return Frame(schema.layout(), rows, numbers=numbers, codes=codes, dates=dates, levels=(LEVELS,) * categories)


def _as_trained(schema: Schema, known: Frame) -> Schema:
    """The schema with the levels that occur in these rows alone."""
    seen = iter([tuple(LEVELS[code] for code in np.unique(codes)) for codes in known.codes.T])
    return Schema(tuple(replace(one, levels=next(seen)) if one.type == "category" else one for one in schema.columns))


def alarms(
    training: int, windows: Sequence[int], columns: Sequence[int], rng: np.random.Generator, shift: float = 0.0
) -> list[tuple[int, int]]:
    """One trial: the windows (their rows) whose report of the first so many columns says more than stable, each with that number."""
    schema = schema_of(max(columns))
    known = draw(schema, training, rng)
    reference = reference_of(_as_trained(schema, known), known, rng.normal(size=training), VALUES)
    found = []
    for window in windows:
        counters = Counters(reference, VALUES)
        counters.add(draw(schema, window, rng, shift), rng.normal(size=window))
        *counts, of_score = counters.counts()
        for some in columns:
            first = Counters(replace(reference, columns=reference.columns[:some]), VALUES)
            if first.report([*counts[:some], of_score])["verdict"] in ("watch", "act"):
                found.append((window, some))
    return found


def main(arguments: list[str]) -> int:
    """Print a table of all cases; 1 when one is not as promised."""
    times, wrong = int(arguments[0]) if arguments else TIMES, 0
    for training in TRAINING:
        rng = np.random.default_rng(training)
        hits = Counter(one for _ in range(times) for one in alarms(training, WINDOWS, COLUMNS, rng))
        for window in WINDOWS:
            for columns in COLUMNS:
                count = hits[window, columns]
                good = stats.binomtest(count, times, RATE, alternative="greater").pvalue > 0.01
                wrong += not good
                verdict = "" if good else " not as promised"
                print(f"| {training:,} | {window:,} | {columns} | {count / times:.1%} |{verdict}", flush=True)
    rng = np.random.default_rng(7)
    found = Counter(columns for _ in range(times) for _, columns in alarms(5000, (200,), COLUMNS, rng, 0.5))
    for columns in COLUMNS:
        share = found[columns] / times
        wrong += share <= 0.95
        verdict = "" if share > 0.95 else " not as promised"
        print(f"| half a standard deviation, {columns} columns | {share:.1%} |{verdict}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
