from __future__ import annotations

import time

import pytest

from mlops_desktop.serving.monitoring.store import DAY


def windows(app, asked, query=""):
    return asked(app, "GET", f"/v1/monitor/performance{query}").json["windows"]


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("binary", "yes", {"accuracy", "log_loss", "recall", "f1"}),
        ("multiclass", 2.5, {"accuracy", "log_loss", "f1_macro"}),
        ("regression", 900, {"rmse", "mae", "bias"}),
    ],
)
def test_labels_make_metrics_of_the_day_of_the_answers(name, label, expected, monitored, asked, rows_of):
    app = monitored(name, share=1.0)
    asked(app, "POST", "/v1/predict", {"rows": rows_of(40)}, headers={"x-request-id": "many"})
    entries = [{"request_id": "many", "row": row, "label": label} for row in range(40)]
    assert windows(app, asked) == []
    assert asked(app, "POST", "/v1/feedback", {"labels": entries}).json["accepted"] == 40
    [window] = windows(app, asked)
    assert (window["version"], window["labels"]) == (app.slot.current.scorer.version, 40)
    assert {*window["metrics"]} >= expected
    assert all(one["low"] <= one["value"] <= one["high"] for one in window["metrics"].values())
    assert window["start"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) <= window["end"]


@pytest.mark.parametrize(("label", "has_rmse"), [(1e308, False), (1e100, True)])
def test_what_is_no_finite_number_is_left_out(label, has_rmse, monitored, asked, rows_of):
    app = monitored("regression", share=1.0)
    asked(app, "POST", "/v1/predict", {"rows": rows_of(2)}, headers={"x-request-id": "two"})
    asked(app, "POST", "/v1/feedback", {"labels": [{"request_id": "two", "row": row, "label": label / (row + 1)} for row in range(2)]})
    [window] = windows(app, asked)
    assert window["labels"] == 2
    assert ("rmse" in window["metrics"]) == has_rmse
    assert asked(app, "GET", "/v1/alerts").status == 200


def test_windows_and_labels_that_outlast_the_log(monitored, asked, rows_of):
    app = monitored("binary", share=1.0)
    asked(app, "POST", "/v1/predict", {"rows": rows_of(30)}, headers={"x-request-id": "many"})
    asked(app, "POST", "/v1/feedback", {"labels": [{"request_id": "many", "row": row, "label": "no"} for row in range(30)]})
    with app.slot.recorder.store.writing() as db:
        db.execute("DELETE FROM predictions")
        db.execute("UPDATE labels SET time = time - ? WHERE prediction <= 10", (8 * DAY,))
    for query, sizes in (("", [10, 20]), ("?by=week", [10, 20]), ("?by=all", [30]), ("?last=2", [20]), ("?by=hour", [20])):
        assert [one["labels"] for one in windows(app, asked, query)] == sizes, query
    assert asked(app, "GET", "/v1/monitor/performance?by=year").status == 400
    week = windows(app, asked, "?by=week")[-1]["start"]
    assert time.strptime(week, "%Y-%m-%dT%H:%M:%SZ").tm_wday == 0
