"""Starts and asks the containers of platforms as a platform does it: by the Dockerfile and with variables of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlops_desktop.base.job import Silent
from tests.catalog.exporters.test_docker_context import instructions, one
from tests.end_to_end.commands import alone
from tests.end_to_end.test_container import free_port
from tests.serving.conftest import SCORERS, write_bundle

REGISTRY = "registry.example.com/team/"
ROW = {"age": 41, "income": 1200.5, "member": True, "city": "Oslo"}


@dataclass(frozen=True)
class Platform:
    """How a platform starts a container and asks it: arguments, variables, the variable of the port (empty: the image names the port), the
    path that has to be healthy, the path and the body of a request for `ROW`, and the member of the answer (empty: the answer itself).
    """

    health: str
    path: str
    body: Any
    member: str = "predictions"
    arguments: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    port: str = ""


def exported(exporter, folder: Path) -> Path:
    """A form of the binary model."""
    (folder / "out").mkdir()
    exporter.export(write_bundle(SCORERS["binary"], folder / "core"), folder / "out", Silent())
    return folder / "out"


@contextlib.contextmanager
def started(folder, steps, arguments, variables, port_variable):
    """The port of the service, started in this process's place of the container."""
    port = free_port()
    given = dict(part.split("=", 1) for name, rest in steps if name == "ENV" for part in shlex.split(rest) if part[0] != "/")
    kept = {name: value for name, value in given.items() if name not in ("PATH", "SERVING_BYTECODE")}
    entry = json.loads(one(steps, "ENTRYPOINT"))[1:]
    if not port_variable:
        entry[entry.index("--port") + 1] = str(port)
    environment = {**alone(), **kept, **variables, **({port_variable: str(port)} if port_variable else {})}
    command = [sys.executable, str(folder / entry[0]), *entry[1:], *arguments, *(["--drain", "0"] if arguments != ["serve"] else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=folder, encoding="utf-8")
    try:
        assert f":{port}" in process.stdout.readline()
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=60)


def ask(port, method, path, document=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        headers = {"Content-Type": "application/json", "Host": "a.example.com"}
        connection.request(method, path, json.dumps(document) if document else None, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()


def assert_answers(folder: Path, platform: Platform) -> None:
    """The container, started and asked as the platform does it, gives the probabilities of the application."""
    steps = instructions((folder / "Dockerfile").read_text(encoding="utf-8"))
    scorer = SCORERS["binary"]
    wanted = scorer.scores(scorer.schema.from_rows([ROW]).frame)[0].tolist()
    with started(folder, steps, list(platform.arguments), platform.variables, platform.port) as port:
        assert ask(port, "GET", platform.health)[0] == 200
        status, body = ask(port, "POST", platform.path, platform.body)
    assert status == 200, body
    answers = json.loads(body)
    answers = answers[platform.member] if platform.member else answers
    assert list(answers[0]["probabilities"].values()) == wanted


def assert_consistent(exporter, folder: Path) -> None:
    """Ports and user are those of the runtime in every file, and the image is the one that is built."""
    steps = instructions((folder / "Dockerfile").read_text(encoding="utf-8"))
    runtime = exporter.runtime
    assert (one(steps, "EXPOSE"), one(steps, "USER")) == (str(runtime.port), f"{runtime.user}:{runtime.user}")
    assert f":{runtime.port}/health/ready" in one(steps, "HEALTHCHECK")
    assert not (folder / "compose.yaml").exists()
    written = "".join(path.read_text(encoding="utf-8") for path in (folder / exporter.place).iterdir())
    assert f"{exporter.registry}leavers:0123456789ab" in written
    assert set(re.findall(r"(?:port|containerPort): (\d+)", written)) <= {str(runtime.port)}
