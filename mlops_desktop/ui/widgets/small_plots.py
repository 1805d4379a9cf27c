"""Small plots, painted with QPainter so that dozens build quickly: distributions, a ring, a probability bar, a legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolTip, QWidget

from mlops_desktop.ui import theme
from mlops_desktop.ui.translation import format_number, formatted
from mlops_desktop.ui.widgets.elided import elided_names
from mlops_desktop.ui.widgets.ticks import date_ticks, day_text, nice_ticks, tick_texts

Shade = int | str  # the n-th color of the series, or a token's name
_Align = Qt.AlignmentFlag


def shade(key: Shade) -> QColor:
    """The color of a series (by its position) or of a token (by its name), in the current theme."""
    return QColor(theme.series(key)) if isinstance(key, int) else theme.color(key)


def begin(widget: QWidget) -> QPainter:
    """A painter for a widget, with smooth edges."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


@dataclass(frozen=True)
class Distribution:
    """What a cell shows. `groups`: the heights of the bars, one list per class (stacked), all of one length; `classes`: what these are
    called. Numbers have `edges`, one more than there are bars, dates too (`dates`: as days since 1970-01-01); categories have `names`, one
    for each bar. `line`: a further value for each bar, on a scale of its own, called `line_name`; None where it has none. `title` (or
    its `label`) at the left, `stat` at the right, `tone` of the stat ("", warn).
    """

    title: str
    groups: Sequence[Sequence[float]]
    edges: Sequence[float] = ()
    names: Sequence[str] = ()
    stat: str = ""
    tone: str = ""
    note: str = ""  # shown in place of bars when there is nothing to show
    dates: bool = False
    classes: Sequence[str] = ()
    line: Sequence[float | None] = ()
    line_name: str = ""
    label: str = ""

    def totals(self) -> list[float]:
        """The height of each bar over all classes."""
        return [float(sum(parts)) for parts in zip(*self.groups, strict=True)]

    def bar_text(self, at: int) -> str:
        """What one bar stands for: its name or range, and its size, by class where there are several."""
        if self.names:
            where = self.names[at]
        else:
            where = " – ".join(day_text(edge) if self.dates else format_number(edge, 4) for edge in self.edges[at : at + 2])
        lines = [f"{where}: {formatted(sum(group[at] for group in self.groups), ',.0f')}"]
        lines += [f"{name}: {formatted(group[at], ',.0f')}" for name, group in zip(self.classes, self.groups, strict=False)]
        if self.line and self.line[at] is not None:
            lines.append(f"{self.line_name}: {format_number(self.line[at], 4)}")
        return "\n".join(lines)


