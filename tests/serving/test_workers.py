from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import sys
import threading
import time
from multiprocessing import Pipe

import pytest

from mlops_desktop.serving import workers
from mlops_desktop.serving.connection_sharing import CAN_SHARE, Dispatcher
from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.metrics import NOW
from mlops_desktop.serving.server import listen
from mlops_desktop.serving.workers import MetricsAggregator, WorkerChannel

ROW = {"rows": [{"age": 40, "income": 2000.5, "city": "Rome", "member": True}]}


def predictions(page):
    return sum(int(count) for count in re.findall(r"^model_predictions_total{.*} (\d+)$", page.decode(), re.MULTILINE))


def until_both_answer(one):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # the parent listens before its children answer
        try:
            if b"service_processes 2" in one.ask("GET", "/metrics")[1]:
                return
        except OSError:
            pass
        time.sleep(0.1)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_several_processes_are_counted_as_one_and_a_dead_one_is_replaced(running, folders):
    one = running(folders["multiclass"], "--workers", "2", "--drain", "0")
    until_both_answer(one)
    children = children_of(one.process.pid)
    assert len(children) == 2
    for _ in range(60):
        assert one.ask("POST", "/v1/predict", ROW)[0] == 200
    for _ in range(8):  # whichever of them is asked
        assert predictions(one.ask("GET", "/metrics")[1]) == 60
        assert b"service_processes 2" in one.ask("GET", "/metrics")[1]
        assert b'"rows": 60' in one.ask("GET", "/v1/drift")[1]
    if sys.platform == "linux":
        os.kill(children[0], 9)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (children[0] in children_of(one.process.pid) or len(children_of(one.process.pid)) < 2):
            time.sleep(0.1)
        assert len(children_of(one.process.pid)) == 2
        assert b'"rows": 60' in one.ask("GET", "/v1/drift")[1]  # its counts are kept
    assert one.ask("POST", "/v1/predict", ROW)[0] == 200
    assert one.stop() == 0
    assert not [pid for pid in children if os.path.exists(f"/proc/{pid}")]


