"""The log on the disk: what was done, line by line, without cells of the data."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

from mlops_desktop.engine import disk

NAME = "mlops-desktop.log"
MOST_BYTES = 2**20  # then the file becomes the earlier one, and a new one begins


def log_path() -> Path:
    """Where the log of this person lies."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)) / NAME


def earlier(path: Path) -> Path:
    """The log before that one."""
    return path.with_name(f"{path.name}.1")


class LogFile:
    """Appends lines to a file; a disk that refuses ends that, and `failure` says why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.failure = ""

    def add(self, text: str) -> None:
        """Append a text with the date and the time."""
        if self.failure:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
                disk.replace(self.path, earlier(self.path))
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}\n")
        except OSError as error:
            self.failure = str(error)

    def open(self) -> str:
        """Open the log with the desktop's program for such a file; why that was not possible, empty when it was."""
        translate = QCoreApplication.translate
        if self.failure:
            return translate("LogFile", "The log cannot be written: {why}").format(why=self.failure)
        if not self.path.exists():
            return translate("LogFile", "Nothing has been logged yet.")
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.path))):
            return translate("LogFile", "No program is set to open it. The log is {path}").format(path=self.path)
        return ""

    def remove(self) -> None:
        """Delete the log and the one before it. UserError when the disk refuses."""
        with disk.explain_errors("The log"):
            for path in (self.path, earlier(self.path)):
                path.unlink(missing_ok=True)
