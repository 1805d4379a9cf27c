"""The JSON of an evaluation is what earlier versions stored, so an old one is read without a new access to the held-out test set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlops_desktop.engine.evaluation import Evaluation
from mlops_desktop.engine.project import from_json, to_json

FOLDER = Path(__file__).parents[2] / "data" / "results"  # as they were written before evaluations had a type


def read(name: str) -> Evaluation:
    return from_json(Evaluation, json.loads((FOLDER / name).read_text(encoding="utf-8")), name)


@pytest.mark.parametrize("name", ["out_of_fold_binary.json", "evaluation_multiclass.json", "evaluation_regression.json"])
def test_what_earlier_versions_stored_is_read_and_written_alike(name):
    found = read(name)
    written = to_json(found)
    assert {metric.pop("method") for metric in written["metrics"]} == {""}  # how an interval is made was not stored
    assert json.dumps(written, separators=(",", ":")) + "\n" == (FOLDER / name).read_text(encoding="utf-8")
    assert (found.classification is None) != (found.residuals is None)


def test_every_part_of_a_stored_evaluation_is_where_readers_expect_it():
    binary, several = read("out_of_fold_binary.json"), read("evaluation_multiclass.json")
    assert binary.metric("roc_auc").summary.startswith("Of two rows")
    assert binary.metric("r2") is None
    assert (binary.classification.positive, binary.classification.classes) == (1, ("no", True))
    assert binary.classification.threshold_curve.cost is not None
    assert binary.choice.rule == "cost"
    assert [curves.label for curves in several.classification.curves] == ["a", 2, 3.5]
    assert several.classification.threshold_curve is None
    assert several.importance.columns[1].mean is None
    assert several.worst[0].place == several.worst[0].table_row == 3 * several.worst[0].row
    regression = read("evaluation_regression.json")
    assert regression.worst[0].place == regression.worst[0].row
    assert regression.residuals.banded_by is None
    assert len(regression.residuals.histogram.edges) == len(regression.residuals.histogram.counts) + 1
