"""How often drift is reported where there is none, and found where there is.

    python -m simulations.drift [TIMES]

Each of TIMES (400) trials draws a training table and a window of the same population (a third each of normal, lognormal and categorical
columns, a normal score), and reads the verdict of the report. A rate of 5 % or less is promised; "not rejected" is a one-sided binomial
test at 1 %. Then half a standard deviation of one column among normal ones, 200 rows beside 5,000: found in more than 95 %.
"""

from __future__ import annotations

import sys
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
CELLS = 20_000_000  # of one trial's tables; fewer trials beyond
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
    numbers, codes = [], []
    for place, column in enumerate(schema.columns):
        if column.type == "category":
            codes.append(rng.choice(len(LEVELS), rows, p=POPULAR / POPULAR.sum()).astype(np.intp))
        else:
            values = rng.normal(shift if place == 0 else 0.0, 1.0, rows)
            numbers.append(np.exp(values) if place % 3 else values)
    return Frame(
        schema.layout(),
        rows,
        numbers=np.column_stack(numbers) if numbers else np.empty((rows, 0)),
        codes=np.column_stack(codes) if codes else np.empty((rows, 0), dtype=np.intp),
        dates=np.empty((rows, 0), dtype=np.int64),
        levels=tuple(LEVELS for _ in codes),
    )


def _as_learned(schema: Schema, known: Frame) -> Schema:
    """The schema with the levels that occur in these rows alone."""
    seen = iter([tuple(LEVELS[code] for code in np.unique(codes)) for codes in known.codes.T])
    return Schema(tuple(replace(one, levels=next(seen)) if one.type == "category" else one for one in schema.columns))


def alarmed(training: int, window: int, columns: int, rng: np.random.Generator, shift: float = 0.0) -> bool:
    """Whether the report of one window says more than stable."""
    schema = schema_of(columns)
    known = draw(schema, training, rng)
    reference = reference_of(_as_learned(schema, known), known, rng.normal(size=training), VALUES)
    counters = Counters(reference, VALUES)
    counters.add(draw(schema, window, rng, shift), rng.normal(size=window))
    return counters.report()["verdict"] in ("watch", "act")


def main(arguments: list[str]) -> int:
    """Print a table of all cases; 1 when one is not as promised."""
    most, wrong = int(arguments[0]) if arguments else TIMES, 0
    for training in TRAINING:
        for window in WINDOWS:
            for columns in COLUMNS:
                rng = np.random.default_rng([training, window, columns])
                times = int(min(most, max(20, most * CELLS / ((training + window) * columns * TIMES))))
                hits = sum(alarmed(training, window, columns, rng) for _ in range(times))
                good = stats.binomtest(hits, times, RATE, alternative="greater").pvalue > 0.01
                wrong += not good
                verdict = "" if good else " not as promised"
                print(f"| {training:,} | {window:,} | {columns} | {hits / times:.1%} | {times} |{verdict}", flush=True)
    rng = np.random.default_rng(7)
    for columns in (1, 10, 100):
        found = sum(alarmed(5000, 200, columns, rng, 0.5) for _ in range(most)) / most
        wrong += found <= 0.95
        print(f"| half a standard deviation, {columns} columns | {found:.1%} |", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
