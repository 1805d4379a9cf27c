"""Calls about the folder of a project as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.job import Job
from mlops_desktop.engine.process.call import Call
from mlops_desktop.engine.project import ProjectLock, copy_project


@dataclass(frozen=True)
class CopyProject(Call[None, None]):
    """Copy a project to a folder that is not there yet. `held`: the caller has the lock of the project, and does not write meanwhile."""

    is_kept = True
    folder: Path
    place: Path
    held: bool = False

    def run(self, job: Job) -> None:
        """See `engine.project.copy_project`."""
        if self.held:
            copy_project(self.folder, self.place, job)
            return
        with ProjectLock(self.folder):
            copy_project(self.folder, self.place, job)
