from __future__ import annotations

import http.client
import json
import os
import socket
import threading
import time

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.server import _last_in, address, listen

ROW = {"rows": [{"age": 40, "income": 2000.5, "city": "Rome", "member": True}]}


def test_a_port_in_use_is_said_with_the_way_out():
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} is in use") as caught:
            listen("127.0.0.1", port)
        assert f"--port {port + 1}" in caught.value.remedy


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1), ("203.0.113.7", 8000), ("no such host", 8000)])
def test_an_address_that_cannot_be_had(host, port):
    with pytest.raises(UserError, match="cannot listen"):
        listen(host, port)


def test_addresses_are_written_as_they_are_opened():
    with listen("0.0.0.0", 0) as sock:
        assert address(sock) == f"http://127.0.0.1:{sock.getsockname()[1]}/"
    if socket.has_ipv6:
        try:
            with listen("::1", 0) as sock:
                assert address(sock) == f"http://[::1]:{sock.getsockname()[1]}/"
        except UserError:
            pytest.skip("no IPv6 here")


class Caller(threading.Thread):
    """Asks on and on until the service has gone; a broken answer is a fault."""

    def __init__(self, port):
        super().__init__()
        self.port, self.answers, self.faults = port, 0, []

    def run(self):
        connection = None
        while True:
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                    connection.connect()
            except OSError:
                return  # nobody listens any more
            try:
                connection.request("POST", "/v1/predict", json.dumps(ROW), {"Content-Type": "application/json"})
                response = connection.getresponse()
                json.loads(response.read())
                assert response.status == 200
                self.answers += 1
                if response.headers.get("Connection") == "close":
                    connection.close()
                    connection = None
                    time.sleep(0.02)
            except Exception as error:
                self.faults.append(repr(error))
                connection.close()
                return


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_a_stop_under_load_loses_no_request(running, folders):
    one = running(folders["binary"], "--drain", "0.7")
    callers = [Caller(one.port) for _ in range(4)]
    for caller in callers:
        caller.start()
    time.sleep(0.6)
    started = time.perf_counter()
    one.process.terminate()
    time.sleep(0.3)
    connection = one.connect()
    connection.request("GET", "/health/ready")
    assert connection.getresponse().status == 503
    connection.close()
    assert one.stop() == 0
    assert time.perf_counter() - started < 10
    for caller in callers:
        caller.join()
        # The last connect may meet the closing socket: that request was never accepted. An accepted one is answered.
        assert not [fault for fault in caller.faults if "Reset" not in fault and "RemoteDisconnected" not in fault]
        assert caller.answers > 20


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_a_stop_without_drain_is_quick(running, folders):
    one = running(folders["binary"], "--drain", "0")
    assert one.ask("POST", "/v1/predict", ROW)[0] == 200
    started = time.perf_counter()
    assert one.stop() == 0
    assert time.perf_counter() - started < 3


def test_who_waits_in_the_queue_is_let_in_before_the_door_is_closed():
    sock = listen("127.0.0.1", 0)
    sock.setblocking(False)
    port = sock.getsockname()[1]
    callers = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(5)]
    served = _last_in([sock], [sock])  # a server closes its socket as this one does itself
    assert len(served) == 5
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)
    for one in served:
        with one:
            one.sendall(b"here")
    for caller in callers:
        with caller:
            assert caller.recv(10) == b"here"
    assert _last_in([], []) == []


class Newcomer(threading.Thread):
    """Comes anew for each request, until it is turned away."""

    def __init__(self, port):
        super().__init__()
        self.port, self.answers, self.faults = port, 0, 0

    def run(self):
        body = json.dumps(ROW).encode()
        head = b"POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            except OSError:
                return
            with connection:
                try:
                    connection.sendall(head + body)
                    self.answers += connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")
                except OSError:
                    self.faults += 1


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_who_comes_at_the_last_instant_is_answered_or_turned_away(running, folders):
    one = running(folders["binary"], "--drain", "0")
    assert one.ask("POST", "/v1/predict", ROW)[0] == 200
    callers = [Newcomer(one.port) for _ in range(12)]
    for caller in callers:
        caller.start()
    time.sleep(0.3)
    assert one.stop() == 0
    for caller in callers:
        caller.join()
    assert sum(caller.answers for caller in callers) > 50
    # Between the last look at the queue and its end a few microseconds remain; without that look nearly all of them were reset.
    assert sum(caller.faults for caller in callers) <= 2
