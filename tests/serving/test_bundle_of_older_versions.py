"""Bundles that older versions exported answer as they did, by the code of today."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.evaluation import predict_file
from mlops_desktop.serving.boot import verified_bundle

BUNDLES = Path(__file__).resolve().parent.parent / "data" / "bundles"
OLD = sorted(path for path in BUNDLES.iterdir() if path.is_dir())


def columns_of(path):
    """(texts, numbers) of a file of answers: the columns that hold numbers as an array, the others as lists."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numeric = [
        name for name in rows[0] if name.startswith("probability_") or (name == "prediction" and not rows[0]["prediction"].isalpha())
    ]
    return {name: [row[name] for row in rows] for name in rows[0] if name not in numeric}, np.array(
        [[float(row[name]) for name in numeric] for row in rows]
    )


def test_there_is_a_bundle_of_each_task():
    assert {json.loads((path / "bundle.json").read_text(encoding="utf-8"))["task"] for path in OLD} == {
        "binary",
        "multiclass",
        "regression",
    }


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.name)
def test_an_older_bundle_answers_as_it_did(path, tmp_path):
    """The rows from which it was trained, answered by the version that exported it; the self-test compares its golden rows too."""
    bundle, _ = verified_bundle(path)
    predict_file(bundle.scorer, BUNDLES / f"{path.name}.csv", tmp_path / "out.csv", Silent())
    texts, numbers = columns_of(tmp_path / "out.csv")
    wanted_texts, wanted = columns_of(BUNDLES / f"{path.name}_answers.csv")
    for some in (texts, wanted_texts):
        some.pop("warnings", None)  # a column that the oldest versions did not have
    assert texts == wanted_texts
    assert np.max(np.abs(numbers - wanted) / np.maximum(1.0, np.abs(wanted))) <= 1e-9
