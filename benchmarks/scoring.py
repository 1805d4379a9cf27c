"""How quickly compiled trees answer, side by side with the library that grew them.

    python -m benchmarks.scoring

Each pair is measured in turn, `ROUNDS` times, and the median of the ratios is shown (below 1: the compiled model is quicker), for other
work on the machine touches both alike. The libraries run with one thread, LightGBM also with all. Nothing else should run meanwhile.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from mlops_desktop.catalog.algorithms.lightgbm import LightGbm
from mlops_desktop.catalog.algorithms.random_forest import RandomForest
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.serving.frame import Matrix, round_to_float32
from mlops_desktop.serving.model import Model

ROUNDS = 15
ROWS = 10_000


def data(features: int, rows: int) -> tuple[Matrix, np.ndarray[Any, Any]]:
    """Rows of numbers and two classes that depend on half of them."""
    from sklearn.datasets import make_classification

    X, y = make_classification(rows, features, n_informative=features // 2, random_state=0)
    return Matrix(tuple(map(str, range(features))), round_to_float32(X)), y


def seconds(call: Callable[[], object], times: int) -> float:
    """Of one call, as the mean of `times`."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times


def compare(title: str, ours: Callable[[], object], theirs: Callable[[], object], times: int) -> None:
    """Print the median of both and of their ratio."""
    pairs = [(seconds(ours, times), seconds(theirs, times)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    scale, unit = (1e3, "ms") if other > 1e-3 and mine > 1e-3 else (1e6, "µs")
    print(f"{title:58s} {mine * scale:9.1f} {unit} {other * scale:9.1f} {unit}   ratio {ratio:.3f}", flush=True)


def rows_of(matrix: Matrix, count: int) -> Matrix:
    """The first rows."""
    return matrix.take(np.arange(count))


def lightgbm(features: int) -> None:
    """300 trees of 31 leaves."""
    matrix, y = data(features, 2 * ROWS)
    algorithm = LightGbm(n_estimators=300, learning_rate=0.1)
    estimator = algorithm.build(task_spec("binary"), 0, matrix)
    estimator.fit(matrix.dense, y)
    model, booster = algorithm.compile(estimator, task_spec("binary"), 2, matrix.width), estimator.booster_
    many, one = rows_of(matrix, ROWS), rows_of(matrix, 1)
    assert np.allclose(model.scores(many)[:, 1], booster.predict(many.dense), rtol=0, atol=1e-12)
    name = f"LightGBM, 300 trees, {features} features"
    compare(f"{name}, {ROWS:,} rows, 1 thread", lambda: model.scores(many), lambda: booster.predict(many.dense, num_threads=1), 1)
    compare(f"{name}, {ROWS:,} rows, {os.cpu_count()} threads", lambda: model.scores(many), lambda: booster.predict(many.dense), 1)
    compare(f"{name}, one row", lambda: model.scores(one), lambda: booster.predict(one.dense, num_threads=1), 300)


def forest() -> None:
    """300 trees grown to the end."""
    matrix, y = data(20, 2 * ROWS)
    algorithm = RandomForest(n_estimators=300)
    estimator = algorithm.build(task_spec("binary"), 0, matrix)
    estimator.fit(matrix.dense[:ROWS], y[:ROWS])  # type: ignore[index]
    model: Model = algorithm.compile(estimator, task_spec("binary"), 2, matrix.width)
    many, one = matrix.take(np.arange(ROWS, 2 * ROWS)), rows_of(matrix, 1)
    compare(
        f"Random forest, 300 deep trees, 20 features, {ROWS:,} rows",
        lambda: model.scores(many),
        lambda: estimator.predict_proba(many.dense),
        1,
    )
    compare(
        "Random forest, 300 deep trees, 20 features, one row", lambda: model.scores(one), lambda: estimator.predict_proba(one.dense), 20
    )


def main() -> None:
    """Every comparison."""
    print(f"{'':58s} {'compiled':>12s} {'library':>12s}")
    for features in (20, 100, 500):
        lightgbm(features)
    forest()


if __name__ == "__main__":
    main()
