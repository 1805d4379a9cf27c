from __future__ import annotations

import json
import os
import signal
import sqlite3
import time

import pytest

from mlops_desktop.serving.__main__ import main
from mlops_desktop.serving.monitoring import recorder as module
from mlops_desktop.serving.monitoring.recorder import difference
from mlops_desktop.serving.monitoring.store import DAY, FILE, HOUR, SERVICE, Block

ROW = {"rows": [{"age": 40, "income": 2000.5, "city": "Rome", "member": True}]}
ALWAYS = float("-inf"), float("inf")


def rows_kept(app):
    recorder, model = app.slot.recorder, app.slot.current.model_metrics
    return sum(one.rows for one in recorder.store.blocks([recorder.stored(model)], *ALWAYS))


def metric(app, asked, name):
    text = asked(app, "GET", "/metrics").body.decode()
    return [float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} ")]


def test_a_difference_has_what_was_added():
    before = {"a": 1, "b": {"x": 2, "y": 3}, "drift": [[1, 2], [0, 0]], "same": [[4]]}
    now = {"a": 1, "b": {"x": 2, "y": 5, "z": 1}, "drift": [[1, 2], [0, 4]], "same": [[4]], "new": [0, 1]}
    assert difference(now, before) == {"b": {"y": 2, "z": 1}, "drift": [[0, 0], [0, 4]], "new": [0, 1]}
    assert difference(before, None) == before
    assert difference(now, now) is None


def test_counts_outlast_the_process_and_are_stored_once(monitored, asked):
    for answered in (1, 2):
        app = monitored("binary")
        asked(app, "POST", "/v1/predict", ROW)
        assert app.slot.recorder.flush()
        assert app.slot.recorder.flush()
        assert rows_kept(app) == answered
    requests = [json.loads(key) for one in app.slot.recorder.store.blocks([SERVICE], *ALWAYS) for key in one.counts["requests"]]
    assert requests == [["POST", "/v1/predict", 200]] * 2


def test_what_could_not_be_written_is_written_later_and_metrics_say_so(monitored, asked):
    app = monitored("binary")
    store = app.slot.recorder.store
    asked(app, "POST", "/v1/predict", ROW)
    assert metric(app, asked, "monitor_store_up") == [1]
    path, store.path = store.path, store.path / "not" / "there"
    assert not app.slot.recorder.flush()
    assert (metric(app, asked, "monitor_store_up"), metric(app, asked, "monitor_store_errors_total")) == ([0], [1])
    assert asked(app, "POST", "/v1/predict", ROW).status == 200
    assert asked(app, "GET", "/v1/drift?window=all").status == 503
    store.path = path
    assert app.slot.recorder.flush()
    assert rows_kept(app) == 2
    assert (metric(app, asked, "monitor_store_up"), metric(app, asked, "monitor_store_errors_total")) == ([1], [2])


def test_what_waits_goes_into_a_store_that_is_made_anew(monitored, asked):
    app = monitored("binary", share=1.0)
    recorder = app.slot.recorder
    asked(app, "POST", "/v1/predict", ROW)
    assert recorder.flush()
    recorder.store.path.unlink()
    asked(app, "POST", "/v1/predict", ROW)
    assert recorder.flush()
    assert rows_kept(app) == 1
    assert count_of(recorder.store.path.parent, "count(*) FROM predictions") == 1


def test_questions_to_the_store_make_no_blocks_of_their_own(monitored, asked):
    app = monitored("binary")
    asked(app, "POST", "/v1/predict", ROW)
    for _ in range(5):
        assert asked(app, "GET", "/v1/alerts").status == 200
    assert count_of(app.slot.recorder.store.path.parent, "count(*) FROM blocks") == 2
    assert app.slot.recorder.flush()
    [*_, last] = app.slot.recorder.store.blocks([SERVICE], *ALWAYS)
    assert last.counts["requests"] == {json.dumps(["GET", "/v1/alerts", 200]): 5}


def test_an_error_of_any_kind_is_counted_and_the_thread_goes_on(monitored, asked, monkeypatch):
    monkeypatch.setattr(module, "INTERVAL", 0.01)
    monkeypatch.setattr(module, "CLEANING", 0.0)
    app = monitored("binary")
    recorder = app.slot.recorder
    recorder.store.add([Block("m", 0.0, 1.0, 1, {"x": [1]}), Block("m", 0.0, 1.0, 1, {"x": [1, 2]})], {})  # cannot be added up
    recorder._clean_at = 0.0
    recorder.start()
    deadline = time.monotonic() + 20
    while not recorder.counts()["errors"] and time.monotonic() < deadline:
        time.sleep(0.01)
    asked(app, "POST", "/v1/predict", ROW)
    recorder.stop()
    assert recorder.counts()["errors"] == 1
    assert rows_kept(app) == 1


def test_another_process_that_writes_is_waited_for(monitored, asked, monkeypatch):
    monkeypatch.setattr("mlops_desktop.serving.monitoring.store.BUSY_SECONDS", 0.05)
    app = monitored("binary")
    recorder = app.slot.recorder
    asked(app, "POST", "/v1/predict", ROW)
    with recorder.store.writing():
        assert not recorder.flush()
    assert recorder.flush()
    assert rows_kept(app) == 1


