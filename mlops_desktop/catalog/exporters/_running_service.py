"""An exported service as a child process: it is started as its README says, and asked for the golden rows over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Exporter, ReadBack
from mlops_desktop.catalog.exporters._packages import Package, packages_of
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.input_policy import AS_TRAINED, KINDS
from mlops_desktop.serving.manifest import REQUIREMENTS, START
from mlops_desktop.serving.message import msg

SECONDS = 120.0  # for the start and for each answer
_ADDRESS = re.compile(r".* at http://127\.0\.0\.1:(\d+)")
# Variables that would give the service another port, other limits or other keys than its defaults.
_FOREIGN = ("SERVING_", "AIP_", "SAGEMAKER_", "AZUREML_", "PORT", "PYTHONPATH")


class ServiceExporter(Exporter):
    """Base of exporters whose folder is a service; `service` is its place in the folder."""

    service: ClassVar[str] = "."

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack:
        with running(target / self.service) as service:
            reader = f"serve.py, Python {sys.version.split()[0]}, numpy {np.__version__}"
            return ReadBack(reader, ask(service.port, bundle.golden.rows), service.start_seconds)

    def packages(self, target: Path) -> list[Package]:
        return packages_of((target / self.service / REQUIREMENTS).read_text(encoding="utf-8"))


class RunningService(NamedTuple):
    """Where a service listens, and the seconds from the start of its process, without compiled bytecode, until it was ready."""

    port: int
    start_seconds: float


@contextlib.contextmanager
def running(folder: Path, python: str = "") -> Iterator[RunningService]:
    """A service that runs in a process of its own, by this program's interpreter or another `python`.

    UserError with the service's own sentence when it does not start.
    """
    frozen = getattr(sys, "frozen", False) and not python
    command = [sys.executable, "--serve", str(folder)] if frozen else [python or sys.executable, str(folder / START)]
    command += ["--host", "127.0.0.1", "--port", "0", "--drain", "0"]
    command += [part for kind in KINDS for part in ("--policy", f"*.{kind}={AS_TRAINED}")]  # golden rows hold unusual values on purpose
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=environment)
        late = threading.Timer(SECONDS, process.kill)
        late.start()
        try:
            assert process.stdout is not None
            port = next((found[1] for line in process.stdout if (found := _ADDRESS.match(line.decode("utf-8", "replace")))), None)
            late.cancel()
            if port is None:
                errors.seek(0)
                raise _refused(errors.read().decode("utf-8", "replace"))
            yield RunningService(int(port), time.perf_counter() - began)
        finally:
            late.cancel()
            process.terminate()
            try:
                process.wait(SECONDS)
            finally:
                process.kill()
                process.communicate()


def ask(port: int, rows: Sequence[Mapping[str, Any]]) -> Floats:
    """The scores (rows, outputs) with which a running service answers rows."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("POST", "/v1/predict", json.dumps({"rows": list(rows)}).encode(), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise _refused(body.decode("utf-8", "replace"))
    answers = json.loads(body)["predictions"]
    return np.array(
        [list(one["probabilities"].values()) if "probabilities" in one else [one["prediction"]] for one in answers], dtype=np.float64
    )


def _refused(output: str) -> UserError:
    lines = output.strip().splitlines()
    return UserError(
        msg("The exported service does not answer: {reason}", reason=lines[-1][:300] if lines else "—"),
        "Nothing was exported. Choose another form, or report this as a fault of the application.",
    )
