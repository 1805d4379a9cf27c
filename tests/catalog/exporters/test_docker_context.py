"""The Dockerfile and the compose file, read back and held against the service that they start."""

from __future__ import annotations

import dataclasses
import itertools
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._container import PORT, USER, ComposeProtection, compose, dockerfile, image_name, probe
from mlops_desktop.catalog.exporters.docker_context import DockerContext
from mlops_desktop.serving.bundle import verify_sums
from tests.end_to_end.commands import alone, run_bundle, serving
from tests.serving.conftest import SCORERS, write_bundle

INFO = {"name": "leavers", "version": "0123456789ab", "target": "leaves"}


def instructions(text: str) -> list[tuple[str, str]]:
    """(instruction, argument) for each of a Dockerfile, continued lines joined."""
    lines = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.startswith("#"))).splitlines()
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines if line)]


def scalar(text: str) -> Any:
    if text.startswith(("[", '"')) or text in ("true", "false") or text.isdigit():
        return json.loads(text)
    return text


def read_yaml(lines: list[str]) -> Any:
    """The part of YAML that a compose file of ours uses: mappings and lists by indentation, JSON or plain words as values."""
    depth = len(lines[0]) - len(lines[0].lstrip())
    starts = [i for i, line in enumerate(lines) if len(line) - len(line.lstrip()) == depth] + [len(lines)]
    if lines[0].lstrip().startswith("- "):
        assert all(line.lstrip().startswith("- ") for line in lines)
        return [scalar(line.lstrip()[2:]) for line in lines]
    found = {}
    for start, end in itertools.pairwise(starts):
        key, colon, value = lines[start].strip().partition(":")
        assert colon, lines[start]
        assert key not in found, key
        found[key] = scalar(value.strip()) if value.strip() else read_yaml(lines[start + 1 : end])
        assert not value.strip() or end == start + 1, lines[start]
    return found


