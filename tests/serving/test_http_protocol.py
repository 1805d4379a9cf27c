from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import threading
import time

import pytest
import uvicorn
from uvicorn.server import ServerState

from mlops_desktop.serving.app import App
from mlops_desktop.serving.http_protocol import GRACE
from mlops_desktop.serving.server_limits import ServerLimits
from mlops_desktop.serving.single_row import single_row_protocol

ROW = {"age": 40, "income": 2000.5, "city": "Rome", "member": True}
BODY = json.dumps({"rows": [ROW]}).encode()
HEAD = "POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


def post(more="", body=BODY, head=HEAD):
    return f"{head}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body


def connect(one):
    return socket.create_connection(("127.0.0.1", one.port), timeout=20)


def responses(sock, count):
    """So many responses: (status, body); None at the end of the connection."""
    with sock.makefile("rb") as file:
        return [response(file) for _ in range(count)]


def response(file):
    line = file.readline()
    if not line:
        return None
    size = 0
    while header := file.readline().strip():
        if header.lower().startswith(b"content-length:"):
            size = int(header.split(b":")[1])
    return int(line.split()[1]), file.read(size)


def statuses(one, data, count=1):
    with connect(one) as sock:
        sock.sendall(data)
        return [found and found[0] for found in responses(sock, count)]


@pytest.fixture(scope="module")
def bounded(started, folders):
    """A service with small limits."""
    flags = ("--max-connections", "8", "--head-timeout", "0.4", "--body-timeout", "0.6", "--max-buffered", "2000000", "--drain", "0")
    return started(folders["binary"], *flags)


@pytest.mark.parametrize("connection", ["Upgrade, HTTP2-Settings", "upgrade", "keep-alive, Upgrade"])
@pytest.mark.parametrize("protocol", ["h2c", "websocket", "TLS/1.0"])
def test_a_request_to_change_the_protocol_is_answered_as_any_other(connection, protocol, service):
    upgrade = f"Connection: {connection}\r\nupgrade: {protocol}\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    with connect(service) as sock:
        sock.sendall(post(upgrade) + GET)
        (status, body), (after, live) = responses(sock, 2)
    assert (status, after) == (200, 200)
    assert json.loads(body)["predictions"]
    assert json.loads(live) == {"status": "live"}


def test_a_body_that_looks_like_a_request_is_none(service):
    hidden = b"GET /v1/model HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with connect(service) as sock:
        sock.sendall(post("Connection: Upgrade\r\nUpgrade: h2c\r\n", body=hidden) + GET)
        first, second = responses(sock, 2)
    assert first[0] == 400  # no JSON
    assert json.loads(second[1]) == {"status": "live"}


def test_an_upgrade_behind_another_request_is_refused(service):
    chunked = f"{HEAD}Transfer-Encoding: chunked\r\n\r\n{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
    found = statuses(service, chunked + post("Connection: Upgrade\r\nUpgrade: h2c\r\n", body=GET), 3)
    assert found[-1] is None
    assert found[:2] in ([200, 400], [400, None])


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        ("", 400),
        ("Host: localhost\r\nHost: localhost\r\n", 400),
        ("Host: a b\r\n", 400),
        ("Host: evil.example\r\n", 421),
        ("Host: evil.example:8000\r\n", 421),
        ("Host: LOCALHOST:1\r\n", 200),
        ("Host: 192.0.2.7\r\n", 200),
        ("Host: [::1]:8000\r\n", 200),
    ],
)
def test_hosts(hosts, status, service):
    head = f"POST /v1/predict HTTP/1.1\r\n{hosts}Content-Type: application/json\r\n"
    assert statuses(service, post(head=head)) == [status]
    assert statuses(service, post("X-Other: 1\r\n", head=head)) == [status]


def test_encodings_that_are_not_known(service):
    assert statuses(service, post("Content-Encoding: gzip\r\n")) == [415]
    assert statuses(service, post("Content-Encoding: identity\r\n")) == [200]


def test_a_head_that_is_too_long(service):
    assert statuses(service, post("X-Long: " + "a" * 60_000 + "\r\n")) == [200]
    for data in (post("X-Long: " + "a" * 70_000 + "\r\n"), b"GET /" + b"a" * 80_000, GET + b"GET /" + b"x" * 70_000):
        assert 431 in statuses(service, data, 2)


def test_a_body_that_is_too_large_is_answered_while_it_is_sent(service):
    """Also to a client that sends everything before it reads."""
    with connect(service) as sock:
        sock.sendall(post("X-Other: 1\r\n", body=b" " * 12_000_000))
        assert responses(sock, 2)[0][0] == 413
    with connect(service) as sock:
        sock.sendall(f"{HEAD}Expect: 100-continue\r\nContent-Length: 90000000\r\n\r\n".encode())
        assert responses(sock, 1)[0][0] == 413


