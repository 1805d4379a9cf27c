"""A main window that takes files dropped anywhere on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow


class FileDropWindow(QMainWindow):
    """`dropped` brings the paths of what was dropped; `hovering`, whether something that would be taken is over the window."""

    dropped = Signal(list)
    hovering = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped anywhere."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.hovering.emit(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing hovers any more."""
        self.hovering.emit(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        self.hovering.emit(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.dropped.emit(paths)
