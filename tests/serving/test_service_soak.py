"""The service under mixed load on 16 connections: right answers, flat memory, a stop that loses no answer, killed processes that are
replaced.
"""

from __future__ import annotations

import contextlib
import csv
import http.client
import io
import json
import os
import random
import signal
import socket
import threading
import time

import psutil
import pytest

from mlops_desktop.serving.service import Service

CONNECTIONS = 16
WARM_UP, LOADED = 8.0, 22.0  # seconds
KILLS, BETWEEN = 3, 1.0
MAX_GROWTH = 4 * 2**20  # bytes of resident memory after the warm-up
JUNK = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{",
    b"POST /v1/predict/csv HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000,
    b"GET /v1/schema HTTP/1.1\r\n",
)

pytestmark = [pytest.mark.proof, pytest.mark.timeout(120), pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")]


class Expected:
    """Rows with the predictions that a service has to give."""

    def __init__(self, bundle, rows):
        self.rows = rows
        answer = Service(bundle).predict(json.dumps({"rows": rows}).encode()).body
        self.predictions = json.loads(answer)["predictions"]
        names = [column.name for column in bundle.schema.columns]
        out = io.StringIO()
        texts = [["" if row[name] is None else {True: "yes", False: "no"}.get(row[name], row[name]) for name in names] for row in rows]
        csv.writer(out).writerows([names, *texts])
        self.csv = out.getvalue().encode()


class Client(threading.Thread):
    """Sends requests of all kinds on one connection until it is asked to end, and notes whatever is not as it has to be."""

    def __init__(self, port, expected, seed):
        super().__init__(daemon=True)
        self._port, self._expected, self._luck = port, expected, random.Random(seed)
        self._connection = None
        self.ended, self.answers, self.wrong, self.lost = threading.Event(), 0, [], []
        self._kinds = (
            self.one,
            self.one,
            self.one,
            self.batch,
            self.table,
            self.lines,
            self.reasons,
            self.tensors,
            self.pages,
            self.faulty,
        )

    def run(self):
        while not self.ended.is_set():
            try:
                self._luck.choice((*self._kinds, self.junk))()
            except ConnectionRefusedError:
                self.ended.wait(0.05)
            except (OSError, http.client.HTTPException) as error:
                self.lost.append(repr(error))
                self._close()
            except Exception as error:
                self.wrong.append(repr(error))
                self._close()

    def _close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def ask(self, method, path, body=None, kind="application/json", status=200):
        if self._connection is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            connection.connect()
            self._connection = connection
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        self._connection.request(method, path, data, {"Content-Type": kind} if body else {})
        response = self._connection.getresponse()
        found = response.read()
        if response.headers.get("Connection") == "close":
            self._close()
        assert response.status == status, (path, response.status, found[:300])
        self.answers += 1
        return found

    def _some(self, count):
        at = self._luck.randrange(len(self._expected.rows) - count)
        return self._expected.rows[at : at + count], self._expected.predictions[at : at + count]

    def one(self):
        rows, wanted = self._some(1)
        assert json.loads(self.ask("POST", "/v1/predict", {"rows": rows}))["predictions"] == wanted

    def batch(self):
        rows, wanted = self._some(120)
        assert json.loads(self.ask("POST", "/v1/predict", {"rows": rows}))["predictions"] == wanted

    def table(self):
        found = self.ask("POST", "/v1/predict/csv", self._expected.csv, "text/csv")
        rows = csv.DictReader(io.StringIO(found.decode()))
        assert [row["prediction"] for row in rows] == [str(one["prediction"]) for one in self._expected.predictions]

    def lines(self):
        rows, wanted = self._some(40)
        sent = "\n".join(map(json.dumps, rows)).encode()
        found = self.ask("POST", "/v1/predict/lines", sent, "application/x-ndjson").decode()
        assert [json.loads(line)["prediction"] for line in found.splitlines()] == [one["prediction"] for one in wanted]

    def reasons(self):
        rows, wanted = self._some(1)
        (found,) = json.loads(self.ask("POST", "/v1/explain", {"rows": rows}))["explanations"]
        assert found["answer"] == wanted[0]["probabilities"][found["about"]]
        self.ask("POST", "/v1/what-if", {"row": rows[0], "field": "age"})

    def tensors(self):
        rows, wanted = self._some(5)
        inputs = [
            {"name": name, "shape": [5], "datatype": kind, "data": [row[name] for row in rows]}
            for name, kind in (("age", "INT64"), ("income", "FP64"), ("city", "BYTES"), ("member", "BOOL"))
        ]
        found = json.loads(self.ask("POST", "/v2/models/leavers/infer", {"inputs": inputs}))
        assert found["outputs"][0]["data"] == [one["prediction"] for one in wanted]

    def pages(self):
        self.ask("GET", self._luck.choice(("/metrics", "/openapi.json", "/", "/v1/drift", "/v1/schema", "/health/live")))

    def faulty(self):
        self.ask("POST", "/v1/predict", b'{"rows": [{"age": 1e999}]}', status=422)
        self.ask("POST", "/v1/predict", b'{"rows": [{"age": NaN}]}', status=400)
        self.ask("POST", "/v1/predict", b"rows", "text/plain", status=415)
        self.ask("GET", "/no/such/path", status=404)

    def junk(self):
        with (
            contextlib.suppress(ConnectionResetError, BrokenPipeError, TimeoutError),
            socket.create_connection(("127.0.0.1", self._port), timeout=5) as connection,
        ):
            connection.sendall(self._luck.choice(JUNK))
            connection.settimeout(0.05)
            if self._luck.random() < 0.5:
                connection.recv(1000)


@pytest.fixture
def load(bundles, rows_of):
    """`load(port)` starts the clients, `load.end()` ends them."""
    expected, clients = Expected(bundles["binary"], rows_of(400, seed=11)), []

    def start(port):
        clients.extend(Client(port, expected, seed) for seed in range(CONNECTIONS))
        for one in clients:
            one.start()
        return clients

    yield start
    end(clients)


def end(clients):
    for one in clients:
        one.ended.set()
    for one in clients:
        one.join(40)
        assert not one.is_alive()


def test_answers_are_right_and_memory_is_flat_under_mixed_load(load, running, folders):
    service = running(folders["binary"], "--drain", "1")
    process = psutil.Process(service.process.pid)
    clients = load(service.port)
    time.sleep(WARM_UP)
    warm, files = process.memory_info().rss, process.num_fds()
    time.sleep(LOADED)
    grown = process.memory_info().rss - warm
    assert process.num_threads() < 24
    assert process.num_fds() < files + 2 * CONNECTIONS
    began = time.monotonic()
    assert service.stop() == 0  # while the load goes on
    assert time.monotonic() - began < 6
    end(clients)
    assert [one.wrong for one in clients if one.wrong] == []
    assert [one.lost for one in clients if one.lost] == []
    assert sum(one.answers for one in clients) > 1000
    assert grown < MAX_GROWTH, f"{grown / 2**20:.1f} MB more than after the warm-up"


def newest_of_two(service):
    """The process that was started last, once there are two again."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        time.sleep(BETWEEN)
        children = psutil.Process(service.process.pid).children()
        workers = [one for one in children if "resource_tracker" not in " ".join(one.cmdline())]
        if len(workers) == 2:
            return max(workers, key=lambda one: one.create_time())
    raise AssertionError("a process that was killed has not been replaced")


def test_killed_processes_are_replaced_and_take_no_other_answer_with_them(load, running, folders):
    service = running(folders["binary"], "--workers", "2", "--drain", "1")
    clients = load(service.port)
    for _ in range(KILLS):
        os.kill(newest_of_two(service).pid, signal.SIGKILL)
    newest_of_two(service)
    assert service.stop() == 0
    end(clients)
    assert [one.wrong for one in clients if one.wrong] == []
    assert sum(len(one.lost) for one in clients) <= KILLS * CONNECTIONS
    assert sum(one.answers for one in clients) > 500
