"""Takes data: a file or a folder dropped on it, a file chosen in a dialog, or another source."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.project import BACKUP_FILE, PROJECT_FILE
from mlops_desktop.ui.file_dialogs import ask_file
from mlops_desktop.ui.widgets.basic import Button, Weight, column, label, row, set_property


class DropFrame(QFrame):
    """A frame that takes a dropped file or folder, and shows while one hovers over it. `dropped` brings the event."""

    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("drop")
        self.setAcceptDrops(True)

    def show_over(self, over: bool) -> None:
        """Show whether something that would be taken hovers."""
        if bool(self.property("over")) != over:
            set_property(self, "over", over)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file or a folder is welcome."""
        if dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing hovers any more."""
        self.show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take it."""
        self.show_over(False)
        self.dropped.emit(event)


class DropZone(DropFrame):
    """`taken` brings the path of a data file or a folder, or an address; `other_asked`: the person wants to name another source."""

    taken = Signal(object)
    other_asked = Signal()

    def __init__(self, title: str, text: str, *, name: str) -> None:
        super().__init__()
        self._title = title
        big = label(title, "section", weight=Weight.DemiBold, wrap=True)
        small = label(text, "small", tone="2", wrap=True)
        for part in (big, small):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.choose = Button(self.tr("Choose a file …"), self.ask, name=f"{name}_choose", icon="upload")
        self.choose.setAccessibleName(f"{title}: {self.choose.text()}")
        self.other = Button(self.tr("Other data …"), self.other_asked.emit, name=f"{name}_other", icon="layers")
        self.other.setAccessibleName(f"{title}: {self.other.text()}")
        self.other.setToolTip(self.tr("A database, a folder of files, two files"))
        buttons = row(None, self.choose, self.other, None, spacing=8)
        self.dropped.connect(self._take)
        self.setLayout(column(None, big, small, 2, buttons, None, margins=(16, 14, 16, 14), spacing=6))

    def ask(self) -> None:
        """Let the person choose a file."""
        file = ask_file(self, self._title, data_files())
        if file is not None:
            self.taken.emit(file)

    def _take(self, event: QDropEvent) -> None:
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
    """The first file of what is dragged, else the first folder; None when there is neither."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return next((path for path in paths if not path.is_dir()), next(iter(paths), None))


def is_data(path: Path) -> bool:
    """Whether a path is that of data: any file but a project's own, or a folder of data files without a project."""
    if not path.is_dir():
        return path.name != PROJECT_FILE
    names = [one.name for one in path.iterdir() if one.is_file()]
    sources = [source for source in choices().sources.values() if source.suffixes]
    return PROJECT_FILE not in names and any(source.opens(name) for name in names if name != BACKUP_FILE for source in sources)
