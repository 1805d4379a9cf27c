"""Ctrl+K: find a stage, a column, a setting or an action by typing a part of its name."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.widgets.basic import column

MOST_SHOWN = 12
_KIND = Qt.ItemDataRole.UserRole + 1
Entry = tuple[str, str, Callable[[], object]]  # what it is called, what kind of thing it is, what choosing it does


def _far(name: str, terms: list[str]) -> tuple[bool, bool]:
    """What begins with the terms comes first, then what has them in its name, then what is only of a kind that is called so."""
    return (not name.startswith(" ".join(terms)), not all(term in name for term in terms))


class _EntryDelegate(QStyledItemDelegate):
    """The name on the left, its kind paler on the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, 28)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        kind = str(index.data(_KIND) or "")
        painter.save()
        area = QRectF(option.rect).adjusted(2, 1, -2, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(area, 5, 5)
        area_text = area.adjusted(8, 0, -8, 0)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text3"))
        painter.drawText(area_text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, kind)
        available = area_text.width() - painter.fontMetrics().horizontalAdvance(kind) - 12
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text" if kind else "text3"))
        name = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, int(available))
        painter.drawText(area_text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        painter.restore()


class Finder(QLineEdit):
    """The search field of the top bar with the list that drops from it."""

    def __init__(self, entries: Callable[[], list[Entry]]) -> None:
        super().__init__()
        self.setObjectName("finder")
        self.setAccessibleName(self.tr("Find a column, setting or action"))
        self.setPlaceholderText(self.tr("Find a column or action   Ctrl+K"))
        self.setClearButtonEnabled(True)
        self._sign = QAction(self)
        self.addAction(self._sign, QLineEdit.ActionPosition.LeadingPosition)
        self.repaint_icon()
        self._search_entries = entries
        self._list = QListWidget()
        self._list.setObjectName("finder_list")
        self._list.setAccessibleName(self.tr("What was found"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setItemDelegate(_EntryDelegate(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._take)
        self._popup = QFrame(self, Qt.WindowType.ToolTip)
        self._popup.setObjectName("card")
        self._popup.setLayout(column(self._list, margins=(4, 4, 4, 4)))
        self.textEdited.connect(self._search)
        self.installEventFilter(self)

    def repaint_icon(self) -> None:
        """Paint the sign in the current theme's colours."""
        self._sign.setIcon(icons.icon("search", theme.token("text3"), 16))

    def open(self) -> None:
        """Put the cursor into the field and show everything."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._search(self.text())

    def _search(self, text: str) -> None:
        terms = text.lower().split()
        found = [thing for thing in self._search_entries() if all(term in f"{thing[0]} {thing[1]}".lower() for term in terms)]
        found.sort(key=lambda thing: _far(thing[0].lower(), terms))
        self._list.clear()
        for name, kind, act in found[:MOST_SHOWN]:
            item = QListWidgetItem(name)
            item.setData(Qt.ItemDataRole.UserRole, act)
            item.setData(_KIND, kind)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}, {kind}")
            item.setToolTip(name)
            self._list.addItem(item)
        if not found:
            item = QListWidgetItem(self.tr("Nothing has this name."))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._show_popup()

    def _show_popup(self) -> None:
        rows = min(MOST_SHOWN, self._list.count())
        self._list.setFixedHeight(rows * self._list.sizeHintForRow(0) + 4)
        self._popup.setFixedSize(max(self.width(), 380), self._list.height() + 8)
        self._popup.move(self.mapToGlobal(QPoint(0, self.height() + 4)))
        self._popup.show()

    def _take(self, item: QListWidgetItem | None) -> None:
        act = item.data(Qt.ItemDataRole.UserRole) if item else None
        self._popup.hide()
        self.clear()
        if act is not None:
            act()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list, Enter takes, Escape empties the field and closes the list, which leaving does too."""
        if event.type() == QEvent.Type.FocusOut:
            self._popup.hide()
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._popup.hide()
            return True
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
