"""The basic widgets that every panel is built of, in the window's one style."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mlops_desktop.ui import icons, theme
from mlops_desktop.ui.translation import translated

Weight = QFont.Weight
# By the tone of a notice: its icon and the token of its colour.
SIGNS = {"info": ("info", "accent"), "ok": ("check", "ok"), "warn": ("warn", "warn"), "err": ("error", "err"), "stale": ("refresh", "warn")}
Item = QWidget | QLayout | int | None | tuple[QWidget | QLayout, int]


def fill(layout: QBoxLayout, *items: Item, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 8) -> QBoxLayout:
    """Put items into a layout: widgets, layouts, (either, stretch), a number for a gap, None for a stretch."""
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        else:
            inner, stretch = item if isinstance(item, tuple) else (item, 0)
            if isinstance(inner, QWidget):
                layout.addWidget(inner, stretch)
            else:
                layout.addLayout(inner, stretch)
    return layout


def row(*items: Item, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 8) -> QBoxLayout:
    """Items side by side."""
    return fill(QHBoxLayout(), *items, margins=margins, spacing=spacing)


def column(*items: Item, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 8) -> QBoxLayout:
    """Items one below the other."""
    return fill(QVBoxLayout(), *items, margins=margins, spacing=spacing)


def held(layout: QLayout) -> QWidget:
    """A widget that holds a layout, to be shown or hidden as one."""
    made = QWidget()
    made.setLayout(layout)
    return made


def framed(name: str, layout: QLayout) -> QFrame:
    """A frame that the style sheet knows by name."""
    frame = QFrame()
    frame.setObjectName(name)
    frame.setLayout(layout)
    return frame


def card(*items: Item, margins: tuple[int, int, int, int] = (16, 10, 16, 14), spacing: int = 8) -> QFrame:
    """A card: white, a thin border, round corners. The margin above is for one that begins with a `heading`."""
    return framed("card", column(*items, margins=margins, spacing=spacing))


def rule() -> QFrame:
    """A thin line across."""
    line = QFrame()
    line.setObjectName("line")
    line.setFixedHeight(1)
    return line


class Label(QLabel):
    """A text of the window; a message is shown in its language."""

    def __init__(self, text: str = "") -> None:
        super().__init__(translated(text))

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(translated(text))


class Wrapped(Label):
    """A text of several lines that keeps the height it needs: layouts ask a label for it before they know how wide it will be.

    It does not say that its height depends on its width: a page that holds such a label would never become smaller than it likes to be.
    """

    def hasHeightForWidth(self) -> bool:
        """No: the height is kept here."""
        return False

    def sizeHint(self) -> QSize:
        """As high as the text is at today's width."""
        hint = super().sizeHint()
        return QSize(hint.width(), self.heightForWidth(self.width())) if self.text() and self.width() > 20 else hint

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self._keep()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        self._keep()

    def _keep(self) -> None:
        available = self.contentsRect().width()
        need = 0
        if self.text() and available > 20:  # measured anew: what heightForWidth says is never less than the height that is kept now
            flags = int(Qt.TextFlag.TextWordWrap) | int(self.alignment())
            need = self.fontMetrics().boundingRect(QRect(0, 0, available, 100_000), flags, self.text()).height()
            need += self.height() - self.contentsRect().height()
        if need != self.minimumHeight():
            self.setMinimumHeight(need)


def label(
    text: str,
    role: str = "body",
    *,
    tone: str = "",
    weight: Weight = Weight.Normal,
    tabular: bool = False,
    pill: str = "",
    wrap: bool = False,
) -> Label:
    """A text; a message is translated. `tone`: 2, 3 (paler), ok, warn, err, accent; `pill`: ok, warn, err, accent, mute puts it on a
    coloured ground.
    """
    made = Wrapped(text) if wrap else Label(text)
    made.setTextFormat(Qt.TextFormat.PlainText)  # names from a data file are never markup
    made.setFont(theme.font(role, weight, tabular=tabular))
    made.setWordWrap(wrap)
    if tone:
        made.setProperty("tone", tone)
    if pill:
        made.setProperty("pill", pill)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def heading(text: str) -> Label:
    """The title of a card. It is as high as a button, so that the titles of cards side by side are on one line, with buttons or not."""
    made = label(text, "section", weight=Weight.DemiBold)
    made.setMinimumHeight(30)
    return made


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Change a property that the style sheet asks for, and show the change."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    if (inner := widget.layout()) is not None:  # the style sheet has set its own least size: that of a layout goes before it
        inner.invalidate()
        inner.activate()


class PushButton(QPushButton):
    """A button that Enter presses only while it has the focus: in a dialog, Qt's would also take the Enter that belongs to a field.

    A message is shown in the language of the window.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(translated(text))
        self.setAutoDefault(False)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(translated(text))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """In a dialog, Enter on this button is not for the default one."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.window(), QDialog):
            self.click()
        else:
            super().keyPressEvent(event)


