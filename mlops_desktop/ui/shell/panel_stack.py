"""The pages of the window: the start page, and the panels of the project that is open."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.panel_modules import panel_class
from mlops_desktop.ui.widgets.basic import scrolled

AHEAD_MS = 700  # of rest, before the next panel is made


class PanelStack(QStackedWidget):
    """The start page and a panel for each stage, each in a scroll area.

    A panel is made on its first visit, or while the window rests on the stage before it. It belongs to one project: when that is closed,
    `delete_panels` deletes it, so that nothing of a project can be seen in the next one.
    """

    def __init__(self, controller: ProjectController, start: QWidget) -> None:
        super().__init__()
        self._controller = controller
        self._stage = ""
        self._panels: dict[str, Panel] = {}
        self._areas: dict[str, QWidget] = {"": scrolled(start)}
        self.addWidget(self._areas[""])
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.setInterval(AHEAD_MS)
        self._ahead.timeout.connect(self._make_ahead)

    @property
    def stage(self) -> str:
        """The stage in front; empty for the start page."""
        return self._stage

    @property
    def panel(self) -> Panel | None:
        """The panel in front; None on the start page."""
        return self._panels.get(self._stage)

    @property
    def panels(self) -> Mapping[str, Panel]:
        """The panels that were made, by stage."""
        return self._panels

    def area(self, stage: str) -> QWidget:
        """The scroll area of a panel that was made, or of the start page (empty)."""
        return self._areas[stage]

    def show_stage(self, stage: str) -> None:
        """Bring the panel of a stage to the front; the start page for an empty id."""
        self._stage = stage
        self._make(stage)
        self._ahead.start()
        self.setCurrentWidget(self._areas[stage])

    def delete_panels(self) -> None:
        """Close every panel, and show the start page."""
        self.stop_making_ahead()
        self._stage = ""
        self.setCurrentWidget(self._areas[""])
        for stage, panel in self._panels.items():
            panel.close()
            area = self._areas.pop(stage)
            self.removeWidget(area)
            area.deleteLater()
        self._panels = {}

    def stop_making_ahead(self) -> None:
        """Make no panel before it is visited."""
        self._ahead.stop()

    def _make(self, stage: str) -> None:
        if stage in self._areas:
            return
        panel = self._panels[stage] = panel_class(stage)(self._controller)
        area = self._areas[stage] = scrolled(panel)
        area.setObjectName(f"area_{stage}")
        self.addWidget(area)

    @Slot()
    def _make_ahead(self) -> None:
        """Make the panel that “Next” leads to while nothing else goes on, so that nobody waits for it."""
        position = STAGES.index(self._stage) + 1 if self._stage else 0
        if self._controller.folder is None or position == len(STAGES):
            return
        if self._controller.jobs.quick.now or self._controller.jobs.long.now:
            self._ahead.start()
        else:
            self._make(STAGES[position])
