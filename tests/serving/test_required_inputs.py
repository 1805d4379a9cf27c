"""Required and blocking columns, found by scoring."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.csv_io import CsvInput, answer_chunk
from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.openapi import openapi_document, schema_document
from mlops_desktop.serving.required_inputs import blocking_columns, with_required_inputs
from mlops_desktop.serving.routes import Limits
from mlops_desktop.serving.service import Service
from mlops_desktop.serving.transforms.impute_numbers import ImputeNumbers

ROWS = [{"age": 20 + i, "income": 100.0 * i, "member": i % 2 == 0, "city": "Rome", "since": "2020-01-01", "note": "x"} for i in range(9)]


@pytest.fixture
def bare(scorers):
    """A linear model without a step that fills gaps; of its columns it uses numbers and words."""
    scorer = scorers["regression"]
    transforms = tuple(one for one in scorer.transforms if not isinstance(one, ImputeNumbers))
    columns = tuple(replace(column, nullable=True, missing_share=0.0) for column in scorer.schema.columns)
    model = Linear(np.arange(1.0, 7.0).reshape(-1, 1), np.array([1.0]), "identity")
    return replace(scorer, schema=replace(scorer.schema, columns=columns), transforms=transforms, node=Chain((), model))


@pytest.fixture
def service(bare, bundles):
    given = bundles["regression"]
    return Service(Bundle(given.folder, given.info, bare, given.golden, given.reference))


def needed(schema):
    return [column.name for column in schema.columns if not column.nullable]


def frame_of(scorer, rows):
    return scorer.schema.from_rows(rows).frame


def test_columns_without_which_there_is_no_finite_score_are_required(bare):
    assert needed(with_required_inputs(bare, frame_of(bare, ROWS))) == ["age", "income", "member"]


def test_a_column_with_missing_training_values_is_not_required(bare):
    columns = tuple(replace(column, missing_share=0.1 * (column.name == "income")) for column in bare.schema.columns)
    known = replace(bare, schema=replace(bare.schema, columns=columns))
    assert needed(with_required_inputs(known, frame_of(known, ROWS))) == ["age", "member"]


def test_a_model_with_imputation_requires_no_further_columns(scorers):
    for scorer in scorers.values():
        assert with_required_inputs(scorer, frame_of(scorer, ROWS)) == scorer.schema


def test_rows_without_a_finite_score_do_not_change_the_schema(bare):
    assert with_required_inputs(bare, frame_of(bare, [])) == bare.schema
    assert with_required_inputs(bare, frame_of(bare, [{}, {}])) == bare.schema


def test_required_columns_are_in_schema_and_errors(bare):
    known = replace(bare, schema=with_required_inputs(bare, frame_of(bare, ROWS)))
    document = schema_document(known, {})
    assert [one["name"] for one in document["columns"] if one["required"]] == ["age", "income", "member"]
    row = openapi_document(known, Limits(), "")["components"]["schemas"]["Row"]
    assert row["required"] == ["age", "income", "member"]
    assert "null" not in row["properties"]["income"]["type"]
    errors = known.schema.from_rows([{**ROWS[0], "income": None}, {**ROWS[0], "city": None}]).errors
    assert [(one.row, one.field, one.code) for one in errors] == [(0, "income", "missing")]


def test_blocking_columns_are_named(bare):
    assert blocking_columns(bare, frame_of(bare, [{**ROWS[0], "income": None}])) == ["income"]
    assert blocking_columns(bare, frame_of(bare, [{**ROWS[0], "income": None, "city": None, "since": None}])) == ["income"]
    assert blocking_columns(bare, frame_of(bare, [{**ROWS[0], "income": None, "age": None}])) == []  # neither of them alone


def refusal(function, body, query=b""):
    with pytest.raises(HttpProblem) as caught:
        function(json.dumps(body).encode(), query)
    return caught.value


def test_a_row_without_an_answer_is_refused_by_its_field(service):
    bad = {**ROWS[1], "income": None}
    for function in (service.predict, service.explain):
        found = refusal(function, {"rows": [bad]})
        assert found.status == 422
        assert [(one["pointer"], one["code"], one["row"], one["field"]) for one in found.errors] == [
            ("#/rows/0/income", "no_finite_answer", 0, "income")
        ]
    found = refusal(service.predict, {"rows": [ROWS[0], bad, {**bad, "age": None}]})
    assert [(one["row"], one.get("field")) for one in found.errors] == [(1, "income"), (2, None)]


def test_row_by_row_the_others_are_answered(service):
    rows = [ROWS[0], {**ROWS[1], "income": None}, {**ROWS[2], "age": "x"}, ROWS[3]]
    found = json.loads(service.predict(json.dumps({"rows": rows}).encode(), b"on_error=row").body)["predictions"]
    alone = json.loads(service.predict(json.dumps({"rows": [ROWS[0], ROWS[3]]}).encode(), b"").body)["predictions"]
    assert [found[0], found[3]] == alone
    assert [one["prediction"] for one in found[1:3]] == [None, None]
    assert found[1]["errors"][0]["field"] == "income"
    assert found[2]["errors"][0]["field"] == "age"
    assert service.model_metrics.drift.report()["rows"] == 4


def test_a_line_of_a_csv_without_an_answer_is_refused_with_its_reason(bare):
    text = io.StringIO("age,income,member\n20,100,true\n20,,true\nx,100,true\n30,100,false\n")
    (chunk,) = CsvInput(text, bare.schema).chunks()
    cells, scores, good = answer_chunk(bare, chunk)
    assert good == [0, 3]
    assert np.isfinite(scores).all()
    assert [row[0] != "" for row in cells] == [True, False, False, True]
    assert "no finite answer" in cells[1][-1]
    assert "“age”" in cells[2][-1]
