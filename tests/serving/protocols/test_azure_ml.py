from __future__ import annotations

import pytest


def test_rows_come_in_three_shapes(apps, asked):
    app = apps("regression")
    wanted = [one["prediction"] for one in asked(app, "POST", "/v1/predict", {"rows": [{"age": 40}, {"age": 50}]}).json["predictions"]]
    rows = [{"age": 40}, {"age": 50}]
    for body in (
        {"input_data": {"columns": ["age"], "index": [0, 1], "data": [[40], [50]]}},
        {"input_data": {"age": [40, 50]}},
        {"input_data": rows},
        {"data": rows},
        {"rows": rows},
    ):
        assert [one["prediction"] for one in asked(app, "POST", "/score", body).json] == wanted
    assert asked(app, "POST", "/score", {"input_data": {}}).json == []


@pytest.mark.parametrize(
    "body", [{}, {"data": [], "rows": []}, {"data": [], "x": 1}, {"data": 5}, {"data": [], "params": {"threshold": 0.5}}]
)
def test_errors_name_their_code(body, apps, asked):
    answer = asked(apps("regression"), "POST", "/score", body)
    assert (answer.status, answer.json["error"]["code"]) == (422, "invalid_input")