def compose_document(text: str) -> Any:
    return read_yaml([line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")])


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("docker")
    (folder / "context").mkdir()
    DockerContext().export(write_bundle(SCORERS["binary"], folder / "core"), folder / "context", Silent())
    return folder / "context"


@pytest.fixture(scope="module")
def steps(context) -> list[tuple[str, str]]:
    return instructions((context / "Dockerfile").read_text(encoding="utf-8"))


def one(steps: list[tuple[str, str]], instruction: str) -> str:
    (found,) = [rest for name, rest in steps if name == instruction]
    return found


def test_two_stages_and_the_second_runs_nothing(steps):
    names = [name for name, _ in steps]
    assert names.count("FROM") == 2
    second = names[len(names) - names[::-1].index("FROM") :]
    assert "RUN" not in second
    assert [rest for name, rest in steps if name == "FROM"] == ["${PYTHON} AS build", "${PYTHON}"]
    assert [rest for name, rest in steps if name == "ARG"] == ["PYTHON=python:3.11-slim", "PIP_INDEX_URL"]
    copies = [rest for name, rest in steps[-len(second) :] if name == "COPY"]
    assert copies == ["--from=build /venv /venv", "--from=build /service /service", "--from=build /bytecode /bytecode"]


def test_packages_are_installed_by_hash_alone(steps, context):
    (install,) = [rest for name, rest in steps if name == "RUN" and " install " in rest]
    for option in ("--require-hashes", "--no-deps", "--only-binary=:all:", "-r requirements.lock"):
        assert option in install
    lock = (context / "requirements.lock").read_text(encoding="utf-8")
    for package in (context / "requirements.txt").read_text(encoding="utf-8").split():
        assert "==" not in package or package.rstrip(";") in lock


def test_it_runs_as_a_number_that_is_not_root(steps):
    assert one(steps, "USER") == f"{USER}:{USER}"
    assert USER >= 10_000
    names = [name for name, _ in steps]
    assert names.index("USER") > len(names) - names[::-1].index("COPY") - 1


def test_start_probe_and_ports_fit_the_running_service(steps, context, tmp_path):
    start = json.loads(one(steps, "ENTRYPOINT"))
    assert start[:2] == ["python", "serve.py"]
    assert start[start.index("--host") + 1] == "0.0.0.0"
    assert start[start.index("--port") + 1] == one(steps, "EXPOSE") == str(PORT)
    check = json.loads(one(steps, "HEALTHCHECK").partition("CMD ")[2])
    assert check[:2] == ["python", "-c"]
    assert f"//127.0.0.1:{PORT}/health/ready" in check[2]
    with serving(sys.executable, context, tmp_path) as service:
        asked = [sys.executable, "-c", check[2].replace(f":{PORT}/", f":{service.port}/")]
        assert subprocess.run(asked, capture_output=True, check=False).returncode == 0
        assert subprocess.run([*asked[:2], asked[2].replace("ready", "gone")], capture_output=True, check=False).returncode == 1
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 1, "healthy though it ended"


@pytest.mark.parametrize(("certificate", "first"), [("", b"G"), ("a certificate", b"\x16")])
def test_the_probe_asks_over_tls_where_the_service_has_a_certificate(certificate, first):
    with socket.create_server(("127.0.0.1", 0)) as server:
        environment = {**os.environ, "SERVING_TLS_CERT": certificate}
        with subprocess.Popen([sys.executable, "-c", probe(server.getsockname()[1])], env=environment, stderr=subprocess.PIPE) as asking:
            connection, _ = server.accept()
            with connection:
                assert connection.recv(1) == first
            assert asking.wait(20) == 1


def test_commands_go_behind_the_entrypoint(steps, context, tmp_path):
    start = json.loads(one(steps, "ENTRYPOINT"))[2:]
    tested = run_bundle(sys.executable, context, *start, "selftest", cwd=tmp_path)
    assert (tested.returncode, tested.stdout.split()[:2]) == (0, ["Self-test", "passed:"])
    (tmp_path / "in.csv").write_text("age,income,member,city,since,note\n41,,yes,Oslo,2019-01-01,\n")
    answered = run_bundle(sys.executable, context, *start, "predict", tmp_path / "in.csv", tmp_path / "out.csv", cwd=tmp_path)
    assert answered.returncode == 0, answered.stderr
    assert (tmp_path / "out.csv").read_text().startswith("prediction")


def test_the_image_holds_the_files_with_checksums(context):
    lines = [line for line in (context / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    let_in = {line[1:] for line in lines if line.startswith("!")}
    tops = {name.partition("/")[0] for name in verify_sums(context)} | {"SHA256SUMS"}
    assert tops <= let_in
    assert let_in - tops <= {"reference.arrays", "certificate.json"}
    assert {path.name for path in context.iterdir()} - let_in == {"Dockerfile", ".dockerignore", "compose.yaml"}


def test_compose_drops_every_privilege(context):
    document = compose_document((context / "compose.yaml").read_text(encoding="utf-8"))
    assert list(document["services"]) == ["model"]
    service = document["services"]["model"]
    assert service["image"] == "leavers:0123456789ab"
    assert service["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert service["user"] == f"{USER}:{USER}"
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert (service["mem_limit"], service["cpus"], service["pids_limit"]) == ("512m", 1, 128)
    assert service["healthcheck"]["test"][0] == "CMD"
    steps = instructions((context / "Dockerfile").read_text(encoding="utf-8"))
    assert service["healthcheck"]["test"][1:] == json.loads(one(steps, "HEALTHCHECK").partition("CMD ")[2])
    assert int(service["stop_grace_period"].rstrip("s")) > 26


def test_a_large_model_gets_more_memory():
    assert compose_document(compose(INFO, 200 * 2**20))["services"]["model"]["mem_limit"] == f"{256 * (1 + 4)}m"


@pytest.mark.parametrize(
    ("name", "image"),
    [
        ("Churn 2024 – Zürich", "churn-2024-zurich:0123456789ab"),
        ("__..--", "model:0123456789ab"),
        ("客户", "model:0123456789ab"),
        ("", "model:0123456789ab"),
        ("x" * 200, "x" * 60 + ":0123456789ab"),
    ],
)
def test_any_name_makes_an_image_name(name, image):
    assert image_name({**INFO, "name": name}) == image
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", compose_document(compose({**INFO, "name": name}, 0))["name"])


def test_no_name_breaks_out_of_its_label(tmp_path):
    nasty = 'a "b" $PATH \\ c\nRUN evil\r\u2028FROM x'
    text = dockerfile({**INFO, "name": nasty, "target": "${HOME}"})
    steps = instructions(text)
    assert [name for name, _ in steps].count("RUN") == 2
    assert [name for name, _ in steps].count("FROM") == 2
    label = one(steps, "LABEL")
    assert r'title="a \"b\" \$PATH \\ c RUN evil FROM x"' in label
    assert r'description="Predicts \${HOME}"' in label
    scorer = dataclasses.replace(SCORERS["binary"], name=nasty)
    (tmp_path / "out").mkdir()
    DockerContext().export(write_bundle(scorer, tmp_path / "core"), tmp_path / "out", Silent())
    assert run_bundle(sys.executable, tmp_path / "out", "selftest", cwd=tmp_path).returncode == 0


def test_a_missing_package_fails_the_self_test(context, tmp_path):
    """What the build runs last: without `site` an interpreter has only the packages that are put before it."""
    site = Path(numpy.__file__).parents[1]
    for there, missing in (((), "numpy"), (("numpy", "numpy.libs"), "uvicorn")):
        folder = tmp_path / missing
        folder.mkdir()
        for name in there:
            if (site / name).exists():
                (folder / name).symlink_to(site / name)
        line = [sys.executable, "-S", str(context / "serve.py"), "selftest"]
        found = subprocess.run(line, capture_output=True, encoding="utf-8", env=alone(PYTHONPATH=str(folder)), cwd=tmp_path, check=False)
        assert (found.returncode, found.stdout) == (1, "")
        assert found.stderr.startswith(f"Self-test FAILED: the package {missing} is not installed. Install it")
        assert len(found.stderr.splitlines()) == 1


def test_the_base_is_named_once_and_labelled(tmp_path):
    base = f"registry.example.com:5000/python@sha256:{'0' * 64}"
    steps = instructions(dockerfile(INFO, base))
    assert next(rest for name, rest in steps if name == "ARG") == f"PYTHON={base}"
    assert f'base.name="{base}"' in one(steps, "LABEL")
    for wrong in ("Python", "python\nRUN evil", "a b", "python@sha256:12"):
        with pytest.raises(UserError, match="no name of an image"):
            DockerContext(base=wrong).export(tmp_path, tmp_path, Silent())


def test_compose_gives_the_service_the_secrets_that_it_mounts():
    protection = ComposeProtection(keys=True, tls=True, rate_limit=600)
    document = compose_document(compose(INFO, 0, protection) + protection.secrets("monitor-key"))
    service = document["services"]["model"]
    assert service["environment"] == {
        "SERVING_API_KEYS_FILE": "/run/secrets/keys",
        "SERVING_TLS_CERT": "/run/secrets/tls.crt",
        "SERVING_TLS_KEY": "/run/secrets/tls.key",
        "SERVING_RATE_LIMIT": "600",
    }
    assert service["secrets"] == ["keys", "tls.crt", "tls.key"]
    assert "proxy" not in compose(INFO, 0, protection)
    assert "proxy in front that answers over HTTPS." in compose(INFO, 0, ComposeProtection(keys=True))
    assert document["secrets"] == {name: {"file": f"./{name}"} for name in (*service["secrets"], "monitor-key")}
    assert compose(INFO, 0).endswith("restart: unless-stopped\n")
