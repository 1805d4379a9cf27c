"""The rail at the left: the nine stages with their derived state."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from mlops_desktop.engine.workflow import TITLES, StageState
from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.translation import translated

ROW = 54
RADIUS = 11.0
_DATA = Qt.ItemDataRole.UserRole
_MARKS = {
    "done": ("ok_soft", "check", "ok", 4.5, 2.8),
    "stale": ("warn_soft", "refresh", "warn", 4.5, 2.4),
    "failed": ("err_soft", "error", "err", 4.5, 2.2),
}


def elided(metrics: QFontMetrics, summary: str, available: int) -> str:
    """A summary in so many pixels. Its last part (a score, a target) is what changes: the text before it is elided first."""
    right = Qt.TextElideMode.ElideRight
    head, dot, tail = summary.rpartition(" · ")
    left = available - metrics.horizontalAdvance(dot + tail)
    if metrics.horizontalAdvance(summary) <= available or left < available // 3:
        return metrics.elidedText(summary, right, available)
    return metrics.elidedText(head, right, left) + dot + tail


class _StageDelegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(60, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        state: StageState = index.data(_DATA)
        rect = option.rect
        flags = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(rect).adjusted(8, 2, -8, -2)
        selected = bool(flags & QStyle.StateFlag.State_Selected)
        if selected or flags & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft" if selected else "raised"))
            painter.drawRoundedRect(area, 8, 8)
        if flags & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)
        centre = QPointF(area.left() + 22, area.center().y())
        self._rails(painter, QRectF(rect), centre, index.row(), index.model().rowCount())
        self._mark(painter, centre, state, index.row() + 1, selected)
        self._state_texts(painter, area.adjusted(44, 7, -8, -7), state, selected)
        painter.restore()

    def _rails(self, painter: QPainter, rect: QRectF, centre: QPointF, position: int, count: int) -> None:
        painter.setPen(QPen(theme.color("border"), 1.5))
        if position:
            painter.drawLine(QPointF(centre.x(), rect.top()), QPointF(centre.x(), centre.y() - RADIUS - 4))
        if position < count - 1:
            painter.drawLine(QPointF(centre.x(), centre.y() + RADIUS + 4), QPointF(centre.x(), rect.bottom() + 1))

    def _mark(self, painter: QPainter, centre: QPointF, state: StageState, number: int, selected: bool) -> None:
        circle = QRectF(centre.x() - RADIUS, centre.y() - RADIUS, 2 * RADIUS, 2 * RADIUS)
        if state.state in _MARKS and not (selected and state.state == "done"):
            ground, icon, tone, inset, width = _MARKS[state.state]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(ground))
            painter.drawEllipse(circle)
            icons.draw(painter, icon, circle.adjusted(inset, inset, -inset, -inset), theme.token(tone), width)
            return
        if state.state == "locked":
            painter.setPen(QPen(theme.color("border"), 1.5))
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(circle)
            icons.draw(painter, "lock", circle.adjusted(5, 5, -5, -5), theme.token("control"), 2)
            return
        if state.state == "running":
            painter.setBrush(theme.color("surface"))
            painter.setPen(QPen(theme.color("border"), 2.2))
            painter.drawEllipse(circle)
            painter.setPen(QPen(theme.color("accent"), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(circle, 90 * 16, -235 * 16)
            self._number(painter, circle, number, theme.color("accent"))
            return
        painter.setPen(Qt.PenStyle.NoPen if selected else QPen(theme.color("control"), 1.4))
        painter.setBrush(theme.color("accent" if selected else "surface"))
        painter.drawEllipse(circle)
        self._number(painter, circle, number, theme.color("on_accent" if selected else "text3"))

    def _number(self, painter: QPainter, circle: QRectF, number: int, color: QColor) -> None:
        painter.setPen(color)
        painter.setFont(theme.font("small", QFont.Weight.DemiBold))
        painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(number))

    def _state_texts(self, painter: QPainter, area: QRectF, state: StageState, selected: bool) -> None:
        if area.width() < 40:
            return  # the collapsed rail shows the marks alone
        pale = state.state in ("locked", "open") and not selected
        painter.setFont(theme.font("body", QFont.Weight.DemiBold if selected else QFont.Weight.Medium))
        painter.setPen(theme.color("text3" if pale else "text"))
        title = painter.fontMetrics().elidedText(translated(TITLES[state.id]), Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, title)
        painter.setFont(theme.font("caption"))
        tone = {"stale": "warn", "running": "accent", "failed": "err"}.get(state.state, "text3")
        painter.setPen(theme.color(tone))
        text = elided(painter.fontMetrics(), state.summary, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)


class Rail(QListWidget):
    """The nine stages. Every one may be opened; a locked one shows what it needs."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("steps")
        self.setAccessibleName(self.tr("Stages of the project"))
        self.setItemDelegate(_StageDelegate(self))
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(self._moved)

    def show_stages(self, states: list[StageState]) -> None:
        """Show these states; the selection stays."""
        text = {
            "locked": self.tr("locked"),
            "open": self.tr("open"),
            "running": self.tr("running"),
            "done": self.tr("done"),
            "stale": self.tr("out of date"),
            "failed": self.tr("failed"),
        }
        self.blockSignals(True)
        while self.count() < len(states):
            self.addItem(QListWidgetItem())
        for position, state in enumerate(states):
            item = self.item(position)
            if item.data(_DATA) == state:
                continue  # progress comes twenty times a second: only what changed is painted
            item.setData(_DATA, state)
            accessible_name = self.tr("Stage {number} of {count}, {title}, {state}, {summary}").format(
                number=position + 1, count=len(states), title=translated(TITLES[state.id]), state=text[state.state], summary=state.summary
            )
            item.setData(Qt.ItemDataRole.AccessibleTextRole, accessible_name)
            item.setToolTip(f"{translated(TITLES[state.id])}: {state.reason or state.summary}")
        self.blockSignals(False)

    def show_current(self, id_: str) -> None:
        """Select a stage without emitting a signal."""
        self.blockSignals(True)
        for position in range(self.count()):
            if self.item(position).data(_DATA).id == id_:
                self.setCurrentRow(position)
        if not id_:
            self.setCurrentRow(-1)
        self.blockSignals(False)

    def _moved(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.opened.emit(item.data(_DATA).id)
