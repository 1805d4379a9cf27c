"""A recipe: steps in their order, as cards that are switched, moved, copied, opened and removed. What they mean belongs to the owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QSizePolicy, QVBoxLayout, QWidget

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.basic import Button, Picture, Tool, Weight, column, label, row, set_property
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.inputs import Switch

GAP = 8
T = TypeVar("T")


def moved(items: Sequence[T], at: int, to: int) -> tuple[T, ...]:
    """The items with the one at `at` standing at `to` afterwards."""
    rest = [*items[:at], *items[at + 1 :]]
    return (*rest[:to], items[at], *rest[to:])


def without(items: Sequence[T], at: int) -> tuple[T, ...]:
    """The items without the one at `at`."""
    return (*items[:at], *items[at + 1 :])


def doubled(items: Sequence[T], at: int) -> tuple[T, ...]:
    """The items with the one at `at` a second time, after itself."""
    return (*items[: at + 1], *items[at:])


@dataclass(frozen=True)
class StepItem:
    """What a card shows: a title, one line on what the step does, whether it is on, and what is wrong with it (a sentence, else empty).

    `badge` is a word or two beside the title, such as “suggested”, `why` a pale line beneath. A `fixed` step cannot be moved, copied,
    switched or removed; with a `link` it is greyed and belongs elsewhere: the link, as Enter, asks to open it there.
    """

    title: str
    summary: str = ""
    on: bool = True
    problem: str = ""
    badge: str = ""
    icon: str = ""
    fixed: bool = False
    why: str = ""
    link: str = ""


class _Card(QFrame):
    """One step. It knows its position and emits what a person wants."""

    def __init__(self, recipe: RecipeList, position: int) -> None:
        super().__init__()
        name = f"{recipe.objectName()}_{position}"
        self.setObjectName(name)
        self.setProperty("step", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._recipe, self.position = recipe, position
        self._pressed: QPoint | None = None
        self.item = StepItem("")
        self.grip = Picture("drag", "text3", 18)
        self.grip.setCursor(Qt.CursorShape.OpenHandCursor)
        self._title = Elided("", weight=Weight.DemiBold)
        self._badge = label("", "caption", pill="accent")
        self._summary = Elided("", "small", tone="2")
        self._why = Elided("", "caption", tone="3")
        self._problem = label("", "caption", tone="err", wrap=True)
        self.switch = Switch(name=f"{name}_on")
        self.up = self._tool("up", self.tr("Move up"), "up", "Alt+Up")
        self.down = self._tool("down", self.tr("Move down"), "down", "Alt+Down")
        self.edit = self._tool("edit", self.tr("Edit"), "edit", "Enter")
        self.copy = self._tool("copy", self.tr("Duplicate"), "copy", "Ctrl+D")
        self.remove = self._tool("trash", self.tr("Remove"), "remove", "Delete")
        self.switch.clicked.connect(lambda _: recipe.want("switch", self))
        self.link = Button("", partial(recipe.want, "edit", self), name=f"{name}_link", kind="link")
        self._tools = QWidget()
        tools = (self.edit, self.up, self.down, self.copy, self.remove)
        self._tools.setLayout(row(*tools, *([None] if recipe.narrow else []), spacing=0))
        self.setLayout(self._narrow() if recipe.narrow else self._wide())
        for hidden in (self._badge, self._summary, self._why, self._problem, self.link):
            hidden.setVisible(False)

    def _wide(self) -> QBoxLayout:
        head = row(self._title, self._badge, None, spacing=8)
        texts = column(head, self._summary, self._why, self._problem, spacing=1)
        side = row(self.switch, 4, self._tools, self.link, spacing=0)
        return row(column(self.grip, None), (texts, 1), column(side, None), margins=(8, 8, 8, 8), spacing=8)

    def _narrow(self) -> QBoxLayout:
        head = row((self._title, 1), self.switch, self.link, spacing=8)
        how = row((self._summary, 1), self._badge, spacing=8)
        texts = column(head, how, self._why, self._problem, self._tools, spacing=1)
        return row(column(self.grip, None), (texts, 1), margins=(8, 8, 8, 8), spacing=8)

    def _tool(self, icon: str, text: str, action: str, keys: str) -> Tool:
        return Tool(icon, text, partial(self._recipe.want, action, self), name=f"{self.objectName()}_{action}", shortcut=keys)

    def show_item(self, item: StepItem, count: int, chosen: bool) -> None:
        """Show a step among `count`."""
        self.item = item
        self._title.setText(item.title)
        self._badge.setText(item.badge)
        self._summary.setText(item.summary)
        self._problem.setText(item.problem)
        self._why.setText(item.why)
        self.link.setText(item.link)
        for part, text in ((self._badge, item.badge), (self._summary, item.summary), (self._why, item.why), (self._problem, item.problem)):
            part.setVisible(bool(text))
        self._summary.setVisible(bool(item.summary) or (self._recipe.narrow and bool(item.badge)))  # it keeps the badge at the right
        self.switch.setChecked(item.on)
        self.switch.setAccessibleName(self.tr("{title} is on").format(title=item.title))
        self.link.setAccessibleName(f"{item.link}: {item.title}")
        for part in (self._title, self._summary, self._why):
            part.setEnabled(item.on and not item.link)
        for tool in (self.up, self.down, self.copy, self.remove):
            tool.setVisible(not item.fixed)
        self.grip.setEnabled(not item.fixed)
        self.switch.setVisible(not item.fixed)
        self.link.setVisible(bool(item.link))
        self._tools.setVisible(not item.link and (chosen or not self._recipe.narrow))
        self.up.setEnabled(self.position > 0)
        self.down.setEnabled(self.position < count - 1)
        self.up.setAccessibleName(self.tr("Move {title} up").format(title=item.title))
        self.down.setAccessibleName(self.tr("Move {title} down").format(title=item.title))
        self.edit.setAccessibleName(self.tr("Edit {title}").format(title=item.title))
        self.copy.setAccessibleName(self.tr("Duplicate {title}").format(title=item.title))
        self.remove.setAccessibleName(self.tr("Remove {title}").format(title=item.title))
        state = self.tr("on") if item.on else self.tr("off")
        message = self.tr("Step {at} of {count}: {title}, {state}").format(at=self.position + 1, count=count, title=item.title, state=state)
        self.setAccessibleName(", ".join(part for part in (message, item.summary, item.why, item.problem, item.link) if part))
        test_accesses = "bad" if item.problem and not chosen else "chosen" if chosen else "off" if not item.on or item.link else ""
        if self.property("looks") != test_accesses:
            set_property(self, "looks", test_accesses)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Space switches, Alt+Up and Alt+Down move, Ctrl+D copies, Delete removes, Up and Down move the focus."""
        wanted = _action_of(event)
        if wanted:
            self._recipe.want(wanted, self)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Perhaps the beginning of a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the step to another place."""
        if self._pressed is None or self.item.fixed:
            return
        far = (event.position().toPoint() - self._pressed).manhattanLength()
        if self._recipe.dragging() or far >= QApplication.startDragDistance():
            self._recipe.drag(self, self.mapTo(self._recipe, event.position().toPoint()).y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a drag, or a click that chooses the step."""
        if self._pressed is None:
            return
        self._pressed = None
        if not self._recipe.drop(self) and self.rect().contains(event.position().toPoint()):
            self._recipe.want("choose", self)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        self._recipe.want("edit", self)


