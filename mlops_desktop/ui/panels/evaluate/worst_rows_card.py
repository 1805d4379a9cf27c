"""Cards with the importance of the columns, and with the rows that the model missed most."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.evaluation import Evaluation, Importance, WorstRow
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.translation import format_number, formatted, pluralize
from mlops_desktop.ui.widgets.basic import column, heading, label, row
from mlops_desktop.ui.widgets.charts import BarChart
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.series import Bar
from mlops_desktop.ui.widgets.table_model import TableColumn
from mlops_desktop.ui.widgets.ticks import signed

MOST_BARS, MOST_ROWS, FEATURES = 12, 20, 4


class ImportanceCard(QFrame):
    """How much the metric falls when a column is shuffled, column by column."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.chart = BarChart(self.tr("Feature importance"), name="importance")
        self.message = label("", "caption", tone="3", wrap=True)
        self.message.setObjectName("importance_note")
        head = row(heading(self.tr("Feature importance")), None, self.chart.tools)
        self.setLayout(column(head, (self.chart, 1), self.message, margins=(16, 10, 12, 12), spacing=6))
        self.chart.setMinimumHeight(220)

    def show_importance(self, found: Importance | None, metric: str, unused: bool, project: Project) -> None:
        """Show the permutation importance by a metric. None: there is none, because the test set is `unused` or other rows are shown."""
        if found is None:
            self.chart.show_empty_text(
                self.tr("It is measured when the held-out test set is used.")
                if unused
                else self.tr("It is measured on the held-out test set only.")
            )
            self.chart.show_bars([])
            self.message.setVisible(False)
            return
        used = [(one.column, one.mean, one.std or 0.0) for one in found.columns if one.used and one.mean is not None]
        bars = [Bar(name, mean, mean - std, mean + std, label=project.shown_name(name)) for name, mean, std in used[:MOST_BARS]]
        self.chart.show_empty_text(self.tr("The model uses no column."))
        self.chart.show_bars(bars)
        idle = sum(not one.used for one in found.columns)
        parts = [self.tr("How much worse {metric} gets when the column is shuffled.").format(metric=metric)]
        if len(used) > MOST_BARS:
            parts.append(pluralize(len(used) - MOST_BARS, "1 more column matters less.", "{n} more columns matter less."))
        if idle:
            parts.append(self.tr("Never used: {n}.").format(n=idle))
        parts.append(self.tr("Columns with the same information share their importance."))
        self.message.setText(" ".join(parts))
        self.message.setVisible(True)


class WorstCard(QFrame):
    """The rows that were missed most, with a few of their values."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.table = RowsTable([RowColumn("")], name="worst_rows", title=self.tr("Rows with the largest errors"))
        self.message = label("", "caption", tone="3", wrap=True)
        self.message.setObjectName("worst_note")
        self.setLayout(
            column(heading(self.tr("Rows with the largest errors")), self.message, (self.table, 1), margins=(16, 10, 12, 12), spacing=6)
        )
        self.setMinimumHeight(300)

    def show_worst(self, found: Evaluation, columns: Sequence[TableColumn]) -> None:
        """Show the worst rows of an evaluation; `columns` are shown beside, as far as the rows are in that table."""
        classes = found.classification is not None
        placed = all(one.table_row is not None for one in found.worst)
        shown = list(columns) if placed else []
        head = [
            RowColumn(self.tr("Row"), "right", tabular=True, width=64, tip=self.tr("Which row of the data file, counted from 1")),
            RowColumn(self.tr("True value"), "left" if classes else "right", tabular=not classes, width=92),
            RowColumn(self.tr("Prediction"), "left" if classes else "right", tabular=not classes, width=92),
            RowColumn(self.tr("P(true class)") if classes else self.tr("Error"), "right", tabular=True, width=76),
            *(RowColumn(one.shown_name, width=104, tip=one.name) for one in shown),
        ]
        self.table.show_columns(head)
        formats = [one.formatter() for one in shown]
        self.table.show_rows(self._line(at, one, classes, shown, formats) for at, one in enumerate(found.worst[:MOST_ROWS]))
        text = (
            self.tr("Wrong predictions in which the model was most confident.")
            if classes
            else self.tr("Predictions that are furthest from the true value.")
        )
        self.table.setVisible(bool(found.worst))
        self.message.setText(text if found.worst else self.tr("Every row was predicted correctly."))

    def _line(self, at: int, one: WorstRow, classes: bool, shown: Sequence[TableColumn], formats: Sequence[Callable[[object], str]]) -> Row:
        if classes:
            truth, answer, last = level_of(one.actual), level_of(one.answer), formatted(one.score, ".3f")
        else:
            actual, predicted = float(one.actual), float(one.answer)
            truth, answer, last = format_number(actual), format_number(predicted), signed(predicted - actual)
        texts = [form(column.values[one.place]) for column, form in zip(shown, formats, strict=True)]
        return Row(str(at), [formatted(one.place + 1), truth, Cell(answer, tone="err" if classes else ""), last, *texts])
