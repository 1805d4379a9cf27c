from __future__ import annotations

import http.server
import json
import threading

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitoring import alert_watch as module
from mlops_desktop.serving.monitoring.alert_watch import Webhook


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers with the statuses of the server, the last one for ever, and keeps what was sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), json.loads(body)))
        self.send_response(self.server.statuses.pop(0) if len(self.server.statuses) > 1 else self.server.statuses[0])
        self.send_header("Content-Length", "0")
        self.send_header("Location", "http://127.0.0.1:9/")
        self.end_headers()

    def log_message(self, *arguments):
        """Nothing."""


@pytest.fixture
def receiver():
    with http.server.HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.received, server.statuses = [], [200]
        server.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def watched(monitored, asked, rows_of, receiver, tmp_path, monkeypatch):
    """The watch of a service whose data has drifted; each call of `check` is a minute later."""
    monkeypatch.setattr(module, "RETRIES", (0.0, 0.0))
    headers = tmp_path / "headers"
    headers.write_text("Authorization: Bearer a secret: with colons\n\nX-Team: ml\n")
    app = monitored("binary", webhook=receiver.url, webhook_headers=headers)
    asked(app, "POST", "/v1/predict", {"rows": [{**row, "age": 95, "note": "canary"} for row in rows_of(300)]})
    app.slot.recorder.flush()
    monkeypatch.setattr(module, "take_turn", lambda store, seconds: True)
    return app.slot.recorder.watch


def test_an_alert_is_sent_once_and_its_end_too(watched, receiver):
    watched.check()
    watched.check()
    [(headers, document)] = receiver.received
    assert (headers["Authorization"], headers["X-Team"]) == ("Bearer a secret: with colons", "ml")
    assert (document["name"], document["state"], document["column"], document["model"]["name"]) == ("drift", "firing", "age", "leavers")
    assert "drift" in document["text"]
    assert "canary" not in json.dumps(document)
    with watched._store.writing() as db:
        db.execute("UPDATE blocks SET counts = json_remove(counts, '$.drift')")
    watched.check()
    assert [document["state"] for _, document in receiver.received] == ["firing", "ok"]
    assert watched.errors == 0


def test_an_alert_ends_when_its_window_has_too_few_rows_and_the_next_one_is_sent(watched, receiver):
    watched.check()
    with watched._store.writing() as db:
        db.execute("UPDATE blocks SET end = end - 1e6")
    watched.check()
    with watched._store.writing() as db:
        db.execute("UPDATE blocks SET end = end + 1e6")
    watched.check()
    assert [document["state"] for _, document in receiver.received] == ["firing", "not_enough_data", "firing"]
    assert "too few rows" in receiver.received[1][1]["text"]


def test_a_webhook_that_fails_is_tried_again_some_times(watched, receiver):
    receiver.statuses = [500, 503, 200]
    watched.check()
    assert len(receiver.received) == 3
    watched.check()
    assert (len(receiver.received), watched.errors) == (3, 0)


@pytest.mark.parametrize("status", [500, 302])
def test_a_webhook_that_never_answers_well_is_tried_at_the_next_check(status, watched, receiver):
    receiver.statuses = [status]
    watched.check()
    assert (len(receiver.received), watched.errors) == (3, 1)
    receiver.statuses = [200]
    watched.check()
    assert (len(receiver.received), watched.errors) == (4, 1)


def test_an_address_that_http_cannot_carry_fails_like_a_webhook_that_does_not_answer(watched):
    watched._webhook = Webhook("http://127.0.0.1:9/\u20ac")
    watched.check()
    assert watched.errors == 1
    with watched._store.reading() as db:
        assert db.execute("SELECT count(*) FROM alerts WHERE rule = 'drift' AND sent IS NULL").fetchone() == (1,)


def test_a_store_that_cannot_be_used_is_counted(watched):
    watched._store.path = watched._store.path / "not there"
    watched.check()
    assert watched.errors == 1


def test_what_is_no_webhook_is_refused(tmp_path):
    for url in ("file:///etc/passwd", "example.com", "http://", "http://[x"):
        with pytest.raises(UserError):
            Webhook(url)
    (tmp_path / "headers").write_text("no header\n")
    (tmp_path / "wide").write_text("Authorization: Bearer €\n", encoding="utf-8")
    for headers in ("headers", "missing", "wide"):
        with pytest.raises(UserError):
            Webhook("https://example.com", tmp_path / headers)
