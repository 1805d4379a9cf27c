"""A folder, or one zip file, that is a REST service: the model as plain data, the code that answers, and a start file."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_service
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import as_message

ARCHIVE = "bundle.zip"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the only time that is the same in each export


@dataclass(frozen=True, kw_only=True)
class RestBundle(ServiceExporter):
    """Writes the files of `serving.manifest` and nothing else, or an archive of them."""

    id: ClassVar[str] = "rest_bundle"
    label: ClassVar[str] = "REST service"
    help: ClassVar[str] = "A folder that runs with Python alone: a service with a form page and a self-test. It does not need this program."
    writes: ClassVar[tuple[tuple[str, str], ...]] = contents()

    form: str = choice("folder", {"folder": as_message("a folder"), "zip": as_message("one zip file")}, "Written as")

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        write_service(bundle, target, job)

    def finish(self, target: Path) -> None:
        if self.form == "zip":
            _pack(target)


def _pack(target: Path) -> None:
    """Replace the files of a folder by one archive of them; the same files give the same bytes."""
    names = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    with zipfile.ZipFile(target / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # Unix: the same on every system
            archive.writestr(entry, (target / name).read_bytes())
    for path in target.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != ARCHIVE:
            path.unlink()
