"""An evaluation of a model: its leading metrics, all metrics, confusion or errors, cut-off, importance and worst rows."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from mlops_desktop.base.plural import pluralize
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.ui.jobs import Json
from mlops_desktop.ui.panels.evaluate.confusion_card import ConfusionCard
from mlops_desktop.ui.panels.evaluate.curves_card import CurvesCard, ErrorsCard
from mlops_desktop.ui.panels.evaluate.goals_met import GoalsMet
from mlops_desktop.ui.panels.evaluate.metrics_table import MetricsTable, baseline, between, by_id, leading, score_text
from mlops_desktop.ui.panels.evaluate.threshold_card import Counts, CutoffCard
from mlops_desktop.ui.panels.evaluate.worst_rows_card import FEATURES, ImportanceCard, WorstCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.widgets.basic import card, column, held, label, row
from mlops_desktop.ui.widgets.figure_cards import Kpi
from mlops_desktop.ui.widgets.table_columns import table_columns

KPIS = 4


class ResultsPage(QWidget):
    """Everything that one evaluation says."""

    def __init__(self, controller: ProjectController) -> None:
        super().__init__()
        self.controller = controller
        self.kpis = [Kpi("–", name=f"evaluation_kpi_{at}") for at in range(KPIS)]
        self.metrics, self.goals = MetricsTable(), GoalsMet()
        self.confusion, self.curves, self.errors = ConfusionCard(), CurvesCard(), ErrorsCard()
        self.cutoff, self.importance, self.worst = CutoffCard(), ImportanceCard(), WorstCard()
        self.notes = label("", "small", tone="2", wrap=True)
        self.notes.setObjectName("evaluation_notes")
        table = card(self.notes, self.metrics, margins=(12, 12, 12, 10))
        self._classes = held(row((self.confusion, 4), (self.curves, 5), spacing=12))
        self.setLayout(
            column(
                row(*[(kpi, 1) for kpi in self.kpis], spacing=12),
                self.goals,
                table,
                self._classes,
                self.errors,
                self.cutoff,
                row((self.importance, 4), (self.worst, 5), spacing=12),
                spacing=12,
            )
        )

    def show_evaluation(self, found: Json, oof: Json | None, test: Json | None, source: str) -> None:
        """Show an evaluation: `found` out of fold (`oof`), on the test set (`test`) or on another file, as `source` says."""
        project = self.controller.project
        self._show_metrics(found)
        self.goals.setVisible(source != "file")
        task = task_spec(found["task"])
        self._classes.setVisible(task.has_classes)
        self.errors.setVisible(not task.has_classes)
        self.cutoff.setVisible(task.has_positive and oof is not None and source != "file")
        if task.has_classes:
            self.confusion.show_evaluation(found)
            self.curves.show_evaluation(found)
            if task.has_positive and oof is not None:
                self.cutoff.show_evaluation(oof, project.threshold, project.costs)
        else:
            self.errors.show_evaluation(found)
        self._show_rows(found, test, source)

    def preview_cutoff(self, found: Json, counts: Counts, value: float) -> None:
        """Show the confusion matrix at another cut-off."""
        self.confusion.show_counts(self.confusion.names, counts.matrix(found["positive"]), found["positive"], value)

    def _show_metrics(self, found: Json) -> None:
        metric, known = self.controller.project.metric, by_id(found["task"])
        shown = leading(found, metric, KPIS)
        for kpi in self.kpis[len(shown) :]:  # a task may have fewer metrics
            kpi.hide()
        for kpi, entry in zip(self.kpis, shown, strict=False):
            kpi.show()
            worse = entry["low"] is None or entry["baseline"] is None or entry["low"] <= entry["baseline"]
            hint = self.tr("{interval}, baseline {baseline}").format(
                interval=between(entry, known.get(entry["id"])), baseline=baseline(entry, known.get(entry["id"]))
            )
            kpi.show_title(entry["label"])
            kpi.show_value(score_text(entry["shown"], 3), hint, "warn" if worse else "3")
            kpi.setToolTip(entry["told"])
        self.metrics.show_evaluation(found, metric)
        notes = list(found["notes"])
        if found.get("rows_left_out"):
            notes.append(
                pluralize(
                    found["rows_left_out"],
                    self.tr("1 row was left out: a value cannot be read, or the truth is missing."),
                    self.tr("{n} rows were left out: a value cannot be read, or the truth is missing."),
                )
            )
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))

    def _show_rows(self, found: Json, test: Json | None, source: str) -> None:
        importance = found.get("importance")
        metric = METRICS.get(self.controller.project.metric)
        self.importance.show_importance(importance, metric.label if metric else "", test is None)
        table, overview = self.controller.table(), self.controller.overview()
        columns = []
        if table is not None and overview is not None and source != "file":
            used = test["importance"]["columns"] if test else []
            order = [one["column"] for one in used] or [one.name for one in overview.columns]
            project = self.controller.project
            there = {one.name: one for one in table_columns(table, overview, project.target, False)}
            columns = [there[name] for name in order if name in there and project.role(name) in (None, "feature")][:FEATURES]
        self.worst.show_worst(found, columns)
