"""The Docker context is built and run as a container: its answers are the application's, it has no right and writes nothing.

The tool that builds without a Docker engine lies outside the repository: `CONTAINER_TEST` names it. Where it is not there, or without root,
the proofs are left out and say so.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.end_to_end.commands import ROOT, Service, done
from tests.end_to_end.test_bundle_alone import Trained, assert_answers, assert_explained, flip, open_trained, train

TOOL = Path(os.environ.get("CONTAINER_TEST", ROOT.parent / "shared" / "tools" / "container-test"))
TAG = "mlops-desktop-proof:latest"
BASE = "python:3.11-slim"
STORAGE = {**os.environ, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}


def why_not() -> str:
    """The reason why no container can be built here; empty where one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "building a container needs Linux and root"
    return "" if TOOL.is_file() else "there is no tool to build a container with: name it in CONTAINER_TEST"


pytestmark = [pytest.mark.proof, pytest.mark.timeout(900), pytest.mark.skipif(bool(why_not()), reason=why_not() or "can be built")]


def tool(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(TOOL), *map(str, arguments)], capture_output=True, encoding="utf-8", check=False)


def buildah(*arguments: str) -> str:
    """A command to the store that the tool fills; what it says."""
    found = subprocess.run(["buildah", *arguments], capture_output=True, encoding="utf-8", env=STORAGE, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def megabytes(tag: str) -> float:
    number, unit = tool("size", tag).stdout.split()
    return float(number) * {"KB": 1e-3, "MB": 1.0, "GB": 1e3}[unit]


@dataclass(frozen=True)
class Image:
    """A built image, its configuration, the context that it came from, and what the application answers."""

    context: Path
    config: dict[str, Any]
    trained: Trained

    def start(self, port: int) -> list[str]:
        """The image's own entry point, at another port."""
        return [*self.config["Entrypoint"], "--port", str(port)]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder = tmp_path_factory.mktemp("container")
    file = train(folder / "telco", "telco", 'candidates=["lightgbm"]', trials=1)
    done("export", folder / "telco", "docker_context", folder / "context")
    made = tool("base")
    assert made.returncode == 0, made.stderr
    built = tool("build", folder / "context", TAG)
    assert built.returncode == 0, built.stdout + built.stderr
    assert "Self-test passed" in built.stdout
    try:
        yield Image(folder / "context", json.loads(tool("inspect", TAG).stdout), open_trained(folder / "telco", file))
    finally:
        buildah("rmi", "--force", TAG)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listener(port: int) -> psutil.Process:
    """The process that listens at a port of this machine."""
    (found,) = {one.pid for one in psutil.net_connections("tcp") if one.laddr.port == port and one.status == psutil.CONN_LISTEN}
    return psutil.Process(found)


@contextlib.contextmanager
def answering(line: list[str], port: int) -> Iterator[tuple[Service, psutil.Process]]:
    """A started container that says that it serves, and its process; ended afterwards."""
    process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=STORAGE)
    assert process.stdout is not None
    try:
        output = process.stdout.readline()
        assert "Self-test passed. Serving" in output, output + process.stdout.read()
        service = Service(process, port)
        deadline = time.monotonic() + 30
        while service.ask("GET", "/health/ready")[0] != 200:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield service, listener(port)
        service.connection.close()
    finally:
        with contextlib.suppress(ValueError, psutil.NoSuchProcess):
            listener(port).send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        finally:
            process.kill()
            process.stdout.close()


@contextlib.contextmanager
def root_of(tag: str) -> Iterator[Path]:
    """The files of an image as a folder, a copy of its own."""
    container = buildah("from", "--pull-never", tag)
    try:
        yield Path(buildah("mount", container))
    finally:
        buildah("rm", container)


def inside(root: Path, user: int, command: list[str], *, read_only: bool) -> list[str]:
    """A command line that runs a command in a folder as its root, with nothing to write to if so wished."""
    script = 'mount --bind "$1" "$1" && '
    if read_only:
        script += 'mount -o remount,bind,ro "$1" && ! chroot "$1" touch /service/written /tmp/written 2>/dev/null && '
    script += 'cd "$1" && root=$1 user=$2 && shift 2 && exec chroot --userspec="$user:$user" "$root" env -i PATH=/venv/bin:/usr/bin:/bin '
    script += 'PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 SERVING_ALLOW_ANONYMOUS=1 sh -c \'cd /service && exec "$@"\' sh "$@"'
    return ["unshare", "--mount", "sh", "-c", script, "sh", str(root), str(user), *command]


