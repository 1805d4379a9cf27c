"""How often a possible leak is reported where there is none, and found where one was planted.

    python -m simulations.leaks [TIMES]

Each of TIMES (200) trials draws a table of `simulations.checks` and reads the findings about what gives away the target, about rows that
nearly repeat others and about rows that belong together. A clean table of 200, 500 or 2,000 rows may have one in at most 1 % of the trials
("not rejected": a one-sided binomial test at 1 %); what is planted in 500 rows is found in 95 %.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import stats

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data import Cells, type_cells
from mlops_desktop.engine.profiling.finding import Finding, Seen
from mlops_desktop.engine.profiling.hidden_groups import groups_without_name
from mlops_desktop.engine.profiling.leak_rules import leaks
from mlops_desktop.engine.profiling.near_copies import near_copies
from mlops_desktop.engine.profiling.similar_rows import similar_rows
from simulations.checks import clean

TIMES = 200
RATE, LEAST_FOUND = 0.01, 0.95
ROWS, PLANTED_ROWS = (200, 500, 2000), 500
TASKS = {"binary": "binary", "multiclass": "multiclass", "numbers": "regression"}
Rng = np.random.Generator
Plant = Callable[[Rng, pd.DataFrame], pd.DataFrame]


def with_note(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """A text that is filled where the answer is yes, but for one row in a hundred."""
    filled = (table.y == "yes") ^ (rng.random(len(table)) < 0.01)
    return table.assign(note=[f"called back on day {i}, asked again" if there else "" for i, there in enumerate(filled)])


def with_copy(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """A number that is nearly the target."""
    return table.assign(total=(table.y * 1.19 + rng.normal(0, 0.05, len(table))).round(3))


def with_means(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """The mean target of each shop, the row's own among them."""
    shop = pd.Series(rng.integers(0, 60, len(table)).astype(str)).map("shop {}".format)
    return table.assign(shop=shop, mean_of_shop=table.y.groupby(shop).transform("mean").round(4))


def in_order(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """A number that rises from row to row, where most rows are in the order of the target."""
    place = np.where(rng.random(len(table)) < 0.2, rng.random(len(table)), table.y.rank(pct=True))
    ordered = table.iloc[np.argsort(place)].reset_index(drop=True)
    return ordered.assign(serial=7000 + np.cumsum(rng.choice([1, 1, 1, 2, 4], len(table))))


def with_copies(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """A quarter of the rows once more with a little noise, all shuffled."""
    again = table.iloc[: len(table) // 4].copy()
    again[["a", "b", "c", "d"]] += rng.normal(0, 0.002, (len(again), 4)).round(4)
    return pd.concat([table, again]).sample(frac=1, random_state=int(rng.integers(2**31))).reset_index(drop=True)


def with_means_alone(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """The mean target of each shop, without the shop."""
    return with_means(rng, table).drop(columns="shop")


def with_visits(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """Five rows for each patient, who is described by three columns and has a coin flip for an answer."""
    of = rng.permutation(np.arange(len(table)) // 5)
    count = int(of.max()) + 1
    described = {"age": rng.integers(25, 85, count), "height": rng.integers(150, 200, count), "smokes": rng.choice(["no", "yes"], count)}
    return table.assign(**{name: values[of] for name, values in described.items()}, y=rng.choice(["no", "yes"], count)[of])


def with_samples(rng: Rng, table: pd.DataFrame) -> pd.DataFrame:
    """Five rows for each patient, whose values all vary by a fifth of what they differ by between patients; a coin flip for each."""
    of = rng.permutation(np.arange(len(table)) // 5)
    values = rng.normal(size=(int(of.max()) + 1, 5))[of] + rng.normal(0, 0.2, (len(table), 5))
    named = dict(zip(("a", "b", "c", "d", "e"), values.T.round(4), strict=True))
    return table.assign(**named, y=rng.choice(["no", "yes"], int(of.max()) + 1)[of])


PLANTS: dict[str, tuple[str, Plant]] = {
    "a text that is filled after the answer": ("binary", with_note),
    "a number that is nearly the target": ("numbers", with_copy),
    "the mean target of a group": ("numbers", with_means),
    "the mean target of a group that is not in the table": ("numbers", with_means_alone),
    "the visits of patients without a number": ("binary", with_visits),
    "samples of patients, all values with noise": ("binary", with_samples),
    "a number of rows in the order of the target": ("numbers", in_order),
    "rows once more, with noise": ("binary", with_copies),
}


def found(table: pd.DataFrame, kind: str) -> list[Finding]:
    """The findings about what gives away the column `y`, about near copies and about groups that no column names."""
    typed = type_cells(Cells(table=pa.Table.from_pandas(table, preserve_index=False)), {}, Silent())
    seen = Seen(typed, "y", TASKS[kind], {})
    return [*leaks(seen), *near_copies(seen), *groups_without_name(seen), *similar_rows(seen)]


def main(arguments: list[str]) -> int:
    """Print a row for each population and each plant; 1 when a promise does not hold."""
    times, wrong = int(arguments[0]) if arguments else TIMES, 0
    for kind in TASKS:
        for rows in ROWS:
            count = sum(bool(found(clean(kind)(np.random.default_rng([3, at]), rows), kind)) for at in range(times))
            good = stats.binomtest(count, times, RATE, alternative="greater").pvalue > 0.01
            wrong += not good
            print(f"| clean: {kind}, {rows:,} rows | reported in {count / times:.1%} |{'' if good else ' not as promised'}", flush=True)
    for name, (kind, plant) in PLANTS.items():
        rngs = [np.random.default_rng([4, at]) for at in range(times)]
        share = sum(bool(found(plant(rng, clean(kind)(rng, PLANTED_ROWS)), kind)) for rng in rngs) / times
        wrong += share < LEAST_FOUND
        print(f"| planted: {name} | found in {share:.1%} |{'' if share >= LEAST_FOUND else ' not as promised'}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