def _action_of(event: QKeyEvent) -> str:
    key, held = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    plain = {
        Qt.Key.Key_Return: "edit", Qt.Key.Key_Enter: "edit", Qt.Key.Key_Space: "switch", Qt.Key.Key_Delete: "remove",
        Qt.Key.Key_Up: "before", Qt.Key.Key_Down: "after", Qt.Key.Key_Escape: "cancel",
    }  # fmt: skip
    if held == Qt.KeyboardModifier.NoModifier:
        return plain.get(Qt.Key(key), "")
    if held == Qt.KeyboardModifier.AltModifier:
        return {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}.get(Qt.Key(key), "")
    return "copy" if held == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_D else ""


class RecipeList(QWidget):
    """The cards. It holds no state: every signal brings positions, the owner makes a new tuple (see `moved`, `without`, `doubled`) and
    calls `show_steps`; the focus then follows the step that was moved.
    """

    moved = Signal(int, int)  # from, to (its place afterwards)
    switched = Signal(int, bool)
    edited = Signal(int)
    duplicated = Signal(int)
    removed = Signal(int)
    chosen = Signal(int)
    moved_by_key = Signal(int)  # the arrow keys went to this step

    def __init__(self, *, name: str, title: str, narrow: bool = False) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.narrow = narrow  # the buttons are in a line of their own, on the chosen step alone
        self._cards: list[_Card] = []
        self._items: list[StepItem] = []
        self._chosen = -1
        self._follow: int | None = None
        self._drag: tuple[int, int] | None = None  # the step, and before which place it would stand
        self._list = QVBoxLayout(self)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(GAP)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def show_steps(self, items: Sequence[StepItem]) -> None:
        """Show these steps. Emits no signal."""
        self._items = list(items)
        focused = next((card.position for card in self._cards if card.hasFocus()), None)
        while len(self._cards) > len(items):
            card = self._cards.pop()
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        while len(self._cards) < len(items):
            card = _Card(self, len(self._cards))
            self._cards.append(card)
            self._list.addWidget(card)
        self._chosen = min(self._chosen, len(items) - 1)
        self._paint_cards()
        follow = self._follow if self._follow is not None else focused
        if follow is not None and self._cards and (self._follow is not None or focused is not None):
            self._cards[min(follow, len(self._cards) - 1)].setFocus()
        self._follow = None

    def show_chosen(self, position: int) -> None:
        """Mark a step as the selected one; −1: none."""
        self._chosen = position
        self._paint_cards()

    def _paint_cards(self) -> None:
        for card, item in zip(self._cards, self._items, strict=True):
            card.show_item(item, len(self._items), card.position == self._chosen)

    def want(self, what: str, card: _Card) -> None:
        """A card says what a person wants of it."""
        at, last = card.position, len(self._cards) - 1
        if what in ("before", "after"):
            goal = min(max(at + (1 if what == "after" else -1), 0), last)
            self._cards[goal].setFocus()
            self.moved_by_key.emit(goal)
        elif what == "cancel":
            self._drag = None
            self.update()
        elif what == "choose":
            self.chosen.emit(at)
        elif what == "edit":
            self.edited.emit(at)
        elif card.item.fixed:
            return
        elif what == "switch":
            self.switched.emit(at, not card.item.on)
            card.switch.setChecked(card.item.on)  # shows the truth, whether or not the owner agreed
        elif what == "up" and at > 0:
            self._emit_move(at, at - 1)
        elif what == "down" and at < last:
            self._emit_move(at, at + 1)
        elif what == "copy":
            self._follow = at + 1
            self.duplicated.emit(at)
        elif what == "remove":
            self._follow = at if card.hasFocus() or card.remove.hasFocus() else None
            self.removed.emit(at)

    def _emit_move(self, at: int, to: int) -> None:
        self._follow = to
        if self._chosen == at:
            self._chosen = to
        self.moved.emit(at, to)

    def dragging(self) -> bool:
        """Whether a step is being dragged."""
        return self._drag is not None

    def drag(self, card: _Card, y: int) -> None:
        """A card is dragged to a height of the list: show where it would stand."""
        before = sum(1 for other in self._cards if other.geometry().center().y() < y)
        self._drag = card.position, before
        self.update()

    def drop(self, card: _Card) -> bool:
        """A dragged card was let go; False when none was dragged."""
        if self._drag is None:
            return False
        at, before = self._drag
        self._drag = None
        self.update()
        to = before - 1 if before > at else before
        if to != at:
            self._emit_move(at, to)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line where the dragged step would stand."""
        super().paintEvent(event)
        if self._drag is None or not self._cards:
            return
        before = self._drag[1]
        edge = self._cards[before].geometry().top() - GAP // 2 if before < len(self._cards) else self._cards[-1].geometry().bottom()
        painter = QPainter(self)
        painter.setPen(QPen(theme.color("accent"), 3))
        y = min(max(edge, 2), self.height() - 2)
        painter.drawLine(4, y, self.width() - 4, y)
