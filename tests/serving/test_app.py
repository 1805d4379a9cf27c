from __future__ import annotations

import json
import logging
import re
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_desktop.serving import predictor
from mlops_desktop.serving.app import App, log_to_stderr
from mlops_desktop.serving.http_messages import Reply
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.predictor import Predictor
from mlops_desktop.serving.routes import Limits
from mlops_desktop.serving.service import Service

ROW = {"age": 40, "income": 2000.5, "city": "Rome", "member": True}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10) | st.sampled_from(["rows", "row", "age"]), inner, max_size=4)
    ),
    max_leaves=12,
)
CELLS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["Rome", "2020-01-01", 40, 1.5, "NA"])
)
ROWS = st.lists(
    st.dictionaries(st.sampled_from(["age", "income", "city", "member", "since", "note", "other"]), CELLS) | JSON_VALUES, max_size=4
)


def strict(answer):
    """The answer's body under a strict parser, and the headers that every answer has."""
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    assert answer.headers["x-model-version"] == "0123456789ab"
    assert int(answer.headers["content-length"]) == len(answer.body)
    return answer.json if "json" in answer.headers["content-type"] else answer.body


def test_every_route_answers(apps, asked):
    app = apps("binary")
    for path, kind in (
        ("/", "text/html"),
        ("/docs", "text/html"),
        ("/static/app.js", "text/javascript"),
        ("/v1/schema", "application/json"),
        ("/v1/model", "application/json"),
        ("/v1/drift", "application/json"),
        ("/openapi.json", "application/json"),
        ("/health/live", "application/json"),
        ("/health/ready", "application/json"),
        ("/health/startup", "application/json"),
        ("/metrics", "text/plain"),
    ):
        answer = asked(app, "GET", path)
        assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, kind), path
        strict(answer)
        head = asked(app, "HEAD", path)
        assert (head.status, head.body) == (200, b"")


def test_a_prediction(apps, asked):
    answer = asked(apps("binary"), "POST", "/v1/predict", {"rows": [ROW, ROW]})
    assert answer.status == 200
    found = strict(answer)
    assert found["model"] == {"name": "leavers", "version": "0123456789ab"}
    assert set(found["predictions"][0]) == {"prediction", "probabilities", "threshold", "warnings"}
    assert sum(found["predictions"][0]["probabilities"].values()) == pytest.approx(1)


def test_bodies_may_come_in_pieces(apps, asked):
    app = apps("binary")
    whole = asked(app, "POST", "/v1/predict", {"rows": [ROW] * 9}).body
    assert asked(app, "POST", "/v1/predict", {"rows": [ROW] * 9}, pieces=13).body == whole


def test_pages_have_a_policy_that_keeps_everything_here(apps, asked):
    policy = asked(apps("binary"), "GET", "/").headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/../etc/passwd", 404),
        ("GET", "/static/../app.py", 404),
        ("POST", "/v1/schema", 405),
        ("GET", "/v1/predict", 405),
    ],
)
def test_unknown_paths_and_methods(method, path, status, apps, asked):
    answer = asked(apps("binary"), method, path, {} if method == "POST" else None)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert strict(answer)["status"] == status
    if status == 405:
        assert answer.headers["allow"] == ("POST" if path == "/v1/predict" else "GET, HEAD")


@pytest.mark.parametrize(
    ("content_type", "fits"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON;charset=UTF-8", True),
        ("application/json; charset=latin-1", False),
        ("application/x-www-form-urlencoded", False),
        ("text/csv", False),
        ("", False),
    ],
)
def test_content_types(content_type, fits, apps, asked):
    answer = asked(apps("binary"), "POST", "/v1/predict", {"rows": [ROW]}, headers={"content-type": content_type})
    assert answer.status == (200 if fits else 415)


def test_csv_with_its_content_type(apps, asked):
    answer = asked(apps("binary"), "POST", "/v1/predict/csv", b"age\n40\n", headers={"content-type": "text/csv; header=present"})
    assert (answer.status, answer.headers["content-type"], answer.headers["x-model-warnings"]) == (200, "text/csv; charset=utf-8", "5")
    assert answer.body.decode().splitlines()[0] == "prediction,probability_no,probability_yes,warnings,error"


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("pieces", [1, 5])
def test_large_bodies_are_refused_while_they_are_read(declared, pieces, apps, asked):
    app = apps("binary", Limits(body=1000))
    headers = {"content-length": "5000"} if declared else {}
    answer = asked(app, "POST", "/v1/predict", b'{"rows":[' + b" " * 4990 + b"]}", headers=headers, pieces=pieces)
    assert answer.status == 413
    assert answer.headers["connection"] == "close"


def test_request_ids_are_kept_or_made(apps, asked):
    app = apps("binary")
    assert asked(app, "GET", "/health/live", headers={"x-request-id": "abc-1.2:3"}).headers["x-request-id"] == "abc-1.2:3"
    for bad in ("", "a b", "x" * 101, "ü", "a\tb"):
        assert re.fullmatch(
            r"[0-9a-f]{8}-[0-9a-f]+", asked(app, "GET", "/health/live", headers={"x-request-id": bad}).headers["x-request-id"]
        )
    first, second = (asked(app, "GET", "/nowhere") for _ in range(2))
    assert first.json["instance"] == "urn:request:" + first.headers["x-request-id"] != second.json["instance"]


def test_a_draining_service_is_not_ready(apps, asked):
    app = apps("binary")
    app.draining = True
    ready = asked(app, "GET", "/health/ready")
    assert (ready.status, ready.headers["retry-after"]) == (503, "1")
    answer = asked(app, "POST", "/v1/predict", {"rows": [ROW]})
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert asked(app, "GET", "/health/live").status == 200


