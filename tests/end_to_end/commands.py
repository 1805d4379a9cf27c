"""Runs commands, serves bundles, and reads and compares what comes out."""

from __future__ import annotations

import contextlib
import csv
import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.engine.training.runs import Runs
from mlops_desktop.serving.scorer import Scorer
from tests.in_process import run_command

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = resource_folder() / "samples"
MARK = "MLOPS_DESKTOP_TEST"  # an environment variable that every process of a command inherits, so that what is left of it can be found
TOLERANCE = 1e-9


def command(*arguments: object) -> list[str]:
    """The command line of the application."""
    return [sys.executable, "-m", "mlops_desktop", *map(str, arguments)]


def environment(**changes: str) -> dict[str, str]:
    """What a command sees of this process, with changes."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **changes}


def call(*arguments: object, timeout: float = 300, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end: in a process of its own where it sees changes of the environment, or could go on for ever."""
    if not changes and arguments[0] != "serve":
        return run_command(*arguments)
    env = environment(**changes)
    return subprocess.run(command(*arguments), capture_output=True, encoding="utf-8", timeout=timeout, env=env, check=False)


def done(*arguments: object, **changes: str) -> str:
    """Run a command that has to work; what it says on stdout."""
    found = call(*arguments, **changes)
    assert found.returncode == 0, found.stderr
    return found.stdout


