from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
import time

import pytest

from mlops_desktop.serving import access_control, line_stream
from mlops_desktop.serving.access_control import AccessControl
from mlops_desktop.serving.api_keys import ApiKeys, new_key
from mlops_desktop.serving.app import App
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.server_limits import ServerLimits

PATH, LINES = "/v1/predict/lines", {"content-type": "application/x-ndjson"}


@pytest.mark.parametrize("pieces", [1, 3, 50])
def test_each_line_has_its_answer_in_however_many_pieces_it_comes(pieces, apps, asked, rows_of):
    app, rows = apps("binary"), rows_of(40, 9)
    wanted = asked(app, "POST", "/v1/predict", {"rows": rows}).json["predictions"]
    body = "\n".join(map(json.dumps, rows)).encode() + b"\n\n"
    answer = asked(app, "POST", PATH, body, headers=LINES, pieces=pieces)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert [json.loads(line) for line in answer.body.splitlines()] == wanted


def test_a_line_that_is_refused_has_its_errors_in_its_place(apps, asked):
    body = b'{"age":40}\n{"age":"x"}\nnonsense\n[1]\n{"age":50}'
    found = [json.loads(line) for line in asked(apps("binary"), "POST", PATH, body, headers=LINES).body.splitlines()]
    assert [one["prediction"] is None for one in found] == [False, True, True, True, False]
    assert [one["errors"][0]["code"] for one in found[1:4]] == ["unreadable", "invalid_json", "not_an_object"]
    assert [one["errors"][0]["pointer"] for one in found[1:4]] == ["#/rows/1/age", "#/rows/2", "#/rows/3"]


def test_what_ends_a_stream_early_is_its_last_line(apps, asked, monkeypatch):
    monkeypatch.setattr(line_stream, "MAX_LINE", 100)
    long = b'{"age":40,"note":"' + b"x" * 200 + b'"}\n'
    refused = asked(apps("binary"), "POST", PATH, long, headers=LINES)
    assert (refused.status, refused.json["status"]) == (413, 413)
    answer = asked(apps("binary"), "POST", PATH, b'{"age":40}\n' + b" " * 50 + b"\n" + long, headers=LINES, pieces=3)
    first, last = map(json.loads, answer.body.splitlines())
    assert (answer.status, "prediction" in first, last["status"]) == (200, True, 413)


def test_an_error_of_the_service_itself_is_the_last_line(apps, asked, monkeypatch):
    answers = line_stream.answer_lines

    def failing(predictor, start, lines):
        return answers(predictor, start, lines) if start == 0 else 1 / 0

    monkeypatch.setattr(line_stream, "answer_lines", failing)
    answer = asked(apps("binary"), "POST", PATH, b'{"age":40}\n{"age":41}\n', headers=LINES, pieces=2)
    first, last = map(json.loads, answer.body.splitlines())
    assert (answer.status, "prediction" in first, last["status"]) == (200, True, 500)
    assert asked(apps("binary"), "POST", PATH, b"\n{}\n", headers=LINES).status == 200


def test_an_empty_stream_and_another_type(apps, asked):
    answer = asked(apps("binary"), "POST", PATH, b"\n\n", headers=LINES)
    assert (answer.status, answer.body) == (200, b"")
    assert asked(apps("binary"), "POST", PATH, b"{}", headers={"content-type": "application/json"}).status == 415


def test_bytes_that_are_held_are_limited_and_given_back(bundles, asked):
    app = App(ModelSlot(bundles["binary"]), ServerLimits(max_buffered=1_000_000))
    body = b'{"age":40}\n' * 2000
    assert asked(app, "POST", PATH, body, headers=LINES, pieces=20).body.count(b"\n") == 2000
    assert asked(app, "POST", PATH, body * 50, headers=LINES).status == 503
    assert app._requests._buffered == 0


def conversation(app, body, sent):
    """The answer to a stream, to a client that sends `body` piece by piece and takes each answer when `sent` lets it."""
    found = []

    async def talk():
        gone = asyncio.Event()
        pieces = iter([*body, b""])
        left = len(body)

        async def receive():
            nonlocal left
            await asyncio.sleep(0)
            if left < 0:
                return {"type": "http.disconnect"}
            left -= 1
            if left < 0:
                gone.set()
            return {"type": "http.request", "body": next(pieces), "more_body": left >= 0}

        async def send(message):
            if not sent:
                await gone.wait()
            found.append(message)

        headers = [(b"content-type", b"application/x-ndjson")]
        await app({"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": headers}, receive, send)

    asyncio.run(talk())
    return [json.loads(line) for line in b"".join(message.get("body", b"") for message in found).splitlines()]