def children_of(pid):
    import psutil

    found = []
    for child in psutil.Process(pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended meanwhile
            if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in " ".join(child.cmdline()):
                found.append(child.pid)
    return found


class Group:
    """An aggregator in a thread, and channels of workers with fixed counts; `mortal` is the connection of one more, which can be closed,
    and `starting` that of one which is not ready.
    """

    def __init__(self, *counts, starting=False):
        self.aggregator, self.running = MetricsAggregator(), True
        self.connections = []
        self.channels = []
        self.mortal = self.connect()
        self.mortal.send_bytes(b'["ready", 0, {}]')
        for count in counts:
            there = self.connect()
            self.channels.append(WorkerChannel(there, lambda count=count: {"rows": count, NOW: {"processes": 1}}))
            self.channels[-1].ready()
        self.starting = self.connect() if starting else None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def connect(self):
        here, there = Pipe()
        self.aggregator.open(here)
        self.connections.append(here)
        return there

    def run(self):
        while self.running:
            self.aggregator.poll([])

    def close(self):
        self.running = False
        self.thread.join()
        for connection in self.connections:
            connection.close()


@pytest.fixture
def group():
    made = []

    def make(*counts, mortal=False, starting=False):
        made.append(Group(*counts, starting=starting))
        if not mortal:
            made[-1].mortal.close()
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_each_worker_gets_the_sum_of_the_others(group):
    several = group(1, 20, 300)
    assert [one.others()["rows"] for one in several.channels] == [320, 301, 21]
    assert several.channels[0].others()[NOW] == {"processes": 2}
    assert group(7).channels[0].others() == {}


def test_all_workers_may_ask_at_once(group):
    several = group(1, 20, 300)
    sums = []

    def ask(one):
        sums.extend((one.others()["rows"], i) for i in range(30))

    threads = [threading.Thread(target=ask, args=(one,)) for one in several.channels for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted({rows for rows, _ in sums}) == [21, 301, 320]
    assert len(sums) == 180


def test_counts_of_a_dead_worker_are_kept_except_those_of_the_moment(group):
    several = group(1, 20, mortal=True)
    sums = []
    asking = threading.Thread(target=lambda: sums.append(several.channels[0].others()))
    asking.start()
    kind, number, _ = json.loads(several.mortal.recv_bytes())
    assert kind == "count"
    several.mortal.send_bytes(json.dumps(["counts", number, {"rows": 300, NOW: {"processes": 1}}]).encode())
    asking.join()
    assert sums == [{"rows": 320, NOW: {"processes": 2}}]
    several.mortal.close()
    assert several.channels[0].others() == {"rows": 320, NOW: {"processes": 1}}
    assert several.channels[1].others()["rows"] == 301


def test_a_worker_sends_its_counts_though_nobody_asks(monkeypatch):
    monkeypatch.setattr(workers, "REPORT_INTERVAL", 0.01)
    here, there = Pipe()
    WorkerChannel(there, lambda: {"rows": 7})
    with contextlib.closing(here):
        assert here.poll(10)
        assert json.loads(here.recv_bytes()) == ["counts", 0, {"rows": 7}]


def test_a_worker_that_dies_while_it_is_asked_delays_nobody(group):
    several = group(1, 20, mortal=True)
    sums = []
    asking = threading.Thread(target=lambda: sums.append(several.channels[0].others()["rows"]))
    asking.start()
    several.mortal.recv_bytes()
    several.mortal.close()
    asking.join(4)
    assert sums == [20]


def test_no_sum_waits_for_a_worker_that_is_starting(group):
    several = group(1, 20, starting=True)
    assert several.channels[0].others()["rows"] == 20


def test_a_parent_that_does_not_answer_is_an_error(monkeypatch):
    monkeypatch.setattr(workers, "COUNTS_TIMEOUT", 0.05)
    here, there = Pipe()
    channel = WorkerChannel(there, dict)
    with pytest.raises(HttpProblem) as caught:
        channel.others()
    assert caught.value.status == 503
    here.close()
    with pytest.raises(HttpProblem):
        channel.others()


class Process:
    """A process that lives until it is marked as ended."""

    exitcode = -9

    def __init__(self):
        self.alive = True

    def is_alive(self):
        return self.alive


def test_a_worker_that_keeps_dying_is_started_again_and_again_ever_later():
    made = []

    def start():
        made.append((Process(), object()))
        return made[-1]

    now = time.monotonic()
    worker, delays = workers.Worker(start), []
    for _ in range(9):
        process, counts = made[-1]
        process.alive = False
        assert worker.keep(now) is counts
        died = now
        while worker.process is None:
            now += 0.25
            assert worker.keep(now) is None
        delays.append(now - died)
    assert delays == sorted(delays)
    assert (delays[0], delays[-1]) == (1.0, 30.0)
    now += 11.0
    made[-1][0].alive = False
    assert worker.keep(now)
    assert worker.keep(now + 0.5) is None
    assert worker.process is made[-1][0]


@pytest.mark.skipif(not CAN_SHARE, reason="connections cannot be handed over here")
def test_a_process_gets_connections_once_it_is_ready_and_is_not_waited_for_once_it_has_ended(monkeypatch):
    monkeypatch.setattr(workers, "POLL_INTERVAL", 0.05)
    (here, there), (sentinel, writer) = Pipe(), Pipe()
    aggregator, process = MetricsAggregator(), Process()
    process.sentinel = sentinel.fileno()
    aggregator.open(here)
    worker = workers.Worker(lambda: (process, here))
    with listen("127.0.0.1", 0) as sock, here, there, sentinel, socket.create_connection(sock.getsockname(), timeout=10):
        dispatcher = Dispatcher(sock)
        source = dispatcher.open(here)
        workers._poll([worker], dispatcher, aggregator)
        assert source.taken() == ([], False)
        WorkerChannel(there, dict).ready()
        workers._poll([worker], dispatcher, aggregator)
        (connection,), _ = source.taken()
        connection.close()
        process.alive = False
        writer.close()
        started = time.monotonic()
        workers._poll([worker], dispatcher, aggregator)
        assert time.monotonic() - started > 0.9 * workers.POLL_INTERVAL
        aggregator.close(here)
        assert not aggregator.is_ready(here)
        dispatcher.close(here)
        source.release()


@pytest.mark.skipif(not CAN_SHARE, reason="connections cannot be handed over here")
def test_connections_are_distributed_evenly_and_none_is_reset_at_a_stop(running, folders):
    import psutil

    one = running(folders["binary"], "--workers", "2", "--drain", "0.5")
    until_both_answer(one)
    children = [psutil.Process(pid) for pid in children_of(one.process.pid)]
    get = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for count in (2, 16):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(socket.create_connection(("127.0.0.1", one.port), timeout=20)) for _ in range(count)]
            for client in clients:
                client.sendall(get)
            assert all(client.recv(65_536).startswith(b"HTTP/1.1 200") for client in clients)
            shares = [sum(each.status == "ESTABLISHED" for each in child.net_connections()) for child in children]
            assert shares == [count // 2] * 2
        time.sleep(0.1)
    found = []

    def connect():
        while True:
            try:
                client = socket.create_connection(("127.0.0.1", one.port), timeout=20)
            except OSError:
                return
            with client:
                try:
                    client.sendall(get)
                    found.append(client.recv(65_536)[:12])
                except OSError as error:
                    found.append(repr(error))

    threads = [threading.Thread(target=connect) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert one.stop() == 0
    for thread in threads:
        thread.join()
    # As with one process, a few microseconds remain between the last `accept` and the end of the queue.
    assert sum(one != b"HTTP/1.1 200" for one in found) <= 2, set(found)
    assert len(found) > 50
