"""Inputs that were kept, with their answers side by side and in what they differ from the one above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.evaluation import Outcome, Playground
from mlops_desktop.ui.panels.app.answer_card import answer_text
from mlops_desktop.ui.panels.app.input_fields import shown
from mlops_desktop.ui.translation import format_number, translated
from mlops_desktop.ui.widgets.basic import Button, card, column, heading, label, row
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.ticks import signed

MOST_ROWS = 2  # that are seen without scrolling
MOST_DIFFERENCES = 4  # inputs that are named


@dataclass(frozen=True)
class KeptRow:
    """A kept input: its name, its answer, the change against the answer now, and how it differs from the input now, as text."""

    name: str
    answer: str
    change: str
    differs: str


class KeptCard(QFrame):
    """The list. `load_asked` and `remove_asked` have the position of an input."""

    load_asked = Signal(int)
    remove_asked = Signal(int)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        columns = [
            RowColumn(self.tr("Kept input"), width=110),
            RowColumn(self.tr("Prediction"), tabular=True),
            RowColumn(self.tr("Difference"), align="right", tabular=True),
            RowColumn(self.tr("Inputs that differ"), stretch=True),
        ]
        self.table = RowsTable(columns, name=name, title=self.tr("Kept inputs"))
        self.load = Button(self.tr("Load"), self._load, name=f"{name}_load", kind="link")
        self.remove = Button(self.tr("Remove"), self._remove, name=f"{name}_remove", kind="link")
        hint = label(self.tr("Double-click brings one back into the form."), "caption", tone="3")
        head = row(heading(self.tr("Side by side")), hint, None, self.load, self.remove)
        self.setLayout(column(card(head, (self.table, 1), margins=(16, 10, 12, 8), spacing=4)))
        self.table.opened.connect(lambda id_: self.load_asked.emit(int(id_)))
        self.table.chosen.connect(lambda _: self._settle())
        self._settle()

    def show_inputs(self, kept: Sequence[KeptRow]) -> None:
        """Show these inputs; nothing is seen of the card when there are none."""
        rows = [
            Row(str(at), [Cell(one.name), Cell(one.answer), Cell(one.change, tone="2"), Cell(one.differs, tone="2", tip=one.differs)])
            for at, one in enumerate(kept)
        ]
        self.table.show_rows(rows)
        self.table.setFixedHeight(self.table.height_for(MOST_ROWS))
        self.setVisible(bool(kept))
        self._settle()

    def _load(self) -> None:
        for id_ in self.table.ids():
            self.load_asked.emit(int(id_))

    def _remove(self) -> None:
        for id_ in self.table.ids():
            self.remove_asked.emit(int(id_))

    def _settle(self) -> None:
        some = bool(self.table.ids())
        self.load.setEnabled(some)
        self.remove.setEnabled(some)


def compared(playground: Playground, name: str, kept: Outcome, now: Outcome) -> KeptRow:
    """A kept input beside the one in the form."""
    differs = [
        f"{one.shown_name}: {shown(one, kept.row[one.name])}"
        for one in playground.scorer.schema.columns
        if kept.row[one.name] != now.row[one.name]
    ]
    more = f" + {len(differs) - MOST_DIFFERENCES}" if len(differs) > MOST_DIFFERENCES else ""
    differences = ", ".join(differs[:MOST_DIFFERENCES]) + more or "–"
    if kept.answer is None or now.answer is None:
        return KeptRow(name, translated(kept.errors[0].message) if kept.errors else "–", "", differences)
    same = kept.answer.about == now.answer.about
    change = kept.answer.value - now.answer.value
    text = "" if not same else signed(change, 2) if kept.answer.about is not None else ("+" if change > 0 else "") + format_number(change)
    return KeptRow(name, answer_text(playground.scorer, kept.answer), text, differences)
