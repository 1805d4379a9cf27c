"""Frees the disk space of results that neither the decisions, undo and redo nor a recorded run use."""

from __future__ import annotations

from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import translated


def free_disk_space(controller: ProjectController) -> None:
    """Clean the store of the open project beside the window, while no work is going on; a banner says how much was freed and what stays."""
    from mlops_desktop.engine.packaging import bytes_text
    from mlops_desktop.engine.training import Cleanup, clean_store

    if controller.folder is None or controller.session is None:
        return
    if controller.jobs.quick.now is not None or controller.jobs.long.now is not None:
        controller.banner.emit("info", controller.tr("Disk space can be freed when the work that is going on has ended."), "")
        return
    folder, projects = controller.folder, controller.session.reachable()
    found: list[Cleanup] = []

    def over(failure: Exception | None) -> None:
        if failure is not None:
            raise failure
        freed, kept = translated(bytes_text(found[0].removed_bytes)), translated(bytes_text(found[0].kept_bytes))
        text = controller.tr("Freed {freed} of results that nothing uses any longer; {kept} stay.").format(freed=freed, kept=kept)
        controller.banner.emit("ok", text, "")

    controller.jobs.io.do(lambda: found.append(clean_store(folder, projects)), over)
