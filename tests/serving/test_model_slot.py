"""The model of a running service is swapped: no answer is lost, none is of two models, and a bad bundle is refused."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import uvicorn

from mlops_desktop.serving.app import App
from mlops_desktop.serving.bundle import write_sums
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.single_row import single_row_protocol
from tests.serving.test_single_row import HEAD, ROW, read, request

ROWS = [{**ROW, "age": age} for age in range(20, 70)]


@pytest.fixture(scope="module")
def other(scorers, write, tmp_path_factory):
    """The bundle of another version of the binary model: other scores, another threshold, and an array of another size."""
    scorer = scorers["binary"]
    node = replace(scorer.node, model=replace(scorer.node.model, values=-scorer.node.model.values))
    return write(replace(scorer, version="ba9876543210", node=node, threshold=0.6), tmp_path_factory.mktemp("other") / "bundle")


@pytest.fixture
def slot(bundles):
    return ModelSlot(bundles["binary"])


def expected(bundle):
    """The probability of “yes” of each row, by age."""
    scores = bundle.scorer.scores(bundle.schema.from_rows(ROWS).frame)
    return {row["age"]: score for row, score in zip(ROWS, scores[:, 1].tolist(), strict=True)}


class InThread:
    """The service of a slot with the single-row fast path, in a thread of this process."""

    def __init__(self, slot):
        app = App(slot)
        config = uvicorn.Config(app, http=single_row_protocol(app), lifespan="off", ws="none", log_level="warning", port=0)
        self.server = uvicorn.Server(config)
        self.server.install_signal_handlers = lambda: None
        self.thread = threading.Thread(target=lambda: asyncio.run(self.server.serve()))

    def __enter__(self):
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        return self

    def __exit__(self, *problem):
        self.server.should_exit = True
        self.thread.join(30)


# By the fast path, by the app, and a document of the model.
REQUESTS = [
    lambda row: request(row),
    lambda row: request(row, HEAD + "X-Other: 1\r\n"),
    lambda row: b"GET /v1/schema HTTP/1.1\r\nHost: localhost\r\n\r\n",
]


class Client(threading.Thread):
    """Sends one request after the other on one connection until `stop` is set, and keeps every answer."""

    def __init__(self, port, stop, offset):
        super().__init__()
        self.port, self.stop, self.offset, self.answers, self.sent = port, stop, offset, [], 0

    def run(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            file = connection.makefile("rb")
            while not self.stop.is_set():
                row = ROWS[(self.sent * 7 + self.offset) % len(ROWS)]
                connection.sendall(REQUESTS[self.sent % len(REQUESTS)](row))
                self.sent += 1
                self.answers.append((row["age"], *read(file)))


def test_a_swap_during_requests_loses_and_mixes_no_answer(slot, bundles, folders, other):
    scores = {"0123456789ab": expected(bundles["binary"])}
    stop = threading.Event()
    with InThread(slot) as service:
        clients = [Client(service.port, stop, offset) for offset in range(4)]
        for client in clients:
            client.start()
        for number in range(6):
            enough = sum(client.sent for client in clients) + 50
            while sum(client.sent for client in clients) < enough and all(client.is_alive() for client in clients):
                time.sleep(0.002)
            slot.swap(folders["binary"] if number % 2 else other)
            scores.setdefault(slot.current.scorer.version, expected(slot.current.bundle))
        stop.set()
        for client in clients:
            client.join(30)
    answers = [answer for client in clients for answer in client.answers]
    assert sum(client.sent for client in clients) == len(answers) >= 300
    versions = set()
    for age, status, headers, body in answers:
        document, version = json.loads(body), headers["x-model-version"]
        versions.add(version)
        assert (status, document["model"]["version"]) == (200, version)
        if "predictions" in document:
            (one,) = document["predictions"]
            assert one["threshold"] == (0.4 if version == "0123456789ab" else 0.6)
            assert one["probabilities"]["yes"] == pytest.approx(scores[version][age], abs=1e-9)
    assert versions == {"0123456789ab", "ba9876543210"}
    predicted = sum(b"predictions" in body for _, _, _, body in answers)
    page = slot.current.metrics().body.decode()
    counts = [float(line.split()[-1]) for line in page.splitlines() if line.startswith("model_predictions_total")]
    assert sum(counts) == predicted, "every answer is counted, for the model that gave it"
    assert sum(slot.metrics.counts()["requests"].values()) == len(answers)


def test_identity_headers_and_documents_follow_the_slot(slot, other, asked):
    app = App(slot)
    before = asked(app, "GET", "/v1/model")
    previous = slot.swap(other)
    assert previous.scorer.version == before.headers["x-model-version"] == "0123456789ab"
    after = asked(app, "GET", "/v1/model")
    assert after.headers["x-model-version"] == after.json["version"] == "ba9876543210"
    assert asked(app, "GET", "/openapi.json").json["info"]["version"] == "ba9876543210"
    assert 'model_info{name="leavers",version="ba9876543210"' in asked(app, "GET", "/metrics").body.decode()
    assert asked(app, "GET", "/nowhere").headers["x-model-version"] == "ba9876543210"


def test_a_request_keeps_the_model_with_which_it_started(slot, other):
    """The body arrives after the swap."""
    sent = []

    async def receive():
        slot.swap(other)
        return {"type": "http.request", "body": json.dumps({"rows": [ROW]}).encode()}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/predict",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    asyncio.run(App(slot)(scope, receive, send))
    assert dict(sent[0]["headers"])[b"x-model-version"] == b"0123456789ab"
    assert json.loads(sent[1]["body"])["model"]["version"] == "0123456789ab"
    assert slot.current.scorer.version == "ba9876543210"


@pytest.mark.parametrize("damage", ["a changed byte", "other answers"])
def test_a_bundle_that_fails_its_checks_does_not_take_effect(damage, slot, other, tmp_path):
    bad = shutil.copytree(other, tmp_path / "bad")
    array = max((bad / "model").rglob("*.npy"), key=lambda path: path.stat().st_size)
    np.save(array, np.load(array, allow_pickle=False)[::-1])
    if damage == "other answers":
        write_sums(bad)
    current = slot.current
    with pytest.raises(UserError, match="Self-test FAILED" if damage == "other answers" else "checksum"):
        slot.swap(bad)
    assert slot.current is current
