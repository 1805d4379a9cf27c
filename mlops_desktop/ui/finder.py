"""Ctrl+K: find a stage, a column, a setting or an action by typing a part of its name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from mlops_desktop.ui.widgets.basic import column

MOST_SHOWN = 12
Found = tuple[str, str, Callable[[], object]]  # what it is called, what kind of thing it is, what choosing it does


class Finder(QLineEdit):
    """The search field of the top bar with the list that drops from it."""

    def __init__(self, things: Callable[[], list[Found]]) -> None:
        super().__init__()
        self.setObjectName("finder")
        self.setAccessibleName(self.tr("Find a column, setting or action"))
        self.setPlaceholderText(self.tr("Find a column, setting or action   Ctrl+K"))
        self.setClearButtonEnabled(True)
        self._things = things
        self._list = QListWidget()
        self._list.setObjectName("finder_list")
        self._list.setAccessibleName(self.tr("What was found"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.itemClicked.connect(self._take)
        self._popup = QFrame(None, Qt.WindowType.ToolTip)
        self._popup.setObjectName("card")
        self._popup.setLayout(column(self._list, margins=(4, 4, 4, 4)))
        self.destroyed.connect(self._popup.deleteLater)
        self.textEdited.connect(self._search)
        self.installEventFilter(self)

    def open(self) -> None:
        """Put the cursor into the field and show everything."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._search(self.text())

    def _search(self, text: str) -> None:
        words = text.lower().split()
        found = [thing for thing in self._things() if all(word in f"{thing[0]} {thing[1]}".lower() for word in words)]
        found.sort(key=lambda thing: not thing[0].lower().startswith(text.lower().strip()))
        self._list.clear()
        for name, kind, act in found[:MOST_SHOWN]:
            item = QListWidgetItem(f"{name}    {kind}")
            item.setData(Qt.ItemDataRole.UserRole, act)
            self._list.addItem(item)
        if not found:
            item = QListWidgetItem(self.tr("Nothing is called so."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._show_popup()

    def _show_popup(self) -> None:
        rows = min(MOST_SHOWN, self._list.count())
        self._popup.resize(max(self.width(), 380), rows * (self._list.sizeHintForRow(0) + 2) + 20)
        self._popup.move(self.mapToGlobal(QPoint(0, self.height() + 4)))
        self._popup.show()

    def _take(self, item: QListWidgetItem | None) -> None:
        act = item.data(Qt.ItemDataRole.UserRole) if item else None
        self._popup.hide()
        self.clear()
        if act is not None:
            act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list, Enter takes, Escape and leaving close it."""
        if event.type() == QEvent.Type.FocusOut:
            self._popup.hide()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._popup.isVisible():
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                step = 1 if key == Qt.Key.Key_Down else -1
                self._list.setCurrentRow((self._list.currentRow() + step) % max(1, self._list.count()))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self._list.currentItem())
                return True
            if key == Qt.Key.Key_Escape:
                self._popup.hide()
                return True
        return super().eventFilter(watched, event)


def focus(widget: QWidget) -> None:
    """Put the focus on a control and bring it into view."""
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
    parent = widget.parentWidget()
    while parent is not None:
        if (ensure := getattr(parent, "ensureWidgetVisible", None)) is not None:
            ensure(widget)
        parent = parent.parentWidget()
