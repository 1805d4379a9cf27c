"""A card with the confusion matrix and the precision, recall and F1 of each class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.evaluation import Classification
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.translation import format_number, formatted
from mlops_desktop.ui.widgets.basic import column, heading, label, row
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable

MOST_ROWS = 9


class ConfusionCard(QFrame):
    """Counts by truth (rows) and answer (columns); the shade shows the share of the row."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.title = heading(self.tr("Correct and wrong predictions"))
        self.names: list[str] = []  # of the classes that are shown
        self.at = label("", "caption", tone="3", tabular=True)
        self.at.setObjectName("confusion_at")
        self.matrix = RowsTable([RowColumn("")], name="confusion", title=self.tr("Confusion matrix"), by_cell=True)
        self.classes = RowsTable(
            self._class_columns(), name="per_class", title=self.tr("Precision and recall of each class"), selectable=False
        )
        self.legend = label("", "caption", tone="3", wrap=True)
        self.legend.setObjectName("confusion_legend")
        self.message = label("", "small", tone="2", wrap=True)
        self.message.setObjectName("confusion_note")
        body = column(
            row(self.title, None, self.at),
            self.legend,
            self.matrix,
            self.message,
            self.classes,
            None,
            margins=(16, 10, 16, 14),
            spacing=8,
        )
        self.setLayout(body)

    def _class_columns(self) -> list[RowColumn]:
        return [
            RowColumn(self.tr("Class"), stretch=True, width=120),
            RowColumn(self.tr("Rows"), "right", tabular=True, width=64),
            RowColumn(
                self.tr("Precision"),
                "right",
                tabular=True,
                width=78,
                tip=self.tr("Of the rows predicted as this class, the share that really is."),
            ),
            RowColumn(
                self.tr("Recall"), "right", tabular=True, width=66, tip=self.tr("Of the rows of this class, the share that is found.")
            ),
            RowColumn("F1", "right", tabular=True, width=60),
        ]

    def show_evaluation(self, found: Classification) -> None:
        """Show the counts and the rates of every class."""
        legend = self.tr("Rows: true class. Columns: predicted class.")
        weighted = self.tr("Rows count by their weights.") if found.confusion.weighted is not None else ""
        self.legend.setText(f"{legend} {weighted}".strip())
        names = [level_of(name) for name in found.confusion.labels]
        self.show_counts(names, found.confusion.counts, found.positive, found.threshold)
        if found.fold_thresholds:
            ends = (format_number(value, 3) for value in (min(found.fold_thresholds), max(found.fold_thresholds)))
            self.at.setText(self.tr("thresholds {low} to {high}, by fold").format(low=next(ends), high=next(ends)))
        self.classes.show_rows(
            Row(
                str(at),
                [level_of(one.label), formatted(one.rows), *(formatted(rate, ".3f") for rate in (one.precision, one.recall, one.f1))],
            )
            for at, one in enumerate(found.per_class)
        )
        self.classes.setFixedHeight(self.classes.height_for(MOST_ROWS))

    def show_counts(self, names: Sequence[str], counts: Sequence[Sequence[int]], positive: int | None, threshold: float | None) -> None:
        """Show counts[truth][answer]; for two classes at a threshold of the positive one."""
        self.names = list(names)
        columns = [RowColumn(self.tr("true class"), stretch=True, width=90)]
        columns += [RowColumn(name, "right", tabular=True, width=88, tip=self.tr("predicted {name}").format(name=name)) for name in names]
        if tuple(columns) != self.matrix.rows_model.columns:
            self.matrix.show_columns(columns)
        self.matrix.show_rows(self._line(names, at, line) for at, line in enumerate(counts))
        self.matrix.setFixedHeight(self.matrix.height_for(MOST_ROWS))
        binary = len(names) == 2 and positive is not None
        self.at.setText(self.tr("threshold {value}").format(value=format_number(threshold, 3)) if binary and threshold is not None else "")
        self.message.setText(self._show_message(names, counts, positive) if binary and positive is not None else "")
        self.message.setVisible(bool(self.message.text()))

    def _line(self, names: Sequence[str], at: int, line: Sequence[int]) -> Row:
        total = sum(line)
        cells: list[Cell | str] = [Cell(names[at], tip=names[at])]
        for answer, count in enumerate(line):
            share = count / total if total else 0.0
            tip = self.tr("{count} of {total} rows that really are {truth} were predicted {answer} ({share})").format(
                count=formatted(count),
                total=formatted(total),
                truth=names[at],
                answer=names[answer],
                share=formatted(share, ".1%"),
            )
            cells.append(Cell(formatted(count), shade=share, tip=tip, tone="" if answer == at else "2"))
        return Row(str(at), cells)

    def _show_message(self, names: Sequence[str], counts: Sequence[Sequence[int]], positive: int) -> str:
        other = 1 - positive
        hit, missed, false = counts[positive][positive], counts[positive][other], counts[other][positive]
        return self.tr("{hit} of {all} “{name}” are found, {missed} are missed; {false} others are incorrectly predicted “{name}”.").format(
            hit=formatted(hit),
            all=formatted(hit + missed),
            missed=formatted(missed),
            false=formatted(false),
            name=names[positive],
        )
