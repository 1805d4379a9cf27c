from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.serving import predictor as module
from mlops_desktop.serving.http_messages import Reply
from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.predictor import Predictor
from mlops_desktop.serving.routes import Limits
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.service import PredictRequest, Service
from mlops_desktop.serving.transforms.drop_columns import DropColumns

NAMES = ["binary", "multiclass", "regression"]


def problem_of(function, *arguments):
    with pytest.raises(HttpProblem) as caught:
        function(*arguments)
    return caught.value


def body(**members):
    return json.dumps(members).encode()


@pytest.fixture
def services(bundles):
    return {name: Service(bundle) for name, bundle in bundles.items()}


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_the_scorers_alone_together_and_in_chunks(name, services, rows_of, monkeypatch):
    service, rows = services[name], rows_of(50, 11)
    scorer = service.scorer
    scores = scorer.scores(scorer.schema.from_rows(rows).frame)
    whole = json.loads(service.predict(body(rows=rows), b"").body)["predictions"]
    alone = [json.loads(service.predict(body(rows=[row]), b"").body)["predictions"][0] for row in rows]
    together = [
        json.loads(reply.body)["predictions"][0] for reply in service.answer_together([PredictRequest([row], None, False) for row in rows])
    ]
    monkeypatch.setattr(module, "CHUNK", 7)
    assert json.loads(service.predict(body(rows=rows), b"").body)["predictions"] == whole
    for found in (whole, alone, together):
        if name == "regression":
            assert np.allclose([one["prediction"] for one in found], scores, rtol=0, atol=1e-9)
        else:
            assert np.allclose([list(one["probabilities"].values()) for one in found], scores, rtol=0, atol=1e-9)
            assert [one["prediction"] for one in found] == [scorer.classes[k] for k in scorer.decide(scores)]
    assert [one["warnings"] for one in alone] == [one["warnings"] for one in whole] == [one["warnings"] for one in together]


def test_every_error_of_every_row_is_listed(services):
    rows = [{"age": 30}, {"age": "x", "income": True, "city": []}, 5, {"income": 2}, {"age": 1.5, "since": "yesterday"}]
    found = problem_of(services["binary"].predict, body(rows=rows), b"")
    assert found.status == 422
    assert [(one["row"], one["field"], one["code"]) for one in found.errors] == [
        (1, "age", "unreadable"),
        (1, "income", "wrong_type"),
        (1, "city", "wrong_type"),
        (2, "", "not_an_object"),
        (3, "age", "missing"),
        (4, "age", "not_integer"),
        (4, "since", "unreadable"),
    ]
    assert found.errors[0]["pointer"] == "#/rows/1/age"
    assert "yesterday" not in json.dumps(found.errors)


def test_a_long_list_of_errors_is_counted_to_its_end(services, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 500)
    found = problem_of(services["binary"].predict, body(rows=[{}] * 3000), b"")
    assert (len(found.errors), found.total) == (1000, 3000)


def test_answers_that_are_too_large_are_refused(services, monkeypatch):
    """Their warnings and errors can be a hundred times what a client sends."""
    service, rows = services["binary"], [{"age": "x"}] * 50
    assert len(service.predict(body(rows=rows), b"on_error=row").body) > 10_000
    monkeypatch.setattr(module, "MAX_ANSWER", 5000)
    found = problem_of(service.predict, body(rows=rows), b"on_error=row")
    assert (found.status, found.code) == (413, "too_large")
    assert problem_of(service.predict_csv, b"age,city\n" + b"x,Rome\n" * 200).status == 413


def test_rows_of_an_answer_that_is_refused_are_not_counted(services, rows_of, monkeypatch):
    service = services["binary"]
    monkeypatch.setattr(module, "CHUNK", 10)
    monkeypatch.setattr(module, "MAX_ANSWER", 1000)
    before = service.predictor.metrics.drift.report()["rows"]
    assert problem_of(service.predict, body(rows=rows_of(50)), b"").status == 413
    assert service.predictor.metrics.drift.report()["rows"] == before


