"""A service that runs on this computer: its address, its state and its output."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from mlops_desktop.ui import theme
from mlops_desktop.ui.panels.deploy.access_card import AccessCard
from mlops_desktop.ui.widgets.basic import Button, Weight, card, column, heading, label, row, set_property
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.inputs import ComboBox, SpinBox

MOST_LINES = 2_000


class ServiceCard(QFrame):
    """`start_asked` and `stop_asked`; `page_asked`: the form page; `free_asked`: another port; `other_asked`: a bundle from elsewhere."""

    start_asked = Signal()
    stop_asked = Signal()
    page_asked = Signal()
    free_asked = Signal()
    other_asked = Signal()
    bundle_picked = Signal(str)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.bundle = ComboBox(name=f"{name}_bundle", title=self.tr("The exported folder to run"))
        self.bundle.picked.connect(self.bundle_picked)
        self.other = Button(self.tr("Choose …"), self.other_asked.emit, name=f"{name}_other", icon="folder")
        self.what = Elided("", "caption", tone="3")
        self.port = SpinBox(1, 65_535, name=f"{name}_port", title=self.tr("Port"))
        self.port.setGroupSeparatorShown(False)
        self.port.setFixedWidth(92)
        self.port.show_value(8000)
        self.start = Button(self.tr("Start"), self.start_asked.emit, name=f"{name}_start", kind="primary", icon="play")
        self.stop = Button(self.tr("Stop"), self.stop_asked.emit, name=f"{name}_stop", icon="stop")
        self.page = Button(self.tr("Open form page"), self.page_asked.emit, name=f"{name}_page", icon="eye")
        self.free = Button(self.tr("Use a free port"), self.free_asked.emit, name=f"{name}_free", kind="link")
        self.access = AccessCard(name=f"{name}_access")
        self.pill = label("", "caption", pill="mute")
        self.pill.setObjectName(f"{name}_state")
        self.reason = label("", "small", tone="2", wrap=True)
        self.reason.setObjectName(f"{name}_reason")
        self.log = QPlainTextEdit()
        self.log.setObjectName(f"{name}_log")
        self.log.setAccessibleName(self.tr("Log of the service"))
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(MOST_LINES)
        self.log.setFont(theme.font("small", tabular=True))
        self.log.setPlaceholderText(self.tr("The output of the service is shown here while it runs."))
        port = label(self.tr("Port"), "small", tone="2", weight=Weight.Medium)
        port.setBuddy(self.port)
        inner = card(
            row(heading(self.tr("Run on this computer")), None, self.pill),
            row((self.bundle, 1), self.other),
            self.what,
            row(port, self.port, None, self.page, self.stop, self.start),
            row((self.reason, 1), self.free),
            self.access,
            label(self.tr("Log"), "small", tone="2", weight=Weight.Medium),
            (self.log, 1),
            margins=(16, 10, 16, 14),
            spacing=8,
        )
        self.setLayout(column(inner))

    def show_bundles(self, bundles: Sequence[tuple[str, str]], chosen: str, what: str) -> None:
        """The folders that can be run as (path, name), the chosen one, and what is in it."""
        self.bundle.show_options(bundles)
        self.bundle.show_choice(chosen)
        self.what.setText(what)

    def show_state(self, state: str, url: str, reason: str, taken: bool, can_start: bool) -> None:
        """Show the state of the service."""
        states = {
            "stopped": (self.tr("stopped"), "mute", self._where()),
            "starting": (self.tr("starting …"), "accent", self.tr("It answers its self-test first.")),
            "ready": (self.tr("ready"), "ok", self.tr("It answers at {url}").format(url=url)),
            "stopping": (self.tr("stopping …"), "accent", ""),
            "failed": (self.tr("failed"), "err", reason),
        }
        text, tone, message = states[state]
        self.pill.setText(text)
        set_property(self.pill, "pill", tone)
        self.reason.setText(message)
        self.free.setVisible(taken)
        running = state in ("starting", "ready", "stopping")
        self.start.setVisible(not running)
        self.start.setEnabled(can_start)
        self.stop.setVisible(running)
        self.stop.setEnabled(state != "stopping")
        self.page.setEnabled(state == "ready")
        self.access.show_enabled(not running)
        for part in (self.bundle, self.other, self.port):
            part.setEnabled(not running)

    def _where(self) -> str:
        if self.access.settings.needs_key:
            return self.tr("It listens on the network and ends with this window.")
        return self.tr("It listens on this computer alone and ends with this window.")

    def add_line(self, text: str) -> None:
        """One more line of the log."""
        self.log.appendPlainText(text)