class DistributionCell(QFrame):
    """One distribution in a grid. It can be reached by Tab; a click, Enter or Space emits `opened`."""

    opened = Signal(str)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName("cell")  # the style sheet's name for it; the cell's own is an accessible identifier
        self.setAccessibleIdentifier(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Distribution"))
        self.setMinimumSize(120, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.shown = Distribution("", [])
        self._beside: Sequence[str] = ()

    def show_distribution(self, shown: Distribution, beside: Sequence[str] = ()) -> None:
        """Show a distribution; where its title is too long, it is cut so that it differs from those `beside` it."""
        self.shown, self._beside = shown, beside
        self.setAccessibleName(self.tr("Distribution of {title}").format(title=shown.label or shown.title))
        self.setAccessibleDescription(", ".join(part for part in (shown.stat, _description(shown)) if part))
        self.setToolTip(f"{shown.title}: {shown.stat}" if shown.stat else shown.title)
        self.update()

    def sizeHint(self) -> QSize:
        """Space for three or four in a row."""
        return QSize(190, 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title and statistic, bars, ticks."""
        super().paintEvent(event)
        painter = begin(self)
        area = QRectF(self.rect()).adjusted(8, 6, -8, -4)
        line = painter.fontMetrics().height()
        self._paint_title(painter, QRectF(area.left(), area.top(), area.width(), line))
        bars = self._bars()
        totals = self.shown.totals() if self.shown.groups else []
        if not totals or max(totals) <= 0 or bars.height() < 8:
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("text3"))
            painter.drawText(bars, int(_Align.AlignCenter) | int(Qt.TextFlag.TextWordWrap), self.shown.note)
            return
        paint_bars(painter, bars, self.shown.groups, gap=1.0 if len(totals) > 8 else 10.0, widest=72.0 if self.shown.names else 1e9)
        _paint_line(painter, bars, self.shown.line)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(bars.bottomLeft(), bars.bottomRight())
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text3"))
        below = QRectF(bars.left(), bars.bottom() + 3, bars.width(), 15)
        if self.shown.names:
            _paint_names(painter, below, self.shown.names)
        else:
            paint_ticks(painter, below, self.shown.edges, dates=self.shown.dates)

    def _bars(self) -> QRectF:
        """The area of the bars."""
        return QRectF(self.rect()).adjusted(10, self.fontMetrics().height() + 12, -10, -22)

    def event(self, event: QEvent) -> bool:
        """The tooltip names the bar under the pointer, with its size; elsewhere the title."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.shown.groups:
            bars, totals = self._bars(), self.shown.totals()
            at = int((event.pos().x() - bars.left()) // (bars.width() / max(len(totals), 1)))
            if bars.top() <= event.pos().y() and 0 <= at < len(totals) and max(totals) > 0:
                QToolTip.showText(event.globalPos(), self.shown.bar_text(at), self)
                return True
        return super().event(event)

    def _paint_title(self, painter: QPainter, area: QRectF) -> None:
        """The name and its statistic. Where both do not fit, the statistic is left out: the tooltip has it."""
        shown = self.shown.label or self.shown.title
        bold, small = theme.font("small", QFont.Weight.DemiBold), theme.font("caption", tabular=True)
        metrics, available = QFontMetrics(bold), area.width()
        stat_wide = QFontMetrics(small).horizontalAdvance(self.shown.stat) + 8
        if self.shown.stat and metrics.horizontalAdvance(shown) + stat_wide <= available:
            available -= stat_wide
            painter.setFont(small)
            painter.setPen(theme.color(self.shown.tone or "text3"))
            painter.drawText(area, _Align.AlignRight | _Align.AlignVCenter, self.shown.stat)
        painter.setFont(bold)
        painter.setPen(theme.color("text"))
        title = elided_names(metrics, [shown, *self._beside], int(available))[0]
        painter.drawText(QRectF(area.left(), area.top(), available, area.height()), _Align.AlignLeft | _Align.AlignVCenter, title)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens it."""
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.opened.emit(self.shown.title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space open it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.shown.title)
        else:
            super().keyPressEvent(event)


def _description(shown: Distribution) -> str:
    totals = shown.totals() if shown.groups else []
    if shown.names and totals:
        return ", ".join(f"{name}: {formatted(total, ',.0f')}" for name, total in zip(shown.names, totals, strict=False))
    if len(shown.edges) > 1 and shown.dates:
        return f"{day_text(shown.edges[0])} – {day_text(shown.edges[-1])}"
    if len(shown.edges) > 1:
        return f"{format_number(shown.edges[0], 6)} – {format_number(shown.edges[-1], 6)}"
    return ""


def paint_bars(
    painter: QPainter,
    area: QRectF,
    groups: Sequence[Sequence[float]],
    *,
    gap: float = 1.0,
    widest: float = 1e9,
    color: QColor | None = None,
) -> None:
    """Stacked bars fill an area: one class after the other in the colors of the series, or all in `color`, none wider than `widest`."""
    count = len(groups[0]) if groups else 0
    top = max((sum(parts) for parts in zip(*groups, strict=True)), default=0)
    if not count or top <= 0:
        return
    slot = area.width() / count
    gap = max(min(gap, slot * 0.25), slot - widest)
    painter.setPen(Qt.PenStyle.NoPen)
    for at in range(count):
        bottom = area.bottom()
        for position, group in enumerate(groups):
            high = area.height() * group[at] / top
            if group[at] > 0:
                high = max(high, 1.0)
                painter.fillRect(QRectF(area.left() + at * slot + gap / 2, bottom - high, slot - gap, high), color or shade(position))
            bottom -= high


def _paint_line(painter: QPainter, area: QRectF, values: Sequence[float | None]) -> None:
    """One value for each bar, from the least at the foot of the area to the greatest at its top, joined where neighbours have one."""
    known = [value for value in values if value is not None]
    if not known:
        return
    low, span, slot = min(known), (max(known) - min(known)) or 1.0, area.width() / len(values)
    inner = area.adjusted(0, 3, 0, -3)
    painter.setBrush(shade(1))
    before: QPointF | None = None
    for at, value in enumerate(values):
        point = None if value is None else QPointF(area.left() + (at + 0.5) * slot, inner.bottom() - inner.height() * (value - low) / span)
        if point is not None:
            painter.setPen(QPen(shade(1), 1.8))
            if before is not None:
                painter.drawLine(before, point)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(point, 2.4, 2.4)
        before = point


def paint_ticks(painter: QPainter, area: QRectF, edges: Sequence[float], *, wide: int = 36, dates: bool = False) -> None:
    """The round numbers (`dates`: days since 1970-01-01) of a range below its picture; those that would be cut off are left out."""
    if len(edges) < 2 or edges[-1] <= edges[0]:
        if len(edges):
            painter.drawText(area, _Align.AlignCenter, day_text(edges[0]) if dates else tick_texts([float(edges[0])])[0])
        return
    low, span, end = float(edges[0]), float(edges[-1] - edges[0]), area.left() - 10
    ticks = _dates(painter, low, float(edges[-1]), area.width()) if dates else _numbers(low, float(edges[-1]), area.width(), wide)
    for value, text in ticks:
        x, half = area.left() + area.width() * (value - low) / span, painter.fontMetrics().horizontalAdvance(text) / 2
        if x - half >= max(area.left() - 6, end + 4) and x + half <= area.right() + 6:
            painter.drawText(QRectF(x - half - 2, area.top(), 2 * half + 4, area.height()), _Align.AlignCenter, text)
            end = x + half


def _dates(painter: QPainter, low: float, high: float, width: float) -> list[tuple[float, str]]:
    """As many dates as have space side by side."""
    metrics = painter.fontMetrics()
    many = (date_ticks(low, high, count) for count in range(8, 0, -1))
    return next((ticks for ticks in many if sum(metrics.horizontalAdvance(text) + 12 for _, text in ticks) <= width), [])


def _numbers(low: float, high: float, width: float, wide: int) -> list[tuple[float, str]]:
    most = max(2, int(width // wide))
    ticks = nice_ticks(low, high, most)
    if len(ticks) < 3:  # one number shows nothing of a scale
        more = nice_ticks(low, high, most + 1)
        ticks = more if len(more) <= most + 1 else ticks
    return list(zip(ticks, tick_texts(ticks), strict=True))


def _paint_names(painter: QPainter, area: QRectF, names: Sequence[str]) -> None:
    slot = area.width() / len(names)
    if slot < 22:
        return
    for at, name in enumerate(names):
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(slot - 4))
        painter.drawText(QRectF(area.left() + at * slot, area.top(), slot, area.height()), _Align.AlignCenter, text)


class Ring(QWidget):
    """A value from 0 to 100 as a ring with its figure, such as the health of the data."""

    def __init__(self, title: str, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedSize(56, 56)
        self._title, self._value, self._tone = title, 0.0, "ok"
        self.show_value(0)

    def show_value(self, value: float, tone: str = "") -> None:
        """Show a value; `tone` (ok, warn, err) is taken from it when empty: ok from 80, warn from 50."""
        self._value = min(max(value, 0.0), 100.0)
        self._tone = tone or ("ok" if value >= 80 else "warn" if value >= 50 else "err")
        self.setAccessibleName(self.tr("{title}: {value} of 100").format(title=self._title, value=round(self._value)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring from the top, clockwise."""
        painter = begin(self)
        area = QRectF(self.rect()).adjusted(5, 5, -5, -5)
        painter.setPen(QPen(theme.color("raised"), 6))
        painter.drawEllipse(area)
        pen = QPen(theme.color(self._tone), 6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        if self._value > 0:
            painter.drawArc(area, 90 * 16, int(-360 * 16 * self._value / 100))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("section", QFont.Weight.DemiBold, tabular=True))
        painter.drawText(area, _Align.AlignCenter, str(round(self._value)))


class ProbabilityBar(QWidget):
    """A probability on a bar from 0 to 100 %, with the mark of a threshold; orange from the threshold on, blue below."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedHeight(36)
        self.setMinimumWidth(160)
        self._value: float | None = None
        self._threshold: float | None = None

    def show_value(self, value: float | None, threshold: float | None = None) -> None:
        """Show a probability from 0 to 1 (None: none yet) and, for two classes, the threshold."""
        self._value, self._threshold = value, threshold
        text = self.tr("no prediction yet") if value is None else formatted(value, ".1%")
        more = "" if threshold is None else self.tr(", threshold {value}").format(value=formatted(threshold, ".1%"))
        self.setAccessibleName(self.tr("Probability {value}").format(value=text) + more)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, bar, mark and texts."""
        painter, width = begin(self), float(self.width())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(QRectF(0, 3, width, 10), 5, 5)
        if self._value is not None:
            painter.setBrush(shade(1 if self._threshold is None or self._value >= self._threshold else 0))
            painter.drawRoundedRect(QRectF(0, 3, max(width * min(max(self._value, 0.0), 1.0), 10), 10), 5, 5)
        painter.setFont(theme.font("caption", tabular=True))
        line = QRectF(0, 18, width, 16)
        left, right = QRectF(line), QRectF(line)
        if self._threshold is not None:
            x = width * min(max(self._threshold, 0.0), 1.0)
            text = self.tr("threshold {value}").format(value=formatted(self._threshold, ".2f"))
            wide = painter.fontMetrics().horizontalAdvance(text) + 4
            start = min(max(x - wide / 2, 0.0), width - wide)
            painter.setPen(QPen(theme.color("text"), 2))
            painter.drawLine(QPointF(min(max(x, 1), width - 1), 0), QPointF(min(max(x, 1), width - 1), 16))
            painter.setPen(theme.color("text2"))
            painter.drawText(QRectF(start, line.top(), wide, line.height()), _Align.AlignCenter, text)
            left.setRight(start - 4)
            right.setLeft(start + wide + 4)
        painter.setPen(theme.color("text3"))
        metrics, none, whole = painter.fontMetrics(), formatted(0, ".0%"), formatted(1, ".0%")
        if left.width() >= metrics.horizontalAdvance(none):
            painter.drawText(left, _Align.AlignLeft | _Align.AlignVCenter, none)
        if right.width() >= metrics.horizontalAdvance(whole):
            painter.drawText(right, _Align.AlignRight | _Align.AlignVCenter, whole)
