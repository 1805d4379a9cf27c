"""What was checked before an export, line by line, with what a person may do about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from mlops_desktop.engine.packaging import ExportCheck
from mlops_desktop.ui.widgets.basic import card, clear, column, heading, label, row, scrolled, set_property
from mlops_desktop.ui.widgets.cards import FindingRow
from mlops_desktop.ui.widgets.inputs import CheckBox


class ChecksCard(QFrame):
    """`acted` brings what a person wants to see to (problem, train, evaluate, check); `consented` whether the training rows may leave."""

    acted = Signal(str)
    consented = Signal(bool)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        self._shown: list[ExportCheck] | None = None
        self.verdict = label("", "caption", pill="mute")
        self.verdict.setObjectName(f"{name}_verdict")
        self.consent = CheckBox(self.tr("I agree that these rows are exported with the model"))
        self.consent.setObjectName(f"{name}_consent")
        self.consent.clicked.connect(self.consented)
        self._list = column(spacing=4)
        inner = QWidget()
        inner.setLayout(column(self._list, self.consent, None, margins=(0, 0, 6, 0), spacing=6))
        head = row(heading(self.tr("Checks")), self.verdict, None)
        self.setLayout(column(card(head, (scrolled(inner), 1), margins=(16, 10, 10, 10), spacing=8)))

    def show_checks(self, checks: Sequence[ExportCheck], busy: str = "") -> None:
        """Show these lines; `busy`: the action that is being done now."""
        wanted = list(checks)
        if wanted != self._shown:
            self._shown = wanted
            clear(self._list)
            for check in wanted:
                self._list.addWidget(self._line(check))
        consent = next((check for check in wanted if check.act == "consent"), None)
        self.consent.setVisible(consent is not None)
        self.consent.setChecked(consent is not None and not consent.blocks)
        blocking = sum(check.blocks for check in wanted)
        open_ = sum(check.tone in ("err", "warn") and not check.blocks for check in wanted)
        failed = any(check.tone == "err" for check in wanted)
        if blocking:
            text, tone = self.tr("not ready"), "err"
        elif open_:
            text, tone = self.tr("ready, {count} to look at").format(count=open_), "err" if failed else "warn"
        else:
            text, tone = self.tr("ready"), "ok"
        self.verdict.setText(busy or text)
        set_property(self.verdict, "pill", "mute" if busy else tone)

    def _line(self, check: ExportCheck) -> FindingRow:
        labels = {
            "problem": self.tr("Set goals"),
            "train": self.tr("Train"),
            "evaluate": self.tr("Evaluate"),
            "check": self.tr("Check now"),
        }
        actions = [(check.act, labels[check.act])] if check.act in labels else []
        made = FindingRow(check.tone, check.title, check.text, actions, name=f"{self._name}_{check.id}")
        made.acted.connect(partial(self._act))
        return made

    def _act(self, what: str) -> None:
        self.acted.emit(what)
