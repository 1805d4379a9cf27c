"""The drift report: a verdict as text, every column with its figures, and one column in detail."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFrame

from mlops_desktop.engine.monitoring import ColumnDrift, DriftReport
from mlops_desktop.engine.project import Project
from mlops_desktop.ui.translation import are_years, format_number, formatted, marked, pluralize
from mlops_desktop.ui.widgets.basic import card, clear, column, heading, label, row, set_property
from mlops_desktop.ui.widgets.cards import FindingRow
from mlops_desktop.ui.widgets.charts import ColumnChart
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.inputs import read_number
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.searched_rows import SearchedRows

SCORE = "\x00score"  # the id of the score's row; no column can be called so
MOST_NAMED = 4
_RANK = {"act": 0, "watch": 1, "not_enough_data": 2, "stable": 3}
_TONES = {"act": "err", "watch": "warn", "stable": "ok", "not_enough_data": "3"}
_SEVERITY = {"act": "err", "watch": "warn", "stable": "ok", "not_enough_data": "info"}


class DriftCard(QFrame):
    """Shows a report of `serving.monitor`."""

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self._name = name
        self.report: DriftReport | None = None
        self._project = Project()
        self.pill = label("", "caption", pill="mute")
        self.pill.setObjectName(f"{name}_verdict")
        self._verdict = column(spacing=2)
        self.message = ""
        psi = self.tr("Population stability index: above 0.1 is worth a look, above 0.25 is a large change")
        beyond = self.tr("Share outside the range of training, or with a level that training did not know: in training → now")
        columns = [
            RowColumn(self.tr("Column"), stretch=True, middle=True),
            RowColumn(self.tr("State")),
            RowColumn("PSI", "right", tabular=True, tip=psi),
            RowColumn("p", "right", tabular=True, tip=self.tr("Probability of such a difference by chance (p-value)")),
            RowColumn(self.tr("Missing"), "right", tabular=True, tip=self.tr("Share without a value: in training → now")),
            RowColumn(self.tr("Out of range"), "right", tabular=True, tip=beyond),
        ]
        self.table = RowsTable(columns, name=f"{name}_columns", title=self.tr("Drift by column"))
        self.table.chosen.connect(self._choose)
        self._found = SearchedRows(self.table)
        policy = self._found.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the verdict stays at the top while there is no table
        self._found.setSizePolicy(policy)
        self.chart = ColumnChart(
            self.tr("Training and now"), name=f"{name}_chart", empty=self.tr("Choose a column to see its distribution.")
        )
        self.about = Elided("", "small", tone="2")
        self.name = heading(self.tr("Detail"))
        left = card(row(heading(self.tr("Verdict")), self.pill, None), self._verdict, (self._found, 1), margins=(16, 10, 12, 10), spacing=6)
        right = card(row((self.name, 1), self.chart.tools), self.about, (self.chart, 1), margins=(16, 10, 12, 8), spacing=4)
        right.setMinimumWidth(260)
        self.setLayout(row((left, 3), (right, 2), spacing=12))
        self.show_nothing(self.tr("Nothing was compared yet."))

    def show_nothing(self, text: str) -> None:
        """There is no report."""
        self.report = None
        self.pill.setVisible(False)
        self._show_message("info", text)
        self.table.show_rows([])
        self._found.setVisible(False)
        self._choose([])

    def shows(self, report: DriftReport, project: Project) -> bool:
        """Whether this report is shown with the labels that the columns have now."""
        return report is self.report and project.columns is self._project.columns

    def show_report(self, report: DriftReport, project: Project) -> None:
        """Show a report: the score first, then the columns that moved most."""
        if report.same_data:
            self.show_nothing(self._same_data(report))
            self.report, self._project = report, project
            return
        self.report, self._project = report, project
        texts = self._verdict_texts()
        self.pill.setVisible(True)
        self.pill.setText(texts[report.verdict])
        set_property(self.pill, "pill", {"act": "err", "watch": "warn", "stable": "ok"}.get(report.verdict, "mute"))
        self._show_message(_SEVERITY[report.verdict], *self._sentences(report))
        columns = sorted(report.columns, key=lambda one: (_RANK[one.verdict], -one.psi, one.field))
        rows = [self._row(SCORE, self.tr("Score of the model"), report.score, True)] if report.compares_score else []
        rows += [self._row(one.field, project.shown_name(one.field), one, False) for one in columns]
        self._found.setVisible(True)
        self.table.show_rows(rows)
        first = columns[0].field if columns and (columns[0].verdict in ("act", "watch") or not report.compares_score) else SCORE
        self.table.select([first])
        self._choose([first])

    def _verdict_texts(self) -> dict[str, str]:
        return {
            "act": self.tr("action needed"),
            "watch": self.tr("watch"),
            "stable": self.tr("stable"),
            "not_enough_data": self.tr("not enough data"),
        }

    def _same_data(self, report: DriftReport) -> str:
        """That a file holds the rows which the model is from."""
        text = self.tr("“{file}” holds the rows of the project's data and no others, so there is nothing new to compare.")
        return text.format(file=report.file)

    def _sentences(self, report: DriftReport) -> tuple[str, str]:
        """The verdict and what to do; first of all that the model knows these rows, where it does."""
        text, more = self._verdict_text(report)
        if not report.compares_score:
            template = self.tr("{seen} of {rows} rows are rows of the training, so the score is not compared. {text}")
            text = template.format(seen=formatted(report.trained_on), rows=formatted(report.rows), text=text)
        return text, more

    def _verdict_text(self, report: DriftReport) -> tuple[str, str]:
        rows, shown_name = formatted(report.rows), self._project.shown_name
        moved = [shown_name(one.field) for one in report.columns if one.verdict in ("act", "watch")]
        if report.compares_score and report.score.verdict in ("act", "watch"):
            moved = [self.tr("the prediction score"), *moved]
        names = ", ".join(moved[:MOST_NAMED])
        if len(moved) > MOST_NAMED:
            names += self.tr(" and {count} more").format(count=len(moved) - MOST_NAMED)
        refused = report.refused
        more = (
            ""
            if not refused
            else pluralize(refused, " 1 row could not be read and was left out.", " {n} rows could not be read and were left out.")
        )
        noted = (f"{shown_name(one.field)}: {one.note}" for one in report.columns if one.note)
        more += "".join(f" {text}" for text in (*report.warnings, *noted))
        if report.verdict == "not_enough_data":
            least = report.rule.least_rows
            text = self.tr("Not enough to tell: {rows} so far, at least {least} rows are needed.").format(rows=rows, least=least)
            return text, self.tr("Wait for more rows, or compare a larger file.") + more
        if report.verdict == "stable":
            return self.tr("{rows} rows look like the training data.").format(rows=rows), self.tr("Nothing needs to be done.") + more
        if report.verdict == "watch":
            text = self.tr("The {rows} rows as a whole differ a little from training: {names}.").format(rows=rows, names=names)
            return text, self.tr("Check again with the next data, and check whether the predictions are still right.") + more
        text = self.tr("The {rows} rows as a whole differ strongly from training: {names}.").format(rows=rows, names=names)
        return text, self.tr("Find out why. When the new data is right, train again with it.") + more

    def _show_message(self, severity: str, title: str, text: str = "") -> None:
        self.message = f"{title} {text}".strip()
        clear(self._verdict)
        self._verdict.addWidget(FindingRow(severity, title, text, name=f"{self._name}_sentence"))

    def _row(self, id_: str, name: str, one: ColumnDrift, strong: bool) -> Row:
        verdict = one.verdict
        tone = _TONES[verdict]
        known = verdict != "not_enough_data"
        cells = [
            Cell(name, tip=name if id_ == SCORE else id_),
            Cell(self._verdict_texts()[verdict], tone=tone, icon={"act": "error", "watch": "eye", "stable": "check"}.get(verdict, "")),
            Cell(formatted(one.psi, ".3f") if known else "–"),
            Cell((f"< {formatted(0.001, '.3f')}" if one.p < 0.001 else formatted(one.p, ".3f")) if known else "–", tone="2"),
            Cell(_pair(one.missing), tone="2"),
            Cell(_pair(one.unseen or one.outside), tone="2"),
        ]
        return Row(id_, cells, strong=strong)

    def _choose(self, ids: Sequence[str]) -> None:
        if self.report is None or not ids:
            self.name.setText(self.tr("Detail"))
            self.about.setText("")
            self.chart.show_categories([], {})
            return
        whole = ids[0] == SCORE
        one = self.report.score if whole else next(c for c in self.report.columns if c.field == ids[0])
        self.name.setText(self.tr("Score of the model") if whole else self.tr("Detail"))
        name = self.tr("Score of the model") if whole else self._project.shown_name(one.field)
        share = self.tr("{name}, share of the rows, %").format(name=name)
        self.about.setText(self.tr("share of the rows, %") if whole else share)
        texts = bin_texts([b.bin for b in one.bins])
        bins = [b for b in one.bins if b.training > 0 or b.now > 0]
        training, now = [100 * b.training for b in bins], [100 * b.now for b in bins]
        self.chart.show_categories(
            [texts[b.bin] for b in bins],
            {self.tr("training"): training, self.tr("now"): now},
            stacked=False,
            skip=one.unseen is None,
            description=self.tr("{name}: training and now").format(name=name),
        )


def _pair(shares: Sequence[float] | None) -> str:
    """Two shares, of training and of now."""
    if shares is None:
        return "–"
    if not any(shares):
        return formatted(0, ".0%")
    return " → ".join(formatted(share, ".1%") if 0 < share < 0.1 else formatted(share, ".0%") for share in shares)


def bin_texts(labels: Sequence[str]) -> dict[str, str]:
    """What is read of each bin of a column, by its label: of a range where it begins, of a level the level, else its name translated."""
    tr = QCoreApplication.translate
    names = {"missing": tr("Bins", "missing"), "unseen": tr("Bins", "unseen"), "other": tr("Bins", "other"), "there": tr("Bins", "there")}
    ends = [_number(label[2:]) for label in labels if label[:2] in ("< ", "> ")]
    years = are_years(*(end for end in ends if end is not None))

    def text(label_: str) -> str:
        if label_.startswith("= "):
            return label_[2:]
        if label_[:2] in ("< ", "> "):
            return label_[:2] + edge(label_[2:], 6)
        start, between, _ = label_.partition(" to ")
        return edge(start, 3) if between else names.get(label_, label_)

    def edge(written: str, digits: int) -> str:
        number = _number(written)
        return written if number is None else formatted(number, ".0f") if years else format_number(number, digits)

    return {label_: text(label_) for label_ in labels}


def _number(written: str) -> float | None:
    """An edge of a bin, which is written as Python does; None for a date."""
    return read_number(marked(written))
