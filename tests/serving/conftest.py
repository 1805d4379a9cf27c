"""Three small models built in the test, their bundles on disk, and a way to ask a service without a network."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlops_desktop.engine.packaging.golden import golden_rows
from mlops_desktop.serving.app import App
from mlops_desktop.serving.bundle import Bundle, open_bundle, write_core
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.model_slot import ModelSlot
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.models.trees import Trees
from mlops_desktop.serving.monitor import reference_of
from mlops_desktop.serving.routes import Limits
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.impute_numbers import ImputeNumbers
from mlops_desktop.serving.transforms.one_hot import OneHot
from mlops_desktop.serving.transforms.scale import Scale

ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400_000_000
CITIES = ("Oslo", "Rome", "Zürich")

SCHEMA = Schema(
    (
        Column("age", "integer", nullable=False, low=18, high=90, typical=41, unit="years", description="Age at the last birthday"),
        Column("income", "number", low=0.0, high=9000.5, typical=2400.25, missing_share=0.1, unit="€", grammar=Grammar(missing=("", "NA"))),
        Column("member", "boolean", typical=False, missing_share=0.05, grammar=Grammar(true=("yes",), false=("no",))),
        Column("city", "category", levels=CITIES, typical="Oslo", missing_share=0.02),
        Column("since", "date", low=0, high=20_000 * DAY, typical="2009-01-01", missing_share=0.01),
        Column("note", "text"),
    )
)
LEFT_OUT = ("since", "note")  # the models never use these columns

TRANSFORMS = (
    DropColumns(LEFT_OUT),
    ImputeNumbers(("age", "income", "member"), (41.0, 2400.25, 0.0), ("income",)),
    Scale(("age", "income"), (50.0, 3000.0), (17.0, 1500.0)),
    OneHot(("city",), (tuple(f"city = {c}" for c in CITIES),), ({c: i for i, c in enumerate(CITIES)},), (-1,), (-1,)),
)
WIDTH = 7  # age, income, member, income is missing, three cities


def random_trees(rng: np.random.Generator, count: int = 12, depth: int = 3) -> Trees:
    """Trees with every split in place, written down from the root, left before right."""
    left: list[int] = []
    right: list[int] = []
    leaves = 0

    def add(level: int) -> int:
        nonlocal leaves
        if level == depth:
            leaves += 1
            return ~(leaves - 1)
        here = len(left)
        left.append(0)
        right.append(0)
        left[here], right[here] = add(level + 1), add(level + 1)
        return here

    for _ in range(count):
        add(0)
    inner = len(left)
    return Trees(
        link="sigmoid",
        baseline=np.array([-0.2]),
        splits=np.full(count, 2**depth - 1),
        feature=rng.integers(0, WIDTH, inner),
        threshold=rng.normal(0, 1, inner).astype(np.float32).astype(np.float64),
        left=np.array(left),
        right=np.array(right),
        missing_left=rng.integers(0, 2, inner).astype(bool),
        values=rng.normal(0, 0.4, (leaves, 1)),
        levels=np.zeros(WIDTH, dtype=np.int64),
        set_starts=np.zeros(1, dtype=np.int64),
        set_codes=np.zeros(0, dtype=np.int64),
    )


def _scorer(name: str) -> Scorer:
    rng = np.random.default_rng(7)
    if name == "binary":
        return Scorer.of_model("leavers", "0123456789ab", "binary", "leaves", SCHEMA, TRANSFORMS, random_trees(rng), ("no", "yes"), 1, 0.4)
    if name == "multiclass":
        weights = rng.normal(0, 1, (WIDTH, 3))
        model = Linear(weights, np.array([0.1, -0.2, 0.3]), "softmax")
        return Scorer.of_model("kinds", "1123456789ab", "multiclass", "kind", SCHEMA, TRANSFORMS, model, (1, 2.5, "50 % other"))
    model = Linear(rng.normal(0, 100, (WIDTH, 1)), np.array([812.5]), "identity")
    return Scorer.of_model("rents", "2123456789ab", "regression", "rent", SCHEMA, TRANSFORMS, model)


SCORERS = {name: _scorer(name) for name in ("binary", "multiclass", "regression")}


def random_rows(count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Rows as a caller may send them: levels seen and unseen, missing values, numbers outside the range."""
    rng = np.random.default_rng(seed)

    def one() -> dict[str, Any]:
        row: dict[str, Any] = {"age": int(rng.integers(18, 95))}
        row["income"] = None if rng.random() < 0.1 else round(float(rng.gamma(3, 900)), 2)
        row["member"] = None if rng.random() < 0.05 else bool(rng.integers(2))
        row["city"] = str(rng.choice([*CITIES, "Athens"]))
        row["since"] = f"20{int(rng.integers(10, 24))}-0{int(rng.integers(1, 10))}-15"
        row["note"] = "bought twice" if rng.random() < 0.5 else None
        return row

    return [one() for _ in range(count)]


