"""Stage 7: how good the chosen model is: out of fold, on the held-out test set, on any other file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from mlops_desktop.engine.data import Location
from mlops_desktop.engine.evaluation import Evaluation, ResponseTime, check
from mlops_desktop.engine.process import Evaluate, EvaluateFile, MeasureResponseTime, WriteReport
from mlops_desktop.engine.training import Run
from mlops_desktop.engine.workflow import blocked
from mlops_desktop.ui.file_dialogs import ask_new_file
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.panels.evaluate.results_page import ResultsPage
from mlops_desktop.ui.panels.evaluate.test_set_card import TestSetCard, accesses_text
from mlops_desktop.ui.panels.evaluate.threshold_card import Counts
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.source_dialog import DataZone
from mlops_desktop.ui.translation import catalogue, format_number, pluralize
from mlops_desktop.ui.widgets.basic import Button, Picture, Segments, Weight, card, clear, column, held, row
from mlops_desktop.ui.widgets.cards import Banner, EmptyState
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.leaderboard import model_text

R = TypeVar("R")


class EvaluatePanel(Panel):
    """Metrics with their intervals, the held-out test set, threshold, curves, importance, worst rows, goals, report."""

    id = "evaluate"
    purpose = "See how good the model is, and where it fails"

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        self.out_of_fold = self._query("out_of_fold", self.tr("Evaluating"), Evaluation, long=True)
        self.test = self._query("test", self.tr("Evaluating on the held-out test set"), Evaluation, long=True)
        self.file = self._query("file", self.tr("Evaluating the file"), Evaluation, stored=False, long=True)
        self.response = self._query("time", self.tr("Measuring the response time"), ResponseTime)
        self.file.changed.connect(self._show_file)
        self._file: Location | None = None  # the other file that was evaluated last
        self._source = "oof"
        self._test_shown = ""  # the evaluation on the held-out test set that was shown first when it was made
        self._shown: tuple[Any, ...] = ()
        self._model = ""  # the fitted model that is shown
        self._noticed = ""
        self._notices = QVBoxLayout()
        self._notices.setContentsMargins(0, 0, 0, 0)
        self._build()
        self._connect()

    def _query(self, name: str, title: str, kind: type[R], *, stored: bool = True, long: bool = False) -> Query[R]:
        controller = self.controller
        read: Callable[[str], R | None] | None = (lambda key: controller.result(key, kind)) if stored else None
        return Query(controller, owner=f"evaluate.{name}", title=title, parent=self, read=read, long=long)

    def _build(self) -> None:
        self.results, self.test_set_card = ResultsPage(self.controller), TestSetCard()
        self.open = self.test_set_card.open
        self.drop = DataZone(
            self.tr("Evaluate another file"),
            self.tr("Drop a file here that holds the true values: each row is predicted and compared with its true value."),
            name="evaluate_file",
        )
        self.drop.setMinimumHeight(130)
        self._busy = EmptyState("", self.tr("Try again"), self._try_again, name="evaluation_busy", icon="refresh")
        self._main = held(column(self._notices, self._head(), self.test_set_card, self.drop, self._busy, self.results, None, spacing=12))
        self._empty = EmptyState("", self.tr("Go to “Training”"), self._to_training, name="evaluate_empty", icon="flask", primary=True)
        self.setLayout(column(self._main, (self._empty, 1), margins=(20, 16, 20, 16)))

    def _head(self) -> QFrame:
        self.model = Elided("", "section", weight=Weight.DemiBold, middle=True)
        self.model.setObjectName("evaluated_model")
        self.facts = Elided("", "small", tone="2")
        self.facts.setObjectName("evaluation_facts")
        self.sources = Segments(
            [("oof", self.tr("Out of fold")), ("test", self.tr("Held-out test set")), ("file", self.tr("Another file"))],
            name="evaluation_source",
        )
        self.report = Button(self.tr("Export report …"), self.export_report, name="export_report", icon="download")
        text = column(self.model, self.facts, spacing=0)
        return card(row(Picture("target", "accent", 20), (text, 1), self.sources, self.report, spacing=12), margins=(16, 10, 12, 10))

    def _connect(self) -> None:
        self.open.clicked.connect(self.open_test)
        self.sources.chosen.connect(self._choose_source)
        self.drop.taken.connect(self.evaluate_file)
        self.results.goals.asked.connect(lambda: self.controller.go_to.emit("problem"))
        self.results.threshold.used.connect(self._use_threshold)
        self.results.threshold.proposed.connect(lambda: self.controller.edit(self.tr("Threshold chosen from the scores"), threshold=None))
        self.results.threshold.moved.connect(self._preview_threshold)

    # ---- showing

    def show_results(self) -> None:
        """Show what is stored on the chosen model; the evaluation out of fold is asked for when it is not there yet."""
        best = self.controller.project_status().best if self.controller.folder and not blocked(self.controller.project) else None
        if best is None:
            self._show_without_model()
            return
        keys = self.controller.keys
        self.controller.load_table()  # the values of the worst rows
        self._turn(self._main)
        self._notice("")
        self.results.setEnabled(True)
        inputs, evaluation = self.controller.inputs, keys.evaluation(best.id)
        self.out_of_fold.want(keys.out_of_fold(best.id), Evaluate(*inputs, held_out=False), ask=not self.controller.jobs.busy)
        self.test.want(evaluation, Evaluate(*inputs), ask=False)
        if self._file is not None:
            deployed = f"{evaluation} {keys.model(best.id)}"  # a file is measured by the model that is deployed, the test set is not
            self.file.want(f"{deployed} {self._file}", EvaluateFile(*inputs, str(self._file)), scope=deployed, ask=False)
        test, oof = self.test.value, self.out_of_fold.value
        if test is not None and self._test_shown != keys.evaluation(best.id):
            self._test_shown, self._source = keys.evaluation(best.id), "test"
        elif test is None and self._source == "test":
            self._source = "oof"
        found = {"oof": oof, "test": test, "file": self.file.value}[self._source]
        self._show_head(best, found, test is not None)
        self._show_page(best, found, oof, test)

    def show_project(self) -> None:
        """Nothing here is a decision but the threshold, which comes with the results."""

    def _show_without_model(self) -> None:
        ever = self.controller.folder is not None and not blocked(self.controller.project) and self.controller.project_status().ever
        if ever and self._shown:
            self._turn(self._main)
            self._notice(self.tr("The decisions changed after the last training: these results are out of date. Undo brings them back."))
            self.results.setEnabled(False)
            for part in (self.test_set_card, self.drop, self._busy):
                part.setVisible(False)
            self.sources.show_enabled([], self.tr("Train again first."))
            self.report.setEnabled(False)
            return
        stale = self.tr("The decisions changed after the last training: there is no model for them yet.")
        self._empty.show_text(stale if ever else self.tr("There is no model to evaluate yet."))
        self._turn(self._empty)

    def _turn(self, page: QWidget) -> None:
        """One of two pages of very different heights, so they are not stacked."""
        for one in (self._main, self._empty):
            one.setVisible(one is page)

    def _notice(self, text: str) -> None:
        if text == self._noticed:
            return
        self._noticed = text
        clear(self._notices)
        if text:
            made = Banner("stale", text, [("train", self.tr("Train again"), "")], name="evaluate_notice", closable=False)
            made.acted.connect(lambda _: self._to_training())
            self._notices.addWidget(made)

    def _show_head(self, best: Run, found: Evaluation | None, opened: bool) -> None:
        message, tip = model_text(best, self.controller.project_status().first)
        runs, split = self.controller.runs, self.controller.keys.split
        test_accesses = len(runs.test_accesses(split))
        self.model.setText(message)
        self.model.setToolTip(tip)
        where = {
            "oof": (
                "1 training row, predicted by a model that was not trained on it",
                "{n} training rows, each predicted by a model that was not trained on it",
            ),
            "test": ("1 row of the held-out test set", "{n} rows of the held-out test set"),
            "file": ("1 row of {file}", "{n} rows of {file}"),
        }
        one, many = where[self._source]
        rows = pluralize(found.rows, one, many).replace("{file}", found.file or "") if found is not None else ""
        opened_text = pluralize(test_accesses, "used once", "used {n} times") if test_accesses and self._source == "test" else ""
        how = self.tr("chosen by you") if self.controller.project.chosen else self.tr("best of the leaderboard")
        self.facts.setText(" · ".join(part for part in (rows, opened_text or accesses_text(test_accesses), how) if part))
        self.sources.show_enabled(["oof", "file", *(["test"] if opened else [])], self.tr("The held-out test set was not used yet."))
        self.sources.show_choice(self._source)
        self.report.setEnabled(True)
        self.test_set_card.setVisible(not opened and self._source != "file")
        self.open.setEnabled(not self.test.asking)
        self.drop.setVisible(self._source == "file")
        self.test_set_card.show_accesses(test_accesses, 0.0 if opened else runs.share_used_before(split))

    def _show_page(self, best: Run, found: Evaluation | None, oof: Evaluation | None, test: Evaluation | None) -> None:
        model = self.controller.keys.model(best.id)
        same = found is None and bool(self._shown) and self._model == model and self._source == self._shown[1]
        waiting = found is None and self._source != "file"
        self.results.setVisible(found is not None or same)
        self._busy.setVisible(waiting and not same)
        working = self.out_of_fold.asking or self.test.asking or self.file.asking
        self._busy.button.setVisible(waiting and not working and not self.controller.jobs.busy)
        busy = self.tr("The model is fitted and evaluated …") if working else self.tr("The evaluation follows when the work is over.")
        self._busy.show_text(self.tr("This model could not be evaluated.") if not self._busy.button.isHidden() else busy)
        self._show_goals(best, test)
        self.results.checks.show_run(best)
        if found is None:
            return
        project = self.controller.project
        decided = (project.threshold, project.costs, project.metric, project.columns)
        shown = (id(found), self._source, decided, self.controller.table() is None)
        if shown == self._shown:
            return
        self._shown, self._model = shown, model
        self.results.show_evaluation(found, oof, test, self._source)

    def _show_goals(self, best: Run, test: Evaluation | None) -> None:
        goals, keys = self.controller.project.goals, self.controller.keys
        if test is None:
            self.results.goals.show_goals(None)
            return
        self.response.want(keys.response(best.id) if goals.response_ms is not None else "", MeasureResponseTime(*self.controller.inputs))
        time = self.response.value
        self.results.goals.show_goals(check(self.controller.project, test, time.response_ms if time else None))

    # ---- work

    def _try_again(self) -> None:
        self.out_of_fold.retry()
        self.show_results()

    def open_test(self) -> None:
        """Evaluate on the held-out test set: a counted access."""
        if self.controller.project_status().best is not None:
            self.test.retry()
            self.show_results()

    def evaluate_file(self, file: Location) -> None:
        """Evaluate the chosen model on a file, or the data of an address, that it never saw."""
        if self.controller.project_status().best is None:
            return
        self._file = file
        self.show_results()
        self.file.retry()
        self.show_results()

    def _show_file(self) -> None:
        if self.file.ready:
            self._source = "file"

    def export_report(self) -> None:
        """Write everything as one page; the held-out test set is not used for it."""
        name = self.tr("{name} report.html").format(name=self.controller.project.name or "project")
        path = ask_new_file(self, self.tr("Save the report"), name, self.tr("Web page (*.html)"))
        if path is None:
            return
        file = path if path.suffix else path.with_suffix(".html")

        def done(_: None) -> None:
            self.controller.banner.emit("ok", self.tr("The report was written to {file}.").format(file=file), self.id)

        call = WriteReport(*self.controller.inputs, file, without_test_set=True, catalogue=catalogue())
        self.controller.ask(call, done, owner="evaluate.report", title=self.tr("Writing the report"), long=True)

    # ---- what a person does

    def _choose_source(self, source: str) -> None:
        self._source = source
        self.show_results()

    def _use_threshold(self, value: float) -> None:
        self.controller.edit(self.tr("Threshold {value}").format(value=format_number(value, 3)), threshold=value)

    def _preview_threshold(self, counts: Counts, value: float) -> None:
        """While the rows shown are those that the threshold is chosen on, the matrix follows it."""
        found = self.out_of_fold.value
        classes = found.classification if found is not None else None
        if self._source == "oof" and classes is not None and classes.positive is not None:
            self.results.preview_threshold(classes.positive, counts, value)

    def _to_training(self) -> None:
        self.controller.go_to.emit("train")

    # ---- what the window asks

    def primary(self) -> QPushButton | None:
        """Evaluate on the held-out test set, while that was not done."""
        return self.open if self.test_set_card.isVisible() else None

    def unready(self) -> tuple[str, QWidget | None]:
        """A model is needed; an evaluation on the held-out test set is not."""
        if self.controller.folder is None or blocked(self.controller.project) or self.controller.project_status().best is None:
            return self.tr("Train a model first."), self._empty.button
        return "", None

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """What can be done here."""
        return [
            (self.tr("Evaluate on the held-out test set"), self.open),
            (self.tr("Threshold"), self.results.threshold.slider),
            (self.tr("Metrics"), self.results.metrics),
            (self.tr("Confusion matrix"), self.results.confusion.matrix),
            (self.tr("Evaluate another file"), lambda: self._choose_source("file")),
            (self.tr("Export report"), self.report),
            (self.tr("Goals"), self.results.goals),
            (self.tr("Checks"), self.results.checks),
        ]
