"""The card of the data file: what it is, its first rows, what is noted of its columns, and how it was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from mlops_desktop.base.params import Choice
from mlops_desktop.base.source import Source
from mlops_desktop.ui.panels.problem.bulk_edit import BulkEdit
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Picture, Segments, Weight, clear, column, label, row, scrolled
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.notes_table import NotesTable
from mlops_desktop.ui.widgets.pages import Pages
from mlops_desktop.ui.widgets.table import DataTable

READING = 250  # pixels for how the file was read, beside the rows


class FileCard(QFrame):
    """`another` asks for another file, `other` for data that is no single file, `change_reading` for other settings to read it by.

    `edited` brings a change in the table of notes (see `NotesTable`), `at` its current column; `edited_many` the columns, a field and its
    new value; `merge_names` asks to take the names of columns from two rows.
    """

    another = Signal()
    other = Signal()
    change_reading = Signal()
    edited = Signal(str, str, object)
    edited_many = Signal(object, str, object)
    merge_names = Signal()
    at = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.file = Elided("", "section", weight=Weight.DemiBold, middle=True)
        self.file.setObjectName("file_name")
        self.facts = Elided("", "small", tone="2")
        self.facts.setObjectName("file_facts")
        self.choose = Button(self.tr("Choose another file …"), self.another.emit, name="choose_another_file", icon="upload")
        self.choose_other = Button(self.tr("Other data …"), self.other.emit, name="choose_other_data", icon="layers")
        self.choose_other.setToolTip(self.tr("A database, a folder of files, two files"))
        self.tabs = Segments(
            [("rows", self.tr("First rows")), ("notes", self.tr("Columns")), ("reading", self.tr("How it was read"))], name="data_tabs"
        )
        self.preview = DataTable(name="first_rows", title=self.tr("First rows of the data"))
        self.notes = NotesTable(name="notes", title=self.tr("Notes on each column"))
        self.bulk = BulkEdit(self.notes.notes.titles, name="notes")
        self.why = label("", "small", tone="2", wrap=True)
        self.why.setObjectName("note_why")
        self._pages = Pages()
        self._pages.addWidget(self._rows_page())
        notes = QWidget()
        notes.setLayout(column(self.bulk, (self.notes, 1), self.why, spacing=6))
        self._pages.addWidget(notes)
        self._pages.setMinimumHeight(168)  # with questions on top the stage still fits 1024x768
        names = column(self.file, self.facts, spacing=0)
        head = row(Picture("table", "accent", 18), (names, 1), self.choose_other, self.choose, spacing=10)
        self.setLayout(column(head, row(self.tabs, None), (self._pages, 1), margins=(16, 12, 16, 14), spacing=10))
        self.tabs.chosen.connect(self.show_tab)
        self.notes.edited.connect(self.edited)
        self.notes.at.connect(self.at)
        self.notes.selected.connect(self.bulk.show_selected)
        self.bulk.searched.connect(self.notes.show_search)
        self.bulk.applied.connect(lambda field, value: self.edited_many.emit(self.notes.selected_columns(), field, value))
        self.show_tab("rows")

    def _rows_page(self) -> QWidget:
        self._repaired = column(spacing=6)
        hint = label(
            self.tr("Names of columns, delimiter, encoding, decimal mark, sheet and more, shown on the first rows."),
            "caption",
            tone="3",
            wrap=True,
        )
        self.settings = label("", "caption", tone="2", wrap=True)
        self.settings.setObjectName("reading_settings")
        self.change = Button(self.tr("Change how it is read …"), self.change_reading.emit, name="change_reading", icon="sliders")
        inner = QWidget()
        self.merge = Button(self.tr("Names in two rows …"), self.merge_names.emit, name="merge_names", icon="table")
        self.merge.setToolTip(self.tr("Takes the names of columns from two rows of the file, such as “2025” above “price”."))
        inner.setLayout(
            column(row(self.change, None), row(self.merge, None), hint, self.settings, self._repaired, None, margins=(0, 0, 8, 0))
        )
        self._reading = scrolled(inner)
        self._reading.setFixedWidth(READING)
        page = QWidget()
        page.setLayout(row(self._reading, (self.preview, 1), spacing=12))
        return page

    def show_tab(self, id_: str) -> None:
        """Bring rows, notes or reading to the front; how the file was read is beside the rows."""
        self.tabs.show_choice(id_)
        self._pages.setCurrentIndex(1 if id_ == "notes" else 0)
        self._reading.setVisible(id_ == "reading")

    def show_file(self, file: str, facts: Sequence[str]) -> None:
        """The file's name and a short text on it."""
        self.file.setText(file or self.tr("No data file"))
        self.facts.setText(" · ".join(part for part in facts if part))

    def show_settings(self, source: Source | None) -> None:
        """What a source reads the file by, such as the mark between the cells and the encoding."""
        lines = []
        for name, param in source.params().items() if source is not None else ():
            value = getattr(source, name)
            if isinstance(param, Choice):
                lines.append(f"{translated(param.label)}: {translated(param.options[value])}")
            elif isinstance(value, str) and value:
                lines.append(f"{translated(param.label)}: {value}")
        self.settings.setText("\n".join(lines))
        self.settings.setVisible(bool(lines))

    def show_repaired(self, sentences: Sequence[str]) -> None:
        """What was repaired when the file was read."""
        clear(self._repaired)
        for text in sentences:
            self._repaired.addWidget(label(text, "caption", tone="warn", wrap=True))

    def change_asked(self) -> None:
        """Bring the button for other settings to the front."""
        self.show_tab("reading")
        self.change.setFocus()

    def go_to(self, name: str) -> None:
        """Show the evidence for the type of a column."""
        self.show_tab("notes")
        self.notes.go_to(name)
        self.notes.setFocus()

    def goer(self, name: str) -> Callable[[], Any]:
        """`go_to` for the search."""
        return lambda: self.go_to(name)
