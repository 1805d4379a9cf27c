"""One row through the whole model: checks, steps, 300 trees.

    python -m benchmarks.row

The row is one of telco churn (19 columns) as a service receives it. Beside it: the same steps and the same kind of model as a scikit-learn
pipeline on a DataFrame of one row, measured in turn. Nothing else should run meanwhile.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.projects import telco
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.packaging import typical_row

ROUNDS = 9
TREES = 300


def microseconds(call: Callable[[], object], times: int) -> float:
    """Of one call, as the mean of `times`."""
    start = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - start) / times * 1e6


def pipeline() -> tuple[Any, Any]:
    """A scikit-learn pipeline on the same table, and its first row."""
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = pd.read_csv(resource_folder() / "samples" / "telco_churn.csv", na_values=[" "]).drop(columns="customerID")
    X, y = table.drop(columns="Churn"), table["Churn"]
    numbers = list(X.select_dtypes("number"))
    categories = [column for column in X if column not in numbers]
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
        ]
    )
    model = make_pipeline(prepare, HistGradientBoostingClassifier(max_iter=TREES, early_stopping=False, random_state=0)).fit(X, y)
    return model, X.head(1)


def main() -> None:
    """Measure and print."""
    model, row = pipeline()
    with tempfile.TemporaryDirectory() as name:
        chosen = telco(Path(name) / "telco", {"id": "hist_gradient_boosting", "params": {"max_iter": TREES}})
        scorer = chosen.scorer
        sent = [typical_row(scorer.schema)]
        frame = scorer.schema.from_rows(sent).frame
        matrices = scorer.matrices(frame)
        parts = {
            "checks": lambda: scorer.schema.from_rows(sent),
            "steps": lambda: scorer.matrices(frame),
            f"{TREES} trees": lambda: scorer.scores_of(matrices),
            "steps and trees": lambda: scorer.scores(frame),
            "checks, steps and trees": lambda: scorer.scores(scorer.schema.from_rows(sent).frame),
        }
        for call in parts.values():
            microseconds(call, 50)
        ours = {part: statistics.median(microseconds(call, 400) for _ in range(ROUNDS)) for part, call in parts.items()}
        pairs = [(microseconds(parts["steps and trees"], 200), microseconds(lambda: model.predict_proba(row), 20)) for _ in range(ROUNDS)]
        for part, value in ours.items():
            print(f"{part:28s} {value:8.1f} µs")
        theirs = statistics.median(pair[1] for pair in pairs)
        print(f"{'scikit-learn pipeline':28s} {theirs:8.1f} µs   ratio {statistics.median(a / b for a, b in pairs):.4f}")
        assert np.isfinite(scorer.scores(frame)).all()


if __name__ == "__main__":
    main()
