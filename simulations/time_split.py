"""Whether a score by the proposed split predicts the score in the future, where the level of the target wanders with time.

    python -m simulations.time_split [TIMES]

Each of TIMES (20) draws of a planted table is cut after five sixths of its rows. The first part is a project with all proposals; its
held-out score is compared with the error of the deployed model on the rest, which is the future of that table. Promised is a median ratio
between 0.8 and 1.25; beside it stands the ratio for rows that are drawn at random.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data import import_cells
from mlops_desktop.engine.evaluation import evaluate_file, held_out_evaluation
from mlops_desktop.engine.pipeline import Pipeline, propose
from mlops_desktop.engine.project import Project, Search
from mlops_desktop.engine.training import Runs, open_chosen, search
from simulations.planted import IN_TIME, Rng

TIMES = 20
ROWS = 1800
BAND = 0.8, 1.25


def ratio(folder: Path, lines: list[str], *, at_random: bool = False) -> float:
    """The error on the last sixth of a table over the one that the proposals promise from the rest; `at_random`: by a random split."""
    cut = 1 + (len(lines) - 1) * 5 // 6  # what follows is as long as the test part of the table
    table, future = folder / "table.csv", folder / "future.csv"
    table.write_text("\n".join(lines[:cut]) + "\n", encoding="utf-8")
    future.write_text("\n".join([lines[0], *lines[cut:]]) + "\n", encoding="utf-8")
    target = lines[0].split(",")[-1]
    found = import_cells(folder, table, Project(name="p", target=target, metric="neg_root_mean_squared_error"), Silent())
    project, _ = propose(folder, found.project, Silent())
    models = tuple(choices().algorithms.read({"id": id_}) for id_ in ("ridge", "lightgbm"))
    project = replace(project, candidates=models, search=Search(trials=2, seconds=None))
    if at_random:
        project = replace(project, split=choices().splitters["random"](folds=4))
    pipeline, runs = Pipeline(folder, project), Runs(folder)
    search(pipeline, runs, Silent())
    chosen = open_chosen(pipeline, runs, Silent())
    errors = held_out_evaluation(chosen, runs, "simulation", Silent()), evaluate_file(chosen, str(future), Silent())
    promised, seen = (next(one.value for one in found.metrics if one.id == project.metric) for found in errors)
    assert promised is not None
    assert seen is not None
    return seen / promised


def ratios(kind: Callable[[Rng, int], list[str]], times: int, *, at_random: bool = False) -> list[float]:
    """The ratio of each draw of a kind of table."""
    found = []
    for number in range(times):
        with tempfile.TemporaryDirectory(prefix="time_split_") as folder:
            found.append(ratio(Path(folder), kind(np.random.default_rng([5, number]), ROWS), at_random=at_random))
    return found


def main(arguments: list[str]) -> int:
    """Print a row for each kind of table; the number of kinds whose promise does not hold."""
    times = int(arguments[0]) if arguments else TIMES
    failed = 0
    print("| table | future error / promised error | the same at random |\n|---|---|---|")
    for kind in IN_TIME:
        proposed, random = (float(np.median(ratios(kind, times, at_random=at_random))) for at_random in (False, True))
        failed += not BAND[0] <= proposed <= BAND[1]
        print(f"| {kind.__name__.replace('_', ' ')} | {proposed:.2f} | {random:.2f} |", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
