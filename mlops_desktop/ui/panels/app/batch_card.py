"""A whole file answered at once: the file, where the answers go, how many rows were refused and why, and the first rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.data import Location, name_of
from mlops_desktop.engine.evaluation import AnswerNotation, Predicted
from mlops_desktop.serving.dialect import Dialect, numbered_lines
from mlops_desktop.ui.source_dialog import DataZone
from mlops_desktop.ui.translation import formatted, pluralize
from mlops_desktop.ui.widgets.basic import Button, Segments, card, clear, column, heading, held, label, row
from mlops_desktop.ui.widgets.cards import FindingRow, Kpi
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable

FIRST_ROWS = 200
FIRST_WARNINGS = 4
MOST_COLUMNS = 40
MOST_CHARACTERS = 2000  # of a cell; a cell of the file may hold megabytes
PROBABILITY = "probability_"


class BatchCard(QFrame):
    """`file_taken` brings a file or an address; `folder_asked` wants to see the answers' folder, `back_asked` the single input again."""

    file_taken = Signal(object)
    folder_asked = Signal()
    back_asked = Signal()

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        title = self.tr("Drop a file to predict all its rows")
        self.zone = DataZone(
            title, self.tr("Its columns need the names of the training data. The predictions are written to a CSV file."), name=name
        )
        self.back = Button(self.tr("Back to one input"), self.back_asked.emit, name=f"{name}_back", kind="link", icon="left")
        self.show_folder = Button(self.tr("Open folder"), self.folder_asked.emit, name=f"{name}_folder", icon="folder")
        self.state = label("", "small", tone="2", wrap=True)
        self.state.setObjectName(f"{name}_state")
        self.rows = Kpi(self.tr("Rows"), name=f"{name}_rows", icon="table")
        self.refused = Kpi(self.tr("Invalid"), name=f"{name}_refused", icon="warn")
        self.unusual = Kpi(self.tr("With unusual values"), name=f"{name}_unusual", icon="eye")
        self.kpis = QFrame()
        self.kpis.setLayout(row((self.rows, 1), (self.refused, 1), (self.unusual, 1), spacing=12))
        self.keep = Segments([("all", self.tr("All columns")), ("ids", self.tr("Identifiers only"))], name=f"{name}_keep")
        names = [("names", self.tr("Names in the file")), ("labels", self.tr("Labels"))]
        self.headings = Segments(names, name=f"{name}_headings")
        self._headings = held(row(label(self.tr("Headings of these columns"), "small", tone="2"), self.headings, None, spacing=10))
        self._headings.setVisible(False)
        self._messages = column(spacing=4)
        self._later: Sequence[str] = ()  # warnings that are shown when they are asked for
        self.more = Button("", self._show_later, name=f"{name}_more", kind="link")
        self.table = RowsTable([RowColumn(self.tr("Row"))], name=f"{name}_first", title=self.tr("First predictions"), selectable=False)
        inner = card(
            row(heading(self.tr("Predict a whole file")), None, self.back),
            row(label(self.tr("Keep of the file, before the predictions"), "small", tone="2"), self.keep, None, spacing=10),
            self._headings,
            self.zone,
            self.state,
            self.kpis,
            self._messages,
            row(self.more, None),
            (self.table, 1),
            row(None, self.show_folder),
            margins=(16, 10, 16, 12),
            spacing=10,
        )
        self.setLayout(column(inner))
        self.zone.taken.connect(self.file_taken)
        self.show_state("")

    def show_labels(self, there: bool) -> None:
        """Whether columns have labels, which can be their headings."""
        self._headings.setVisible(there)

    def show_state(self, text: str) -> None:
        """What is being done; nothing of an earlier file is left."""
        self.state.setText(text)
        self.state.setVisible(bool(text))
        for part in (self.kpis, self.table, self.show_folder, self.more):
            part.setVisible(False)
        clear(self._messages)

    def show_done(self, file: Location, out: Path, found: Predicted) -> None:
        """The answers are written."""
        text = self.tr("The predictions for {file} are in {out}").format(file=name_of(file), out=out)
        self.show_state(". ".join([text, *_notation_text(found.notation)]))
        rows, refused, unusual = found.rows, found.refused, found.unusual
        self.rows.show_value(formatted(rows), self.tr("predicted: {count}").format(count=formatted(rows - refused)), "ok")
        hint = self.tr("the column “error” says why") if refused else self.tr("every row could be read")
        self.refused.show_value(formatted(refused), hint, "warn" if refused else "ok")
        hint = self.tr("the column “warnings” says which") if unusual else self.tr("all values are as in training")
        self.unusual.show_value(formatted(unusual), hint, "warn" if unusual else "ok")
        self._show_warnings(found.warnings, FIRST_WARNINGS)
        header, first = first_rows(out, found.kept, found.notation.delimiter)
        columns = [RowColumn(self.tr("Row"), align="right", tabular=True)]
        columns += [RowColumn(title, align="right" if title.startswith(PROBABILITY) else "left", tabular=True) for title in header]
        self.table.show_columns(columns)
        self.table.show_rows(
            Row(str(at), [str(at), *(_cell(title, cell, found.notation.decimal) for title, cell in zip(header, cells, strict=True))])
            for at, cells in enumerate(first, start=1)
        )
        for part in (self.kpis, self.table, self.show_folder):
            part.setVisible(True)

    def _show_warnings(self, warnings: Sequence[str], most: int) -> None:
        at = self._messages.count()
        for number, text in enumerate(warnings[:most], start=at):
            made = FindingRow("warn", text, "", name=f"{self._name}_warning_{number}")
            self._messages.addWidget(made)
            made.setVisible(True)  # the layout may leave hidden what is added while an answer arrives
        self._later = warnings[most:]
        self.more.setText(pluralize(len(self._later), "1 more note", "{n} more notes"))
        self.more.setAccessibleName(self.more.text())
        self.more.setVisible(bool(self._later))

    def _show_later(self) -> None:
        self._show_warnings(self._later, len(self._later))


def _notation_text(notation: AnswerNotation) -> list[str]:
    """How the file of answers is written, where that is not with commas and decimal points."""
    tr = QCoreApplication.translate
    if notation == AnswerNotation():
        return []
    marks = {";": tr("BatchCard", "semicolons"), "\t": tr("BatchCard", "tabs"), "|": tr("BatchCard", "vertical bars")}
    point = tr("BatchCard", "It is written as that file, with {marks}.")
    comma = tr("BatchCard", "It is written as that file, with {marks} and decimal commas.")
    return [(comma if notation.decimal == "," else point).format(marks=marks[notation.delimiter])]


def _cell(title: str, text: str, decimal: str) -> Cell:
    if title.startswith(PROBABILITY):
        try:
            text = formatted(float(text.replace(decimal, ".")), ".3f")
        except ValueError:
            return Cell("")
    return Cell(text, tone="err" if title == "error" else "", tip=text)


def first_rows(path: Path, kept: int, delimiter: str = ",") -> tuple[list[str], list[list[str]]]:
    """The titles and the first rows of a file of answers: in its order, as many of its `kept` columns as fit beside the answers.
    `delimiter` is between its cells.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = (cells for _, cells in numbered_lines(file, Dialect(delimiter, '"')))
        header = next(lines)
        most_kept = max(MOST_COLUMNS - (len(header) - kept), 1)
        places = [*range(min(kept, most_kept)), *range(kept, len(header))][:MOST_COLUMNS]
        rows = [[cells[at][:MOST_CHARACTERS] for at in places] for cells, _ in zip(lines, range(FIRST_ROWS), strict=False)]
        return [header[at] for at in places], rows
