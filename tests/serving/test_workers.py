from __future__ import annotations

import json
import os
import re
import sys
import threading
import time
from multiprocessing import Pipe

import pytest

from mlops_desktop.serving import workers
from mlops_desktop.serving.http_problems import Refusal
from mlops_desktop.serving.metrics import NOW
from mlops_desktop.serving.workers import Colleague, Desk

ROW = {"rows": [{"age": 40, "income": 2000.5, "city": "Rome", "member": True}]}


def predictions(page):
    return sum(int(count) for count in re.findall(r"^model_predictions_total{.*} (\d+)$", page.decode(), re.MULTILINE))


def until_it_answers(one):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:  # the parent listens before its children answer
        try:
            if one.ask("GET", "/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGTERM there")
def test_several_processes_are_counted_as_one_and_a_dead_one_is_replaced(running, folders):
    one = running(folders["multiclass"], "--workers", "2", "--drain", "0")
    until_it_answers(one)
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
        assert b'"rows": 60' in one.ask("GET", "/v1/drift")[1]  # what it had counted is not forgotten
    assert one.ask("POST", "/v1/predict", ROW)[0] == 200
    assert one.stop() == 0
    assert not [pid for pid in children if os.path.exists(f"/proc/{pid}")]


def children_of(pid):
    import psutil

    return [
        child.pid
        for child in psutil.Process(pid).children()
        if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in " ".join(child.cmdline())
    ]


class Crew:
    """A desk that runs in a thread, and colleagues that tell fixed counts; `mortal` is the line of one more, which can be closed."""

    def __init__(self, *counts):
        self.desk, self.running = Desk(), True
        self.lines = []
        self.colleagues = []
        self.mortal = self.line()
        for count in counts:
            there = self.line()
            self.colleagues.append(Colleague(there, lambda count=count: {"rows": count, NOW: {"processes": 1}}))
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def line(self):
        here, there = Pipe()
        self.desk.open(here)
        self.lines.append(here)
        return there

    def run(self):
        while self.running:
            self.desk.turn([])

    def close(self):
        self.running = False
        self.thread.join()
        for line in self.lines:
            line.close()


@pytest.fixture
def crew():
    made = []

    def make(*counts, mortal=False):
        made.append(Crew(*counts))
        if not mortal:
            made[-1].mortal.close()
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_each_hears_what_the_others_counted(crew):
    several = crew(1, 20, 300)
    assert [one.others()["rows"] for one in several.colleagues] == [320, 301, 21]
    assert several.colleagues[0].others()[NOW] == {"processes": 2}
    assert crew(7).colleagues[0].others() == {}


def test_all_may_ask_at_once(crew):
    several = crew(1, 20, 300)
    heard = []

    def ask(one):
        heard.extend((one.others()["rows"], i) for i in range(30))

    threads = [threading.Thread(target=ask, args=(one,)) for one in several.colleagues for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted({rows for rows, _ in heard}) == [21, 301, 320]
    assert len(heard) == 180


def test_what_a_dead_one_counted_stays_but_not_its_moment(crew):
    several = crew(1, 20, mortal=True)
    heard = []
    asking = threading.Thread(target=lambda: heard.append(several.colleagues[0].others()))
    asking.start()
    kind, number, _ = json.loads(several.mortal.recv_bytes())
    assert kind == "tell"
    several.mortal.send_bytes(json.dumps(["told", number, {"rows": 300, NOW: {"processes": 1}}]).encode())
    asking.join()
    assert heard == [{"rows": 320, NOW: {"processes": 2}}]
    several.mortal.close()
    assert several.colleagues[0].others() == {"rows": 320, NOW: {"processes": 1}}
    assert several.colleagues[1].others()["rows"] == 301


def test_one_that_dies_while_it_is_asked_holds_nobody_up(crew):
    several = crew(1, 20, mortal=True)
    heard = []
    asking = threading.Thread(target=lambda: heard.append(several.colleagues[0].others()["rows"]))
    asking.start()
    several.mortal.recv_bytes()
    several.mortal.close()
    asking.join(4)
    assert heard == [20]


def test_a_silent_parent_is_told_and_not_guessed(monkeypatch):
    monkeypatch.setattr(workers, "PATIENCE", 0.05)
    here, there = Pipe()
    colleague = Colleague(there, dict)
    with pytest.raises(Refusal) as caught:
        colleague.others()
    assert caught.value.status == 503
    here.close()
    with pytest.raises(Refusal):
        colleague.others()
