from __future__ import annotations

import json
import sqlite3
import time

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitoring import prediction_log as module
from mlops_desktop.serving.monitoring.prediction_log import drop_old_rows, used_bytes
from mlops_desktop.serving.monitoring.store import FILE

ROW = {"age": 40, "income": 2000.5, "city": "Rome", "member": True, "since": "2012-03-15", "note": "paid"}


def logged(app):
    recorder = app.slot.recorder
    assert recorder.flush()
    with recorder.store.reading() as db:
        found = db.execute("SELECT request, row, scores, answer, cells FROM predictions ORDER BY id").fetchall()
    return [(request, row, json.loads(scores), json.loads(answer), json.loads(cells)) for request, row, scores, answer, cells in found]


@pytest.mark.parametrize("name", ["binary", "multiclass", "regression"])
def test_a_row_is_kept_as_the_service_took_it(name, monitored, asked):
    app = monitored(name, share=1.0)
    row = {**ROW, "age": 40.0, "member": "yes", "note": None}
    answer = asked(app, "POST", "/v1/predict", {"rows": [row]}, headers={"x-request-id": "order-7"}).json["predictions"][0]
    [(request, number, scores, kept, cells)] = logged(app)
    assert (request, number, kept) == ("order-7", 0, answer["prediction"])
    assert scores == list(answer["probabilities"].values() if "probabilities" in answer else [answer["prediction"]])
    assert cells == {**ROW, "note": None}


def test_every_protocol_is_logged_with_request_and_row(monitored, asked, rows_of):
    app = monitored("binary", share=1.0)
    rows = [ROW, {"age": "x"}, {"age": 50}]

    def ask(path, body, kind="application/json"):
        headers = {"x-request-id": path.partition("?")[0].strip("/").replace("/", "."), "content-type": kind}
        return asked(app, "POST", path, body, headers=headers)

    assert ask("/v1/predict?on_error=row", {"rows": rows}).status == 200
    assert ask("/v1/predict/lines", b"".join(json.dumps(row).encode() + b"\n" for row in rows), "application/x-ndjson").status == 200
    assert ask("/v1/predict/csv", b"age,city\n40,Rome\nx,Rome\n50,\n", "text/csv").status == 200
    assert ask("/invocations", {"dataframe_records": [ROW, {"age": 50}]}).status == 200
    found = [(request, number, cells["age"]) for request, number, _, _, cells in logged(app)]
    assert found == [
        *(("v1.predict", 0, 40), ("v1.predict", 2, 50)),
        *(("v1.predict.lines", 0, 40), ("v1.predict.lines", 2, 50)),
        *(("v1.predict.csv", 0, 40), ("v1.predict.csv", 2, 50)),
        *(("invocations", 0, 40), ("invocations", 1, 50)),
    ]


def test_work_in_a_thread_is_logged_under_its_request(monitored, asked, rows_of):
    app = monitored("binary", share=1.0)
    asked(app, "POST", "/v1/predict", {"rows": rows_of(2100)}, headers={"x-request-id": "many"})
    assert [(request, row) for request, row, *_ in logged(app)] == [("many", row) for row in range(2100)]


