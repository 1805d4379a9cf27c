"""Runs Python's cyclic garbage collector on the window's thread alone."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

EVERY_MS = 250


class Collector(QObject):
    """Takes Python's garbage collection into its own hands, from its making until `stop`.

    Left to itself, Python collects in whichever thread happens to allocate: a thread that reads a long answer would destroy widgets and
    graphics items that the window threw away, and Qt dies of that. What the start has made lives as long as the window and is never
    looked through again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._least = gc.get_threshold()
        gc.collect()
        gc.freeze()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect)
        self._timer.start(EVERY_MS)

    @Slot()
    def collect(self) -> None:
        """Collect what Python would have: each generation when enough came together."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._least[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
