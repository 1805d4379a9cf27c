"""Cards with one key number, findings with their actions, and empty states."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QSizePolicy, QWidget

from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Picture, Weight, column, label, row, set_property
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.notices import Banner, ProgressRing, Toast, reduced_motion

__all__ = ["Banner", "EmptyState", "FindingRow", "Kpi", "ProgressRing", "Toast", "reduced_motion"]

SEVERITIES = {"err": ("error", "err"), "warn": ("warn", "warn"), "info": ("info", "accent"), "ok": ("check", "ok")}  # icon, tone


class Kpi(QFrame):
    """A card with a title, one big figure, and a hint whose tone says how good that is."""

    def __init__(self, title: str, *, name: str, icon: str = "") -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleIdentifier(name)
        self._title = title
        self.value = Elided("–", "kpi", weight=Weight.DemiBold, tabular=True)
        self.value.setObjectName(f"{name}_value")
        self.hint = Elided("", "caption", tone="3")
        self.hint.setObjectName(f"{name}_hint")
        self._head = Elided(title, "small", tone="2")
        head = row((self._head, 1), *([Picture(icon)] if icon else []), spacing=6)
        self.setLayout(column(head, self.value, self.hint, margins=(14, 10, 14, 10), spacing=2))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_value("–")

    def show_title(self, title: str) -> None:
        """Give it another title; a value is to follow."""
        self._title = title
        self._head.setText(title)

    def show_value(self, value: str, hint: str = "", tone: str = "3") -> None:
        """Show a figure and its hint; `tone` of the hint: 2, 3, ok, warn, err, accent."""
        self.value.setText(value)
        self.hint.setText(hint)
        if self.hint.property("tone") != tone:
            set_property(self.hint, "tone", tone)
        self.setAccessibleName(f"{self._title}: {value}" + (f", {hint}" if hint else ""))


LINKS = 0.4  # of the width of a finding: more than that leaves its text too little space


class FindingRow(QWidget):
    """One finding: a sign for its severity (err, warn, info, ok), a title, a sentence, and links. `acted` brings the id of the link."""

    acted = Signal(str)

    def __init__(self, severity: str, title: str, text: str, actions: Sequence[tuple[str, str]] = (), *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        icon, tone = SEVERITIES[severity]
        title, text, actions = translated(title), translated(text), translated(list(actions))
        severities = {"err": self.tr("Serious"), "warn": self.tr("Warning"), "info": self.tr("Note"), "ok": self.tr("Good")}
        sign = Picture(icon, tone, 18)
        sign.setAccessibleName(severities[severity])
        self.setAccessibleName(f"{severities[severity]}: {title}. {text}")
        head = label(breakable(title), "small", weight=Weight.DemiBold, wrap=True)
        body = label(breakable(text), "caption", tone="2", wrap=True)
        texts = column(head, *([body] if text else []), None, spacing=1)
        links = [
            Button(message, partial(self.acted.emit, id_), name=f"{name}_{id_}", kind="link", tip=f"{message}: {title}")
            for id_, message in actions
        ]
        self._links = max((link.sizeHint().width() for link in links), default=0)
        self._parts = row((texts, 1), column(*(row(None, link) for link in links), None, spacing=2))
        self.setLayout(row(column(sign, None), (self._parts, 1), margins=(0, 2, 0, 2)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The links are beside the text where they leave it space, else below it."""
        super().resizeEvent(event)
        below = self._links > LINKS * self.width()
        self._parts.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)


class EmptyState(QWidget):
    """One sentence and the one action that changes it."""

    def __init__(
        self, text: str, action: str = "", on_click: Callable[[], object] | None = None, *, name: str, icon: str = "", primary: bool = False
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self.text = label(text, tone="2", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text.setMaximumWidth(520)
        self.button = Button(action, on_click, name=f"{name}_action", kind="primary" if primary else "")
        self.button.setVisible(False)
        picture = [row(None, Picture(icon, "text3", 32), None)] if icon else []
        body = column(
            None, *picture, row(None, (self.text, 30), None), row(None, self.button, None), None, margins=(16, 16, 16, 16), spacing=12
        )
        self.setLayout(body)
        self.button.setFont(theme.font("body"))
        if action:
            self.button.setVisible(True)

    def show_text(self, text: str) -> None:
        """Say another sentence."""
        self.text.setText(text)


def breakable(text: str) -> str:
    """The text with places where a long name may go on in the next line: after _ . / and -."""
    return re.sub(r"(?<=\w)([_./-])(?=\w)", "\\1\u200b", translated(text))