def write_bundle(scorer: Scorer, folder: Path) -> Path:
    folder.mkdir(parents=True)
    frame = SCHEMA.from_rows(random_rows(600, seed=3)).frame
    golden = golden_rows(scorer.schema, scorer, np.random.default_rng(0))
    info = {"application": "0.1.0", "importance": {"age": 0.2, "income": 0.1}}
    write_core(folder, scorer, info, golden, reference_of(scorer.schema, frame, scorer.scores(frame), scorer.prediction_spec))
    return folder


@dataclass(frozen=True)
class Answer:
    """What a service answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        def refuse(name: str) -> None:
            raise AssertionError(f"{name} is no JSON")

        return json.loads(self.body, parse_constant=refuse)


def ask(app: App, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, pieces: int = 1) -> Answer:
    """One request to an ASGI application. A body that is no bytes is sent as JSON."""
    sent = {"content-type": "application/json"} if body is not None else {}
    sent.update(headers or {})
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    path, _, query = path.partition("?")
    cut = [data[i * len(data) // pieces : (i + 1) * len(data) // pieces] for i in range(pieces)]
    messages = [{"type": "http.request", "body": part, "more_body": i < pieces - 1} for i, part in enumerate(cut)]
    answers: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
    }
    asyncio.run(app(scope, receive, send))
    assert [message["type"] for message in answers[:2]] == ["http.response.start", "http.response.body"]
    assert not answers[-1].get("more_body")
    assert b"content-length" not in dict(answers[0]["headers"]) or not any(message["body"] for message in answers[2:])
    found = {name.decode(): value.decode() for name, value in answers[0]["headers"]}
    return Answer(answers[0]["status"], found, b"".join(message["body"] for message in answers[1:]))


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The core of a bundle on disk for each kind of task; not to be changed."""
    base = tmp_path_factory.mktemp("bundles")
    return {name: write_bundle(scorer, base / name) for name, scorer in SCORERS.items()}


@pytest.fixture(scope="session")
def bundles(folders: dict[str, Path]) -> dict[str, Bundle]:
    return {name: open_bundle(folder) for name, folder in folders.items()}


@pytest.fixture
def apps(bundles: dict[str, Bundle]) -> Callable[..., App]:
    """`apps("binary")` is a new application; `limits` may be given."""

    def make(name: str, limits: Limits | None = None) -> App:
        return App(ModelSlot(bundles[name], limits))

    return make


@pytest.fixture(scope="session")
def asked() -> Callable[..., Answer]:
    return ask


@pytest.fixture(scope="session")
def scorers() -> dict[str, Scorer]:
    return dict(SCORERS)


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[dict[str, Any]]]:
    return random_rows


@pytest.fixture(scope="session")
def write() -> Callable[[Scorer, Path], Path]:
    return write_bundle


class Running:
    """A service in a process of its own, on a port that was free."""

    def __init__(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, env=os.environ | (environment or {}), **pipes)
        assert self.process.stdout is not None
        output = ""
        while "://" not in output:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1]
            output += line
        self.address = next(part for part in output.split() if "://" in part)
        self.port = int(self.address.rsplit(":", 1)[1].strip("/"))
        self.output = output

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = self.connect()
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, data, {"Content-Type": "application/json"} | (headers or {}))
        response = connection.getresponse()
        found = response.status, response.read()
        connection.close()
        return found

    def stop(self) -> int:
        """The exit code after SIGTERM."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def running() -> Iterator[Callable[..., Running]]:
    """`running(folder, *options)` starts the service of a bundle; it is stopped after the test."""
    started: list[Running] = []

    def start(folder: Path, *options: str) -> Running:
        started.append(Running([sys.executable, "-m", "mlops_desktop.serving", str(folder), "--port", "0", *options]))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def running_command() -> Iterator[Callable[[list[str]], Running]]:
    """`running_command(command, environment)` starts a service by a command of its own, which prints its address."""
    started: list[Running] = []

    def start(command: list[str], environment: dict[str, str] | None = None) -> Running:
        started.append(Running(command, environment))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def started() -> Iterator[Callable[..., Running]]:
    """As `running`, for all tests of a file."""
    made: list[Running] = []

    def start(folder: Path, *options: str) -> Running:
        made.append(Running([sys.executable, "-m", "mlops_desktop.serving", str(folder), "--port", "0", *options]))
        return made[-1]

    yield start
    for one in made:
        one.stop()


@pytest.fixture(scope="module")
def service(folders: dict[str, Path]) -> Iterator[Running]:
    """One service of the binary model for all tests of a file."""
    one = Running([sys.executable, "-m", "mlops_desktop.serving", str(folders["binary"]), "--port", "0", "--drain", "0"])
    yield one
    one.stop()


@pytest.fixture
def no_more_handles() -> Callable[..., AbstractContextManager[None]]:
    """A context in which this process can open so many further files, and then no more."""
    resource = pytest.importorskip("resource")

    @contextmanager
    def limited(free: int = 0) -> Iterator[None]:
        with open(os.devnull, "rb") as first:  # takes the lowest number that is free
            lowest = first.fileno()
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + free, limits[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)

    return limited
