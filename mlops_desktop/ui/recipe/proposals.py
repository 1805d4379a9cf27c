"""What is proposed, each with its reason: taken one by one or all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from mlops_desktop.ui.widgets.basic import Button, Picture, Weight, clear, column, framed, label, row
from mlops_desktop.ui.widgets.elided import Elided


@dataclass(frozen=True)
class Proposal:
    """One line: what, how (a line), why (a sentence), and whether it is there already."""

    title: str
    summary: str
    reason: str
    there: bool = False
    badge: str = ""


class Proposals(QWidget):
    """The list; `taken` brings the position of the one that a person wants."""

    taken = Signal(int)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._shown: list[Proposal] = []
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(8)

    def show_proposals(self, proposals: Sequence[Proposal]) -> None:
        """Show these; nothing is built anew when they are the same."""
        if list(proposals) == self._shown:
            return
        self._shown = list(proposals)
        clear(self._rows)
        for at, one in enumerate(proposals):
            self._rows.addWidget(self._line(at, one))
        self._rows.addStretch(1)

    def _line(self, at: int, one: Proposal) -> QFrame:
        title = label(one.title, "body", weight=Weight.DemiBold)
        badge = [label(one.badge, "caption", pill="mute")] if one.badge else []
        texts = column(row(title, *badge, None), Elided(one.summary, "small", tone="2"), label(one.reason, "small", wrap=True), spacing=2)
        if one.there:
            side: QWidget = label(self.tr("Already added"), "small", pill="ok")
        else:
            side = Button(self.tr("Add"), partial(self.taken.emit, at), name=f"{self.objectName()}_{at}", icon="plus")
            side.setAccessibleName(self.tr("Add the step: {title}").format(title=one.title))
        sign = Picture("check" if one.there else "star", "ok" if one.there else "accent", 18)
        line = framed("tile", row(column(sign, None), (texts, 1), side, margins=(12, 10, 12, 10), spacing=10))
        line.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        line.setAccessibleName(f"{one.title}. {one.reason}")
        return line
