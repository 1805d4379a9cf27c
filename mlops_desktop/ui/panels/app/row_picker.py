"""Picking a row of the training part: by its number in the file, or at random."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRandomGenerator, Signal
from PySide6.QtWidgets import QWidget

from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.ui.translation import formatted, pluralize
from mlops_desktop.ui.widgets.basic import Button, column, label, row
from mlops_desktop.ui.widgets.inputs import SpinBox


class RowPicker(QWidget):
    """A number and two buttons. `picked` brings a position in the table (from 0); numbers are shown from 1, as in the file."""

    picked = Signal(int)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._rows: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._count = ""  # the text on the number of rows that was shown last
        self.number = SpinBox(1, 1, name=f"{name}_number", title=self.tr("Number of the row"))
        self.show_row = Button(self.tr("Show"), self._show, name=f"{name}_show")
        self.random = Button(self.tr("Random"), self._random, name=f"{name}_random", icon="refresh")
        self.truth = label("", "small", tone="2", wrap=True)
        self.truth.setObjectName(f"{name}_truth")
        self.setLayout(column(row((self.number, 1), self.show_row, self.random, spacing=6), self.truth, spacing=4, margins=(0, 0, 8, 0)))
        self.number.lineEdit().returnPressed.connect(self._show)

    def show_rows(self, rows: NDArray[np.intp], total: int) -> None:
        """Offer these rows of a table of so many."""
        self._rows = np.sort(rows)
        self.number.setRange(1, max(total, 1))
        for part in (self.number, self.show_row, self.random):
            part.setEnabled(len(rows) > 0)
        if not len(rows):
            self.truth.setText(self.tr("Looking up the training rows …"))
        elif self.truth.text() in ("", self._count) or self.truth.text().endswith("…"):
            one, more = "1 training row; the held-out test set is not used.", "{n} training rows; the held-out test set is not used."
            self._count = pluralize(len(rows), one, more)
            self.truth.setText(self._count)

    def show_truth(self, text: str) -> None:
        """What is known of the row shown in the form."""
        self.truth.setText(text)

    def _random(self) -> None:
        if len(self._rows):
            at = int(self._rows[QRandomGenerator.global_().bounded(len(self._rows))])
            self.number.show_value(at + 1)
            self.picked.emit(at)

    def _show(self) -> None:
        if not len(self._rows):
            return
        wanted = self.number.value() - 1
        at = int(self._rows[min(int(np.searchsorted(self._rows, wanted)), len(self._rows) - 1)])
        self.picked.emit(at)
        if at != wanted:
            self.number.show_value(at + 1)
            text = self.tr("Row {wanted} is not in the training part. ").format(wanted=formatted(wanted + 1))
            self.truth.setText(text + self.truth.text())


def begins_with_rows(scorer: Scorer) -> bool:
    """Whether trying a model begins with training rows: with the range of the number that it predicts, or with a real text."""
    return not scorer.classes or any(one.type == "text" for one in scorer.schema.columns)
