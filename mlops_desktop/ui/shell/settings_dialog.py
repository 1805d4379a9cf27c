"""The settings: language, theme, zoom, folders, limits of the work, and what is kept on this computer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFrame, QLayout, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.processors import cores
from mlops_desktop.ui.file_dialogs import ask_folder
from mlops_desktop.ui.shell.confirm import confirmed
from mlops_desktop.ui.shell.log_file import LogFile
from mlops_desktop.ui.shell.settings import Settings, default_project_home, scale_factor, zooms_that_fit
from mlops_desktop.ui.translation import SYSTEM, error_text, languages
from mlops_desktop.ui.widgets.basic import Button, Label, Segments, Weight, card, column, heading, held, label, row, scrolled
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.inputs import ComboBox, SpinBox

_MOST_MEMORY_GB = 1024
_TITLE = 22  # average characters that the titles are wide at least


class SettingsDialog(QDialog):
    """Every change is kept at once. `theme_picked`: to show now; `restart_asked`: close the window and open it again.

    Language, zoom and the limits hold from the next start, and the dialog says so once one of them was changed.
    """

    theme_picked = Signal(str)
    restart_asked = Signal()
    forgotten = Signal()  # the list of projects is empty now

    def __init__(self, settings: Settings, log: LogFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setWindowTitle(self.tr("Settings"))
        self._settings, self._log = settings, log
        self._restart = held(
            row(
                (label(self.tr("Language, size and limits take effect at the next start."), "small", tone="2", wrap=True), 1),
                Button(self.tr("Restart now"), self._ask_restart, name="settings_restart"),
            )
        )
        policy = self._restart.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that the button beside it stays where it is
        self._restart.setSizePolicy(policy)
        self._restart.hide()
        close = Button(self.tr("Close"), self.accept, name="settings_close", kind="primary")
        self._titles: list[Label] = []
        page = held(column(self._appearance(), self._work(), self._privacy(), None, margins=(0, 0, 8, 0), spacing=12))
        least = self.fontMetrics().averageCharWidth() * _TITLE
        for title in self._titles:  # one width, in which the longest of the language is whole
            title.setFixedWidth(max(least, *(one.sizeHint().width() for one in self._titles)))
        self.setLayout(column((scrolled(page), 1), row((self._restart, 1), close), margins=(16, 16, 16, 14), spacing=10))
        wide = self.fontMetrics().averageCharWidth()
        self.resize(wide * 92, self.fontMetrics().lineSpacing() * 45)

    def showEvent(self, event: object) -> None:
        """Never larger than the window that it belongs to."""
        if (parent := self.parentWidget()) is not None:
            self.resize(self.size().boundedTo(parent.window().size()))
        super().showEvent(event)  # type: ignore[arg-type]

    # ---- building

    def _appearance(self) -> QFrame:
        known = [(SYSTEM, self.tr("As the system")), *languages().items()]
        self.language = ComboBox(known, name="settings_language", title=self.tr("Language"))
        self.language.setMinimumContentsLength(16)
        self.language.show_choice(self._settings.language)
        self.language.picked.connect(lambda code: self._after_restart("language", code))
        themes = [("system", self.tr("As the system")), ("light", self.tr("Light")), ("dark", self.tr("Dark"))]
        self.theme = Segments(themes, name="settings_theme")
        self.theme.show_choice(self._settings.theme)
        self.theme.chosen.connect(self._pick_theme)
        zooms = {*zooms_that_fit(self.screen().availableSize(), scale_factor()), self._settings.zoom}
        self.zoom = ComboBox(((str(zoom), f"{zoom} %") for zoom in sorted(zooms)), name="settings_zoom", title=self.tr("Zoom"))
        self.zoom.show_choice(str(self._settings.zoom))
        self.zoom.picked.connect(lambda zoom: self._after_restart("zoom", int(zoom)))
        return card(
            heading(self.tr("Appearance")),
            self._line(self.tr("Language"), row(self.language, None)),
            self._line(self.tr("Theme"), row(self.theme, None)),
            self._line(self.tr("Zoom"), row(self.zoom, None)),
        )

    def _work(self) -> QFrame:
        self.folder = Elided(str(self._settings.projects), "small", middle=True)
        self.folder.setObjectName("settings_folder")
        folder = row(
            (self.folder, 1),
            Button(self.tr("Change …"), self._choose_folder, name="settings_choose_folder"),
            Button(self.tr("Default"), lambda: self._set_folder(None), name="settings_default_folder", kind="link"),
        )
        most = max(cores(), self._settings.processors)
        self.processors = self._number("settings_processors", self.tr("Processors"), most, self.tr("all"), "processors")
        self.memory = self._number("settings_memory", self.tr("Memory for training"), _MOST_MEMORY_GB, self.tr("half"), "memory_gb")
        self.memory.setSuffix(self.tr(" GiB"))
        free = self.tr("“half”: half of the memory that is free when a training starts.")
        return card(
            heading(self.tr("Projects and work")),
            self._line(self.tr("New projects in"), folder),
            self._line(self.tr("Processors"), row(self.processors, None)),
            self._line(self.tr("Memory for training"), row(self.memory, None)),
            label(free, "caption", tone="3", wrap=True),
        )

    def _number(self, name: str, title: str, most: int, zero: str, setting: str) -> SpinBox:
        box = SpinBox(0, most, name=name, title=title)
        box.setSpecialValueText(zero)
        box.show_value(getattr(self._settings, setting))
        box.valueChanged.connect(lambda value: self._after_restart(setting, value))
        return box

    def _privacy(self) -> QFrame:
        text = self.tr(
            "Nothing is sent: no account, no statistics, no search for new versions. Data, decisions and results lie in the folders of "
            "your projects. The program itself keeps these settings, the list of projects, how files were read (names of columns, no "
            "cells), and a log without cells of the data."
        )
        self.log = Elided(str(self._log.path), "small", tone="2", middle=True)
        self.log.setObjectName("settings_log")
        tools = row(
            (self.log, 1),
            Button(self.tr("Open"), self._open_log, name="settings_open_log"),
            Button(self.tr("Delete"), self._delete_log, name="settings_delete_log", kind="link"),
        )
        forget = Button(self.tr("Forget projects and readings"), self._forget, name="settings_forget")
        forget.setToolTip(self.tr("Empties the list of projects on the start page; the projects themselves stay."))
        self.status = label("", "small", tone="2", wrap=True)
        self.status.setObjectName("settings_status")
        return card(
            heading(self.tr("Privacy and log")),
            label(text, "small", tone="2", wrap=True),
            self._line(self.tr("Log"), tools),
            self._line(self.tr("List of projects"), row(forget, None)),
            self.status,
        )

    def _line(self, title: str, control: QLayout) -> QLayout:
        name = label(title, weight=Weight.Medium)
        self._titles.append(name)
        return row(name, (control, 1), spacing=12)

    # ---- what a person does

    def _pick_theme(self, choice: str) -> None:
        self.theme.show_choice(choice)
        self.theme_picked.emit(choice)

    def _after_restart(self, setting: str, value: str | int) -> None:
        setattr(self._settings, setting, value)
        self._restart.show()

    def _ask_restart(self) -> None:
        self.accept()
        self.restart_asked.emit()

    def _choose_folder(self) -> None:
        folder = ask_folder(self, self.tr("Choose the folder for new projects"), self._settings.projects)
        if folder is not None:
            self._set_folder(folder)

    def _set_folder(self, folder: Path | None) -> None:
        self._settings.projects = folder if folder != default_project_home() else None
        self.folder.setText(str(self._settings.projects))

    def _open_log(self) -> None:
        self.status.setText(self._log.open())

    def _delete_log(self) -> None:
        question = self.tr("Delete the log? It says what was done, which helps to find a fault.")
        if not confirmed(self, question, self.tr("Delete it"), self.tr("Keep it"), name="delete_log"):
            return
        try:
            self._log.remove()
        except UserError as error:
            self.status.setText(error_text(error))
        else:
            self.status.setText(self.tr("The log is deleted."))

    def _forget(self) -> None:
        question = self.tr("Forget which projects were opened and how files were read? The projects themselves stay.")
        if not confirmed(self, question, self.tr("Forget them"), self.tr("Keep them"), name="forget_projects"):
            return
        self._settings.forget_all()
        self.status.setText(self.tr("The list of projects is empty. The projects themselves are still there."))
        self.forgotten.emit()
