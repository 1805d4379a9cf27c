from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitoring.alerts import check, take_turn, unsent
from mlops_desktop.serving.monitoring.store import HOUR


def states(app, asked):
    return {one["name"]: one for one in asked(app, "GET", "/v1/alerts").json["alerts"]}


@pytest.fixture
def ruled(monitored, tmp_path):
    """`ruled(rule, …)` is an application with these rules and a full prediction log."""

    def make(*rules):
        path = tmp_path / "rules.json"
        path.write_text(json.dumps({"rules": [{"name": one["metric"] + one.get("column", ""), **one} for one in rules]}))
        return monitored("binary", rules=path, share=1.0)

    return make


def test_drift_fires_with_enough_rows_and_ends(monitored, asked, rows_of):
    app = monitored("binary")
    old = [{**row, "age": 95} for row in rows_of(300)]
    assert states(app, asked)["drift"]["state"] == "not_enough_data"
    asked(app, "POST", "/v1/predict", {"rows": old[:150]})
    assert states(app, asked)["drift"]["state"] == "not_enough_data"
    asked(app, "POST", "/v1/predict", {"rows": old[150:]})
    found = states(app, asked)["drift"]
    assert (found["state"], found["column"], found["value"], found["above"], found["rows"]) == ("firing", "age", 3, 2, 300)
    assert states(app, asked)["drift"]["since"] == found["since"]
    assert {name: one["state"] for name, one in states(app, asked).items() if name != "drift"} == {
        **{"failed requests": "not_enough_data", "refused rows": "ok", "slow answers": "not_enough_data"}
    }
    with app.slot.recorder.store.writing() as db:
        db.execute("UPDATE blocks SET start = start - ?, end = end - ?", (30 * HOUR,) * 2)
    asked(app, "POST", "/v1/predict", {"rows": rows_of(600, 3)})
    assert states(app, asked)["drift"]["state"] == "ok"


def test_shares_of_columns_requests_and_rows(ruled, asked, rows_of):
    app = ruled(
        {"metric": "missing", "column": "income", "above": 0.5, "rows": 50},
        {"metric": "missing", "above": 0.99, "rows": 50},
        {"metric": "unseen", "above": 0.9, "rows": 50},
        {"metric": "outside", "column": "age", "above": 0.5, "rows": 50},
        {"metric": "drift", "column": "age", "above": 2, "rows": 50},
        {"metric": "refused", "above": 0.05, "rows": 50},
        {"metric": "errors", "above": 0.1, "rows": 5},
        {"metric": "p50", "above": 1e-7, "rows": 5},
    )
    rows = [{**row, "age": 95, "income": None, "city": "Athens"} for row in rows_of(100)]
    asked(app, "POST", "/v1/predict?on_error=row", {"rows": [*rows, *[{"age": "x"}] * 20]})
    for status in (500, 200, 200, 503, 200, 500):
        app.slot.metrics.request("POST", "/v1/predict", status, 0.01)
    app.slot.metrics.request("GET", "/health/ready", 503, 0.01)
    found = asked(app, "GET", "/v1/alerts").json["alerts"]
    assert [one["state"] for one in found] == ["firing", "ok", "firing", "firing", "firing", "firing", "firing", "firing"]
    assert [one["value"] for one in found[:4]] == [1, 1, 1, 1]
    assert [one.get("column") for one in found[:3]] == ["income", "income", "city"]
    assert (found[5]["value"], found[6]["rows"]) == (pytest.approx(20 / 120, abs=1e-6), 7)


def test_performance_fires_when_the_interval_is_below_the_limit(ruled, asked, rows_of):
    app = ruled({"metric": "accuracy", "below": 0.85, "window": "week", "rows": 20})
    answers = asked(app, "POST", "/v1/predict", {"rows": rows_of(60)}, headers={"x-request-id": "many"}).json["predictions"]
    predicted = [one["prediction"] for one in answers]
    other = {"yes": "no", "no": "yes"}

    def label(rows, wrong):
        entries = [{"request_id": "many", "row": row, "label": other[predicted[row]] if wrong else predicted[row]} for row in rows]
        asked(app, "POST", "/v1/feedback", {"labels": entries})
        return states(app, asked)["accuracy"]["state"]

    assert label(range(10), False) == "not_enough_data"
    assert label(range(10, 22), True) == "firing"
    assert label(range(22, 60), False) == "ok"


@pytest.mark.parametrize(
    "rule",
    [
        *({"metric": "drift", "column": "agee"}, {"metric": "missing", "column": "agee"}, {"metric": "unseen", "column": "age"}),
        *({"metric": "rmse"}, {"metric": "f1_macro"}),
    ],
)
def test_a_rule_about_what_the_model_lacks_is_refused(rule, ruled):
    with pytest.raises(UserError, match="alert"):
        ruled({"above": 0.5, **rule})


def test_one_process_checks_at_a_time(monitored):
    store = monitored("binary").slot.recorder.store
    assert [take_turn(store, 60) for _ in range(3)] == [True, False, False]
    with store.writing() as db:
        db.execute("UPDATE alerts SET since = since + 1000")  # the clock was put back
    assert take_turn(store, 60)


def test_what_was_sent_is_not_sent_again(monitored, asked, rows_of):
    app = monitored("binary")
    recorder, model = app.slot.recorder, app.slot.current.model_metrics
    key = recorder.stored(model)
    assert unsent(recorder.store, key, check(recorder.store, key, model, recorder.rules)) == []
    asked(app, "POST", "/v1/predict", {"rows": [{**row, "age": 95} for row in rows_of(300)]})
    recorder.flush()
    assert [one.rule.name for one in unsent(recorder.store, key, check(recorder.store, key, model, recorder.rules))] == ["drift"]


def test_alerts_without_a_store(apps, asked):
    assert asked(apps("binary"), "GET", "/v1/alerts").status == 404