def test_a_client_that_does_not_read_gets_the_reason_once_it_reads(bundles, monkeypatch):
    monkeypatch.setattr(line_stream, "MAX_AHEAD", 2_000)
    app = App(ModelSlot(bundles["binary"]), ServerLimits(body_timeout=0.2))
    body = [b'{"age":40}\n'] * 60
    assert len(conversation(app, body, sent=True)) == 60
    *answers, last = conversation(app, body, sent=False)
    assert (last["status"], last["type"].rpartition(":")[2]) == (408, "answers-not-read")
    assert len(answers) < 60
    assert all("prediction" in one for one in answers)
    assert app._requests._buffered == app._requests._streams == 0


def test_long_answers_wait_for_their_reader_and_do_not_use_up_the_memory(bundles, asked, monkeypatch):
    monkeypatch.setattr(line_stream, "answer_lines", lambda predictor, start, lines: b" " * 2_000_000 + b"\n")
    app = App(ModelSlot(bundles["binary"]), ServerLimits(max_buffered=10_000_000))
    answer = asked(app, "POST", PATH, b'{"age":40}\n' * 30, headers=LINES, pieces=30)
    assert (answer.status, answer.body.count(b"\n")) == (200, 30)


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_row(apps, asked):
    for kind in ("application/jsonl", "application/ndjson"):
        answer = asked(apps("binary"), "POST", PATH, b'\xef\xbb\xbf{"age":40}\n', headers={"content-type": kind})
        assert "errors" not in json.loads(answer.body) or not json.loads(answer.body)["errors"]


def test_rows_of_a_stream_count_as_requests(bundles, asked, monkeypatch):
    monkeypatch.setattr(line_stream, "CHUNK", 10)
    monkeypatch.setattr(line_stream, "_WAIT", 0.05)
    monkeypatch.setattr(access_control.TokenBucket, "BURST", 0.0)
    app = App(ModelSlot(bundles["binary"]), access=AccessControl(per_minute=600))  # one at once, then ten a second
    start = time.monotonic()
    assert asked(app, "POST", PATH, b'{"age":40}\n' * 35, headers=LINES, pieces=35).body.count(b"\n") == 35
    assert time.monotonic() - start > 0.2
    assert asked(app, "POST", "/v1/predict", {"rows": [{"age": 40}]}).status == 429


def test_a_stream_ends_with_its_key(bundles, tmp_path, asked, monkeypatch):
    file = tmp_path / "keys"
    secret, line = new_key("shop", "predict")
    file.write_text(line, encoding="utf-8")
    app = App(ModelSlot(bundles["binary"]), access=AccessControl(ApiKeys(file)))
    answers = line_stream.answer_lines

    def revoking(predictor, start, lines):
        if start == 1:
            file.write_text(new_key("other", "predict")[1], encoding="utf-8")
            app.access.keys.refresh()
        return answers(predictor, start, lines)

    monkeypatch.setattr(line_stream, "answer_lines", revoking)
    answer = asked(app, "POST", PATH, b'{"age":40}\n' * 5, headers=LINES | {"x-api-key": secret}, pieces=5)
    *rows, last = map(json.loads, answer.body.splitlines())
    assert (len(rows), last["status"]) == (2, 401)


def test_streams_are_limited_and_take_no_place_of_others(bundles, asked):
    app = App(ModelSlot(bundles["binary"]), ServerLimits(max_requests=1))
    with app._requests.stream():
        assert asked(app, "POST", PATH, b"{}", headers=LINES).status == 503
        assert asked(app, "POST", "/v1/predict/csv", b"age\n40\n", headers={"content-type": "text/csv"}).status == 200
    assert asked(app, "POST", PATH, b"{}", headers=LINES).status == 200


def test_answers_come_while_rows_are_sent(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as sock, sock.makefile("rb") as file:
        head = f"POST {PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
        sock.sendall(head.encode())
        for age in range(30, 35):
            line = json.dumps({"age": age}).encode() + b"\n"
            sock.sendall(b"%x\r\n%s\r\n" % (len(line), line))
            while not (got := file.readline()).startswith(b"{"):
                assert got
            assert "prediction" in json.loads(got)
        sock.sendall(b"0\r\n\r\n")
        assert file.readline() + file.readline() == b"\r\n0\r\n"


def test_a_client_that_sends_everything_before_it_reads(service):
    rows = 60_000
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    connection.request("POST", PATH, b'{"age":40}\n' * rows, LINES)
    response = connection.getresponse()
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(response.read()))
    reader.start()
    reader.join(60)
    assert found[0].count(b"\n") == rows
    connection.close()
