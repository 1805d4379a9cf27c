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


HEADERLESS = ["41,2400.25,false,{},2009-01-01,{}", "42,2400.25,false,Rome,2009-01-01,x"]


@pytest.mark.parametrize(
    ("separator", "end", "encoding", "city", "note"),
    [
        (",", "\n", "utf-8", "Oslo", "x"),
        (",", "\r\n", "utf-8", "Oslo", "note"),  # the name of a column
        (";", "\n", "utf-8", "Oslo", "x"),
        (",", "\r", "utf-8", "Oslo", "x"),
        (",", "\n", "latin-1", "Zürich", "x"),
        (",", "\n", "utf-8-sig", "Zürich", "x"),
    ],
)
def test_a_csv_without_names_has_an_answer_for_each_line(separator, end, encoding, city, note, apps, asked):
    body = "".join(line.format(city, note).replace(",", separator) + end for line in HEADERLESS).encode(encoding)
    answer = asked(apps("binary"), "POST", "/invocations", body, headers={"content-type": "text/csv"})
    assert [one["prediction"] is None for one in answer.json["predictions"]] == [False, False]
    assert all(warning["code"] != "unknown_level" for one in answer.json["predictions"] for warning in one["warnings"])


def test_names_in_another_spelling_are_no_row(apps, asked):
    names = b"AGE,INCOME,MEMBER,CITY,SINCE,NOTE\n"
    body = "\n".join(HEADERLESS).format("Oslo", "x").encode()
    answer = asked(apps("binary"), "POST", "/invocations", names + body, headers={"content-type": "text/csv"})
    assert len(answer.json["predictions"]) == 2
    assert "spelled" in answer.headers["x-model-notes"]


@pytest.mark.parametrize("accept", ["application/json", "text/csv", "application/jsonlines"])
def test_a_line_that_is_left_out_keeps_its_place(accept, apps, asked):
    rows = ["40,10,yes,Oslo", "41,20,yes,Rome", "Total,30,,", "43,40,no,Oslo", "44,50,no,Oslo", "Total,120,,"]
    body = "\n".join(["age,income,member,city", *rows]).encode()
    answer = asked(apps("binary"), "POST", "/invocations", body, headers={"content-type": "text/csv", "accept": accept})
    if accept == "text/csv":
        refused = ["left out" in line for line in answer.body.decode().splitlines()[1:]]
    else:
        lines = answer.json["predictions"] if accept == "application/json" else map(json.loads, answer.body.splitlines())
        refused = [one["prediction"] is None and one["errors"][0]["code"] == "left_out" for one in lines]
    assert refused == [False, False, True, False, False, True]
    assert "2%20lines" in answer.headers["x-model-notes"]
