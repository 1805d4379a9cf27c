"""A folder that is a REST service: the model as plain data, the code that answers, and a start file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Job
from mlops_desktop.base.service_files import write_service


@dataclass(frozen=True, kw_only=True)
class RestBundle(Exporter):
    """Writes the core of the bundle, `serving/` verbatim, `serve.py`, the pinned packages, a README and checksums over all of it."""

    id: ClassVar[str] = "rest_bundle"
    label: ClassVar[str] = "REST service"
    help: ClassVar[str] = (
        "A folder that runs with Python alone: a service with a form page, tests of its own answers, and no link back to this program."
    )
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("serve.py, serving/", "the code that answers"),
        ("model/", "schema, transforms and model as plain data; nothing in it can run"),
        ("bundle.json", "identity, metrics, versions, and how closely its answers equal this application's"),
        ("golden.json, reference.json", "made-up rows with their answers; bins and counts of the training data"),
        ("requirements.txt", "the packages it needs, pinned"),
        ("README.md", "how to start it and how to ask"),
        ("SHA256SUMS", "checksums of every file; a changed byte stops the service"),
    )

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        write_service(bundle, target, job)
