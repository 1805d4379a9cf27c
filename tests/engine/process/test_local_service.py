"""A served bundle ends with whoever started it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.packaging.export import export_run, make_exporter
from mlops_desktop.engine.process.local_service import service_command, service_environment
from mlops_desktop.engine.training.final_model import open_chosen


@pytest.fixture(scope="module")
def bundle(trained, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles") / "penguins"
    export_run(open_chosen(trained.pipeline, trained.runs, Silent()), trained.runs, make_exporter("rest_bundle", {}), out, Silent())
    return out


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def service(bundle, tmp_path):
    port = free_port()
    process = subprocess.Popen(
        service_command(bundle, port),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=service_environment(),
        cwd=tmp_path,
    )
    yield process, port
    process.stdin.close()
    process.kill()
    process.wait()
    process.stdout.close()


def wait_ready(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_it_answers_and_ends_with_its_input(service):
    process, port = service
    wait_ready(port)
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/predict", b'{"rows":[{"bill_length_mm":40}]}', {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["predictions"][0]["prediction"] in ("Adelie", "Chinstrap", "Gentoo")
    started = time.monotonic()
    process.stdin.close()
    process.wait(5)
    assert time.monotonic() - started < 2
    log = process.stdout.read().decode()
    assert "Self-test passed" in log
    assert "/v1/predict" in log


def test_it_ends_even_before_it_began(service):
    process, _ = service
    process.stdin.close()
    process.wait(10)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_it_ends_when_its_parent_is_killed(bundle, tmp_path):
    port = free_port()
    code = (
        "import subprocess, sys, time\n"
        "from pathlib import Path\n"
        "from mlops_desktop.engine.process.local_service import service_command, service_environment\n"
        f"p = subprocess.Popen(service_command(Path({str(bundle)!r}), {port}), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, "
        "env=service_environment(), start_new_session=True)\n"
        "print(p.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=service_environment(), cwd=tmp_path)
    parent.stdout.readline()
    wait_ready(port)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    pytest.fail("the service still answers")