def refused(found: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that did not take its input."""
    assert found.returncode == 2, (found.returncode, found.stdout, found.stderr)
    assert "Traceback" not in found.stderr
    lines = [line for line in found.stderr.splitlines() if not re.match(r" *\d+%  ", line)]
    assert len(lines) == 1, found.stderr
    output = lines[0].removeprefix("mlops-desktop: ")
    # A whole sentence, or a way out that ends in something to type.
    assert output.endswith((".", ")")) or output.rpartition(":")[2].strip(), output
    return output


# --- processes that are ended ----------------------------------------------------------------------------------------------------


def start(mark: str, *arguments: object, **changes: str) -> subprocess.Popen[str]:
    """Start a command in a group of its own; `mark` is how what it starts is found again."""
    env = environment(**{MARK: mark}, **changes)
    pipe = subprocess.PIPE
    return subprocess.Popen(command(*arguments), stdout=subprocess.DEVNULL, stderr=pipe, encoding="utf-8", env=env, start_new_session=True)


def new_mark() -> str:
    """A mark that no other process has."""
    return secrets.token_hex(8)


def marked(mark: str) -> list[psutil.Process]:
    """Every living process that carries a mark."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def gone_within(mark: str, seconds: float) -> float:
    """How long it takes until no process carries the mark; AssertionError when it takes longer than `seconds`."""
    began = time.monotonic()
    while left := marked(mark):
        passed = time.monotonic() - began
        if passed > seconds:
            output = [" ".join(p.cmdline()) for p in left if p.is_running()]
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            raise AssertionError(f"after {passed:.1f} s there is still: {output}")
        time.sleep(0.02)
    return time.monotonic() - began


# --- what is compared ------------------------------------------------------------------------------------------------------------


def leaderboard(folder: Path) -> list[dict[str, Any]]:
    """Every run of today's decisions, with all that is the same in every process: the seconds are not."""
    project = read_project(folder)
    return [{**run.to_json(), "seconds": None} for run in Runs(folder).list(Keys(project).board)]


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def assert_same_files(found: Path, wanted: Path) -> int:
    """Two exports are equal byte for byte; how many files they have."""
    mine, other = files_of(found), files_of(wanted)
    assert sorted(mine) == sorted(other)
    assert [name for name in mine if mine[name] != other[name]] == []
    return len(mine)


def hold_out(folder: Path) -> tuple[Pipeline, np.ndarray]:
    """The pipeline of a project, and the positions of its held-out rows in the file."""
    pipeline = Pipeline(folder, read_project(folder))
    return pipeline, pipeline.test_rows


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as texts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_table(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Rows of texts as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def as_json(scorer: Scorer, row: dict[str, str]) -> dict[str, Any]:
    """A row of a file as a program would send it: numbers as numbers, what is missing as null, and nothing but the model's columns."""
    sent: dict[str, Any] = {}
    for column in scorer.schema.columns:
        text = row[column.name].strip()
        if text == "" or text in column.grammar.missing:
            sent[column.name] = None
        elif column.type in ("number", "integer"):
            sent[column.name] = int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
        elif column.type == "boolean" and text in ("0", "1"):
            sent[column.name] = bool(int(text))
        else:
            sent[column.name] = text
    return sent


def worst_difference(found: np.ndarray, wanted: np.ndarray) -> float:
    """The largest difference in units of max(1, |y|)."""
    assert found.shape == wanted.shape, (found.shape, wanted.shape)
    assert np.isfinite(found).all()
    return float(np.max(np.abs(found - wanted) / np.maximum(1.0, np.abs(wanted)), initial=0.0))


def scores_of(scorer: Scorer, predictions: Sequence[dict[str, Any]]) -> np.ndarray:
    """Answers of the service as the scorer's own: (rows, classes) or (rows,)."""
    if scorer.task == "regression":
        return np.array([one["prediction"] for one in predictions], dtype=np.float64)
    names = [text_of(one) for one in scorer.classes]
    return np.array([[one["probabilities"][name] for name in names] for one in predictions], dtype=np.float64)


def labels_of(scorer: Scorer, scores: np.ndarray) -> list[Any]:
    """What the application answers for these scores."""
    return scores.tolist() if scorer.task == "regression" else [scorer.classes[i] for i in scorer.decide(scores)]


def text_of(value: object) -> str:
    """A class as the name of its probability."""
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- a bundle that serves --------------------------------------------------------------------------------------------------------


class Service:
    """A running bundle, asked over one connection that stays open."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers (small letters) of one request."""
        self.connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        reply = self.connection.getresponse()
        return reply.status, reply.read(), {name.lower(): value for name, value in reply.getheaders()}

    def post(self, path: str, document: Any) -> Any:
        """The JSON answer to a JSON document."""
        status, body, _ = self.ask("POST", path, json.dumps(document).encode())
        assert status == 200, body
        return json.loads(body)

    def get(self, path: str) -> Any:
        """The JSON answer of an address."""
        status, body, _ = self.ask("GET", path)
        assert status == 200, body
        return json.loads(body)

    def predict(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The predictions of rows in one request."""
        found: list[dict[str, Any]] = self.post("/v1/predict", {"rows": list(rows)})["predictions"]
        return found


def alone(**changes: str) -> dict[str, str]:
    """An environment that leads to nothing of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": "", "PYTHONIOENCODING": "utf-8", **changes}


def run_bundle(python: Path | str, bundle: Path, *arguments: object, cwd: Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """`python serve.py …` to its end, from a folder that holds nothing of ours."""
    line = [str(python), str(bundle / "serve.py"), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, encoding="utf-8", timeout=timeout, env=alone(), cwd=cwd, check=False)


@contextlib.contextmanager
def serving(python: Path | str, bundle: Path, cwd: Path, port: int = 0) -> Iterator[Service]:
    """A bundle that is ready, at any free port unless one is given; ended afterwards."""
    line = [str(python), str(bundle / "serve.py"), "--port", str(port), "--drain", "0"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(line, stdout=pipe, stderr=subprocess.STDOUT, encoding="utf-8", env=alone(), cwd=cwd)
    assert process.stdout is not None
    try:
        output = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)/", output)
        assert address, output + process.stdout.read()
        service = Service(process, int(address[1]))
        deadline = time.monotonic() + 30
        while True:
            with contextlib.suppress(OSError):
                if service.ask("GET", "/health/ready")[0] == 200:
                    break
            service.connection.close()
            assert time.monotonic() < deadline, "the service did not get ready"
            time.sleep(0.02)
        yield service
        service.connection.close()
    finally:
        process.terminate()
        try:
            process.wait(10)
        finally:
            process.kill()
            process.stdout.close()
