"""An evaluation of a model: its leading metrics, all metrics, confusion or errors, threshold, importance and worst rows."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from mlops_desktop.engine.evaluation import (
    Evaluation,
    held_out_notes,
    out_of_fold_note,
    selection_note,
    trained_on_note,
)
from mlops_desktop.engine.metrics import METRICS
from mlops_desktop.engine.project import is_feature_role
from mlops_desktop.engine.training import tied_runs
from mlops_desktop.ui.expected_score import expected_score
from mlops_desktop.ui.panels.evaluate.checks_card import ChecksCard
from mlops_desktop.ui.panels.evaluate.confusion_card import ConfusionCard
from mlops_desktop.ui.panels.evaluate.curves_card import CurvesCard, ErrorsCard
from mlops_desktop.ui.panels.evaluate.goals_met import GoalsMet
from mlops_desktop.ui.panels.evaluate.metrics_table import MetricsTable, baseline, between, by_id, leading, score_text
from mlops_desktop.ui.panels.evaluate.threshold_card import Counts, ThresholdCard
from mlops_desktop.ui.panels.evaluate.worst_rows_card import FEATURES, ImportanceCard, WorstCard
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.translation import pluralize, translated
from mlops_desktop.ui.widgets.basic import card, column, held, label, row
from mlops_desktop.ui.widgets.cards import Banner, Kpi
from mlops_desktop.ui.widgets.table_columns import table_columns

KPIS = 4


class ResultsPage(QWidget):
    """All cards of one evaluation."""

    def __init__(self, controller: ProjectController) -> None:
        super().__init__()
        self.controller = controller
        self.kpis = [Kpi("–", name=f"evaluation_kpi_{at}") for at in range(KPIS)]
        self.metrics, self.goals, self.checks = MetricsTable(), GoalsMet(), ChecksCard(controller)
        self.confusion, self.curves, self.errors = ConfusionCard(), CurvesCard(), ErrorsCard()
        self.threshold, self.importance, self.worst = ThresholdCard(), ImportanceCard(), WorstCard()
        self.trained_on = Banner("warn", "", name="evaluation_trained_on", closable=False)
        self.notes = label("", "small", tone="2", wrap=True)
        self.notes.setObjectName("evaluation_notes")
        table = card(self.notes, self.metrics, margins=(12, 12, 12, 10))
        self._classes = held(row((self.confusion, 4), (self.curves, 5), spacing=12))
        self.setLayout(
            column(
                self.trained_on,
                row(*[(kpi, 1) for kpi in self.kpis], spacing=12),
                self.goals,
                self.checks,
                table,
                self._classes,
                self.errors,
                self.threshold,
                row((self.importance, 4), (self.worst, 5), spacing=12),
                spacing=12,
            )
        )

    def show_evaluation(self, found: Evaluation, oof: Evaluation | None, test: Evaluation | None, source: str) -> None:
        """Show an evaluation: `found` out of fold (`oof`), on the test set (`test`) or on another file, by `source`."""
        project, classes = self.controller.project, found.classification
        self._show_metrics(found, source)
        self.goals.setVisible(source != "file")
        self.checks.setVisible(source != "file")
        self._classes.setVisible(classes is not None)
        self.errors.setVisible(found.residuals is not None)
        if classes is not None:
            self.confusion.show_evaluation(classes)
            self.curves.show_evaluation(classes)
        has_threshold = classes is not None and classes.positive is not None
        self.threshold.setVisible(has_threshold and oof is not None and source != "file")
        if has_threshold and oof is not None:
            self.threshold.show_evaluation(oof, project.threshold, project.costs)
        if found.residuals is not None:
            self.errors.show_evaluation(found.residuals, found.effective_rows is not None)
        self._show_rows(found, test, source)

    def preview_threshold(self, positive: int, counts: Counts, value: float) -> None:
        """Show the confusion matrix at another threshold of the class at the position `positive`."""
        self.confusion.show_counts(self.confusion.names, counts.matrix(positive), positive, value)

    def _show_metrics(self, found: Evaluation, source: str) -> None:
        metric, known = self.controller.project.metric, by_id(found.task)
        shown = leading(found, metric, KPIS)
        for kpi in self.kpis[len(shown) :]:  # a task may have fewer metrics
            kpi.hide()
        for kpi, result in zip(self.kpis, shown, strict=False):
            kpi.show()
            worse = result.low is None or result.baseline is None or result.low <= result.baseline
            hint = self.tr("{interval}, baseline {baseline}").format(
                interval=self.tr("no interval") if result.low is None else between(result, known.get(result.id)),
                baseline=baseline(result, known.get(result.id)),
            )
            kpi.show_title(result.label)
            kpi.show_value(score_text(result.shown, 3), hint, "warn" if worse else "3")
            kpi.setToolTip(result.summary)
        self.metrics.show_evaluation(found, metric)
        self.trained_on.show_text(translated(trained_on_note(found)))
        self.trained_on.setVisible(bool(self.trained_on.text.text()))
        notes = list(found.notes)
        controller = self.controller
        if source == "oof":
            notes.insert(0, translated(out_of_fold_note()))
            runs = controller.runs.list(controller.keys.board)
            expected = expected_score(controller, runs)
            best = controller.project_status().best
            if expected is not None and best is not None and best.id == expected.run:
                notes.insert(0, translated(selection_note(expected, metric, found.metric(metric), tied=len(tied_runs(runs)))))
        if source == "test":
            share = controller.runs.share_used_before(controller.keys.split)
            notes = [*map(translated, held_out_notes(controller.project, share)), *notes]
        if found.rows_left_out:
            notes.append(
                pluralize(
                    found.rows_left_out,
                    "1 row was left out: a value cannot be read, or the true value is missing.",
                    "{n} rows were left out: a value cannot be read, or the true value is missing.",
                )
            )
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))

    def _show_rows(self, found: Evaluation, test: Evaluation | None, source: str) -> None:
        metric = METRICS.get(self.controller.project.metric)
        self.importance.show_importance(found.importance, translated(metric.label) if metric else "", test is None, self.controller.project)
        table, overview = self.controller.table(), self.controller.overview()
        columns = []
        if table is not None and overview is not None and source != "file":
            used = test.importance.columns if test and test.importance else ()
            order = [one.column for one in used] or [one.name for one in overview.columns]
            project = self.controller.project
            there = {one.name: one for one in table_columns(table, overview, project, False)}
            columns = [there[name] for name in order if name in there and is_feature_role(project.role(name))][:FEATURES]
        self.worst.show_worst(found, columns)
