"""The list that a choice opens: inside the window, as wide as its entries where there is space, searchable when it is long."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from mlops_desktop.ui.translation import formatted
from mlops_desktop.ui.widgets.basic import column, label

SEARCHED = 12  # from so many entries on there is a search line
LINE = 28  # pixels: the least height of what can be clicked
LEAST_LINES = 4  # shown at once wherever the window is high enough
_MEASURED = 300  # entries whose width is measured
_EDGE = 4
_BETWEEN = 4  # pixels between the search line and the list
_CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


def place(anchor: QRect, wanted: QSize, bounds: QRect, least: int = 0) -> QRect:
    """Where a list of a wanted size opens, all in one system of coordinates: below its control, else above it, never outside `bounds`.

    Where neither side has `least` pixels, it may cover its control.
    """
    below, above = bounds.bottom() - anchor.bottom(), anchor.top() - bounds.top()
    width = min(max(wanted.width(), anchor.width()), bounds.width())
    height = min(wanted.height(), max(below, above, min(least, bounds.height())))
    left = max(bounds.left(), min(anchor.left(), bounds.right() - width + 1))
    top = anchor.bottom() + 1 if height <= below else max(bounds.top(), anchor.top() - height)
    return QRect(left, min(top, bounds.bottom() - height + 1), width, height)


def bounds_of(widget: QWidget, anchor: QRect) -> QRect:
    """The part of the screen that a list of `widget` may cover: the window around it (of a dialog: the one that it belongs to)."""
    window = widget.window()
    outer = window.geometry()
    while (parent := window.parentWidget()) is not None:
        window = parent.window()
        outer |= window.geometry()
    seen = outer & widget.screen().availableGeometry()
    return seen if seen.contains(anchor) else outer


class _Entry(QStyledItemDelegate):
    """One line, cut in the middle where it is too long: names often differ at their end."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideMiddle

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), max(LINE, option.fontMetrics.height() + 10))


class ChoiceList(QFrame):
    """The entries of a combo box, in a window of their own until one is chosen.

    `picked` brings the row of the chosen one in the model; `closed` comes in any case, and before it.
    Keys: letters search, Up, Down, Page Up and Page Down move, Enter chooses, Escape and Tab close.
    """

    picked = Signal(int)
    closed = Signal()

    def __init__(self, box: QComboBox) -> None:
        super().__init__(box, Qt.WindowType.Popup)
        self.setObjectName("choices")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._box = box
        title = box.accessibleName()
        self.setAccessibleName(title)
        self.found = QSortFilterProxyModel(self)
        self.found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.found.setSourceModel(box.model())
        self.search = QLineEdit()
        self.search.setObjectName("choices_search")
        self.search.setPlaceholderText(self.tr("Find one of {count}").format(count=formatted(box.count())))
        self.search.setAccessibleName(self.tr("Find an entry of {title}").format(title=title))
        self.search.setClearButtonEnabled(True)
        self.search.setVisible(box.count() >= SEARCHED)
        self.list = self._make_list(title)
        self._nothing = label(self.tr("Nothing has this name."), "small", tone="3")
        self._nothing.setObjectName("choices_nothing")
        self._nothing.setContentsMargins(8, 6, 8, 6)
        self._nothing.setVisible(False)
        self.setLayout(column(self.search, self._nothing, (self.list, 1), margins=(_EDGE, _EDGE, _EDGE, _EDGE), spacing=_BETWEEN))
        self.search.textChanged.connect(self._search)
        for part in (self.search, self.list):
            part.installEventFilter(self)
        self.list.setCurrentIndex(self.found.index(max(box.currentIndex(), 0), 0))

    def _make_list(self, title: str) -> QListView:
        made = QListView()
        made.setObjectName("choices_list")
        made.setAccessibleName(title)
        made.setModel(self.found)
        made.setFont(self._box.font())
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setItemDelegate(_Entry(made))
        made.setUniformItemSizes(True)
        made.setMouseTracking(True)
        made.setMinimumHeight(LINE)  # a view's own least height is that of three entries
        made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.entered.connect(made.setCurrentIndex)
        made.clicked.connect(self._choose)
        return made

    def open(self) -> None:
        """Show it at its control, with the keyboard in it."""
        anchor = QRect(self._box.mapToGlobal(QPoint(0, 0)), self._box.size())
        least = self._height(min(self._box.count(), LEAST_LINES))
        self.setGeometry(place(anchor, QSize(self._width(), self._height(self._box.count())), bounds_of(self._box, anchor), least))
        self.show()
        (self.list if self.search.isHidden() else self.search).setFocus(Qt.FocusReason.PopupFocusReason)
        self.list.scrollTo(self.list.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _width(self) -> int:
        metrics = self.list.fontMetrics()
        texts = (self._box.itemText(at) for at in range(min(self._box.count(), _MEASURED)))
        bar = self.list.verticalScrollBar().sizeHint().width()
        return max((metrics.horizontalAdvance(text) for text in texts), default=0) + bar + 2 * _EDGE + 24

    def _height(self, lines: int) -> int:
        head = 0 if self.search.isHidden() else self.search.sizeHint().height() + _BETWEEN
        return head + max(1, lines) * max(self.list.sizeHintForRow(0), LINE) + 2 * _EDGE + 2

    def _search(self, text: str) -> None:
        self.found.setFilterFixedString(text.strip())
        self._nothing.setVisible(self.found.rowCount() == 0)
        if not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.found.index(0, 0))
        self.list.scrollTo(self.list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid() or not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        row = self.found.mapToSource(index).row()
        self.close()
        self.picked.emit(row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that move in the list and choose work in the search line as well."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _CHOOSING:
                self._choose(self.list.currentIndex())
                return True
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                self.close()
                return True
            if watched is self.search and event.key() in _MOVING:
                QApplication.sendEvent(self.list, event)
                return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press outside closes it; one on its control does no more than that."""
        if self._box.rect().contains(self._box.mapFromGlobal(event.globalPosition().toPoint())):
            self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)
        super().mousePressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Its control knows that it is gone."""
        super().closeEvent(event)
        self.closed.emit()


class ListBox(QComboBox):
    """A combo box with that list. The wheel scrolls the page over it: a choice changes by its list or by keys."""

    def __init__(self) -> None:
        super().__init__()
        self._open: ChoiceList | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def choices(self) -> ChoiceList | None:
        """The list while it is open."""
        return self._open

    def showPopup(self) -> None:
        """Open the list."""
        if self._open is None and self.count():
            self._open = ChoiceList(self)
            self._open.picked.connect(self._pick)
            self._open.closed.connect(self._closed)
            self._open.open()

    def hidePopup(self) -> None:
        """Close the list."""
        if self._open is not None:
            self._open.close()
        super().hidePopup()

    def _closed(self) -> None:
        self._open = None
        super().hidePopup()  # the arrow is not pressed any more

    def _pick(self, row: int) -> None:
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.setCurrentIndex(row)
        self.activated.emit(row)
        self.textActivated.emit(self.currentText())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls."""
        event.ignore()
