"""What is asked before the window closes: whether work is to be stopped, whether changes that cannot be saved may be lost."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.confirm import confirmed


def may_close(window: QWidget, controller: ProjectController) -> bool:
    """Whether the window may close; a person is asked only where something would be lost."""
    tr = QCoreApplication.translate
    stay = tr("Closing", "Continue working")
    if controller.jobs.unfinished():
        text = tr("Closing", "Work is still going on. Finished folds and models are kept; the one in progress is lost.")
        if not confirmed(window, text, tr("Closing", "Stop and close"), stay, name="close_question"):
            return False
    why = controller.unsaved()
    text = tr("Closing", "The last changes are not saved. {why}").format(why=why)
    return not why or confirmed(window, text, tr("Closing", "Close without saving"), stay, name="close_question")
