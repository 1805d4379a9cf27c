"""What is asked before the window closes: whether work is to be stopped, whether changes that cannot be saved may be lost."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from mlops_desktop.ui.project_controller import ProjectController


def may_close(window: QWidget, controller: ProjectController) -> bool:
    """Whether the window may close; a person is asked only where something would be lost."""
    tr = QCoreApplication.translate
    if controller.jobs.busy:
        text = tr("Closing", "Work is still going on. Finished folds and models are kept; the one in progress is lost.")
        if not _agreed(window, text, tr("Closing", "Stop and close")):
            return False
    why = controller.unsaved()
    text = tr("Closing", "The last changes are not saved. {why}").format(why=why)
    return not why or _agreed(window, text, tr("Closing", "Close without saving"))


def _agreed(window: QWidget, text: str, yes: str) -> bool:
    box = QMessageBox(window)
    box.setObjectName("close_question")
    box.setText(text)
    agreed = box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QCoreApplication.translate("Closing", "Go on working"), QMessageBox.ButtonRole.RejectRole))
    box.exec()
    return box.clickedButton() is agreed
