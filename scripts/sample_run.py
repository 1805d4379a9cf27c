"""From the penguins sample to a running, tested REST service, with the commands that a person would type.

    .venv/bin/python scripts/sample_run.py [--keep-running]

Everything is written to `build/sample/`, anew each time: the project, the bundle and the report.
"""

from __future__ import annotations

import argparse
import csv
import json
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = Path("resources") / "samples" / "penguins.csv"
TARGET = "species"
OUT = Path("build") / "sample"
PROJECT, BUNDLE, REPORT = OUT / "penguins", OUT / "service", OUT / "report.html"
READY_WITHIN = 60.0


def call(*arguments: str | Path) -> None:
    """Show a command as a person would type it, then run it. Raises CalledProcessError when it fails."""
    command = [str(argument) for argument in arguments]
    print(f"\n$ {shlex.join(command)}", flush=True)
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_ready(address: str, service: subprocess.Popen[bytes]) -> None:
    """Wait until the service says that its self-test passed. Raises RuntimeError when it ends or takes too long."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if service.poll() is not None:
            raise RuntimeError(f"The service ended at once, with exit code {service.returncode}.")
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"The service was not ready within {READY_WITHIN:.0f} seconds.")


def typed(cell: str) -> str | float | None:
    """A cell as JSON has it: the service takes no text for a number."""
    try:
        return float(cell)
    except ValueError:
        return cell or None


def ask(address: str, row: dict[str, Any]) -> dict[str, Any]:
    """The service's answer to one row."""
    request = urllib.request.Request(
        f"{address}/v1/predict", data=json.dumps({"rows": [row]}).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def try_the_service(row: dict[str, Any], keep_running: bool) -> None:
    """Start the bundle, ask it about one row of the sample and show the answer; stop it again unless `keep_running`."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(BUNDLE / "serve.py"), "--port", str(port)]
    print(f"\n$ {shlex.join(command)} &", flush=True)
    service = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        wait_until_ready(address, service)
        print(f"\n$ curl {address}/v1/predict -H 'Content-Type: application/json' -d '{json.dumps({'rows': [row]})}'")
        print(json.dumps(ask(address, row), indent=2), flush=True)
        if keep_running:
            print(f"\nThe service runs at {address}/ until you press Ctrl+C.", flush=True)
            service.wait()
    finally:
        service.terminate()
        service.wait(timeout=30)


def main() -> int:
    """Run every command; 0 when the service answered, else 1 with a sentence that says which step failed."""
    parser = argparse.ArgumentParser(description="Take the penguins sample to a tested REST service.")
    parser.add_argument("--keep-running", action="store_true", help="leave the service running until Ctrl+C")
    keep_running = parser.parse_args().keep_running
    desktop = (sys.executable, "-m", "mlops_desktop")
    with (ROOT / SAMPLE).open(newline="", encoding="utf-8") as file:
        row = {name: typed(cell) for name, cell in next(csv.DictReader(file)).items() if name != TARGET}
    shutil.rmtree(ROOT / OUT, ignore_errors=True)
    (ROOT / OUT).mkdir(parents=True)
    try:
        call(*desktop, "new", PROJECT, "--data", SAMPLE, "--target", TARGET)
        call(*desktop, "run", PROJECT, "--trials", "8", "--seed", "1")
        call(*desktop, "runs", PROJECT)
        call(*desktop, "check", PROJECT)
        call(*desktop, "report", PROJECT, REPORT)
        call(*desktop, "export", PROJECT, "rest_bundle", BUNDLE)
        call(sys.executable, BUNDLE / "serve.py", "selftest")
        try_the_service(row, keep_running)
    except subprocess.CalledProcessError as error:
        print(f"This command failed with exit code {error.returncode}: {shlex.join(error.cmd)}", file=sys.stderr)
        return 1
    except (RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"\nThe service is tested. Start it with: {shlex.join([sys.executable, str(BUNDLE / 'serve.py'), '--port', '8000'])}")
    print("Then open http://127.0.0.1:8000/ in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