def test_rows_of_a_wide_table_are_checked_some_at_a_time(services):
    predictor = services["binary"].predictor
    assert predictor.chunk == module.CHUNK
    further = tuple(f"c{i}" for i in range(494))
    wide = Schema((*predictor.scorer.schema.columns, *(Column(name, "number") for name in further)))
    scorer = replace(predictor.scorer, schema=wide, transforms=(DropColumns(further), *predictor.scorer.transforms))
    assert Predictor(scorer, predictor.metrics, predictor.policy, predictor.limits).chunk == module.CHUNK_CELLS // 500


def test_good_rows_are_answered_beside_refused_ones(services):
    rows = [{"age": 30}, {"age": "x"}, {"age": 40, "city": "Rome"}, "row"]
    found = json.loads(services["binary"].predict(body(rows=rows), b"on_error=row").body)["predictions"]
    assert [one["prediction"] is None for one in found] == [False, True, False, True]
    assert found[1]["errors"][0]["pointer"] == "#/rows/1/age"
    alone = json.loads(services["binary"].predict(body(rows=rows[2:3]), b"").body)["predictions"][0]
    assert found[2] == alone
    nothing = json.loads(services["multiclass"].predict(body(rows=[{}, {}]), b"on_error=row").body)["predictions"]
    assert [one["prediction"] for one in nothing] == [None, None]


def test_rows_of_several_requests_do_not_mix(services):
    requests = [
        PredictRequest([{"age": 30}], None, False),
        PredictRequest([{}], None, False),
        PredictRequest([{"age": 30}], 0.0, False),
        PredictRequest([{"age": 200}], 1.0, False),
    ]
    first, second, third, fourth = services["binary"].answer_together(requests)
    assert isinstance(second, HttpProblem)
    assert second.errors[0]["pointer"] == "#/rows/0/age"
    plain, eager, strict = (json.loads(reply.body)["predictions"][0] for reply in (first, third, fourth))
    assert (plain["threshold"], eager["threshold"], strict["threshold"]) == (0.4, 0.0, 1.0)
    assert (eager["prediction"], strict["prediction"]) == ("yes", "no")
    assert [one["code"] for one in strict["warnings"] if one["field"] == "age"] == ["out_of_training_range"]
    assert not [one for one in plain["warnings"] if one["field"] == "age"]


def test_the_threshold_may_be_another(services):
    def answer(threshold):
        return json.loads(services["binary"].predict(body(rows=[{"age": 30}, {"age": 60}], threshold=threshold), b"").body)["predictions"]

    assert {one["prediction"] for one in answer(0)} == {"yes"}
    assert {one["prediction"] for one in answer(1)} == {"no"}
    for threshold in (-0.1, 1.1, True, "0.5", [], 1e400):
        text = body(rows=[{"age": 1}], threshold=threshold).replace(b"Infinity", b"1e400")
        assert problem_of(services["binary"].predict, text, b"").errors[0]["code"] == "out_of_range"
    assert problem_of(services["regression"].predict, body(rows=[], threshold=0.5), b"").errors[0]["code"] == "not_applicable"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"[]", "not_an_object"),
        (b"{}", "missing"),
        (b'{"rows": {}}', "not_a_list"),
        (b'{"rows": null}', "not_a_list"),
        (b'{"rows": [], "row": 1}', "unknown_member"),
        (b'{"instances": []}', "missing"),
    ],
)
def test_bodies_of_another_shape(services, text, code):
    found = problem_of(services["binary"].predict, text, b"")
    assert found.status == 422
    assert found.errors[0]["code"] == code


def test_no_rows_are_no_error(services):
    assert json.loads(services["binary"].predict(b'{"rows": []}', b"").body)["predictions"] == []
    assert json.loads(services["regression"].explain(b'{"rows": []}', b"").body)["explanations"] == []


def test_a_query_that_is_not_known(services):
    assert problem_of(services["binary"].predict, b'{"rows": []}', b"on_error=maybe").status == 400


def test_limits(bundles, rows_of):
    service = Service(bundles["binary"], Limits(rows=3, csv_rows=3, explain_rows=2))
    assert problem_of(service.predict, body(rows=rows_of(4)), b"").status == 413
    assert problem_of(service.explain, body(rows=rows_of(3)), b"").status == 413
    assert problem_of(service.predict_csv, b"age\n1\n2\n3\n4\n", b"").status == 413


