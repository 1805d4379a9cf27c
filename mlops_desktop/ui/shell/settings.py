"""The person's preferences: theme, recent projects, position of the window."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from mlops_desktop.ui import theme

MOST_RECENT = 8


class Settings:
    """Kept by the desktop's own means, or in a file of one's own. What cannot be read counts as not set."""

    def __init__(self, file: Path | None = None) -> None:
        own = QSettings.Format.IniFormat
        self._settings = QSettings("MLOps Desktop", "MLOps Desktop") if file is None else QSettings(str(file), own)

    @property
    def theme(self) -> str:
        """`system`, `light` or `dark`."""
        value = str(self._settings.value("theme", "system"))
        return value if value in theme.CHOICES else "system"

    @theme.setter
    def theme(self, value: str) -> None:
        self._settings.setValue("theme", value)

    @property
    def recent(self) -> list[Path]:
        """Project folders, the latest first; some may be gone."""
        value = self._settings.value("recent", [])
        names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return [Path(str(name)) for name in names if name][:MOST_RECENT]

    def opened(self, folder: Path) -> None:
        """A project was opened: it is the latest now."""
        known = [path for path in self.recent if path != folder]
        self._settings.setValue("recent", [str(path) for path in (folder, *known)][:MOST_RECENT])

    def summary(self, folder: Path) -> str:
        """The status of a project when it was last open, as one line; empty when that is not known."""
        return self._summaries().get(str(folder), "")

    def keep_summary(self, folder: Path, message: str) -> None:
        """Remember the status of a project; what is no recent project is forgotten."""
        known = self._summaries()
        if known.get(str(folder)) != message:
            recent = {str(path) for path in self.recent}
            kept = {path: text for path, text in known.items() if path in recent}
            self._settings.setValue("standings", json.dumps({**kept, str(folder): message}))

    def _summaries(self) -> dict[str, str]:
        try:
            found = json.loads(str(self._settings.value("standings", "{}")))
        except ValueError:
            return {}
        return {str(path): str(text) for path, text in found.items()} if isinstance(found, dict) else {}

    def seen(self, folder: Path) -> frozenset[str]:
        """The stages of a project that a person has looked at on this computer."""
        return frozenset(str(self._settings.value(f"seen/{_name_of(folder)}", "")).split())

    def keep_seen(self, folder: Path, stages: frozenset[str]) -> None:
        """Remember which stages of a project a person has looked at."""
        if stages != self.seen(folder):
            self._settings.setValue(f"seen/{_name_of(folder)}", " ".join(sorted(stages)))

    def forget(self, folder: Path) -> None:
        """Take a project off the list."""
        self._settings.setValue("recent", [str(path) for path in self.recent if path != folder])
        self._settings.remove(f"seen/{_name_of(folder)}")

    def moved(self, old: Path, new: Path) -> None:
        """A project was found in another place."""
        self._settings.setValue("recent", [str(new if path == old else path) for path in self.recent])

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


def _name_of(folder: Path) -> str:
    """A folder as the name of an entry, which must not have the separators of paths."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:16]
