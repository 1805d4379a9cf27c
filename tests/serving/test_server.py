from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time

import pytest

from mlops_desktop.serving.draining_server import close_listeners
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.server import address, listen

ROW = {"rows": [{"age": 40, "income": 2000.5, "city": "Rome", "member": True}]}


def test_a_port_in_use_is_reported_with_a_remedy():
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        with pytest.raises(UserError, match=f"Port {port} is in use") as caught:
            listen("127.0.0.1", port)
        assert f"--port {port + 1}" in caught.value.remedy


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("127.0.0.1", -1), ("203.0.113.7", 8000), ("no such host", 8000)])
def test_an_address_that_is_not_available(host, port):
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


class Client(threading.Thread):
    """Sends requests until the service has stopped; a broken answer is an error."""

    def __init__(self, port):
        super().__init__()
        self.port, self.answers, self.errors = port, 0, []

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
                self.errors.append(repr(error))
                connection.close()
                return


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_a_stop_under_load_loses_no_request(running, folders):
    one = running(folders["binary"], "--drain", "0.7")
    clients = [Client(one.port) for _ in range(4)]
    for client in clients:
        client.start()
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
    for client in clients:
        client.join()
        # The last connect may meet the closing socket: that request was never accepted. An accepted one is answered.
        assert not [error for error in client.errors if "Reset" not in error and "RemoteDisconnected" not in error]
        assert client.answers > 20


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_a_stop_without_drain_is_quick_and_waits_for_no_end_of_the_interpreter(running_command, folders):
    code = "import atexit, sys, time; from mlops_desktop.serving.__main__ import main; atexit.register(time.sleep, 9); main(sys.argv[1:])"
    one = running_command([sys.executable, "-c", code, str(folders["binary"]), "--port", "0", "--drain", "0"])
    assert one.ask("POST", "/v1/predict", ROW)[0] == 200
    started = time.perf_counter()
    assert one.stop() == 0
    assert time.perf_counter() - started < 3


def test_connections_in_the_queue_are_accepted_before_the_socket_is_closed():
    sock = listen("127.0.0.1", 0)
    sock.setblocking(False)
    port = sock.getsockname()[1]
    clients = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(5)]
    accepted = close_listeners([sock], [sock])  # a server closes its socket as this one does itself
    assert len(accepted) == 5
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)
    for one in accepted:
        with one:
            one.sendall(b"here")
    for client in clients:
        with client:
            assert client.recv(10) == b"here"
    assert close_listeners([], []) == []


@pytest.mark.parametrize("free", [0, 1])
def test_a_stop_goes_on_without_free_file_handles(free, no_more_handles):
    with listen("127.0.0.1", 0) as sock, socket.create_connection(sock.getsockname(), timeout=10):
        sock.setblocking(False)
        with no_more_handles(free):
            assert close_listeners([], [sock]) == []


class NewConnections(threading.Thread):
    """Opens a connection for each request, until it is refused."""

    def __init__(self, port):
        super().__init__()
        self.port, self.answers, self.errors = port, 0, 0

    def run(self):
        body = json.dumps(ROW).encode()
        head = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
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
                    self.errors += 1


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_a_connection_at_the_last_instant_is_answered_or_refused(running, folders):
    one = running(folders["binary"], "--drain", "0")
    assert one.ask("POST", "/v1/predict", ROW)[0] == 200
    clients = [NewConnections(one.port) for _ in range(12)]
    for client in clients:
        client.start()
    time.sleep(0.3)
    assert one.stop() == 0
    for client in clients:
        client.join()
    assert sum(client.answers for client in clients) > 50
    # Between the last `accept` and the end of the queue a few microseconds remain; without that `accept` nearly all of them were reset.
    assert sum(client.errors for client in clients) <= 2


ENDLESS = """
import sys, time
from pathlib import Path
from mlops_desktop.serving.app import make_app
from mlops_desktop.serving.connection_sharing import ListeningSocket
from mlops_desktop.serving.server import address, listen, serve
from mlops_desktop.serving.server_limits import Options, ServerLimits
from mlops_desktop.serving.service import Service

def explain(self, body, query=b""):
    while True:
        pass

Service.explain = explain
sock = listen("127.0.0.1", 0)
print(address(sock), flush=True)
limits = ServerLimits(stop_timeout=2.5)
options = Options(drain=0.2, limits=limits)
serve(lambda: make_app(Path(sys.argv[1]), options), ListeningSocket(sock), options)
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_a_stop_ends_in_time_whatever_runs(running_command, folders):
    one = running_command([sys.executable, "-c", ENDLESS, str(folders["binary"])])
    statuses = []

    def explain():
        statuses.append(one.ask("POST", "/v1/explain", ROW)[0])

    clients = [threading.Thread(target=explain) for _ in range(3)]
    for client in clients:
        client.start()
    time.sleep(0.3)
    assert one.ask("GET", "/health/live")[0] == 200
    started = time.perf_counter()
    assert one.stop() == 0
    assert time.perf_counter() - started < 6
    for client in clients:
        client.join()
    assert statuses == [503] * 3


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_to_the_whole_group_stops_as_one_to_the_service_does(workers, running, folders):
    one = running(folders["binary"], "--drain", "1.5", "--workers", workers)
    connection = one.connect()
    deadline = time.monotonic() + 30
    while one.ask("GET", "/health/ready")[0] != 200:
        assert time.monotonic() < deadline
    os.killpg(one.process.pid, signal.SIGTERM)
    time.sleep(0.5)
    os.killpg(one.process.pid, signal.SIGTERM)
    time.sleep(0.3)
    connection.request("POST", "/v1/predict", json.dumps(ROW), {"Content-Type": "application/json"})
    assert connection.getresponse().status == 200
    assert one.stop() == 0
