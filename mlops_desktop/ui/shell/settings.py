"""The person's preferences: language, theme, zoom, folders, limits, recent projects, position of the window."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings, QSize, QStandardPaths

from mlops_desktop.engine.processors import MEMORY, PROCESSORS
from mlops_desktop.serving.message import decode_message, encode_messages
from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import SYSTEM

MOST_RECENT = 500
ZOOMS = (80, 90, 100, 110, 125, 150, 175, 200)  # per cent
LEAST_SIZE = QSize(900, 600)  # of the window


@dataclass(frozen=True)
class ProjectSummary:
    """What the list of projects shows of one: its status when it was last open, its rows and its columns (0 unknown), and its name, which
    may hold what the name of a folder may not (empty: that of its folder).
    """

    status: str = ""
    rows: int = 0
    columns: int = 0
    name: str = ""


class Settings:
    """Kept by the desktop's own means, or in a file of one's own. What cannot be read counts as not set."""

    def __init__(self, file: Path | None = None) -> None:
        own = QSettings.Format.IniFormat
        self._settings = QSettings("MLOps Desktop", "MLOps Desktop") if file is None else QSettings(str(file), own)

    # ---- what the settings dialog shows

    @property
    def theme(self) -> str:
        """`system`, `light` or `dark`."""
        value = str(self._settings.value("theme", "system"))
        return value if value in theme.CHOICES else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self._settings.setValue("theme", value)

    @property
    def language(self) -> str:
        """The code of a language that the window has (`ui.translation.languages`), or `system`. It holds from the next start."""
        return str(self._settings.value("language", SYSTEM))

    @language.setter
    def language(self, value: str) -> None:
        self._settings.setValue("language", value)

    @property
    def zoom(self) -> int:
        """The size of everything in the window in per cent, one of ZOOMS; it holds from the next start."""
        value = self._number("zoom", 100)
        return int(value) if value in ZOOMS else 100

    @zoom.setter
    def zoom(self, value: int) -> None:
        self._settings.setValue("zoom", value)

    @property
    def projects(self) -> Path:
        """The folder in which new projects are made."""
        return _path(self._settings.value("projects", "")) or default_project_home()

    @projects.setter
    def projects(self, value: Path | None) -> None:
        self._settings.setValue("projects", str(value or ""))

    @property
    def processors(self) -> int:
        """How many processors the program may use; 0 for all."""
        return max(0, int(self._number("processors", 0)))

    @processors.setter
    def processors(self, value: int) -> None:
        self._settings.setValue("processors", value)

    @property
    def memory_gb(self) -> int:
        """How many GiB the processes of a training may take together; 0 for half of what is free."""
        return max(0, int(self._number("memory_gb", 0)))

    @memory_gb.setter
    def memory_gb(self, value: int) -> None:
        self._settings.setValue("memory_gb", value)

    def _number(self, name: str, default: float) -> float:
        try:
            value = float(self._settings.value(name, default))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return default
        return value if 0 <= value < 1e6 else default

    def set_environment(self) -> None:
        """Hand the zoom to Qt, which reads it when the application is made, and the limits to this process and those it starts from now
        on. What a person set in the environment is left as it is.
        """
        wanted = {"QT_SCALE_FACTOR": self.zoom / 100 if self.zoom != 100 else 0, PROCESSORS: self.processors, MEMORY: self.memory_gb}
        for name, value in wanted.items():
            if value:
                os.environ.setdefault(name, str(value))

    # ---- recent projects

    @property
    def recent(self) -> list[Path]:
        """Project folders, the latest first; some may be gone. A relative path, which earlier versions kept, names no certain folder."""
        value = self._settings.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [path for name in names if (path := _path(name)) and path.is_absolute()][:MOST_RECENT]

    def opened(self, folder: Path) -> None:
        """A project was opened: it is the latest now."""
        folder = folder.resolve()
        self._show_again(folder)
        known = [path for path in self.recent if path != folder]
        self._settings.setValue("recent", [str(path) for path in (folder, *known)][:MOST_RECENT])

    def summary(self, folder: Path) -> ProjectSummary:
        """What is known of a project from the time when it was last open."""
        return self.summaries().get(str(folder), ProjectSummary())

    def name_of(self, folder: Path) -> str:
        """What a project is called in the list of projects."""
        return self.summary(folder).name or folder.name

    def keep_summary(self, folder: Path, summary: ProjectSummary) -> None:
        """Remember what the list shows of a project; what is no recent project is forgotten."""
        known = self.summaries()
        recent = {str(path) for path in self.recent}
        kept = {path: asdict(one) for path, one in known.items() if path in recent}
        now = json.dumps(encode_messages({**kept, str(folder): asdict(summary)}))
        if now != self._settings.value("standings"):
            self._settings.setValue("standings", now)

    def summaries(self) -> dict[str, ProjectSummary]:
        """What is known of every project, by its folder."""
        try:
            found = json.loads(str(self._settings.value("standings", "{}")), object_hook=decode_message)
        except (ValueError, KeyError, TypeError, RecursionError):  # no JSON, no message, or lists within lists without an end
            return {}
        return {str(path): _summary(one) for path, one in found.items()} if isinstance(found, dict) else {}

    def seen(self, folder: Path) -> frozenset[str]:
        """The stages of a project that a person has opened on this computer."""
        return frozenset(str(self._settings.value(f"seen/{_name_of(folder)}", "")).split())

    def keep_seen(self, folder: Path, stages: frozenset[str]) -> None:
        """Remember which stages of a project a person has opened."""
        if stages != self.seen(folder):
            self._settings.setValue(f"seen/{_name_of(folder)}", " ".join(sorted(stages)))

    def forget(self, folder: Path) -> None:
        """Forget what is known of a project that is gone."""
        self._settings.setValue("recent", [str(path) for path in self.recent if path != folder])
        self._settings.remove(f"seen/{_name_of(folder)}")

    def hide(self, folder: Path) -> None:
        """Take a project off the list, also when it lies in the folder for projects. It is listed again once it is opened."""
        self.forget(folder)
        self._keep_hidden(self._hidden() | {_name_of(folder)})

    def forget_all(self) -> None:
        """Empty the list of projects, and forget how files were read."""
        self._keep_hidden(self._hidden() | {_name_of(folder) for folder in self.project_folders()})
        for name in ("recent", "standings", "readings", "seen"):
            self._settings.remove(name)

    def inserted(self, folder: Path, summary: ProjectSummary) -> None:
        """A project was made that was not opened yet: it comes after the one that was opened last."""
        folder = folder.resolve()
        self._show_again(folder)
        known = [path for path in self.recent if path != folder]
        self._settings.setValue("recent", [str(path) for path in (*known[:1], folder, *known[1:])][:MOST_RECENT])
        self.keep_summary(folder, summary)

    def moved(self, old: Path, new: Path, name: str = "") -> None:
        """A project is in another place now, perhaps with another name."""
        new, summary, seen = new.resolve(), self.summary(old), self.seen(old)
        self._show_again(new)
        self._settings.setValue("recent", [*dict.fromkeys(str(new if path == old else path) for path in self.recent)])
        self.keep_summary(new, replace(summary, name=name or summary.name))
        if new != old:
            self._settings.remove(f"seen/{_name_of(old)}")
            self.keep_seen(new, seen)

    def project_folders(self) -> list[Path]:
        """What lies in the folder for projects and was not taken off the list; it need not be a project."""
        return self.folder_finder()()

    def folder_finder(self) -> Callable[[], list[Path]]:
        """`project_folders` by the settings of now, for another thread: the disk may be slow."""
        return partial(_folders_in, self.projects, frozenset(self._hidden()))

    def _hidden(self) -> set[str]:
        return set(str(self._settings.value("hidden", "")).split())

    def _keep_hidden(self, names: set[str]) -> None:
        self._settings.setValue("hidden", " ".join(sorted(names)))

    def _show_again(self, folder: Path) -> None:
        hidden = self._hidden()
        if _name_of(folder) in hidden:
            self._keep_hidden(hidden - {_name_of(folder)})

    # ---- what the window remembers

    @property
    def readings(self) -> str:
        """How files of known shapes were read, as a text of `Readings`."""
        return str(self._settings.value("readings", ""))

    @readings.setter
    def readings(self, value: str) -> None:
        self._settings.setValue("readings", value)

    @property
    def last_folder(self) -> str:
        """The folder that file dialogs start in; empty for the system's own."""
        return str(self._settings.value("last_folder", ""))

    @last_folder.setter
    def last_folder(self, value: str) -> None:
        self._settings.setValue("last_folder", value)

    @property
    def geometry(self) -> QByteArray | None:
        """The geometry of the window."""
        value = self._settings.value("geometry")
        return value if isinstance(value, QByteArray) else None

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._settings.setValue("geometry", value)


