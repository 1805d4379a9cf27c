"""Who may ask the service that runs here: this computer or the network, API keys, limit of requests, certificate."""

from __future__ import annotations

import secrets
from functools import partial
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.packaging import AccessSettings, add_key, key_names, remove_key
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.translation import error_text
from mlops_desktop.ui.widgets.basic import Button, Tool, Weight, clear, column, label, row
from mlops_desktop.ui.widgets.fold import Fold

NAME = "api-keys"


def key_path() -> Path:
    """Where the hashes of this person's API keys lie, outside every project."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation)) / NAME


class AccessCard(QWidget):
    """The settings, folded under “Protection”. `changed`: a setting is another, or a key was made or removed."""

    changed = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        self.settings = AccessSettings()
        self.form = ComponentForm(self.settings, on_change=self._change, name=f"{name}_form")
        self.key_name = QLineEdit()
        self.key_name.setObjectName(f"{name}_key_name")
        self.key_name.setAccessibleName(self.tr("Name of the new key"))
        self.key_name.setPlaceholderText(self.tr("Name, such as a program"))
        self.key_name.returnPressed.connect(self._make)
        self.make = Button(self.tr("Make a key"), self._make, name=f"{name}_make", icon="key")
        self.secret = QLineEdit()
        self.secret.setObjectName(f"{name}_secret")
        self.secret.setAccessibleName(self.tr("The new key"))
        self.secret.setReadOnly(True)
        self._copy = Tool("copy", self.tr("Copy the key"), self._to_clipboard, name=f"{name}_copy")
        self._once = label(
            self.tr("It is shown this once: only its hash is kept. Clients send it as X-API-Key."), "caption", tone="3", wrap=True
        )
        self.problem = label("", "caption", tone="err", wrap=True)
        self.problem.setObjectName(f"{name}_problem")
        self._keys = column(spacing=2)
        title = label(self.tr("API keys"), "small", tone="2", weight=Weight.Medium)
        inner = QWidget()
        shown = row((self.secret, 1), self._copy, spacing=4)
        inner.setLayout(
            column(self.form, title, self._keys, row((self.key_name, 1), self.make), shown, self._once, self.problem, spacing=8)
        )
        self.fold = Fold(self.tr("Protection"), inner, name=name)
        self.setLayout(column(self.fold))
        self._show_secret("")
        self.show_keys()

    def arguments(self) -> list[str]:
        """The flags of the service. UserError when it may not be started so, or a field is refused: the last good value is not meant."""
        self.form.flush()
        if problem := self.form.problem():
            raise UserError(problem)
        return self.settings.arguments(key_path() if self._names() else None)

    def own_key(self) -> str:
        """A key for the window's own requests where clients need one; empty where they do not."""
        return secrets.token_urlsafe(32) if self.settings.needs_key else ""

    def show_enabled(self, enabled: bool) -> None:
        """Settings hold from the next start on, so they cannot be changed while the service runs; keys can."""
        self.form.setEnabled(enabled)

    def show_keys(self) -> None:
        """Show the names of the keys."""
        clear(self._keys)
        for one in self._names():
            remove = Tool(
                "trash", self.tr("Remove the key {name}").format(name=one), partial(self._take, one), name=f"{self._name}_remove_{one}"
            )
            line = QWidget()
            line.setLayout(row(label(one, "small"), None, remove))
            self._keys.addWidget(line)

    def _names(self) -> list[str]:
        try:
            return key_names(key_path())
        except (UserError, OSError) as error:
            self._show_problem(error)
            return []

    def _make(self) -> None:
        name = self.key_name.text().strip()
        try:
            secret = add_key(key_path(), name)
        except UserError as error:
            self._show_problem(error)
            return
        self._show_problem(None)
        self.key_name.clear()
        self._show_secret(secret)
        self.show_keys()
        self.changed.emit()

    def _take(self, name: str) -> None:
        try:
            remove_key(key_path(), name)
        except UserError as error:
            self._show_problem(error)
            return
        self._show_secret("")
        self.show_keys()
        self.changed.emit()

    def _show_secret(self, secret: str) -> None:
        self.secret.setText(secret)
        self.secret.setCursorPosition(0)
        for part in (self.secret, self._copy, self._once):
            part.setVisible(bool(secret))

    def _show_problem(self, error: Exception | None) -> None:
        text = "" if error is None else error_text(error) if isinstance(error, UserError) else str(error)
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _to_clipboard(self) -> None:
        QApplication.clipboard().setText(self.secret.text())

    def _change(self, settings: AccessSettings) -> None:
        self.settings = settings
        self.changed.emit()