def test_requests_that_do_not_arrive(bounded):
    head = f"{HEAD}Content-Length: 900\r\n\r\n".encode()
    for start in (b"G", GET[:-2], head, head + b"{", head.replace(b"POST", b"PUT").replace(b"predict", b"predict/csv")):
        with connect(bounded) as sock:
            sock.sendall(start)
            started = time.monotonic()
            found = responses(sock, 1)[0]
            assert found is not None, start
            assert found[0] in (405, 408), start
            assert time.monotonic() - started < 10


def test_the_time_for_a_body_begins_after_its_head(apps):
    """Also of a small body, for which the fast path waits."""
    limits = ServerLimits(head_timeout=100, body_timeout=1000)
    app = App(apps("binary").slot, limits)
    client, server = socket.socketpair()

    async def run():
        protocol = single_row_protocol(app)(config=uvicorn.Config(app), server_state=ServerState(), app_state={})
        await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, server)
        now, data = time.monotonic(), post()
        protocol.data_received(data[:20])
        protocol.data_received(data[20:-9])
        protocol.expire(now + 500)
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
        protocol.expire(now + 1100)
        client.setblocking(True)
        assert json.loads(client.recv(65_536).partition(b"\r\n\r\n")[2])["type"].endswith(":body-timeout")
        protocol.transport.close()

    with client:
        asyncio.run(run())


def test_a_head_that_comes_byte_by_byte_is_given_up(bounded):
    with connect(bounded) as sock, contextlib.suppress(ConnectionError):
        for _ in range(60):
            sock.sendall(b"a" if _ else b"GET /")
            time.sleep(0.05)
    with connect(bounded) as sock:
        sock.sendall(GET)
        assert responses(sock, 1)[0][0] == 200


def test_connections_beyond_the_limit_are_answered(bounded):
    with contextlib.ExitStack() as stack:
        open_ones = [stack.enter_context(connect(bounded)) for _ in range(8)]
        for sock in open_ones:
            sock.sendall(GET)
            assert responses(sock, 1)[0][0] == 200
        with connect(bounded) as sock, sock.makefile("rb") as file:
            head, _, body = file.read().partition(b"\r\n\r\n")
            assert b"\r\nretry-after: 1\r\n" in head.lower()
            assert json.loads(body)["status"] == 503
    deadline = time.monotonic() + 5
    while statuses(bounded, GET) != [200]:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("first", [b"", GET, post()])
def test_a_connection_that_waits_for_a_request_makes_way_for_another(first, bounded):
    """Also one that had requests, on the fast path or not."""
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(connect(bounded)) for _ in range(8)]
        for sock in idle if first else ():
            sock.sendall(first)
            assert responses(sock, 1)[0][0] == 200
        time.sleep(GRACE + 0.1)
        assert statuses(bounded, GET) == [200]
        assert responses(idle[0], 1) == [None]
        idle[1].sendall(GET)
        assert responses(idle[1], 1)[0][0] == 200


def test_bodies_beyond_the_limit_of_all_are_refused(bounded):
    with connect(bounded) as first:
        first.sendall(f"{HEAD}Content-Length: 1900000\r\n\r\n".encode() + b" " * 1_800_000)
        time.sleep(0.2)
        with connect(bounded) as second:
            second.sendall(post("X-Other: 1\r\n", body=b" " * 300_000))
            assert responses(second, 1)[0][0] == 503
    assert statuses(bounded, post("X-Other: 1\r\n")) == [200]


def send_lines(sock):
    """Rows of a body that never ends, until the connection is closed."""
    line = json.dumps(ROW).encode() + b"\n"
    with contextlib.suppress(OSError):
        while True:
            sock.sendall(b"%x\r\n%b\r\n" % (len(line), line))
            time.sleep(0.1)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_bodies_that_are_half_there_at_a_stop_are_answered(running, folders):
    one = running(folders["binary"], "--drain", "0.2", "--stop-timeout", "3")
    data = post()
    with connect(one) as fast, connect(one) as slow, connect(one) as warm, connect(one) as endless:
        endless.sendall(
            f"{HEAD.replace('predict', 'predict/lines').replace('/json', '/x-ndjson')}Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        sending = threading.Thread(target=send_lines, args=(endless,))
        sending.start()
        warm.sendall(data + data[:-9])  # the second one is on the fast path
        assert responses(warm, 1)[0][0] == 200
        fast.sendall(data[:-9])
        slow.sendall(post("X-Other: 1\r\n")[:-9])
        time.sleep(0.2)
        one.process.terminate()
        assert [responses(sock, 1)[0][0] for sock in (fast, slow, warm)] == [503, 503, 503]
        with endless.makefile("rb") as file:
            *answers, last = [json.loads(line) for line in file if line.startswith(b"{")]
        assert ({"prediction"} <= answers[0].keys(), last["status"]) == (True, 503)
        sending.join()
    assert one.stop() == 0
