"""Opens a folder or an address with the desktop's own programs, and says so when there is none."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices

from mlops_desktop.ui.project_controller import ProjectController


def open_folder(folder: Path, controller: ProjectController, stage: str) -> None:
    """Show a folder in the file manager; a banner names it where that fails."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        text = QCoreApplication.translate("Outside", "No program for folders was found on this computer. The folder is {folder}.")
        controller.banner.emit("warn", text.format(folder=folder), stage)


def open_page(address: str, controller: ProjectController, stage: str) -> None:
    """Show a page in the browser; a banner says its address where that fails."""
    if not QDesktopServices.openUrl(QUrl(address)):
        text = QCoreApplication.translate("Outside", "No browser was found on this computer. The address of the page is {address}")
        controller.banner.emit("warn", text.format(address=address), stage)