def test_masked_columns_reach_no_byte_of_the_folder(monitored, asked, tmp_path):
    canary = "canary-5f1c"
    app = monitored("binary", share=1.0, masked=("note", "city"))
    rows = [{**ROW, "note": canary, "city": canary, "since": "2012-03-15"}] * 5
    asked(app, "POST", "/v1/predict", {"rows": rows})
    asked(app, "POST", "/v1/predict", {"rows": [{**rows[0], "age": canary, canary: 1}]})
    assert [cells for *_, cells in logged(app)] == [{name: ROW[name] for name in ("age", "income", "member", "since")}] * 5
    files = [path for path in (tmp_path / "monitor").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {FILE}
    assert [path for path in files if canary.encode() in path.read_bytes()] == []


def test_counts_alone_keep_no_value_of_a_row(monitored, asked, tmp_path):
    app = monitored("binary")
    asked(app, "POST", "/v1/predict", {"rows": [{**ROW, "note": "canary-5f1c", "city": "canary-5f1c"}]})
    assert logged(app) == []
    assert not [path for path in (tmp_path / "monitor").iterdir() if b"canary" in path.read_bytes()]


def test_a_column_that_is_masked_must_be_one_of_the_model(monitored):
    with pytest.raises(UserError, match="nothing_like_it"):
        monitored("binary", share=1.0, masked=("age", "nothing_like_it"))


def test_a_sample_holds_all_rows_of_a_share_of_the_requests(monitored, asked):
    app = monitored("binary", share=0.25)
    for one in range(100):
        asked(app, "POST", "/v1/predict", {"rows": [ROW] * 3}, headers={"x-request-id": f"request {one}"})
    found = [(request, row) for request, row, *_ in logged(app)]
    kept = dict.fromkeys(request for request, _ in found)
    assert 5 < len(kept) < 50
    assert found == [(request, row) for request in kept for row in range(3)]


@pytest.mark.parametrize(("limit", "most"), [("MAX_ROWS", 3), ("MAX_CELLS", 3 * 8), ("MAX_TEXT", 3 * len("Romepaid") + 1)])
def test_what_does_not_fit_is_dropped_and_counted(limit, most, monitored, asked, monkeypatch):
    monkeypatch.setattr(module, limit, most)
    app = monitored("binary", share=1.0)
    for _ in range(5):
        assert asked(app, "POST", "/v1/predict", {"rows": [ROW]}).status == 200
    assert len(logged(app)) == 3
    text = asked(app, "GET", "/metrics").body.decode()
    assert "monitor_logged_rows_total 3\n" in text
    assert "monitor_dropped_rows_total 2\n" in text
    asked(app, "POST", "/v1/predict", {"rows": [ROW]})
    assert len(logged(app)) == 4


def test_rows_that_cannot_be_written_wait(monitored, asked):
    app = monitored("binary", share=1.0)
    recorder = app.slot.recorder
    asked(app, "POST", "/v1/predict", {"rows": [ROW]})
    path, recorder.store.path = recorder.store.path, recorder.store.path / "not there"
    with pytest.raises(sqlite3.Error):
        recorder.log.write(recorder.store, {})
    recorder.store.path = path
    assert len(logged(app)) == 1


def test_many_rows_are_written_in_several_transactions_and_encoded_before_each(monitored, asked, monkeypatch):
    monkeypatch.setattr(module, "WRITE_ROWS", 2)
    app = monitored("binary", share=1.0)
    recorder = app.slot.recorder
    for _ in range(5):
        asked(app, "POST", "/v1/predict", {"rows": [ROW]})
    events, writing, texts = [], recorder.store.writing, module._texts
    monkeypatch.setattr(recorder.store, "writing", lambda: events.append("write") or writing())
    monkeypatch.setattr(module, "_texts", lambda one: events.append("row") or texts(one))
    recorder.log.write(recorder.store, recorder._infos())
    assert events == ["row", "row", "write", "row", "row", "write", "row", "write"]
    assert len(logged(app)) == 5


def test_old_rows_go_by_their_age_and_by_the_size_of_the_file(monitored, asked, rows_of):
    app = monitored("binary", share=1.0)
    for _ in range(3):
        asked(app, "POST", "/v1/predict", {"rows": rows_of(1000)})
        app.slot.recorder.flush()
    store, now = app.slot.recorder.store, time.time()
    with store.writing() as db:
        db.execute("UPDATE predictions SET time = ? WHERE id <= 1500", (now - 1000,))
    while drop_old_rows(store, now - 500, 500):
        pass
    assert len(logged(app)) == 1500
    with store.reading() as db:
        megabytes = used_bytes(db) / module.MEGABYTE
    assert not drop_old_rows(store, 0.0, megabytes)
    assert len(logged(app)) == 1500
    while drop_old_rows(store, 0.0, megabytes / 2):
        pass
    kept = logged(app)
    assert len(kept) == 500
    assert kept[-1][1] == 999, "the newest stay"
