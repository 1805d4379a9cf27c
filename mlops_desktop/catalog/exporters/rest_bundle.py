"""A folder that is a REST service: the model as plain data, the code that answers, and a start file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlops_desktop.base.families import Exporter
from mlops_desktop.base.job import Job
from mlops_desktop.catalog.exporters._service_files import write_service
from mlops_desktop.serving.manifest import contents


@dataclass(frozen=True, kw_only=True)
class RestBundle(Exporter):
    """Writes the files of `serving.manifest` and nothing else."""

    id: ClassVar[str] = "rest_bundle"
    label: ClassVar[str] = "REST service"
    help: ClassVar[str] = "A folder that runs with Python alone: a service with a form page and a self-test. It does not need this program."
    writes: ClassVar[tuple[tuple[str, str], ...]] = contents()

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        write_service(bundle, target, job)