class Button(PushButton):
    """A button. `kind`: "" (plain), primary, link, danger. Its icon follows the theme."""

    def __init__(
        self, text: str, on_click: Callable[[], object] | None = None, *, name: str, kind: str = "", icon: str = "", tip: str = ""
    ) -> None:
        super().__init__(text)
        text, tip = self.text(), translated(tip)
        self.setObjectName(name)
        self._kind, self._icon = kind, icon
        if kind:
            self.setProperty("kind", kind)
        self.setToolTip(tip)
        self.setAccessibleName(text or tip or name.replace("_", " "))  # a screen reader never meets a button without a name
        self.setAccessibleDescription(tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(16, 16))
        self.repaint_icon()
        if on_click is not None:
            self.clicked.connect(lambda: on_click())

    def setText(self, text: str) -> None:
        """Change the text; the accessible name follows unless it was given one of its own."""
        own = self.accessibleName() not in (self.text(), self.objectName().replace("_", " "))
        super().setText(text)
        if text and not own:
            self.setAccessibleName(self.text())

    def show_icon(self, icon: str) -> None:
        """Change the icon."""
        self._icon = icon
        self.repaint_icon()

    def show_kind(self, kind: str) -> None:
        """Make it another kind of button."""
        if kind != self._kind:
            self._kind = kind
            set_property(self, "kind", kind)
            self.repaint_icon()

    def repaint_icon(self) -> None:
        """Paint the icon in the current theme's colours."""
        if self._icon:
            tone = {"primary": "on_accent", "link": "accent", "danger": "err"}.get(self._kind, "text2")
            self.setIcon(icons.icon(self._icon, theme.token(tone), 16))


class Tool(QToolButton):
    """A small button with an icon alone; `text` is its accessible name and tooltip."""

    def __init__(self, icon: str, text: str, on_click: Callable[[], object] | None = None, *, name: str, shortcut: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self._icon = icon
        self.setIconSize(QSize(18, 18))
        self.setMinimumSize(30, 30)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.describe(text, shortcut)
        self.repaint_icon()
        if on_click is not None:
            self.clicked.connect(lambda: on_click())

    def describe(self, text: str, shortcut: str = "") -> None:
        """Change name and tooltip."""
        text = translated(text)
        self.setAccessibleName(text)
        keys = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)  # as the keyboard of the language names them
        self.setToolTip(f"{text}  ({keys})" if shortcut else text)

    def show_icon(self, icon: str) -> None:
        """Change the icon."""
        self._icon = icon
        self.repaint_icon()

    def repaint_icon(self) -> None:
        """Paint the icon in the current theme's colours."""
        self.setIcon(icons.icon(self._icon, theme.token("text2"), 18))


class Segments(QFrame):
    """A few choices side by side, one of them on. Ids are what `chosen` brings, not positions."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]], *, name: str) -> None:
        super().__init__()
        self.setObjectName("segbox")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        layout = row(margins=(2, 2, 2, 2), spacing=2)
        for id_, text in translated(list(options)):
            made = PushButton(text)
            made.setObjectName(f"{name}_{id_}")
            made.setProperty("kind", "seg")
            made.setFont(theme.font("small"))
            made.setCheckable(True)
            bold = QFontMetrics(theme.font("small", Weight.DemiBold)).horizontalAdvance(text)
            made.setMinimumWidth(bold + 24)  # the one that is on is bold: it needs more space than the style reckons with
            made.setAccessibleName(text)
            made.clicked.connect(lambda _=False, id_=id_: self.chosen.emit(id_))
            self._group.addButton(made)
            self._buttons[id_] = made
            layout.addWidget(made)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if options:
            self.show_choice(options[0][0])

    def show_choice(self, id_: str) -> None:
        """Turn a choice on without emitting a signal; an id that is not offered turns all off."""
        if id_ in self._buttons:
            self._buttons[id_].setChecked(True)
            self.setFocusProxy(self._buttons[id_])  # who is led here by a search can choose at once
            return
        self._group.setExclusive(False)
        for made in self._buttons.values():
            made.setChecked(False)
        self._group.setExclusive(True)

    def show_enabled(self, ids: Collection[str], why_not: str = "") -> None:
        """Only these choices can be made; the others say why not in their tooltip."""
        for id_, made in self._buttons.items():
            made.setEnabled(id_ in ids)
            made.setToolTip("" if id_ in ids else why_not)

    def choice(self) -> str:
        """The id that is on; empty when none is."""
        return next((id_ for id_, made in self._buttons.items() if made.isChecked()), "")


class Picture(QLabel):
    """An icon on its own; it follows the theme. `ground`: a token, for an icon on a square of that colour."""

    def __init__(self, icon: str, tone: str = "text3", size: int = 16, ground: str = "") -> None:
        super().__init__()
        self._what = icon, tone, size, ground
        self.setFixedSize(size, size)
        self.repaint_icon()

    def show_icon(self, icon: str, tone: str) -> None:
        """Show another one."""
        self._what = icon, tone, *self._what[2:]
        self.repaint_icon()

    def repaint_icon(self) -> None:
        """Paint the icon in the current theme's colours."""
        name, tone, size, ground = self._what
        self.setPixmap(icons.pixmap(name, theme.token(tone), size, theme.token(ground) if ground else ""))


def scrolled(inner: QWidget) -> QScrollArea:
    """A widget that scrolls when the window is smaller than it needs."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidget(inner)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()  # or a show that the layout has queued would make it a window of its own
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def repaint_icons(root: QWidget) -> None:
    """After a change of theme: painted pictures do not follow the palette by themselves."""
    for widget in root.findChildren(QWidget):
        if isinstance(widget, (Button, Tool, Picture)):
            widget.repaint_icon()
