from __future__ import annotations

import json

import pytest

ROWS = [{"age": 40, "city": "Rome"}, {"age": 30}]


def values(answer):
    return [one["prediction"] for one in answer.json["predictions"]]


def test_rows_in_lines_and_answers_in_the_form_that_is_accepted(apps, asked):
    app = apps("binary")
    lines = "\n".join(map(json.dumps, ROWS)).encode() + b"\n\n"
    as_json = asked(app, "POST", "/invocations", lines, headers={"content-type": "application/jsonlines"})
    kind = {"content-type": "application/jsonlines", "accept": "text/html, application/jsonlines;q=0.5"}
    as_lines = asked(app, "POST", "/invocations", lines, headers=kind)
    assert as_lines.headers["content-type"] == "application/jsonlines"
    assert [json.loads(line) for line in as_lines.body.splitlines()] == as_json.json["predictions"]
    table = asked(app, "POST", "/invocations", {"inputs": ROWS}, headers={"accept": "text/csv"})
    assert table.headers["content-type"].startswith("text/csv")
    wanted = asked(app, "POST", "/v1/predict/csv", b"age,city\n40,Rome\n30,\n", headers={"content-type": "text/csv"}).body.decode()
    assert [line.split(",")[:3] for line in table.body.decode().splitlines()] == [line.split(",")[:3] for line in wanted.splitlines()]


def test_a_csv_keeps_the_reason_of_a_refused_row(apps, asked):
    answer = asked(
        apps("binary"), "POST", "/invocations", b"age,city\n40,Rome\nx,Rome\n41,Rome,1\n42,Rome\n", headers={"content-type": "text/csv"}
    )
    first, second, third, _ = answer.json["predictions"]
    assert (first["prediction"] is None, second["errors"][0]["code"], third["errors"][0]["code"]) == (False, "unreadable", "wrong_width")


def test_params_hold_the_threshold(apps, asked):
    app = apps("binary")
    assert values(asked(app, "POST", "/invocations", {"inputs": ROWS, "params": {"threshold": 0}})) == ["yes", "yes"]
    assert asked(app, "POST", "/invocations", {"inputs": ROWS, "params": {"limit": 1}}).status == 422


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "exactly one"),
        ({"instances": [], "inputs": []}, "exactly one"),
        ({"rows": ROWS}, "not known"),
        ({"dataframe_split": {"columns": ["age"]}}, "#/dataframe_split"),
        ({"dataframe_split": {"columns": ["age", "age"], "data": []}}, "#/dataframe_split/columns"),
        ({"dataframe_split": {"columns": ["age"], "data": [[1, 2]]}}, "#/dataframe_split/data/0"),
        ({"inputs": {"age": [1], "city": []}}, "#/inputs"),
        ({"instances": [[1, 2]]}, "#/instances/0"),
        ({"instances": {}}, "#/instances"),
        ({"dataframe_records": [{"age": "x"}]}, "#/rows/0/age"),
    ],
)
def test_errors_are_in_the_form_of_mlflow(body, text, apps, asked):
    answer = asked(apps("binary"), "POST", "/invocations", body)
    assert (answer.status, answer.json["error_code"]) == (422, "INVALID_PARAMETER_VALUE")
    assert text in answer.json["message"]


def test_another_content_type_is_refused(apps, asked):
    answer = asked(apps("binary"), "POST", "/invocations", b"<x/>", headers={"content-type": "application/xml"})
    assert answer.status == 415
    assert "text/csv" in answer.json["message"]