def test_a_full_disk_stops_no_answer(monitored, asked, monkeypatch):
    app = monitored("binary")
    recorder = app.slot.recorder
    connect = module.open_store.__globals__["_connect"]

    def full(path):
        db = connect(path)
        db.execute("PRAGMA max_page_count = 1")  # SQLite takes the number of pages that are there
        return db

    monkeypatch.setitem(module.open_store.__globals__, "_connect", full)
    failed = False
    for _ in range(40):
        assert asked(app, "POST", "/v1/predict", ROW).status == 200
        failed = failed or not recorder.flush()
    assert failed
    assert metric(app, asked, "monitor_store_up") == [0]
    monkeypatch.setitem(module.open_store.__globals__, "_connect", connect)
    assert recorder.flush()
    assert rows_kept(app) == 40


def test_models_with_the_same_reference_share_their_counts(monitored, asked, bundles):
    app = monitored("binary")
    asked(app, "POST", "/v1/predict", ROW)
    recorder, scorer, reference = app.slot.recorder, app.slot.current.scorer, bundles["binary"].reference
    exported_again = app.slot.metrics.model(scorer, reference, "another digest")
    assert recorder.stored(exported_again) == recorder.stored(app.slot.current.model_metrics)
    other = app.slot.metrics.model(scorer, bundles["regression"].reference, "a third digest")
    assert recorder.stored(other) != recorder.stored(exported_again)


def test_after_a_jump_of_the_clock_nothing_is_dropped_for_an_hour(monitored, monkeypatch):
    recorder = monitored("binary", days=30).slot.recorder
    now, elapsed = time.time(), time.monotonic()
    recorder.store.add([Block("m", now - 2 * DAY, now - 2 * DAY, 1, {})], {})
    clock = {"time": now, "monotonic": elapsed}
    monkeypatch.setattr(module.time, "time", lambda: clock["time"])
    monkeypatch.setattr(module.time, "monotonic", lambda: clock["monotonic"])

    def kept():
        return [one.rows for one in recorder.store.blocks(["m"], *ALWAYS)]

    clock["time"] += 100 * DAY
    recorder._clean()
    assert kept() == [1]
    assert recorder._clean_at == elapsed + HOUR
    clock["monotonic"] += HOUR
    clock["time"] += HOUR
    recorder._clean()
    assert kept() == [], "the clock goes on as it is: the block is 100 days old"


def count_of(folder, what="coalesce(sum(rows), 0) FROM blocks"):
    db = sqlite3.connect(folder / FILE)
    found = db.execute(f"SELECT {what}").fetchone()[0]
    db.close()
    return found


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL there")
def test_a_service_that_is_killed_loses_the_counts_of_seconds(running, folders, tmp_path):
    kept = tmp_path / "monitor"
    options = ("--monitor-folder", str(kept), "--prediction-log", "full", "--drain", "0")
    first = running(folders["binary"], *options)
    connection, given = first.connect(), []
    for number in range(7):  # the second and later ones take the fast path
        own = {"X-Request-Id": f"call-{number}"} if number % 2 else {}
        connection.request("POST", "/v1/predict", json.dumps(ROW), {"Content-Type": "application/json", **own})
        answer = connection.getresponse()
        assert answer.read()
        given.append(answer.headers["x-request-id"])
    connection.close()
    deadline = time.monotonic() + module.INTERVAL + 15
    while count_of(kept, "count(*) FROM predictions") < 7 and time.monotonic() < deadline:
        time.sleep(0.1)
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    second = running(folders["binary"], *options)
    assert second.ask("POST", "/v1/predict", ROW)[0] == 200
    assert json.loads(second.ask("GET", "/v1/drift?window=all")[1])["rows"] == 8
    assert json.loads(second.ask("GET", "/v1/drift")[1])["rows"] == 1
    labels = {"labels": [{"request_id": name, "label": "yes"} for name in given]}
    assert json.loads(second.ask("POST", "/v1/feedback", labels)[1])["accepted"] == len(set(given)) == 7
    assert second.ask("POST", "/v1/predict", ROW)[0] == 200
    assert second.stop() == 0
    assert count_of(kept) == 9, "a stop stores what was counted last"
    assert count_of(kept, "count(*) FROM predictions") == 9


@pytest.mark.proof
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_several_processes_write_one_store(running, folders, tmp_path):
    one = running(folders["binary"], "--workers", "2", "--monitor-folder", str(tmp_path), "--drain", "0")
    answered = 0
    while answered < 60:
        try:
            answered += one.ask("POST", "/v1/predict", ROW)[0] == 200
        except OSError:
            time.sleep(0.1)
    assert one.stop() == 0
    assert count_of(tmp_path) == 60


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_store_that_cannot_be_used_is_refused_before_the_service_listens(workers, folders, tmp_path, capsys):
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    assert main([str(folders["binary"]), "--port", "0", "--workers", workers, "--monitor-folder", str(tmp_path)]) == 2
    assert "cannot be used" in capsys.readouterr().err
