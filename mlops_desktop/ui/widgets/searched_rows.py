"""A table of rows with a search line above it, where it has many rows."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from mlops_desktop.ui.widgets.basic import column, row
from mlops_desktop.ui.widgets.choice_list import SEARCHED
from mlops_desktop.ui.widgets.rows_table import Cell, RowsTable

WIDTH = 220


class SearchedRows(QWidget):
    """Shows the rows that have the text of the search line in one of their first `cells`; a search clears the selection."""

    def __init__(self, table: RowsTable, cells: int = 1) -> None:
        super().__init__()
        self._cells = cells
        self.table = table
        self.search = QLineEdit()
        self.search.setObjectName(f"{table.objectName()}_search")
        self.search.setAccessibleName(self.tr("Find a row of {title}").format(title=table.accessibleName()))
        self.search.setPlaceholderText(self.tr("Find a column"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(WIDTH)
        self.setLayout(column(row(None, (self.search, 1)), (table, 1), spacing=4))
        self.search.textChanged.connect(self._search)
        table.rows_model.modelReset.connect(self._apply)
        self._apply()

    def _search(self) -> None:
        self.table.clearSelection()
        self._apply()

    def _apply(self) -> None:
        rows, wanted = self.table.rows_model.rows, self.search.text().strip().casefold()
        self.search.setVisible(len(rows) >= SEARCHED or bool(wanted))
        for at, one in enumerate(rows):
            self.table.setRowHidden(at, not any(wanted in _texts(one.cell(cell)) for cell in range(self._cells)))


def _texts(cell: Cell) -> str:
    """What is found: a column by its label and by its name, which the tooltip shows."""
    return f"{cell.text}\n{cell.tip}".casefold()
