"""A container for a managed platform: the service with a Dockerfile that keeps the platform's conventions, and the files that deploy it."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import text
from mlops_desktop.catalog.exporters._container import Runtime, base_image, image_name, memory, model_bytes, write_context
from mlops_desktop.catalog.exporters._running_service import ServiceExporter
from mlops_desktop.catalog.exporters._service_files import write_text

CLOUD_PORT = 8080
ANY_ADDRESS = f"ENV SERVING_HOST=0.0.0.0 PORT={CLOUD_PORT}"
START = ("python", "serve.py")


@dataclass(frozen=True, kw_only=True)
class CloudContainer(ServiceExporter):
    """Base of these forms. `runtime` is how the container runs, `place` the folder of the platform's files, `readme` its section."""

    runtime: ClassVar[Runtime]
    place: ClassVar[str]
    readme: ClassVar[str]

    registry: str = text("", "Registry", help="What the name of the image begins with, such as registry.example.com/team/; may be empty.")
    base: str = base_image()

    @abstractmethod
    def files(self, info: dict[str, Any], image: str, megabytes: int) -> dict[str, str]:
        """The files of the platform by name, for the image of a model that takes so much memory."""

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        part = Part(job, 0.0, 0.9)
        info = write_context(bundle, target, part, self._readme, base=self.base, registry=self.registry, runtime=self.runtime).info
        job.step(0.9, "Writing the files of the platform")
        (target / self.place).mkdir()
        for name, written in self.files(info, self.registry + image_name(info), memory(model_bytes(target))).items():
            write_text(target / self.place / name, written)
        job.step(1.0)

    def _readme(self, info: dict[str, Any]) -> str:
        image = self.registry + image_name(info)
        return self.readme.format(image=image, name=image_name(info).partition(":")[0], port=self.runtime.port)


def as_label(info: dict[str, Any], most: int) -> str:
    """A name of at most so many letters, digits and hyphens that begins with a letter."""
    name = image_name(info).partition(":")[0]
    return (name if name[0].isalpha() else f"m-{name}")[:most].rstrip("-")
