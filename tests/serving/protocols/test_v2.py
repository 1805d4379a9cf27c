from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.protocols._datatypes import DATATYPES

ROW = {"age": 40, "income": 2000.5, "city": "Rome"}
INFER = "/v2/models/leavers/infer"


def tensors(**changes):
    age = {"name": "age", "shape": [2], "datatype": "INT64", "data": [40, 41]}
    city = {"name": "city", "shape": [2, 1], "datatype": "BYTES", "data": [["Rome"], [None]]}
    return [{**age, **changes}, city]


def test_metadata_names_a_tensor_for_each_column(apps, asked):
    found = asked(apps("binary"), "GET", "/v2/models/leavers/versions/0123456789ab").json
    assert {one["name"]: one["datatype"] for one in found["inputs"]} == {
        **{"age": "INT64", "income": "FP64", "member": "BOOL"},
        **dict.fromkeys(("city", "since", "note"), "BYTES"),
    }
    assert [(one["name"], one["shape"]) for one in found["outputs"]] == [("prediction", [-1, 1]), ("probabilities", [-1, 2])]
    assert json.loads(found["outputs"][1]["parameters"]["classes"]) == ["no", "yes"]
    assert asked(apps("binary"), "GET", "/v2/models").json == {"models": ["leavers"]}


@pytest.mark.parametrize(("name", "kind"), [("binary", "BYTES"), ("multiclass", "BYTES"), ("regression", "FP64")])
def test_answers_are_those_of_predict(name, kind, apps, asked):
    app = apps(name)
    model = app.slot.current.scorer.name
    rows = [{"age": 40, "city": "Rome"}, {"age": 41, "city": None}]
    wanted = asked(app, "POST", "/v1/predict", {"rows": rows}).json["predictions"]
    found = asked(app, "POST", f"/v2/models/{model}/infer", {"inputs": tensors(), "outputs": [{"name": "prediction"}]}).json
    (output,) = found["outputs"]
    assert (output["datatype"], output["shape"]) == (kind, [2, 1])
    assert [str(one) for one in output["data"]] == [str(one["prediction"]) for one in wanted]
    assert found["parameters"] == {"warnings": sum(len(one["warnings"]) for one in wanted)}


def test_the_threshold_is_a_parameter(apps, asked):
    app = apps("binary")

    def answered(threshold):
        body = {"inputs": tensors(), "parameters": {"threshold": threshold}}
        return asked(app, "POST", INFER, body)

    assert answered(0.0).json["outputs"][0]["data"] == ["yes", "yes"]
    assert answered(1.0).json["outputs"][0]["data"] == ["no", "no"]
    assert answered(2).status == 422


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"inputs": tensors(shape=[3])}, 422, "#/inputs/0/shape"),
        ({"inputs": tensors(shape=[2, 2])}, 422, "#/inputs/0/shape"),
        ({"inputs": tensors(datatype="INT")}, 422, "#/inputs/0/datatype"),
        ({"inputs": tensors(datatype=["INT64"])}, 422, "#/inputs/0/datatype"),
        ({"inputs": tensors(datatype="FP32", data=[1.5, 2])}, 422, "#/rows/0/age"),
        ({"inputs": tensors(datatype="UINT8", data=[40, 300])}, 422, '#/inputs/0/data/1: The tensor "age" is of UINT8'),
        ({"inputs": tensors(data="x")}, 422, "#/inputs/0/data"),
        ({"inputs": tensors(data=[[[1]], [[2]]])}, 422, '#/inputs/0/data/0/0: The tensor "age" is of INT64'),
        ({"inputs": tensors(data=[[1], 2])}, 422, "#/inputs/0/data/0"),
        ({"inputs": tensors(name=["age"])}, 422, "#/inputs/0"),
        ({"inputs": tensors(name="city")}, 422, "#/inputs/1/name"),
        ({"inputs": tensors(shape=[1], data=[40])}, 422, "#/inputs"),
        ({"inputs": []}, 422, "#/inputs"),
        ({}, 422, "#/inputs"),
        ({"inputs": tensors(), "outputs": [{"name": "x"}]}, 422, "#/outputs/0/name"),
        ({"inputs": tensors(), "outputs": [{"name": "prediction"}, {"name": "prediction"}]}, 422, "#/outputs/1/name"),
        (b"{", 400, "no JSON"),
        (b"[]", 422, "object"),
    ],
)
def test_errors_are_in_the_form_of_the_protocol(body, status, text, apps, asked):
    answer = asked(apps("binary"), "POST", INFER, body)
    assert (answer.status, [*answer.json]) == (status, ["error"])
    assert text in answer.json["error"]


@pytest.mark.parametrize(
    ("datatype", "held", "other"),
    [
        ("UINT8", [0, 255, 3.0, None], [300, -1, 1.5, "1", True]),
        ("INT64", [-(2**63), 2**63 - 1], [2**63, 10**400]),
        ("FP16", [1, 1.5, None], [65_505, "1", False]),
        ("FP64", [1e308, 10**300], [10**400, [1]]),
        ("BOOL", [True, False, None], [1, 0.0, "true"]),
        ("BYTES", ["a", "", None], [1, True, {"a": 1}]),
    ],
)
def test_a_tensor_holds_values_of_its_datatype_alone(datatype, held, other):
    kind = DATATYPES[datatype]
    assert kind.first_other(held) is None
    assert kind.first_other([]) is kind.first_other([None]) is None
    assert [kind.first_other([*held, one, one]) for one in other] == [len(held)] * len(other)


def test_another_model_or_version_is_not_there(apps, asked):
    for path in ("/v2/models/other", "/v2/models/leavers/versions/1", "/v2/models/other/ready"):
        assert asked(apps("binary"), "GET", path).status == 404
    assert asked(apps("binary"), "GET", "/v2/models/leavers/ready").json == {"name": "leavers", "ready": True}
