"""Servers on the loopback address for the benchmarks of the service, and the load of `wrk` (Debian's package) on them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120.0  # seconds for the first answer


@dataclass(frozen=True)
class Server:
    """A server that answered its first request `start` seconds after it was started; its processes are the group `group`."""

    port: int
    group: int
    start: float

    def resident(self) -> float:
        """Resident memory of its processes, in MB."""
        import psutil

        total = 0
        for process in psutil.process_iter():
            try:
                if os.getpgid(process.pid) == self.group:
                    total += process.memory_info().rss
            except (psutil.Error, OSError):
                continue  # it ended while we looked
        return total / 2**20


@contextmanager
def started(command: Sequence[str], folder: Path, path: str, body: str) -> Iterator[Server]:
    """A server, started by a command to which its port is added; it is stopped at the end."""
    port = _free_port()
    began = time.perf_counter()
    server = subprocess.Popen(
        [*command, str(port)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    url = f"http://127.0.0.1:{port}{path}"
    try:
        while True:
            try:
                request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"})
                with urllib.request.urlopen(request, timeout=30) as answer:
                    answer.read()
                break
            except OSError:
                if time.perf_counter() - began > PATIENCE or server.poll() is not None:
                    raise SystemExit(f"{command[0]} does not answer at {url}") from None
                time.sleep(0.01)
        yield Server(port, server.pid, time.perf_counter() - began)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def need_wrk() -> None:
    """SystemExit where `wrk` is not installed."""
    if shutil.which("wrk") is None or os.name != "posix":
        raise SystemExit("This benchmark needs wrk: apt-get install wrk")


def load(server: Server, path: str, body: str, connections: int, seconds: int) -> dict[str, float]:
    """The same request again and again, on connections that stay open: requests/s, p50 and p99 in ms."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as script:
        script.write(f'wrk.method="POST"\nwrk.headers["Content-Type"]="application/json"\nwrk.body=[==[{body}]==]\n')
        script.flush()
        url = f"http://127.0.0.1:{server.port}{path}"
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script.name, url]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        raise SystemExit(f"errors under load from {url}:\n{out}")
    return {"requests/s": _rate(out), "p50 ms": _quantile(out, 50), "p99 ms": _quantile(out, 99)}


def _free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _rate(out: str) -> float:
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found
    return float(found[1])


def _quantile(out: str, percent: int) -> float:
    found = re.search(rf"\s{percent}%\s+([\d.]+)(us|ms|s)", out)
    assert found
    return float(found[1]) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[found[2]]
