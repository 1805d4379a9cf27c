"""The bar at the top of the window: the stage in front, undo and redo, the search, Back and Next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.workflow import STAGES, TITLES
from mlops_desktop.ui.shell.command_palette import Entry, Finder
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Tool, Weight, column, label, row


class TopBar(QFrame):
    """`entries` gives the search what can be found now."""

    undo_asked = Signal()
    redo_asked = Signal()
    back_asked = Signal()
    next_asked = Signal()

    def __init__(self, entries: Callable[[], list[Entry]]) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self._title = label("", "title", weight=Weight.DemiBold)
        self._title.setObjectName("stage_title")
        self._purpose = label("", "small", tone="2")
        self._undo = Tool("undo", self.tr("Undo"), self.undo_asked.emit, name="undo", shortcut="Ctrl+Z")
        self._redo = Tool("redo", self.tr("Redo"), self.redo_asked.emit, name="redo", shortcut="Ctrl+Shift+Z")
        self.finder = Finder(entries)
        self.finder.setMinimumWidth(200)
        self.finder.setMaximumWidth(330)
        self._back = Button(self.tr("Back"), self.back_asked.emit, name="back", icon="left")
        self._next = Button(self.tr("Next"), self.next_asked.emit, name="next", kind="primary", icon="right")
        self._next.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow is behind the text
        labels = column(None, self._title, self._purpose, None, spacing=1)
        self.setLayout(
            row((labels, 2), self._undo, self._redo, (self.finder, 3), self._back, self._next, margins=(20, 8, 20, 8), spacing=8)
        )
        self.setMinimumHeight(64)

    def show_stage(self, id_: str, purpose: str) -> None:
        """Show the stage in front; the start page for an empty id."""
        self._title.setText(translated(TITLES[id_]) if id_ in TITLES else self.tr("Start"))
        self._purpose.setText(purpose)

    def show_history(self, undo: str, redo: str) -> None:
        """Show what undo and redo would do; empty when there is nothing."""
        for tool, text, title, keys in (
            (self._undo, undo, self.tr("Undo"), "Ctrl+Z"),
            (self._redo, redo, self.tr("Redo"), "Ctrl+Shift+Z"),
        ):
            tool.setEnabled(bool(text))
            tool.describe(f"{title}: {text}" if text else title, keys)

    def show_navigation(self, id_: str, why_not: str, is_open: bool) -> None:
        """Show Back and Next for a stage, and why Next is not ready (empty when it is). Without a project there is no Next."""
        position = STAGES.index(id_) if id_ else -1
        following = translated(TITLES[STAGES[position + 1]]) if position < len(STAGES) - 1 else ""
        self._back.setVisible(bool(id_))
        self._next.setVisible(bool(following) and is_open)
        text = self.tr("Next: {stage}").format(stage=following)
        self._next.setText(text.replace("&", "&&"))  # a single one would mark a key
        self._next.setAccessibleName(text)
        self._next.setToolTip(why_not)
        self._next.show_kind("" if why_not else "primary")

    def show_narrow(self, narrow: bool) -> None:
        """A narrow window leaves the purpose of the stage out."""
        self._purpose.setVisible(not narrow)
