"""How often a check of a model is not passed on clean data, and on data with a planted fault.

    python -m simulations.checks [TIMES] [CASE ...]

Each of TIMES (200) trials draws a table, takes every proposal as it comes, trains one algorithm and runs all checks. Clean populations:
two classes, three classes, numbers; 200, 500 and 2,000 independent rows, six columns of which two are categories; and 2,000 rows in
groups of ten. At most 5 % of the trials may have a doubt, by check; "not rejected" is a one-sided binomial test at 1 %. Then the faults,
one for each check that has one.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data import import_cells
from mlops_desktop.engine.diagnostics import CheckResult, check_facts, run_checks
from mlops_desktop.engine.pipeline import Pipeline, propose
from mlops_desktop.engine.project import ColumnNote, Project, Role, Search
from mlops_desktop.engine.training import Runs, open_chosen, search

TIMES = 200
RATE = 0.05
ROWS = (200, 500, 2000)
Draw = Callable[[np.random.Generator, int], pd.DataFrame]


def clean(kind: str) -> Draw:
    """Tables without a fault: `binary`, `multiclass`, `numbers`, or `groups` of ten rows with an effect of their own."""

    def draw(rng: np.random.Generator, rows: int) -> pd.DataFrame:
        table = pd.DataFrame(rng.normal(size=(rows, 4)).round(4), columns=["a", "b", "c", "d"])
        table["city"] = rng.choice(["Rome", "Oslo", "Lima", "Bonn"], rows, p=[0.4, 0.3, 0.2, 0.1])
        table["member"] = rng.choice(["gold", "silver", "none"], rows)
        signal = table.a + table.b + 0.5 * table.c + 0.6 * (table.city == "Oslo")
        if kind == "groups":
            table["patient"] = [f"P{at // 10:04}" for at in range(rows)]
            table["y"] = (10 + signal + rng.normal(size=rows) + rng.normal(0, 0.7, rows // 10)[np.arange(rows) // 10]).round(4)
        elif kind == "numbers":
            table["y"] = (10 + signal + rng.normal(size=rows)).round(4)
        elif kind == "binary":
            table["y"] = np.where(signal + rng.logistic(size=rows) * 0.7 > 0, "yes", "no")
        else:
            scores = np.column_stack([signal, table.b - table.a, -table.c]) + rng.gumbel(size=(rows, 3)) * 0.5
            table["y"] = np.array(["red", "green", "blue"])[scores.argmax(axis=1)]
        return table

    return draw


def planted(fault: str) -> Draw:
    """A clean table of two classes or of numbers with the fault that the check of this id is for."""

    def draw(rng: np.random.Generator, rows: int) -> pd.DataFrame:
        table = clean("numbers" if fault in ("subgroups", "target_shift", "folds", "weights") else "binary")(rng, rows)
        if fault == "baseline":
            table["y"] = rng.permutation(table.y)
        elif fault == "suspicious":
            table["code"] = (table.y == "yes") * 2.0 + rng.normal(size=rows) * 0.05
        elif fault == "leaks":
            table["closed"] = (table.y == "yes") + rng.normal(size=rows).round(3) * 0.01
        elif fault == "overfit":
            table["y"] = rng.permutation(table.y)
        elif fault == "class_rows":
            table["y"] = np.where(np.arange(rows) < 14, "fraud", table.y)
        elif fault == "test_rows":
            table["y"] = np.where(np.arange(rows) < 30, "fraud", table.y)
        elif fault == "subgroups":
            table.loc[table.city == "Bonn", "y"] = 20 - table.y[table.city == "Bonn"]
        elif fault in ("folds", "target_shift"):
            table["part"] = rng.choice(["1", "2", "3", "4", "5", "test"], rows)
            there = table.part == ("3" if fault == "folds" else "test")
            table.loc[there, "y"] = 10 + rng.normal(0, 4, there.sum()) if fault == "folds" else table.y[there] + 2
        elif fault == "weights":
            table["w"] = np.exp(rng.normal(size=rows) * 3).round(6)
        return table

    return draw


def checked(table: pd.DataFrame, algorithm: str, **changes: object) -> tuple[CheckResult, ...]:
    """What the checks find on a model of this algorithm, trained on the table under the proposed decisions and these changes."""
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(name)
        table.to_csv(folder / "table.csv", index=False)
        notes = {name: ColumnNote(role=role) for name, role in ROLES.items() if name in table}
        found = import_cells(folder, folder / "table.csv", Project(target="y", columns=notes), Silent())
        project, _ = propose(folder, found.project, Silent())
        candidates = (choices().algorithms.read({"id": algorithm, "params": PARAMS.get(algorithm, {})}),)
        project = replace(project, candidates=candidates, search=Search(trials=1, seconds=None), **changes)
        pipeline, runs = Pipeline(folder, project), Runs(folder)
        search(pipeline, runs, Silent())
        return run_checks(check_facts(open_chosen(pipeline, runs, Silent()), Silent()), project)


def alarms(draw: Draw, rows: int, algorithm: str, times: int, seed: int = 0) -> Counter[str]:
    """How many of so many trials had a doubt, by the id of the check."""
    found: Counter[str] = Counter()
    for at in range(times):
        table = draw(np.random.default_rng([seed, at]), rows)
        found.update(one.id for one in checked(table, algorithm, seed=at) if one.verdict != "passed")
    return found


def main(arguments: list[str]) -> int:
    """Print a row for each population; 1 when a promise does not hold."""
    times, wrong = int(arguments[0]) if arguments else TIMES, 0

    def wanted(case: str) -> bool:
        return not arguments[1:] or any(part in case for part in arguments[1:])

    for kind, algorithm, rows in POPULATIONS:
        case = f"{kind}, {algorithm}, {rows:,} rows"
        if wanted(case):
            found = alarms(clean(kind), rows, algorithm, times)
            bad = [id_ for id_, n in found.items() if stats.binomtest(n, times, RATE, alternative="greater").pvalue < 0.01]
            wrong += len(bad)
            listed = ", ".join(f"`{id_}` {n / times:.1%}" for id_, n in found.most_common()) or "none"
            print(f"| {case} | {listed} |{' not as promised' if bad else ''}", flush=True)
    for fault, algorithm in FAULTS.items():
        case = f"planted: `{fault}`, {algorithm}"
        if wanted(case):
            found = alarms(planted(fault), 500, algorithm, max(10, times // 10))
            share = found[fault] / max(10, times // 10)
            wrong += share < 0.9
            print(f"| {case} | found in {share:.0%} |{'' if share >= 0.9 else ' not as promised'}", flush=True)
    return int(wrong > 0)


CLEAN = {
    "binary": ("logistic", "lightgbm"),
    "multiclass": ("logistic",),
    "numbers": ("ridge", "random_forest"),
}
POPULATIONS = (
    *((kind, algorithm, rows) for kind, algorithms in CLEAN.items() for algorithm in algorithms for rows in ROWS),
    ("groups", "ridge", ROWS[-1]),
)
ROLES: dict[str, Role] = {"w": "weight", "part": "fold"}
PARAMS = {"random_forest": {"n_estimators": 50}}  # of 200: a forest is overfit and suspicious as much, in a quarter of the time
FAULTS = {
    "baseline": "logistic",
    "suspicious": "logistic",
    "leaks": "logistic",
    "overfit": "random_forest",
    "class_rows": "logistic",
    "test_rows": "logistic",
    "subgroups": "ridge",
    "folds": "ridge",
    "target_shift": "ridge",
    "weights": "ridge",
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
