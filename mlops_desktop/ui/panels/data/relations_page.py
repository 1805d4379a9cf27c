"""How columns depend on each other: a matrix, and its closest pairs."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from mlops_desktop.engine.profiling import Relations
from mlops_desktop.engine.project import Project
from mlops_desktop.ui.panels.data.statistics_tables import (
    pair_columns,
    pair_rows,
)
from mlops_desktop.ui.translation import formatted
from mlops_desktop.ui.widgets.basic import column, label, row
from mlops_desktop.ui.widgets.heatmap import Heatmap
from mlops_desktop.ui.widgets.rows_table import RowsTable
from mlops_desktop.ui.widgets.searched_rows import SearchedRows


class RelationsPage(QWidget):
    """The matrix, the pairs, and how they were measured."""

    def __init__(self) -> None:
        super().__init__()
        self.heatmap = Heatmap(
            self.tr("How strongly columns are related"),
            name="relations",
            empty=self.tr("Fewer than two columns can be compared."),
        )
        self.note = label("", "caption", tone="3", wrap=True)
        self.pairs = RowsTable(pair_columns(), name="pairs", title=self.tr("The most strongly related pairs of columns"))
        searched = SearchedRows(self.pairs, cells=2)
        self.setLayout(column((row((self.heatmap, 1), (searched, 1), spacing=16), 1), self.note, spacing=4))

    def show_relations(self, related: Relations, project: Project) -> None:
        """Show the matrix and its closest pairs; those with the target are marked."""
        values = np.array([[np.nan if v is None else v for v in line] for line in related.values], dtype=np.float64)
        # The target first: its name always fits.
        order = sorted(range(len(related.columns)), key=lambda at: related.columns[at] != project.target)
        values, names = values[np.ix_(order, order)] if order else values, [related.columns[at] for at in order]
        if len(names) < 2:
            values, names = np.zeros((0, 0)), []
        self.heatmap.show_matrix(values, names, list(map(project.shown_name, names)))
        self.pairs.show_rows(pair_rows(related, project))
        text = [
            self.tr(
                "One scale for all pairs, from 0 (none) to 1. Numbers: Pearson, with Spearman by rank, which also sees curves. Categories: "
                "Cramér's V. Number and category: correlation ratio. Both are corrected for chance."
            )
        ]
        if related.sampled:
            text.append(self.tr("Sample of {rows} rows.").format(rows=formatted(related.rows)))
        if related.left_out:
            left = related.left_out
            text.append(self.tr("{count} left out: texts, identifiers, or too many.").format(count=left))
        self.note.setText(" ".join(text))
