"""Tiles to choose one thing from: what there is in a catalogue, with its help, and why a greyed one cannot be used here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Picture, PushButton, Weight, clear, column, label, row

TILE = 212  # the least width of a tile


@dataclass(frozen=True)
class Offer:
    """One tile: its id, what it is called, what it does (a sentence), an icon, and why it cannot be chosen (empty when it can)."""

    id: str
    title: str
    text: str = ""
    icon: str = ""
    refused: str = ""


class Tile(PushButton):
    """A tile is a button, so that keys and a screen reader know it as one."""

    def __init__(self, offer: Offer, *, name: str) -> None:
        super().__init__()
        offer = translated(offer)
        self.setObjectName(name)
        self.setProperty("kind", "tile")
        self.setEnabled(not offer.refused)
        self.setAccessibleName(offer.title)
        self.setAccessibleDescription(" ".join(part for part in (offer.text, offer.refused) if part))
        self.setToolTip(offer.refused)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        title = label(offer.title, "body", weight=Weight.DemiBold, wrap=True)
        text = label(offer.text, "caption", tone="2", wrap=True)
        refused = [label(offer.refused, "caption", tone="warn", wrap=True)] if offer.refused else []
        sign = [Picture(offer.icon, "accent", 18)] if offer.icon else []
        self._inner = column(row(*sign, (title, 1), spacing=8), text, *refused, None, margins=(12, 10, 12, 10), spacing=4)
        self.setLayout(self._inner)
        self._inner.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)  # else the least height of the style sheet's buttons counts
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def sizeHint(self) -> QSize:
        """What its texts need."""
        return self._inner.totalSizeHint()

    def minimumSizeHint(self) -> QSize:
        """Narrow, and as high as its texts are."""
        return QSize(150, self._inner.totalMinimumSize().height())


class Gallery(QWidget):
    """Tiles under headings, as many side by side as fit. Arrow keys move the focus, Enter and Space choose."""

    picked = Signal(str)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self._sections: list[tuple[str, list[Offer]]] = []
        self._grids: list[tuple[QGridLayout, list[Tile]]] = []
        self._across = 0
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(10)

    def show_offers(self, sections: Sequence[tuple[str, Sequence[Offer]]]) -> None:
        """Show these tiles, each list under its heading (none when it is empty). Nothing is built anew when they are the same."""
        wanted = [(title, list(offers)) for title, offers in sections]
        if wanted == self._sections:
            return
        self._sections = wanted
        clear(self._body)
        self._grids, self._across = [], 0
        for title, offers in wanted:
            if title:
                self._body.addWidget(label(title, "small", tone="2", weight=Weight.DemiBold))
            grid = QGridLayout()
            grid.setSpacing(10)
            tiles = [self._tile(offer) for offer in offers]
            self._grids.append((grid, tiles))
            self._body.addLayout(grid)
        self._body.addStretch(1)
        self._arrange()

    def _tile(self, offer: Offer) -> Tile:
        made = Tile(offer, name=f"{self.objectName()}_{offer.id}")
        made.clicked.connect(partial(self._pick, offer.id))
        return made

    def _pick(self, id_: str) -> None:
        self.picked.emit(id_)

    def tiles(self) -> list[Tile]:
        """Every tile, in reading order."""
        return [tile for _, tiles in self._grids for tile in tiles]

    def focus_first(self) -> None:
        """Give the keyboard to the first tile that can be chosen."""
        for tile in self.tiles():
            if tile.isEnabled():
                tile.setFocus()
                return

    def _arrange(self) -> None:
        across = max(1, (self.width() + 10) // (TILE + 10))
        if across == self._across:
            return
        self._across = across
        for grid, tiles in self._grids:
            while grid.count():
                grid.takeAt(0)
            for at in range(grid.columnCount()):
                grid.setColumnStretch(at, 0)
            for at in range(across):
                grid.setColumnStretch(at, 1)
            for at, tile in enumerate(tiles):
                grid.addWidget(tile, at // across, at % across)

    def minimumSizeHint(self) -> QSize:
        """One tile wide: with less space there are fewer side by side."""
        return QSize(150, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or fewer side by side."""
        super().resizeEvent(event)
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move from tile to tile; Enter chooses."""
        open_ = [tile for tile in self.tiles() if tile.isEnabled()]
        now = next((at for at, tile in enumerate(open_) if tile.hasFocus()), -1)
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: self._across, Qt.Key.Key_Up: -self._across}
        by = steps.get(Qt.Key(event.key()))
        if now >= 0 and by is not None:
            open_[min(max(now + by, 0), len(open_) - 1)].setFocus()
        elif now >= 0 and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            open_[now].click()
        else:
            super().keyPressEvent(event)