@pytest.mark.parametrize("name", NAMES)
def test_explanations_add_up_in_the_answer_too(name, services, rows_of):
    rows = rows_of(5, 12)
    found = json.loads(services[name].explain(body(rows=rows), b"").body)["explanations"]
    predictions = json.loads(services[name].predict(body(rows=rows), b"").body)["predictions"]
    for one, prediction in zip(found, predictions, strict=True):
        assert one["base"] + sum(part["contribution"] for part in one["contributions"]) == pytest.approx(one["answer"], abs=1e-9)
        about = prediction["prediction"] if name == "regression" else prediction["probabilities"][str(one["about"])]
        assert one["answer"] == pytest.approx(about, abs=1e-9)
    assert problem_of(services[name].explain, body(rows=[{}]), b"").errors[0]["pointer"] == "#/rows/0/age"


def test_what_if_and_its_errors(services):
    row = {"age": 30, "city": "Rome"}
    found = json.loads(services["binary"].what_if(body(row=row, field="city"), b"").body)
    assert (found["kind"], found["about"], [one["value"] for one in found["points"]]) == ("level", "yes", ["Oslo", "Rome", "Zürich"])
    assert len(json.loads(services["regression"].what_if(body(row=row, field="income", points=5), b"").body)["points"]) == 5
    for members, at in (
        ({"row": row, "field": "height"}, "#/field"),
        ({"row": row, "field": ["age"]}, "#/field"),
        ({"row": row, "field": "note"}, "#/field"),
        ({"row": row, "field": "age", "points": 1}, "#/points"),
        ({"row": row, "field": "age", "points": True}, "#/points"),
        ({"row": {}, "field": "age"}, "#/row/age"),
        ({"row": 7, "field": "age"}, "#/row"),
        ({"field": "age"}, "#/row"),
    ):
        assert problem_of(services["binary"].what_if, body(**members), b"").errors[0]["pointer"] == at


def test_csv_in_and_out(services):
    reply = services["binary"].predict_csv("age;city\n40;Zürich\nx;Rome\n50;Atlantis\n".encode(), b"")
    lines = reply.body.decode().splitlines()
    assert (len(lines), lines[2].startswith(",,,"), dict(reply.headers)[b"x-model-warnings"]) == (4, True, b"5")
    assert problem_of(services["binary"].predict_csv, ("age,city\n" + "40,Новгород\n" * 9).encode("cp1251"), b"").status == 400
    assert problem_of(services["binary"].predict_csv, b"income\n1\n", b"").status == 422
    assert problem_of(services["binary"].predict_csv, b"", b"").status == 422


def test_requests_are_counted_but_not_kept(services, rows_of):
    service = services["binary"]
    service.predict(body(rows=rows_of(30)), b"")
    service.predict(body(rows=rows_of(1)), b"")
    service.predict_csv(b"age\n40\nx\n", b"")
    problem_of(service.predict, body(rows=[{"age": "x"}]), b"")
    drift = json.loads(service.drift().body)
    assert drift["rows"] == 32
    assert drift["model"] == {"name": "leavers", "version": "0123456789ab"}
    page = service.metrics().body.decode()
    assert 'model_input_invalid_total{field="age",code="unreadable"} 2' in page
    assert "model_refused_rows_total 1" in page


def test_an_answer_that_is_no_finite_number_is_an_error_of_the_input(services, monkeypatch):
    service = services["regression"]
    real = type(service.scorer.node.model).scores

    def overflowing(self, matrix):
        return np.where(matrix.to_dense()[:, 0] > 3, np.inf, real(self, matrix))

    monkeypatch.setattr(type(service.scorer.node.model), "scores", overflowing)
    good, bad = PredictRequest([{"age": 30}], None, False), PredictRequest([{"age": 2**50}], None, False)
    first, second = service.answer_together([good, bad])
    assert isinstance(first, Reply)
    assert isinstance(second, HttpProblem)
    assert second.errors[0]["code"] == "no_finite_answer"
    found = problem_of(service.predict, body(rows=[{"age": 30}, {"age": 2**50}]), b"")
    assert [one["row"] for one in found.errors] == [1]
    assert problem_of(service.explain, body(rows=[{"age": 2**50}]), b"").status == 422


def test_the_identity_of_the_model(services):
    model = json.loads(services["binary"].model().body)
    assert (model["name"], model["version"], model["tier"], model["limits"]["rows"]) == ("leavers", "0123456789ab", 0, 10_000)
    assert len(model["bundle_sha256"]) == 64
