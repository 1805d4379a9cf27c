from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlops_desktop.serving.api_keys import new_key
from mlops_desktop.serving.app import App
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.single_row import SingleRowBatcher

TLS = Path(__file__).resolve().parents[1] / "data" / "tls"  # a certificate for localhost that nothing trusts, and its key
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

ROW = {"age": 40, "income": 2000.5, "city": "Rome", "member": True}
HEAD = "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def request(row, head=HEAD, **members):
    body = json.dumps({"rows": [row], **members}).encode()
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def talk(service, *pieces, answers=1):
    """Send pieces on one connection, and read so many answers: (status, headers, body)."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        file = sock.makefile("rb")
        for i, piece in enumerate(pieces):
            sock.sendall(piece)
            if i < len(pieces) - 1:
                time.sleep(0.03)
        return [read(file) for _ in range(answers)]


def read(file):
    line = file.readline()
    if not line:
        return None
    status, headers = int(line.split()[1]), {}
    while (line := file.readline().strip()) and line:
        name, _, value = line.decode().partition(": ")
        headers[name.lower()] = value
    return status, headers, file.read(int(headers.get("content-length", 0)))


def predictions(answer):
    assert answer[0] == 200, answer
    return json.loads(answer[2])["predictions"]


@pytest.fixture(scope="module")
def wanted(bundles):
    """The answer to the row, from the scorer itself."""
    scorer = bundles["binary"].scorer
    return scorer.scores(scorer.schema.from_rows([ROW]).frame)[0].tolist()


def test_the_fast_path_and_the_app_answer_the_same(service):
    fast = talk(service, request(ROW))[0]
    slow = talk(service, request(ROW, HEAD + "X-Other: 1\r\n"))[0]
    assert fast[0] == slow[0] == 200
    assert fast[2] == slow[2]
    ids = ("x-request-id", "date")
    assert {k: v for k, v in fast[1].items() if k not in ids} == {k: v for k, v in slow[1].items() if k not in ids}
    assert set(fast[1]) == set(slow[1])
    faulty = [talk(service, request({"age": "x"}, head))[0] for head in (HEAD, HEAD + "X-Other: 1\r\n")]
    assert [status for status, _, _ in faulty] == [422, 422]
    assert len({json.dumps(json.loads(body)["errors"]) for _, _, body in faulty}) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"rows":[]}', 200),
        (b'{"rows":[{},{}]}', 422),
        (b'{"rows":[{"age":1},{"age":2}]}', 200),
        (b"[]", 422),
        (b"\xff", 400),
    ],
)
def test_every_body_is_answered(body, status, service):
    head = f"{HEAD}Content-Length: {len(body)}\r\n\r\n".encode()
    assert talk(service, head + body)[0][0] == status


def test_one_connection_many_requests(service, wanted):
    for many in (1, 20):
        found = talk(service, *[request(ROW)] * many, answers=many)
        assert [list(predictions(one)[0]["probabilities"].values()) for one in found] == [wanted] * many


@pytest.mark.parametrize("cut", [1, 20, 60, 100, 130, -20, -1])
def test_requests_may_be_cut_anywhere(cut, service, wanted):
    data = request(ROW)
    for pieces in ((data[:cut], data[cut:]), (request(ROW) + data[:cut], data[cut:])):
        found = talk(service, *pieces, answers=len(pieces) and (2 if pieces[0].startswith(data) else 1))
        assert list(predictions(found[-1])[0]["probabilities"].values()) == wanted


def test_pipelined_requests_are_answered_in_their_order(service):
    ages = [20, 30, 40, 50]
    data = b"".join(request({"age": age}, HEAD + f"X-Request-Id: r{age}\r\n") for age in ages)
    found = talk(service, data, answers=4)
    assert [one[1]["x-request-id"] for one in found] == ["r20", "r30", "r40", "r50"]
    get = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: b\r\n\r\n"
    found = talk(service, request({"age": 20}, HEAD + "X-Request-Id: a\r\n") + get + request(ROW), answers=3)
    assert [one[1]["x-request-id"] for one in found][:2] == ["a", "b"]
    assert predictions(found[2])


def test_other_routes_in_between(service):
    get = b"GET /v1/model HTTP/1.1\r\nHost: localhost\r\n\r\n"
    found = talk(service, request(ROW), get, request(ROW), get, request(ROW), answers=5)
    assert [one[0] for one in found] == [200] * 5
    assert found[0][2] == found[2][2] == found[4][2]


def test_unusual_requests_are_answered_by_the_app(service, wanted):
    body = json.dumps({"rows": [ROW]}).encode()
    chunked = HEAD.encode() + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    old = request(ROW, HEAD.replace("HTTP/1.1", "HTTP/1.0"))
    closing = request(ROW, HEAD + "Connection: close\r\n")
    for data in (chunked, old, closing):
        assert list(predictions(talk(service, data)[0])[0]["probabilities"].values()) == wanted
    assert talk(service, closing, answers=2)[1] is None
    expecting = talk(service, HEAD.encode() + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body), body, answers=2)
    assert [one[0] for one in expecting] == [100, 200]


@pytest.mark.parametrize(
    "head",
    [
        HEAD + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
        HEAD + "Content-Length: -1\r\n\r\n",
        HEAD + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        HEAD + "Bad Header\r\nContent-Length: 2\r\n\r\n",
        "POST /v1/predict HTTP/1.1\r\n\0: x\r\n\r\n",
    ],
)
def test_heads_that_are_no_http_are_rejected(head, service):
    answer = talk(service, head.encode() + b"{}")[0]
    assert answer is None or answer[0] == 400
    assert service.ask("GET", "/health/live")[0] == 200


def test_large_bodies_are_answered_by_the_app(service):
    found = talk(service, request({**ROW, "note": "x" * 100_000}))[0]
    assert len(predictions(found)) == 1


def test_concurrent_requests_are_scored_together_and_answered_apart(service, bundles, rows_of):
    rows = rows_of(240, 21)
    scorer = bundles["binary"].scorer
    scores = scorer.scores(scorer.schema.from_rows(rows).frame).tolist()

    def work(part):
        connection, found = service.connect(), []
        for i in range(part, len(rows), 8):
            row, odd = rows[i], i % 16 == 5
            sent = {"rows": [{**row, "age": "?"} if odd else row]} | ({"threshold": i / 1000} if i % 3 == 0 else {})
            connection.request("POST", "/v1/predict", json.dumps(sent), {"Content-Type": "application/json", "X-Request-Id": f"n{i}"})
            response = connection.getresponse()
            found.append((i, odd, response.status, response.headers["X-Request-Id"], json.loads(response.read())))
        connection.close()
        return found

    with ThreadPoolExecutor(8) as pool:
        answers = [one for part in pool.map(work, range(8)) for one in part]
    assert len(answers) == len(rows)
    for i, odd, status, request_id, answer in answers:
        assert (status, request_id) == (422 if odd else 200, f"n{i}")
        if not odd:
            one = answer["predictions"][0]
            assert list(one["probabilities"].values()) == pytest.approx(scores[i], abs=1e-9)
            limit = i / 1000 if i % 3 == 0 else 0.4
            assert (one["threshold"], one["prediction"]) == (limit, "yes" if scores[i][1] >= limit else "no")


def test_a_batch_waits_some_iterations_to_be_as_large_as_the_one_before(bundles, wanted):
    """The third request comes one iteration of the loop after the first of its batch; the fifth is alone, and answered all the same."""
    app, sizes, answers = App(ModelSlot(bundles["binary"])), [], []
    batcher, body = SingleRowBatcher(app), json.dumps({"rows": [ROW]}).encode()
    answer = app.slot.current.answer_together
    app.slot.current.answer_together = lambda requests: sizes.append(len(requests)) or answer(requests)

    async def run():
        loop = asyncio.get_running_loop()

        def submit():
            batcher.submit(body, "", loop, lambda service, reply: answers.append(json.loads(reply.body)))

        submit(), submit()
        await asyncio.sleep(0.01)
        submit(), loop.call_soon(submit)
        await asyncio.sleep(0.01)
        submit()
        await asyncio.sleep(0.01)

    asyncio.run(run())
    assert sizes == [2, 2, 1]
    assert [[*answer["predictions"][0]["probabilities"].values()] for answer in answers] == [wanted] * 5


def test_requests_of_the_fast_path_are_counted(running, folders):
    one = running(folders["binary"], "--drain", "0")
    talk(one, *[request(ROW)] * 3, request({"age": "x"}), answers=4)
    page = one.ask("GET", "/metrics")[1].decode()
    assert 'http_requests_total{method="POST",route="/v1/predict",status="200"} 3' in page
    assert 'http_requests_total{method="POST",route="/v1/predict",status="422"} 1' in page
    assert json.loads(one.ask("GET", "/v1/drift")[1])["rows"] == 3


def test_the_fast_path_is_protected_and_logged_as_the_app_is(folders, running_command, tmp_path):
    """Over TLS and a connection that stays open: keys, their limit and their rotation, the trace, and the log."""
    secret, line = new_key("shop", "predict")
    keys = tmp_path / "keys"
    keys.write_text(f"{line} 24\n", encoding="utf-8")
    flags = ["--port", "0", "--drain", "0", "--access-log", "--api-keys", keys, "--cors-origin", "https://app.example"]
    files = ["--tls-cert", TLS / "certificate.pem", "--tls-key", TLS / "key.pem"]
    command = [sys.executable, "-m", "mlops_desktop.serving", folders["binary"], *flags, *files]
    service = running_command([*map(str, command)])
    assert service.address.startswith("https://")
    context = ssl.create_default_context(cafile=TLS / "certificate.pem")
    connection = http.client.HTTPSConnection("127.0.0.1", service.port, timeout=20, context=context)

    def asked(**headers):
        named = {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("POST", "/v1/predict", json.dumps({"rows": [ROW]}), named)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers

    assert asked()[0] == 401
    assert asked(Authorization="Bearer x")[0] == 401
    mine = {"Authorization": f"Bearer {secret}"}
    answers = [asked(**mine, traceparent=TRACE, x_request_id="one"), *(asked(**mine) for _ in range(5))]
    assert [status for status, _ in answers] == [200] * 4 + [429] * 2
    assert (answers[0][1]["traceparent"], answers[1][1]["traceparent"]) == (TRACE, None)
    assert "max-age" in answers[1][1]["strict-transport-security"]
    other, line = new_key("other", "predict")
    keys.write_text(line + "\n", encoding="utf-8")
    os.utime(keys, ns=(1, 1))
    end = time.monotonic() + 20
    while asked(**mine)[0] != 401:
        assert time.monotonic() < end
        time.sleep(0.1)
    status, headers = asked(X_API_Key=other, Origin="https://app.example")
    assert (status, headers["access-control-allow-origin"]) == (200, "https://app.example")
    began = time.monotonic()
    service.process.terminate()  # the connection stays open, and nobody answers the end of TLS on it
    output, _ = service.process.communicate(timeout=30)
    assert time.monotonic() - began < 8
    connection.close()
    lines = [json.loads(one) for one in output.splitlines() if one.startswith("{")]
    assert [one["status"] for one in lines[:5]] == [401, 401, 200, 200, 200]
    assert (lines[2]["request_id"], lines[2]["key"], lines[2]["trace_id"]) == ("one", "shop", TRACE[3:35])
    assert secret not in output
