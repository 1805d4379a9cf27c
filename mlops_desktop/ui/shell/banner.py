"""The banner above the page: one sentence with an action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame

from mlops_desktop.ui.shell.crash_dialog import show_crash
from mlops_desktop.ui.widgets.basic import SIGNS, Button, Picture, Tool, label, row, set_property

Offer = tuple[str, Callable[[], object]]  # what the button says, what it does


class Banner(QFrame):
    """One sentence above the page; at most one at a time. `stage` is the stage that it belongs to, empty for every one."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.stage = self._about = ""
        self._details = ""
        self._project: object | None = None  # the decisions that the sentence is about, where it is about one edit
        self._act: Callable[[], object] | None = None
        self._sign = Picture("info", "accent", 18)
        self._text = label("", "small", wrap=True)
        self._text.setObjectName("banner_text")
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._offer = Button("", self._take, name="banner_offer", tip=self.tr("What can be done about it"))
        self._more = Button(self.tr("Details"), self._show_details, name="banner_details", kind="link")
        for part in (self._offer, self._more):
            part.hide()
        close = Tool("x", self.tr("Close the message"), self.hide, name="banner_close")
        self.setLayout(row(self._sign, (self._text, 1), self._offer, self._more, close, margins=(12, 6, 8, 6), spacing=10))
        self.hide()

    def setVisible(self, visible: bool) -> None:
        """The place around it goes and comes with it."""
        super().setVisible(visible)
        if (place := self.parentWidget()) is not None:
            place.setVisible(visible)

    def show_message(self, tone: str, text: str, stage: str, details: str = "", offer: Offer | None = None, about: str = "") -> None:
        """Show a sentence; `tone`: info, ok, warn, err. `about`: the stage whose work failed, where that is not `stage`."""
        self.stage, self._details = stage, details
        self._project = None
        self._about = (about or stage) if tone == "err" else ""
        message, self._act = offer or ("", None)
        self._sign.show_icon(*SIGNS[tone])
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._offer.setText(message)
        self._offer.setAccessibleName(message)
        self._offer.setVisible(bool(message))
        self._more.setVisible(bool(details))
        set_property(self, "tone", tone)
        self.show()

    def bind_to(self, project: object) -> None:
        """The sentence is about the edit that led to these decisions."""
        self._project = project

    def show_project(self, project: object | None) -> None:
        """Hide a sentence about an edit that is not the last one any more."""
        if self._project is not None and self._project is not project:
            self.hide()

    @Slot(str)
    def clear_failure(self, stage: str) -> None:
        """What failed is tried again: that it failed is not true any more."""
        if stage and stage == self._about:
            self.hide()

    def _take(self) -> None:
        act, self._act = self._act, None
        self.hide()
        if act is not None:
            act()

    def _show_details(self) -> None:
        show_crash(self._text.text(), self._details, self.window())
