from __future__ import annotations

import time

import pytest

from mlops_desktop.serving.monitoring.store import DAY, HOUR
from mlops_desktop.serving.monitoring.windows import SECONDS, quantile


def at(app, seconds_ago):
    """Store what an application counted as if it had been so long ago."""
    recorder = app.slot.recorder
    recorder.flush()
    with recorder.store.writing() as db:
        db.execute(
            "UPDATE blocks SET start = start - ?, end = end - ? WHERE id > (SELECT coalesce(max(id), 0) FROM done)", (seconds_ago,) * 2
        )
        db.execute("INSERT INTO done SELECT max(id) FROM blocks")


@pytest.fixture
def app(monitored, asked, rows_of):
    """200 rows as at training two days ago, 100 two hours ago, 150 old people now."""
    made = monitored("binary")
    with made.slot.recorder.store.writing() as db:
        db.execute("CREATE TABLE done (id)")
    for rows, seconds_ago in ((rows_of(200, 3), 2 * DAY), (rows_of(100, 5), 2 * HOUR)):
        asked(made, "POST", "/v1/predict", {"rows": rows})
        at(made, seconds_ago)
    asked(made, "POST", "/v1/predict", {"rows": [{**row, "age": 95} for row in rows_of(150, 7)]})
    return made


def test_drift_is_of_the_window_that_is_named(app, asked):
    found = {name: asked(app, "GET", f"/v1/drift?window={name}").json for name in ("start", "hour", "day", "all", "last:151", "last:1")}
    assert {name: one["rows"] for name, one in found.items()} == {
        **{"start": 450, "hour": 150, "day": 250, "all": 450, "last:151": 250, "last:1": 150}
    }
    assert {one["window"]["name"] for one in found.values()} == {*found}
    ages = {name: one["columns"][0]["verdict"] for name, one in found.items()}
    assert ages["hour"] == ages["last:1"] == "act"
    assert found["hour"]["columns"][0]["outside"][1] == 1.0
    assert found["hour"]["window"]["start"] <= found["hour"]["window"]["end"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_windows_by_hour_and_day(app, asked):
    asked(app, "POST", "/v1/predict", {"rows": [{"age": "x"}]})
    hours = asked(app, "GET", "/v1/monitor/windows").json["windows"]
    assert [one["rows"] for one in hours] == [100, 150]
    last = hours[-1]
    assert (last["verdict"], last["columns"][0]["field"], last["columns"][0]["verdict"]) == ("act", "age", "act")
    assert [(one["field"], one["code"], one["count"]) for one in last["errors"]] == [("age", "unreadable", 1)]
    assert ("city", "unknown_level") in {(one["field"], one["code"]) for one in last["warnings"]}
    assert sum(last["outcomes"].values()) == 150
    counted = {(one["route"], one["status"]): one["count"] for one in last["requests"]}
    assert counted["/v1/predict", 422] == 1
    times = next(one for one in last["seconds"] if one["route"] == "/v1/predict")
    assert 0 < times["p50"] <= times["p95"] <= times["p99"]
    days = asked(app, "GET", "/v1/monitor/windows?by=day&last=3").json["windows"]
    assert sum(one["rows"] for one in days) == 450
    assert len(days) >= 2
    assert asked(app, "GET", "/v1/monitor/windows?last=1").json["windows"][0]["rows"] == 150


def test_old_blocks_are_in_the_same_windows_once_they_are_merged(app, asked):
    before = asked(app, "GET", "/v1/monitor/windows?by=day&last=7").json
    app.slot.recorder.store.merge(time.time())
    after = asked(app, "GET", "/v1/monitor/windows?by=day&last=7").json
    kept = ("rows", "columns", "outcomes", "start", "end")
    assert [[one[name] for name in kept] for one in before["windows"]] == [[one[name] for name in kept] for one in after["windows"]]


@pytest.mark.parametrize("path", ["drift?window=week", "drift?window=last:0", "drift?window=hour&window=day", "monitor/windows?by=week"])
def test_a_query_that_is_not_valid_is_refused(path, monitored, asked):
    assert asked(monitored("binary"), "GET", f"/v1/{path}").status == 400


def test_a_service_that_keeps_nothing_says_how_to_change_that(apps, asked):
    app = apps("binary")
    for path in ("drift?window=hour", "monitor/windows"):
        answer = asked(app, "GET", f"/v1/{path}")
        assert answer.status == 404
        assert "--monitor-folder" in answer.json["detail"]
    assert asked(app, "GET", "/v1/drift").json["window"] == {"name": "start"}
    assert "monitor_store_up" not in asked(app, "GET", "/metrics").body.decode()


def test_quantiles_lie_within_their_bucket():
    counts = [0] * (len(SECONDS) + 1)
    assert quantile(counts, 0.5) is None
    counts[3] = 100
    assert quantile(counts, 0.5) == pytest.approx((SECONDS[2] + SECONDS[3]) / 2)
    counts[-1] = 100
    assert quantile(counts, 0.99) == SECONDS[-1]
