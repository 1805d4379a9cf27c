"""Bundles that older versions exported answer as they did, by the code of today."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.evaluation import predict_file
from mlops_desktop.serving.boot import verified_bundle

BUNDLES = Path(__file__).resolve().parent.parent / "data" / "bundles"
OLD = sorted(path for path in BUNDLES.iterdir() if path.is_dir())


def columns_of(text):
    """(texts, numbers) of the CSV of answers: the columns that hold numbers as an array, the others as lists."""
    rows = list(csv.DictReader(io.StringIO(text)))
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


def assert_answers(text, name):
    """The CSV of answers is that of the version which exported the bundle, to 1e-9."""
    texts, numbers = columns_of(text)
    wanted_texts, wanted = columns_of((BUNDLES / f"{name}_answers.csv").read_text(encoding="utf-8"))
    for some in (texts, wanted_texts):
        some.pop("warnings", None)  # a column that the oldest versions did not have
    assert texts == wanted_texts
    assert np.max(np.abs(numbers - wanted) / np.maximum(1.0, np.abs(wanted))) <= 1e-9


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.name)
def test_an_older_bundle_answers_as_it_did(path, tmp_path):
    """The rows from which it was trained, answered by the version that exported it; the self-test compares its golden rows too."""
    bundle, _ = verified_bundle(path)
    predict_file(bundle.scorer, BUNDLES / f"{path.name}.csv", tmp_path / "out.csv", Silent())
    assert_answers((tmp_path / "out.csv").read_text(encoding="utf-8"), path.name)


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.name)
def test_an_older_bundle_is_served_by_this_version(path, running):
    service = running(path, "--drain", "0")
    status, body = service.ask("POST", "/v1/predict/csv", (BUNDLES / f"{path.name}.csv").read_bytes(), {"Content-Type": "text/csv"})
    assert status == 200, body
    assert_answers(body.decode(), path.name)
    rows = json.loads((path / "golden.json").read_text(encoding="utf-8"))["rows"]
    status, body = service.ask("POST", "/v1/predict", {"rows": rows})
    assert (status, len(json.loads(body).get("predictions", ()))) == (200, len(rows)), body
    assert service.ask("GET", "/health/ready")[0] == service.ask("GET", "/openapi.json")[0] == 200
