"""Takes a data file: dropped on it or chosen in a dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame

from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.widgets.basic import Button, Weight, column, label, row


class DropZone(QFrame):
    """`taken` brings the path of a data file."""

    taken = Signal(Path)

    def __init__(self, title: str, text: str, *, name: str) -> None:
        super().__init__()
        self.setObjectName("drop")
        self.setAcceptDrops(True)
        self._title = title
        big = label(title, "section", weight=Weight.DemiBold, wrap=True)
        small = label(text, "small", tone="2", wrap=True)
        for part in (big, small):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.choose = Button(self.tr("Choose a file …"), self.ask, name=f"{name}_choose", icon="upload")
        self.choose.setAccessibleName(f"{title}: {self.choose.text()}")
        self.setLayout(column(None, big, small, 2, row(None, self.choose, None), None, margins=(16, 14, 16, 14), spacing=6))

    def ask(self) -> None:
        """Let the person choose a file."""
        name, _ = QFileDialog.getOpenFileName(self, self._title, "", data_files())
        if name:
            self.taken.emit(Path(name))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file is welcome."""
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.taken.emit(path)


def data_files() -> str:
    """The filter of a file dialog: the files that some source opens, then all."""
    patterns = " ".join(f"*{suffix}" for source in choices().sources.values() for suffix in source.suffixes)
    tr = QCoreApplication.translate
    return f"{tr('Files', 'Data files')} ({patterns});;{tr('Files', 'All files')} (*)"


def dropped_file(data: QMimeData) -> Path | None:
    """The first file of what is dragged; None when there is none."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if not path.is_dir()), None)