def test_the_image_declares_what_it_needs(image, record_property):
    config = image.config
    assert config["User"] == "10001:10001"
    assert list(config["ExposedPorts"]) == ["8000/tcp"]
    assert config["StopSignal"] == "SIGTERM"
    assert config["Healthcheck"]["Test"][0] == "CMD"
    info = json.loads((image.context / "bundle.json").read_text(encoding="utf-8"))
    assert config["Labels"]["org.opencontainers.image.version"] == info["version"]
    added = megabytes(TAG) - megabytes(BASE)
    record_property("MB added to the base image", added)
    assert added < 120


def test_a_container_answers_every_hold_out_row_as_the_application(image, tmp_path, record_property):
    port = free_port()
    with answering([str(TOOL), "run", TAG, *image.start(port)], port) as (service, process):
        assert set(process.uids()) == {10001}
        assert set(process.gids()) == {10001}
        assert len(image.trained.rows) >= 1400
        record_property("worst difference", assert_answers(service, image.trained, tmp_path))
        assert_explained(service, image.trained)
        record_property("MB of memory", process.memory_info().rss / 1e6)
        probe = [sys.executable, "-c", image.config["Healthcheck"]["Test"][-1].replace(":8000/", f":{port}/")]
        assert subprocess.run(probe, capture_output=True, check=False).returncode == 0


def test_a_container_runs_with_nothing_to_write_to(image, tmp_path, record_property):
    port = free_port()
    with root_of(TAG) as root:
        began = time.monotonic()
        with answering(inside(root, 10001, image.start(port), read_only=True), port) as (service, process):
            record_property("seconds from start to ready", time.monotonic() - began)
            assert set(process.uids()) == {10001}
            assert_answers(service, image.trained, tmp_path)
        tested = inside(root, 10001, ["python", "serve.py", "selftest"], read_only=True)
        found = subprocess.run(tested, capture_output=True, encoding="utf-8", check=False)
        assert found.returncode == 0, found.stderr


def test_sigterm_loses_no_request(image, record_property):
    """Callers go on until the probe says 503, as a load balancer does it; requests that are under way then are answered too."""
    port = free_port()
    body = json.dumps({"rows": image.trained.requests[:50]}).encode()
    leave = threading.Event()
    found: list[object] = []

    def ask_on() -> None:
        while not leave.is_set():
            try:
                found.append(_ask(port, "/v1/predict", body)["predictions"] == wanted)
            except OSError as error:
                found.append(error)

    def probe() -> None:
        try:
            while _ask(port, "/health/ready"):
                time.sleep(0.05)
        except urllib.error.HTTPError as error:
            found.append(error.code)
        leave.set()

    with answering([str(TOOL), "run", TAG, *image.start(port)], port) as (service, process):
        wanted = service.predict(image.trained.requests[:50])
        threads = [threading.Thread(target=one) for one in (probe, ask_on, ask_on, ask_on, ask_on)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        before, began = len(found), time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = service.process.wait(30)
        took = time.monotonic() - began
        for thread in threads:
            thread.join(30)
    assert code == 0
    assert before > 20
    assert set(found) == {True, 503}
    assert took < 10
    record_property("drained", f"{len(found) - 1} requests answered, ended {took:.2f} s after SIGTERM")


def _ask(port: int, path: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, {"Content-Type": "application/json"} if body else {})
    with urllib.request.urlopen(request, timeout=20) as reply:
        return json.load(reply)


def test_a_changed_byte_of_the_model_is_not_built(image, tmp_path, record_property):
    context = shutil.copytree(image.context, tmp_path / "context")
    array = max((context / "model").rglob("*.npy"), key=lambda path: path.stat().st_size)
    flip(array, 3)
    built = tool("build", context, "mlops-desktop-proof:damaged")
    assert built.returncode != 0
    output = f"“{array.relative_to(context).as_posix()}” of the bundle was changed or damaged"
    assert output in built.stdout + built.stderr
    record_property("the build says", output)


def test_a_changed_byte_or_a_missing_package_fails_the_self_test(image, record_property):
    def failed(root: Path) -> str:
        line = inside(root, 10001, ["python", "serve.py", "selftest"], read_only=False)
        found = subprocess.run(line, capture_output=True, encoding="utf-8", check=False)
        assert (found.returncode, found.stdout) == (1, ""), found.stderr
        assert len(found.stderr.strip().splitlines()) == 1
        record_property("the self-test says", found.stderr.strip())
        return found.stderr

    with root_of(TAG) as root:
        flip(max((root / "service" / "model").rglob("*.npy"), key=lambda path: path.stat().st_size), 3)
        assert "was changed or damaged" in failed(root)
    for package in ("numpy", "uvicorn", "uvloop"):
        with root_of(TAG) as root:
            (place,) = (root / "venv" / "lib").glob(f"python3*/site-packages/{package}")
            shutil.rmtree(place)
            assert f"the package {package} is not installed" in failed(root)