def test_an_internal_error_is_logged_and_answered_without_its_cause(apps, asked, monkeypatch, capfd):
    app = apps("binary")
    monkeypatch.setattr(Service, "predict", lambda self, body, query: 1 / 0)
    monkeypatch.setattr(logging.getLogger("serving"), "disabled", False)  # import-linter disables every logger that exists
    log_to_stderr()
    try:
        answer = asked(App(app.slot), "POST", "/v1/predict", {"rows": [ROW]})
    finally:
        logging.getLogger("serving").handlers.clear()
        logging.getLogger("serving").propagate = True
    assert (answer.status, answer.json["title"]) == (500, "The service failed at this request.")
    assert "division" not in answer.body.decode()
    line = json.loads(capfd.readouterr().err.splitlines()[0])
    assert "ZeroDivisionError" in line["cause"]
    assert answer.headers["x-request-id"] in line["message"]


def test_health_is_quick_while_a_large_batch_is_answered(apps, asked, rows_of):
    app = apps("binary")
    done = threading.Event()

    def work():
        asked(app, "POST", "/v1/predict", {"rows": rows_of(5000)})
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert asked(app, "GET", "/health/live").status == 200
    thread.join()
    assert done.is_set()


def test_requests_are_counted(apps, asked):
    app = apps("binary")
    asked(app, "POST", "/v1/predict", {"rows": [ROW]})
    asked(app, "BREW", "/nowhere")
    page = asked(app, "GET", "/metrics").body.decode()
    assert 'http_requests_total{method="POST",route="/v1/predict",status="200"} 1' in page
    assert 'http_requests_total{method="other",route="(unknown)",status="404"} 1' in page
    assert "http_requests_in_progress 1" in page


@settings(max_examples=150)
@given(
    body=st.binary(max_size=60) | JSON_VALUES.map(lambda v: json.dumps(v).encode()), path=st.sampled_from(["predict", "explain", "what-if"])
)
def test_no_body_makes_an_internal_error(body, path, fuzzed, asked):
    answer = asked(fuzzed, "POST", f"/v1/{path}", body)
    assert answer.status in (200, 400, 413, 422), answer.body
    strict(answer)


@settings(max_examples=200)
@given(rows=ROWS, how=st.sampled_from(["predict", "predict?on_error=row", "explain"]))
def test_no_rows_make_an_internal_error(rows, how, fuzzed, asked):
    answer = asked(fuzzed, "POST", f"/v1/{how}", json.dumps({"rows": rows}).encode())
    assert answer.status in (200, 400, 422), answer.body
    found = strict(answer)
    if answer.status == 200 and how != "explain":
        assert len(found["predictions"]) == len(rows)


@settings(max_examples=150)
@given(text=st.text(alphabet=st.sampled_from('ageincomety,;\t"\n\r 0123456789.-x\ufeffü'), max_size=80), header=st.booleans())
def test_no_csv_makes_an_internal_error(text, header, fuzzed, asked):
    body = ("age,city\n" if header else "") + text
    answer = asked(fuzzed, "POST", "/v1/predict/csv", body.encode(), headers={"content-type": "text/csv"})
    assert answer.status in (200, 400, 422), answer.body
    strict(answer)


@pytest.fixture(scope="module")
def fuzzed(bundles):
    return App(ModelSlot(bundles["binary"]))


@pytest.mark.parametrize(
    ("path", "body", "kind", "on_loop"),
    [
        ("/v1/predict", b'{"rows":[{"age":40},{"age":41}]}', "application/json", True),
        ("/v1/predict?on_error=row", b'{"rows":[%s]}' % b",".join([b"{}"] * 500), "application/json", False),
        ("/v1/predict?on_error=row", b'{"rows":[%s]}' % b",".join([b"1"] * 5000), "application/json", False),
        ("/v1/predict/lines", b"{}\n" * 500, "application/x-ndjson", False),
        ("/v1/predict/lines", b"{}\n" * 5, "application/x-ndjson", True),
        ("/invocations", b"age\n40\n", "text/csv", False),
        ("/score", b'{"data":{"age":[40]}}', "application/json", False),
    ],
)
def test_work_that_may_take_long_is_not_on_the_event_loop(path, body, kind, on_loop, apps, asked, monkeypatch):
    app, threads = apps("binary"), set()
    decide = Predictor.decide
    monkeypatch.setattr(Predictor, "decide", lambda *given: threads.add(threading.current_thread()) or decide(*given))
    assert asked(app, "POST", path, body, headers={"content-type": kind}).status == 200
    assert threads
    assert (threads == {threading.main_thread()}) == on_loop


def test_large_bodies_of_json_are_answered_one_at_a_time(apps, asked, monkeypatch):
    """Parsed they take many times their bytes; a table is bounded otherwise."""
    names = []

    def answer(self, body, query=b""):
        names.append(threading.current_thread().name.partition("_")[0])
        return Reply(b"{}")

    for method in ("predict", "predict_csv"):
        monkeypatch.setattr(Service, method, answer)
    app = apps("binary")
    asked(app, "POST", "/v1/predict", b" " * 1_100_000)
    asked(app, "POST", "/v1/predict", b" " * 100_000)
    asked(app, "POST", "/v1/predict/csv", b" " * 1_100_000, headers={"content-type": "text/csv"})
    assert names == ["large", "model", "model"]


def test_a_refused_row_lists_its_first_errors(apps, asked, monkeypatch):
    monkeypatch.setattr(predictor, "MAX_ERRORS_PER_ROW", 1)
    answer = asked(apps("binary"), "POST", "/v1/predict?on_error=row", {"rows": [{"age": "x", "income": "x"}]})
    assert len(answer.json["predictions"][0]["errors"]) == 1
