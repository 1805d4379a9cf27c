"""What an export will write, and what it has written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedLayout

from mlops_desktop.ui.widgets.basic import Button, card, clear, column, heading, label, row
from mlops_desktop.ui.widgets.cards import FindingRow
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable


class WrittenCard(QFrame):
    """The list before, the files after. `folder_asked`: open the folder, `run_asked`: start its service, `again_asked`: the list again."""

    folder_asked = Signal()
    run_asked = Signal()
    again_asked = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        self.title = heading("")
        self.count = label("", "caption", pill="mute")
        self.where = Elided("", "small", tone="2", middle=True)
        self.where.setObjectName(f"{name}_where")
        self._proof = column(spacing=2)
        columns = [RowColumn(self.tr("File"), width=210), RowColumn(self.tr("What it is"), stretch=True)]
        self.plan = RowsTable(columns, name=f"{name}_plan", title=self.tr("What will be written"), selectable=False)
        columns = [RowColumn(self.tr("File"), stretch=True), RowColumn(self.tr("Size"), align="right", tabular=True)]
        self.files = RowsTable(columns, name=f"{name}_files", title=self.tr("Files that were written"), selectable=False)
        self._tables = QStackedLayout()
        self.folder = Button(self.tr("Open folder"), self.folder_asked.emit, name=f"{name}_folder", icon="folder")
        self.run = Button(self.tr("Run it here"), self.run_asked.emit, name=f"{name}_run", icon="play")
        self.again = Button(self.tr("Export again"), self.again_asked.emit, name=f"{name}_again", kind="link")
        self._buttons = QFrame()
        self._buttons.setLayout(row(self.again, None, self.folder, self.run))
        head = row(self.title, self.count, None)
        self.setLayout(column(card(head, self.where, self._proof, (self._tables, 1), self._buttons, margins=(16, 10, 12, 12), spacing=6)))
        self._tables.addWidget(self.plan)  # now that the stack has a parent: without one, it would be shown as a window
        self._tables.addWidget(self.files)
        self.show_plan([], "")

    def show_plan(self, writes: Sequence[tuple[str, str]], help_text: str) -> None:
        """What will be written, by name."""
        self.title.setText(self.tr("What will be written"))
        self.count.setVisible(False)
        self.where.setText(help_text)
        self.where.setVisible(bool(help_text))
        clear(self._proof)
        self.plan.show_rows(Row(name, [Cell(name, tip=name), Cell(what, tone="2", tip=what)]) for name, what in writes)
        self._tables.setCurrentWidget(self.plan)
        self._buttons.setVisible(False)

    def show_written(self, out: Path, files: Sequence[tuple[str, str]], notes: Sequence[str], whole: str, *, service: bool) -> None:
        """What was written: names and sizes, sentences on it (empty ones are left out), the whole size; a service can be run here."""
        self.title.setText(self.tr("Written"))
        self.count.setText(whole)
        self.count.setVisible(True)
        self.where.setText(str(out))
        self.where.setVisible(True)
        clear(self._proof)
        for number, note in enumerate(filter(None, notes)):
            self._proof.addWidget(FindingRow("ok", note, "", name=f"{self._name}_note_{number}"))
        self.files.show_rows(Row(name, [Cell(name, tip=name), Cell(size, tone="2")]) for name, size in files)
        self._tables.setCurrentWidget(self.files)
        self.run.setVisible(service)
        self._buttons.setVisible(True)
