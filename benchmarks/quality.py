"""How good the models of 60 seconds are, beside scikit-learn's HistGradientBoosting as it comes, on rows that neither has seen.

    python -m benchmarks.quality [--data FOLDER] [--budget 60] [--only telco_churn,penguins] [--keep FOLDER]

Every table of `benchmarks.tables` that FOLDER holds is parted once into 75 % for training and 25 % for testing. Ours is made by the
command line (`new`, `run --budget`, `predict`) from train.csv. The other takes the same train.csv with the most ordinary preparation:
texts are ordinal codes that are declared as categories, numbers stay as they are, nothing is tuned. Ours keeps a fifth of these rows as its
own held-out test set; its chosen model is then fitted on all of train.csv, as the other is. “training part” is the same search with its
chosen model fitted without that fifth (`set refit=train`): the one that the held-out test set measures.
Differences are of ours as it comes and signed so that more is better for ours; their 95 % interval is a paired bootstrap over the test
rows. Seconds are of the wall: ours from the file to the chosen model, the other's for reading and fitting. Nothing else should run
meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import TABLES, Known, found_in, parted
from mlops_desktop.base.resources import resource_folder

RESAMPLES = 1000
MOST_CATEGORIES = 255  # that the other distinguishes in one column

Scores = NDArray[np.float64]
Statistic = Callable[[NDArray[np.intp]], float]


@dataclass(frozen=True, eq=False)
class Answers:
    """What one side predicts for the test rows: a number each, or a probability of each class in the order of `classes`."""

    values: Scores
    seconds: float
    made_by: str


def ours(known: Known, folder: Path, classes: Sequence[str], budget: float) -> tuple[Answers, Answers]:
    """Train with the command line and predict the test rows with it: as it comes, and with the model of the training part.

    RuntimeError with the command's own message when it refuses.
    """
    project = folder / "project"
    began = time.perf_counter()
    _command("new", project, "--data", folder / "train.csv", "--target", known.target, "--metric", known.metric)
    found = json.loads(_command("run", project, "--budget", f"{budget:g}", "--json"))
    seconds = time.perf_counter() - began
    made_by = f"{found['algorithm']}, {found['trials']} trials"
    as_it_comes = Answers(_predicted(project, folder, "ours.csv", classes), seconds, made_by)
    _command("set", project, "refit=train")
    return as_it_comes, Answers(_predicted(project, folder, "training_part.csv", classes), seconds, made_by)


def _predicted(project: Path, folder: Path, name: str, classes: Sequence[str]) -> Scores:
    import pandas as pd

    _command("predict", project, folder / "test.csv", folder / name)
    table = pd.read_csv(folder / name)
    return table[[f"probability_{one}" for one in classes] if classes else "prediction"].to_numpy(dtype=np.float64)


def _command(*arguments: object) -> str:
    done = subprocess.run([sys.executable, "-m", "mlops_desktop", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return done.stdout


def other(known: Known, folder: Path, classes: Sequence[str]) -> Answers:
    """Fit HistGradientBoosting as it comes on train.csv and predict the test rows."""
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    began = time.perf_counter()
    train, test = (pd.read_csv(folder / name, low_memory=False) for name in ("train.csv", "test.csv"))
    X, y = train.drop(columns=known.target), train[known.target]
    categories = [name for name in X if not pd.api.types.is_numeric_dtype(X[name])]
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan, max_categories=MOST_CATEGORIES
    )
    prepare = ColumnTransformer([("categories", codes, categories)], remainder="passthrough")
    boosting = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    model = make_pipeline(prepare, boosting(categorical_features=list(range(len(categories))), random_state=0))
    model.fit(X, y.astype(str) if classes else y)
    seconds = time.perf_counter() - began
    if not classes:
        return Answers(np.asarray(model.predict(test), dtype=np.float64), seconds, "HistGradientBoosting")
    order = [list(model.classes_).index(name) for name in classes]
    return Answers(np.asarray(model.predict_proba(test))[:, order], seconds, "HistGradientBoosting")


def statistic(metric: str, truth: NDArray[Any], values: Scores) -> Statistic:
    """The score of given rows, signed so that more is better. `truth`: class positions, or numbers."""
    from sklearn.metrics import roc_auc_score

    if metric == "roc_auc":
        return lambda rows: float(roc_auc_score(truth[rows], values[rows, 1]))
    if metric == "neg_log_loss":
        shares = np.clip(values / values.sum(axis=1, keepdims=True), 1e-15, 1.0)
        losses = -np.log(shares[np.arange(len(truth)), truth])
        return lambda rows: -float(losses[rows].mean())
    squares = np.square(truth - values)
    return lambda rows: -float(np.sqrt(squares[rows].mean()))


def interval(mine: Statistic, theirs: Statistic, rows: int) -> tuple[float, float]:
    """The 95 % interval of the difference by a paired bootstrap over the rows."""
    rng = np.random.default_rng(0)
    drawn = (rng.integers(rows, size=rows) for _ in range(RESAMPLES))
    low, high = np.quantile([mine(one) - theirs(one) for one in drawn], (0.025, 0.975))
    return float(low), float(high)


def compare(known: Known, source: Path, folder: Path, budget: float) -> dict[str, Any]:
    """One table: both scores, the difference with its interval, and what each took."""
    import pandas as pd

    parted(known, source, folder)
    truth = pd.read_csv(folder / "truth.csv")[known.target]
    classes = sorted(truth.astype(str).unique()) if known.metric != "neg_root_mean_squared_error" else []
    if known.metric == "roc_auc":
        classes = [name for name in classes if name != known.positive] + [known.positive]
    values = np.array([classes.index(name) for name in truth.astype(str)]) if classes else truth.to_numpy(dtype=np.float64)
    theirs, (mine, part) = other(known, folder, classes), ours(known, folder, classes, budget)
    score_mine, score_part, score_theirs = (statistic(known.metric, values, answers.values) for answers in (mine, part, theirs))
    everything = np.arange(len(values))
    a, b = score_mine(everything), score_theirs(everything)
    low, high = interval(score_mine, score_theirs, len(values))
    return {
        "set": known.name,
        "metric": known.metric,
        "rows": len(values),
        "ours": a,
        "training_part": score_part(everything),
        "other": b,
        "difference": a - b,
        "low": low,
        "high": high,
        "verdict": "better" if low > 0 else "worse" if high < 0 else "equal",
        "seconds": mine.seconds,
        "other_seconds": theirs.seconds,
        "made_by": mine.made_by,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=resource_folder() / "samples", metavar="FOLDER")
    parser.add_argument("--budget", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--only", default="", metavar="NAME,NAME")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where projects and predictions stay; else they are removed")
    args = parser.parse_args()
    wanted = [name for name in args.only.split(",") if name]
    with tempfile.TemporaryDirectory() as temporary:
        print(" " * 17, "metric  rows       ours  training part      other  difference   95 % interval             seconds")
        for known in TABLES:
            if wanted and known.name not in wanted:
                continue
            source = found_in(args.data, known)
            if source is None:
                print(f"{known.name}: left out, for {args.data} has no file {' or '.join(known.files)}.")
                continue
            row = compare(known, source, (args.keep or Path(temporary)) / known.name, args.budget)
            _print(row)


def _print(row: dict[str, Any]) -> None:
    short = {"roc_auc": "AUC", "neg_log_loss": "−log-loss", "neg_root_mean_squared_error": "−RMSE"}[row["metric"]]
    scores = "".join(f"{row[name]:>{wide}.5g}" for name, wide in (("ours", 11), ("training_part", 15), ("other", 11)))
    bounds = f"[{row['low']:+.4g}, {row['high']:+.4g}]"
    times = f"{row['seconds']:.0f} / {row['other_seconds']:.1f}"
    print(
        f"{row['set']:14}{short:>11}{row['rows']:>6}{scores}{row['difference']:>+12.4g}   {bounds:22}{times:>11}"
        f"  {row['verdict']}  ({row['made_by']})",
        flush=True,
    )


if __name__ == "__main__":
    main()
