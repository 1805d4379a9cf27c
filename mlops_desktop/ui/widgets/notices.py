"""Notices: a banner above a page, a toast with Undo, a ring that shows progress."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFont, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QStyle, QWidget

from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.translation import formatted
from mlops_desktop.ui.widgets.basic import SIGNS, Button, Picture, Tool, label, row

TOAST_MS = 8_000
TURN_MS = 60  # between two pictures of a turning ring


def reduced_motion() -> bool:
    """Whether nothing should move by itself: as set in the application (property `reduced_motion`), else as the desktop's style says."""
    app = QApplication.instance()
    chosen = app.property("reduced_motion") if app else None
    if chosen is not None:
        return bool(chosen)
    return QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0


class Banner(QFrame):
    """A line above a page. `tone`: info, ok, warn, err, or stale (out of date). `acted` brings the id of a button.

    `actions` are (id, text, kind) of buttons, with a kind as in `Button`.
    """

    acted = Signal(str)
    closed = Signal()

    def __init__(self, tone: str, text: str, actions: Sequence[tuple[str, str, str]] = (), *, name: str, closable: bool = True) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.setAccessibleIdentifier(name)
        icon, color = SIGNS[tone]
        self.setProperty("tone", "warn" if tone == "stale" else tone)
        self._sign = Picture(icon, color, 18)
        self.text = label(text, "small", wrap=True)
        self.text.setObjectName(f"{name}_text")
        buttons = [Button(message, partial(self.acted.emit, id_), name=f"{name}_{id_}", kind=kind) for id_, message, kind in actions]
        close = [Tool("x", self.tr("Close this message"), self._close, name=f"{name}_close")] if closable else []
        self.setLayout(row(self._sign, (self.text, 1), *buttons, *close, margins=(12, 6, 8, 6), spacing=10))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(text)

    def show_text(self, text: str) -> None:
        """Say another sentence."""
        self.text.setText(text)
        self.setAccessibleName(text)

    def _close(self) -> None:
        self.hide()
        self.closed.emit()


class _ToastTool(Tool):
    def repaint_icon(self) -> None:
        """A toast's ground is the other theme's."""
        self.setIcon(icons.icon(self._icon, theme.token("surface"), 16))


class Toast(QFrame):
    """A message at the lower edge of a window that goes after eight seconds, and waits while the pointer or the keyboard is on it.

    `undone`: the person took it back. `gone`: it went away by itself or was closed. Either comes once for each `show_message`.
    """

    undone = Signal()
    gone = Signal()

    def __init__(self, over: QWidget, *, name: str = "toast_message") -> None:
        super().__init__(over)
        self._over = over
        self.setObjectName("toast")
        self.setAccessibleIdentifier(name)
        self.text = label("", "small")
        self.text.setWordWrap(True)  # the toast itself sees to the height
        self.text.setObjectName(f"{name}_text")
        self._undo = Button(self.tr("Undo"), self._take_back, name=f"{name}_undo", kind="link")
        self._close = _ToastTool("x", self.tr("Close"), self._go, name=f"{name}_close")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go)
        self.setLayout(row((self.text, 1), self._undo, self._close, margins=(14, 6, 6, 6), spacing=10))
        self.hide()
        over.installEventFilter(self)
        for part in (self._undo, self._close):
            part.installEventFilter(self)

    def show_message(self, text: str, *, undo: bool = False) -> None:
        """Show a message, with Undo when it can be taken back; an earlier one is replaced."""
        if self.isVisible():
            self.gone.emit()
        self.text.setText(text)
        self.setAccessibleName(text)
        self._undo.setVisible(undo)
        self.show()
        self.raise_()
        self._place()
        self._timer.start(TOAST_MS)

    def _place(self) -> None:
        over = self._over
        wide = min(max(self.text.fontMetrics().horizontalAdvance(self.text.text()) + 190, 260), max(over.width() - 48, 200), 640)
        high = self.heightForWidth(wide) if self.hasHeightForWidth() else self.sizeHint().height()
        self.setGeometry((over.width() - wide) // 2, over.height() - high - 56, wide, high)

    def _take_back(self) -> None:
        self._timer.stop()
        self.hide()
        self.undone.emit()

    def _go(self) -> None:
        self._timer.stop()
        self.hide()
        self.gone.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the edge of the window; wait while the keyboard is here."""
        if watched is self._over:
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
        elif event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif event.type() == QEvent.Type.FocusOut and self.isVisible():
            self._timer.start(TOAST_MS)
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        """Wait while the pointer is here."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Go on."""
        super().leaveEvent(event)
        if self.isVisible():
            self._timer.start(TOAST_MS)


class ProgressRing(QWidget):
    """Work that goes on: an arc for a known share, a turning one for an unknown share, which under reduced motion stands still as dots."""

    def __init__(self, title: str, *, name: str, size: int = 22) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFixedSize(size, size)
        self._title = title
        self._share: float | None = None
        self._text = ""
        self._angle = 90
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(self._turn)
        self.show_share(None)

    def sizeHint(self) -> QSize:
        """As large as it was made."""
        return self.size()

    def show_share(self, share: float | None, text: str = "") -> None:
        """Show a share from 0 to 1, None when it is not known; `text` (a digit or two) is inside."""
        self._share, self._text = share, text
        message = self.tr("working") if share is None else formatted(min(max(share, 0.0), 1.0), ".0%")
        self.setAccessibleName(self.tr("{title}: {share}").format(title=self._title, share=message))
        self._run()
        self.update()

    def _run(self) -> None:
        if self._share is None and self.isVisible() and not reduced_motion():
            self._timer.start()
        else:
            self._timer.stop()

    def _turn(self) -> None:
        self._angle = (self._angle - 20) % 360
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Turn only while somebody can see it."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, arc, text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = max(2.2, self.width() / 10)
        area = QRectF(self.rect()).adjusted(wide, wide, -wide, -wide)
        painter.setPen(QPen(theme.color("border"), wide))
        painter.drawEllipse(area)
        pen = QPen(theme.color("accent"), wide)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if self._share is None and reduced_motion():
            pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.drawEllipse(area)
        else:
            painter.setPen(pen)
            start, span = (90, -360 * min(max(self._share, 0.0), 1.0)) if self._share is not None else (self._angle, -100)
            if span:
                painter.drawArc(area, int(start * 16), int(span * 16))
        if self._text:
            painter.setPen(theme.color("accent"))
            painter.setFont(theme.font("small", QFont.Weight.DemiBold))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._text)
