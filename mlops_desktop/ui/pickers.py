"""Editors of lists: a list of texts in their order, and columns ticked in a searchable list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListWidget, QListWidgetItem, QWidget

from mlops_desktop.serving.plural import first_few
from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.column_names import shown_name
from mlops_desktop.ui.widgets.basic import Tool, column, label, row
from mlops_desktop.ui.widgets.cards import breakable

KIND_ICONS = {"number": "num", "categorical": "cat", "date": "date", "sparse": "text"}
MOST_LINES = 8  # a list grows up to so many lines, then it scrolls
LEAST_LINE = 22


def _high(of: QListWidget) -> int:
    """The height in which a list shows its lines, up to the most."""
    return max(1, min(of.count(), MOST_LINES)) * max(of.sizeHintForRow(0), LEAST_LINE) + 6


class _Lines(QListWidget):
    """A list with signals for the keys that change its order."""

    moved = Signal(int)
    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class TextList(QWidget):
    """Texts in their order: add, change (F2 or double click), remove (Delete), move (Alt+Up, Alt+Down or the buttons)."""

    changed = Signal()

    def __init__(self, *, name: str, title: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.list = _Lines()
        self.list.setObjectName(f"{name}_list")
        self.list.setAccessibleName(title)
        self.list.setUniformItemSizes(True)
        self.list.setFont(theme.font("small"))
        self.line = QLineEdit()
        self.line.setObjectName(f"{name}_new")
        self.line.setAccessibleName(self.tr("New entry of {title}").format(title=title))
        self.line.setPlaceholderText(self.tr("Type and press Enter"))
        self._add = Tool("plus", self.tr("Add"), self._append, name=f"{name}_add")
        self._up = Tool("up", self.tr("Move up"), lambda: self._move(-1), name=f"{name}_up", shortcut="Alt+Up")
        self._down = Tool("down", self.tr("Move down"), lambda: self._move(1), name=f"{name}_down", shortcut="Alt+Down")
        self._remove = Tool("trash", self.tr("Remove"), self._take, name=f"{name}_remove", shortcut="Delete")
        self.setLayout(column(row(self.line, self._add, self._up, self._down, self._remove, spacing=2), self.list, spacing=4))
        self.list.moved.connect(self._move)
        self.list.removed.connect(self._take)
        self.line.returnPressed.connect(self._append)
        self.list.itemChanged.connect(lambda _: self.changed.emit())
        self.list.currentRowChanged.connect(lambda _: self._refresh())
        self.setFocusProxy(self.line)
        self._refresh()

    def texts(self) -> tuple[str, ...]:
        """The texts in their order."""
        return tuple(self.list.item(i).text() for i in range(self.list.count()))

    def show_texts(self, texts: Sequence[str]) -> None:
        """Show other texts without emitting a signal."""
        if tuple(texts) == self.texts():
            return
        at = self.list.currentRow()
        self.list.blockSignals(True)
        self.list.clear()
        for text in texts:
            self._put(text)
        self.list.setCurrentRow(min(at, len(texts) - 1))
        self.list.blockSignals(False)
        self._refresh()

    def _put(self, text: str, at: int | None = None) -> None:
        item = QListWidgetItem(text)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setToolTip(text)
        self.list.insertItem(self.list.count() if at is None else at, item)

    def _append(self) -> None:
        text = self.line.text().strip()
        if text:
            self.list.blockSignals(True)
            self._put(text)
            self.list.blockSignals(False)
            self.line.clear()
            self._refresh()
            self.changed.emit()

    def _take(self) -> None:
        if self.list.currentRow() >= 0:
            self.list.takeItem(self.list.currentRow())
            self._refresh()
            self.changed.emit()

    def _move(self, by: int) -> None:
        at, goal = self.list.currentRow(), self.list.currentRow() + by
        if at < 0 or not 0 <= goal < self.list.count():
            return
        self.list.blockSignals(True)
        self.list.insertItem(goal, self.list.takeItem(at))
        self.list.setCurrentRow(goal)
        self.list.blockSignals(False)
        self._refresh()
        self.changed.emit()

    def _refresh(self) -> None:
        at, count = self.list.currentRow(), self.list.count()
        self._up.setEnabled(at > 0)
        self._down.setEnabled(0 <= at < count - 1)
        self._remove.setEnabled(at >= 0)
        self.list.setVisible(count > 0)
        self.list.setFixedHeight(_high(self.list))


class ColumnPicker(QWidget):
    """Columns ticked in a list that can be searched. Ticked ones keep the order in which they were ticked.

    `nothing` says what it means that none is ticked. Names that are chosen but not offered (any more) come first, marked, so that they
    can be let go.
    """

    changed = Signal()

    def __init__(self, *, name: str, title: str = "", nothing: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self._nothing = nothing
        self._offered: list[tuple[str, str]] = []
        self._chosen: list[str] = []
        self.search = QLineEdit()
        self.search.setObjectName(f"{name}_search")
        self.search.setPlaceholderText(self.tr("Find a column"))
        self.search.setAccessibleName(self.tr("Find a column for {title}").format(title=title))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget()
        self.list.setObjectName(f"{name}_list")
        self.list.setAccessibleName(title)
        self.list.setUniformItemSizes(True)
        self.list.setFont(theme.font("small"))
        self.list.setIconSize(QSize(14, 14))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.message = label("", "caption", tone="3", wrap=True)
        self._none = Tool("x", self.tr("Choose none"), self._clear, name=f"{name}_none")
        self.setLayout(column(row((self.message, 1), self._none, spacing=4), self.search, self.list, spacing=4))
        self.search.textChanged.connect(lambda _: self._filter())
        self.list.itemChanged.connect(self._ticked)
        self._rebuild()

    def columns(self) -> tuple[str, ...]:
        """The chosen names, in the order in which they were chosen."""
        return tuple(self._chosen)

    def show_columns(self, offered: Sequence[tuple[str, str]]) -> None:
        """Offer these columns, as (name, kind); what is chosen stays chosen."""
        if list(offered) != self._offered:
            self._offered = list(offered)
            self._rebuild()

    def show_chosen(self, names: Sequence[str]) -> None:
        """Tick these names without emitting a signal."""
        if list(names) != self._chosen:
            self._chosen = list(names)
            self._rebuild()

    def _rebuild(self) -> None:
        at = self.list.currentRow()
        known = {name for name, _ in self._offered}
        lost = [(name, "") for name in self._chosen if name not in known]
        self.list.blockSignals(True)
        self.list.clear()
        chosen = frozenset(self._chosen)
        signs: dict[str, QIcon] = {}  # painted once for all columns of a kind
        for name, kind in [*lost, *self._offered]:
            text = shown_name(name)
            item = QListWidgetItem(text if kind else self.tr("{name} (not there)").format(name=text))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if name in chosen else Qt.CheckState.Unchecked)
            if kind not in signs:
                signs[kind] = icons.icon(KIND_ICONS.get(kind, "warn"), theme.token("text3" if kind else "warn"), 14)
            item.setIcon(signs[kind])
            item.setToolTip(name)
            self.list.addItem(item)
        self.list.setCurrentRow(min(at, self.list.count() - 1))
        self.list.blockSignals(False)
        self.list.setFixedHeight(_high(self.list))
        self.search.setVisible(self.list.count() > MOST_LINES)
        self._filter()
        self._show_message()

    def _ticked(self, item: QListWidgetItem) -> None:
        name = str(item.data(Qt.ItemDataRole.UserRole))
        on = item.checkState() == Qt.CheckState.Checked
        if on and name not in self._chosen:
            self._chosen.append(name)
        elif not on and name in self._chosen:
            self._chosen.remove(name)
        self._show_message()
        self.changed.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Icons are painted anew in another theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._rebuild()

    def _clear(self) -> None:
        if self._chosen:
            self._chosen = []
            self._rebuild()
            self.changed.emit()

    def _filter(self) -> None:
        wanted = self.search.text().strip().casefold()
        for i in range(self.list.count()):
            item = self.list.item(i)
            hidden = bool(wanted) and wanted not in f"{item.data(Qt.ItemDataRole.UserRole)} {item.text()}".casefold()
            if item.isHidden() != hidden:  # the list is laid out anew for each
                item.setHidden(hidden)

    def _show_message(self) -> None:
        self._none.setVisible(bool(self._chosen))
        if not self._offered and not self._chosen:
            text = self.tr("There is no column that fits.")
        elif not self._chosen:
            text = self._nothing
        else:
            few = first_few(map(shown_name, self._chosen), 6)
            text = self.tr("{n} chosen: {names}").format(n=len(self._chosen), names=few)
        self.message.setText(breakable(text))
