"""Stage 9: export the model, run it here, monitor its data, retrain it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QPushButton, QWidget

from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.panels.deploy.export_page import ExportPage
from mlops_desktop.ui.panels.deploy.monitor_page import MonitorPage
from mlops_desktop.ui.panels.deploy.run_page import RunPage
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.widgets.basic import Segments, column, row
from mlops_desktop.ui.widgets.drop_zone import dropped_file
from mlops_desktop.ui.widgets.pages import Pages


class DeployPanel(Panel):
    """Three pages: export, run, monitor."""

    id = "deploy"
    purpose = "Package the model, run it as a service, monitor and retrain it"

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        self.setAcceptDrops(True)
        self.tabs = Segments([("export", self.tr("Export")), ("run", self.tr("Run")), ("monitor", self.tr("Monitor"))], name="deploy_tab")
        self.export = ExportPage(controller, self.id)
        self.run = RunPage(controller, self.id)
        self.monitor = MonitorPage(controller, self.run.service, self.run.http, self.id)
        self._pages = Pages()
        for page in (self.export, self.run, self.monitor):
            self._pages.addWidget(page)
        self.setLayout(column(row(self.tabs, None), (self._pages, 1), margins=(20, 12, 20, 16), spacing=12))
        self.tabs.chosen.connect(self.show_page)
        self.export.exported.connect(self.run.add)
        self.export.run_asked.connect(self._run_here)
        self.run.changed.connect(self.monitor.show_service)

    def show_page(self, id_: str) -> None:
        """Bring a page to the front: export, run or monitor."""
        self.tabs.show_choice(id_)
        self._pages.setCurrentIndex(["export", "run", "monitor"].index(id_))

    def show_results(self) -> None:
        """Show the present state of everything."""
        self.export.show_now()
        self.run.show_now()
        self.monitor.show_now()

    def _run_here(self, bundle: Path) -> None:
        self.show_page("run")
        self.run.run(bundle)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The service ends with the window, and with the project."""
        self.run.end()
        super().closeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Here a file is compared with training, not made a project of."""
        if self.controller.project_status().best is not None and dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()
            self.monitor.zone.show_over(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing hovers any more."""
        self.monitor.zone.show_over(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Compare the file."""
        self.monitor.zone.show_over(False)
        path = dropped_file(event.mimeData())
        if path is not None:
            event.acceptProposedAction()
            self.show_page("monitor")
            self.monitor.take_file(path)

    # ---- what the window asks

    def primary(self) -> QPushButton | None:
        """The main button of the page in front."""
        page = self._pages.currentWidget()
        if page is self.export:
            return self.export.go
        if page is self.run:
            return self.run.request.send if self.run.service.state == "ready" else self.run.card.start
        return self.monitor.retrain

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """The pages and their actions."""
        found: list[tuple[str, QWidget | Callable[[], object]]] = [
            (self.tr("Export the model"), partial(self._show, "export", self.export.go)),
            (self.tr("Folder to export to"), partial(self._show, "export", self.export.folder)),
            (self.tr("Run the service here"), partial(self._show, "run", self.run.card.start)),
            (self.tr("Port of the service"), partial(self._show, "run", self.run.card.port)),
            (self.tr("Test request"), partial(self._show, "run", self.run.request.body)),
            (self.tr("Monitor: compare new data with training"), partial(self._show, "monitor", self.monitor.zone.choose)),
            (self.tr("Retrain with new data"), partial(self._show, "monitor", self.monitor.retrain)),
        ]
        return found

    def _show(self, page: str, control: QWidget) -> None:
        self.show_page(page)
        control.setFocus()
