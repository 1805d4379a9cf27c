"""Watching the data: a new file, or what the running service has counted, against training; and training again with the new data."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QStackedWidget, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.data import Imported, Location, name_of
from mlops_desktop.engine.monitoring import DriftReport, read_service_report
from mlops_desktop.engine.process import ImportFile, MeasureDrift, ReRecommend, ReRecommendation
from mlops_desktop.engine.project import Project, write_former
from mlops_desktop.ui.http import Http
from mlops_desktop.ui.panels.deploy.drift_card import DriftCard
from mlops_desktop.ui.panels.deploy.service import LocalService
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.source_dialog import DataZone
from mlops_desktop.ui.translation import error_text, formatted, pluralize
from mlops_desktop.ui.widgets.basic import Button, Segments, card, column, heading, label, row


class MonitorPage(QWidget):
    """A source to compare, and the report."""

    def __init__(self, controller: ProjectController, service: LocalService, http: Http, stage: str) -> None:
        super().__init__()
        self.controller, self._service, self._http, self._stage = controller, service, http, stage
        self._file: Location | None = None  # the file that was compared last
        title = self.tr("Comparing a file with the training data")
        self._of_file: Query[DriftReport] = Query(controller, owner="deploy.drift", title=title, parent=self)
        self._of_file.changed.connect(self._compared)
        self._of_service: DriftReport | None = None
        self.source = Segments([("file", self.tr("A new file")), ("service", self.tr("The running service"))], name="monitor_source")
        self.source.chosen.connect(lambda _: self._show())
        text = self.tr("Its columns need the names of the training data; the target may be missing.")
        self.zone = DataZone(self.tr("Drop a file with new rows"), text, name="monitor")
        self.zone.taken.connect(self.take_file)
        self.retrain = Button(self.tr("Retrain with this data"), self.retrain_now, name="monitor_retrain", icon="refresh")
        self.state = label("", "small", tone="2", wrap=True)
        self.state.setObjectName("monitor_state")
        self.how = Segments([("add", self.tr("Add to the data")), ("replace", self.tr("Replace the data"))], name="monitor_how")
        self.how.chosen.connect(lambda _: self._show_rows())
        self.rows = label("", "small", tone="2", wrap=True)
        self.rows.setObjectName("monitor_rows")
        self.refresh = Button(self.tr("Refresh"), self.ask_service, name="monitor_refresh", icon="refresh")
        self.row_count = label("", "small", tone="2", wrap=True)
        of_file = QWidget()
        retrain = column(None, self.state, row(self.how, None), self.rows, row(self.retrain, None), None, spacing=8)
        of_file.setLayout(row((self.zone, 3), (retrain, 2), spacing=16))
        of_service = QWidget()
        message = self.tr("The service counts what it is asked, in bins; no row is stored. Counting begins when it starts.")
        of_service.setLayout(row((column(label(message, "small", tone="2", wrap=True), self.row_count, spacing=4), 1), self.refresh))
        self._sources = QStackedWidget()
        self._sources.addWidget(of_file)
        self._sources.addWidget(of_service)
        head = row(heading(self.tr("Compare with training")), 8, self.source, None)
        self._top = card(head, self._sources, margins=(16, 10, 16, 12), spacing=8)
        self.drift = DriftCard(name="drift")
        self.setLayout(column(self._top, (self.drift, 1), spacing=12))

    def show_now(self) -> None:
        """Show what was compared."""
        self._show()

    def show_service(self) -> None:
        """The service started or ended."""
        if self._service.state != "ready":
            self._of_service = None
        self._show()

    def _show(self) -> None:
        of_file = self.source.choice() == "file"
        self._sources.setCurrentIndex(0 if of_file else 1)
        self._top.setMaximumHeight(250 if of_file else 120)
        ready = self._service.state == "ready"
        self.refresh.setEnabled(ready)
        found = self._of_file.value
        self.retrain.setEnabled(found is not None and self._file is not None and not found.same_data)
        self._show_rows()
        report = found if of_file else self._of_service
        if report is not None and self.drift.shows(report, self.controller.project):
            return
        if report is not None:
            self.drift.show_report(report, self.controller.project)
        elif of_file:
            self.drift.show_nothing(self.tr("Drop a file to see whether its data still looks like the training data."))
        elif ready:
            self.drift.show_nothing(self.tr("Press Refresh to see what the service has counted."))
        else:
            self.drift.show_nothing(self.tr("No service is running. Start one under “Run”."))

    def _show_rows(self) -> None:
        """How many rows the project has, and would have with the file."""
        found, overview = self._of_file.value, self.controller.overview()
        compared = self._file is not None and found is not None and overview is not None
        for part in (self.how, self.rows):
            part.setVisible(compared)
        if found is not None and found.same_data:
            self.how.setVisible(False)
            self.rows.setText(
                self.tr("Training again with this file is not offered: it holds the rows that the project has, each once more.")
            )
        elif found is not None and overview is not None:
            new = found.rows + found.refused
            after = new + overview.rows if self.how.choice() == "add" else new
            text = self.tr("Rows of the project: {now} → {after}").format(now=formatted(overview.rows), after=formatted(after))
            if found.in_data and self.how.choice() == "add":
                there = pluralize(
                    found.in_data, "1 of the added rows is in the data already.", "{n} of the added rows are in the data already."
                )
                text = f"{text}\n{there}"
            self.rows.setText(text)

    # ---- a file

    def take_file(self, file: Location) -> None:
        """Compare a file or the data of an address with the training rows; one that was compared already is read again."""
        self.source.show_choice("file")
        self._file = file
        text = self._of_file.title = self.tr("Comparing {file}").format(file=name_of(file))
        self.state.setText(f"{text} …")
        best = self.controller.project_status().best
        key = f"{self.controller.keys.scorer(best.id) if best else ''} {file}"
        self._of_file.want(key, MeasureDrift(*self.controller.inputs, str(file)), ask=False)
        self._of_file.retry()
        self._show()

    def _compared(self) -> None:
        """A comparison is over; when it was refused, there is no file."""
        found = self._of_file.value
        if self._file is None or self._of_file.asking:
            return
        if found is None or self._of_file.refused:
            self._file = None
            self._of_file.want("")
            self.state.setText("")
        else:
            rows = pluralize(found.rows, "1 row compared", "{n} rows compared")
            self.state.setText(f"{name_of(self._file)}: {rows}")
        self._show()

    def retrain_now(self) -> None:
        """Add the file to the project's data, or put it in its place, as one step of undo, and go to training."""
        file, before, overview = self._file, self.controller.project, self.controller.overview()
        rows = overview.rows if overview is not None else 0
        if file is None:
            return
        self.retrain.setEnabled(False)
        self.state.setText(self.tr("Reading {file} …").format(file=name_of(file)))

        def imported(found: Imported) -> None:
            text = self.tr("It has {now} rows, {before} before.")
            self._fit(before, found.project, text.format(now=formatted(found.rows), before=formatted(rows)))

        self.controller.ask(
            ImportFile(*self.controller.inputs, str(file), add=self.how.choice() == "add"),
            imported,
            owner="deploy.import",
            title=self.tr("Reading {file}").format(file=name_of(file)),
            on_over=self._read,
        )

    def _read(self) -> None:
        self.state.setText("")
        self._show()

    def _fit(self, before: Project, updated: Project, rows: str) -> None:
        """Decisions that do not fit the new data are proposed anew, then all of it is one edit. `rows`: what became of their number."""

        def done(found: ReRecommendation) -> None:
            if self.controller.project is not before:
                text = self.tr("The decisions changed meanwhile; the data stays as it was. Press “Retrain” again.")
                self.controller.banner.emit("warn", text, self._stage)
                return
            fitted = found.project
            write_former(self.controller.inputs[0], fitted.data, before)
            self.controller.put(self.tr("Data from {file}").format(file=updated.file), replace(fitted, chosen=""))
            self._file = None  # it is not offered once more
            self._of_file.want("")
            self._show()
            changes = self.tr(" Proposed again: {changes}.").format(changes=", ".join(found.changes)) if found.changes else ""
            message = self.tr("The project has the data of {file} now. {rows} Train to make a model of it; Undo takes it back.")
            if self.isVisible():  # else the person has gone on with something else meanwhile
                self.controller.go_to.emit("train")
            self.controller.edit_banner.emit("ok", message.format(file=updated.file, rows=rows) + changes, "train")

        self.controller.ask(
            ReRecommend(self.controller.inputs[0], updated, before),
            done,
            owner="deploy.import",
            title=self.tr("Fitting the decisions to the new data"),
        )

    # ---- the service

    def ask_service(self) -> None:
        """Fetch the counters of the running service."""
        if self._service.state == "ready":
            self.row_count.setText(self.tr("Asking …"))
            self._http.get(f"{self._service.url}v1/drift", self._show_counters)

    def _show_counters(self, status: int, body: str) -> None:
        if status != 200:
            self.row_count.setText(self.tr("The service gave no counters ({status}).").format(status=status))
            return
        try:
            self._of_service = read_service_report(body)
        except UserError as error:
            self.row_count.setText(error_text(error))
            return
        self.row_count.setText(self.tr("Rows counted since it started: {rows}").format(rows=formatted(self._of_service.rows)))
        self._show()