def scale_factor() -> float:
    """The factor by which Qt enlarges the window today; 1 where the environment names none or no number."""
    try:
        return float(os.environ.get("QT_SCALE_FACTOR", "1"))
    except ValueError:
        return 1.0


def zooms_that_fit(available: QSize, factor: float) -> list[int]:
    """Of ZOOMS those at which the window fits a screen that has this size at the factor of today; always those up to 100."""
    sizes = {zoom: available * (100 * factor / zoom) for zoom in ZOOMS}
    return [zoom for zoom, size in sizes.items() if zoom <= 100 or LEAST_SIZE.boundedTo(size) == LEAST_SIZE]


def default_project_home() -> Path:
    """Where new projects are made unless a person chose another folder: one of the application in the person's documents."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)) / "MLOps Desktop"


def _folders_in(home: Path, hidden: frozenset[str]) -> list[Path]:
    try:
        found = [path for path in home.resolve().iterdir() if not path.name.startswith(".")]
    except OSError:  # there is none yet, or it may not be read: then no project of it can be listed
        return []
    return [path for path in found if _name_of(path) not in hidden]


def _path(value: object) -> Path | None:
    """The path that a text of the settings is; None for what the system takes for no path."""
    if not isinstance(value, str) or not value or "\0" in value:
        return None
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return None
    return Path(value)


def _summary(record: Any) -> ProjectSummary:
    """The summary of a record; earlier versions kept the status alone."""
    if not isinstance(record, dict):
        return ProjectSummary(str(record))
    rows, columns = (value if isinstance(value := record.get(name), int) else 0 for name in ("rows", "columns"))
    status = record.get("status", "")
    return ProjectSummary(status if isinstance(status, str) else "", rows, columns, str(record.get("name", "")))


def _name_of(folder: Path) -> str:
    """A folder as the name of an entry, which must not have the separators of paths."""
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
