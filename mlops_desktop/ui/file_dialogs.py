"""The window's file dialogs: they start in the folder of the last one. The answer is a path; None when the person cancelled."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

_PROPERTY = "last_folder"  # of the application, as its theme


def last_folder() -> str:
    """The folder of the last file that was chosen; empty when there is none, or when it is gone."""
    app = QApplication.instance()
    name = str(app.property(_PROPERTY) or "") if app is not None else ""
    return name if name and Path(name).is_dir() else ""


def remember(folder: Path | str) -> None:
    """The next dialog starts in this folder."""
    QApplication.instance().setProperty(_PROPERTY, str(folder))  # type: ignore[union-attr]


def ask_file(parent: QWidget, title: str, filters: str = "") -> Path | None:
    """Ask for a file to open; `filters` as `QFileDialog` takes them."""
    return _chosen(QFileDialog.getOpenFileName(parent, title, last_folder(), filters)[0])


def ask_new_file(parent: QWidget, title: str, proposed: str | Path, filters: str = "") -> Path | None:
    """Ask where to save: `proposed` is a name, or a path whose folder is to be offered."""
    return _chosen(QFileDialog.getSaveFileName(parent, title, str(Path(last_folder()) / proposed), filters)[0])


def ask_folder(parent: QWidget, title: str, start: Path | None = None) -> Path | None:
    """Ask for a folder; the dialog starts in `start` where that is given."""
    name = QFileDialog.getExistingDirectory(parent, title, str(start) if start is not None else last_folder())
    return Path(name) if name else None


def _chosen(name: str) -> Path | None:
    if not name:
        return None
    remember(Path(name).parent)
    return Path(name)
