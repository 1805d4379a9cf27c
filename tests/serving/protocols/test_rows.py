from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.protocols._rows import as_table, columns, instances, message, split
from mlops_desktop.serving.route import Limits
from mlops_desktop.serving.service import Service


@pytest.fixture
def predictor(bundles):
    return Service(bundles["binary"], Limits(rows=3)).predictor


def test_rows_of_every_shape_are_counted_before_they_are_made(predictor):
    for made in (
        lambda: instances(predictor, [{}] * 4, "x"),
        lambda: split(predictor, {"columns": ["age"], "data": [[1]] * 4}, "x"),
        lambda: columns(predictor, {"age": [1] * 4}, "x"),
    ):
        with pytest.raises(HttpProblem) as caught:
            made()
        assert caught.value.status == 413


def test_lists_are_in_the_order_of_the_schema(predictor):
    (row,) = instances(predictor, [[40, 2000, True, "Rome", "2020-01-01", "x"]], "x")
    assert row == {"age": 40, "income": 2000, "member": True, "city": "Rome", "since": "2020-01-01", "note": "x"}


def test_a_table_of_predictions_keeps_refused_rows(predictor):
    found = predictor.predictions([{"age": 40}, {"age": "x"}], None, True)
    first, second = csv.DictReader(io.StringIO(as_table(predictor, found).decode()))
    assert (first["prediction"] in ("no", "yes"), first["error"], second["prediction"]) == (True, "", "")
    assert "cannot be read" in second["error"]


def test_a_message_lists_the_first_errors(predictor):
    with pytest.raises(HttpProblem) as caught:
        predictor.predictions([{"age": "x", "income": [], "city": [], "member": []}] * 2)
    assert message(caught.value).endswith("and 3 more.")


def test_a_class_that_begins_like_a_formula_is_guarded_in_a_table(bundles):
    bundle = bundles["binary"]
    risky = replace(bundle, scorer=replace(bundle.scorer, classes=("=cmd|x", "=1+1")))
    predictor = Service(risky).predictor
    (row,) = csv.DictReader(io.StringIO(as_table(predictor, predictor.predictions([{"age": 40}])).decode()))
    assert row["prediction"] in ("'=cmd|x", "'=1+1")
