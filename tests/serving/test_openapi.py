from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.column import Column
from mlops_desktop.serving.monitoring import performance, windows
from mlops_desktop.serving.openapi import example_row, feature, openapi_document, schema_document
from mlops_desktop.serving.routes import ROUTES, Limits

LIMITS = Limits()
NAMES = ["binary", "multiclass", "regression"]


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


@pytest.mark.parametrize("name", NAMES)
def test_the_document_is_whole(name, scorers):
    document = openapi_document(scorers[name], LIMITS, "0.1.0")
    assert document["openapi"] == "3.1.0"
    for reference in references(document):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    ids = [operation["operationId"] for verbs in document["paths"].values() for operation in verbs.values()]
    assert len(ids) == len(set(ids))
    assert all(operation["responses"]["200"] for verbs in document["paths"].values() for operation in verbs.values())
    json.dumps(document, allow_nan=False)


def test_only_lengths_of_windows_that_a_route_has_are_offered(scorers):
    paths = openapi_document(scorers["binary"], LIMITS, "0.1.0")["paths"]
    offered = {name: paths[f"/v1/monitor/{name}"]["get"]["parameters"][0]["schema"] for name in ("windows", "performance")}
    assert {name: one["enum"] for name, one in offered.items()} == {"windows": [*windows.SIZES], "performance": [*performance.SIZES]}


def test_features_are_typed(scorers):
    properties = {column.name: feature(column) for column in scorers["binary"].schema.columns}
    assert properties["age"]["type"] == ["integer"]
    assert properties["income"]["type"] == ["number", "null"]
    assert properties["member"]["enum"] == [True, False, 0, 1, "yes", "no", None]
    assert properties["city"]["x-levels"] == ["Oslo", "Rome", "Zürich"]
    assert properties["age"]["x-training-range"] == ["18", "90"]
    assert properties["age"]["description"] == "Age at the last birthday Unit: years."
    assert "title" not in properties["age"]
    assert feature(Column("age", "integer", label="Years"))["title"] == "Years"
    assert openapi_document(scorers["binary"], LIMITS, "")["components"]["schemas"]["Row"]["required"] == ["age"]


def test_only_two_classes_have_a_threshold(scorers):
    def properties(name):
        return openapi_document(scorers[name], LIMITS, "")["components"]["schemas"]["PredictRequest"]["properties"]

    assert "threshold" in properties("binary")
    assert "threshold" not in properties("multiclass")


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_answered(name, apps, asked, scorers):
    app = apps(name)
    document = openapi_document(scorers[name], LIMITS, "")
    stored = {route.path: route.stored for route in ROUTES}
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            body, headers = None, {}
            if "requestBody" in operation:
                (kind, content), *_ = operation["requestBody"]["content"].items()
                headers = {"content-type": kind}
                if kind.endswith("arrow.stream"):
                    continue  # a table has no text as an example
                if "examples" in content:
                    body = content["examples"]["typical"]["value"].encode()
                else:
                    body = document["components"]["schemas"][content["schema"]["$ref"].split("/")[-1]]["examples"][0]
            filled = path
            for parameter in operation.get("parameters", ()):
                filled = filled.replace(f"{{{parameter['name']}}}", parameter["schema"].get("enum", [""])[0])
            if stored[path]:
                continue  # answered where the service keeps something, which `monitoring/` tests
            answer = asked(app, verb.upper(), filled, body, headers=headers)
            assert answer.status == 200, (path, answer.body)
            assert answer.headers["content-type"].split(";")[0] in operation["responses"]["200"]["content"]


def test_the_schema_has_all_that_a_form_needs(scorers):
    found = schema_document(scorers["binary"], {"age": 0.2})
    by_name = {column["name"]: column for column in found["columns"]}
    assert [by_name[name]["used"] for name in ("age", "note", "since")] == [True, False, False]
    assert (by_name["age"]["required"], by_name["age"]["unit"], by_name["age"]["importance"]) == (True, "years", 0.2)
    assert (by_name["since"]["low"], by_name["since"]["format"]) == ("1970-01-01", "2024-03-28")
    assert by_name["member"]["words"] == [["yes"], ["no"]]
    assert (found["positive"], found["threshold"], found["example"]) == ("yes", 0.4, example_row(scorers["binary"]))
    assert not scorers["binary"].schema.from_rows([found["example"]]).errors
