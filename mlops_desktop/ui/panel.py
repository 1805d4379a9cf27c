"""The base class of the panels of the stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtWidgets import QPushButton, QWidget

from mlops_desktop.ui.project_controller import ProjectController


class Panel(QWidget):
    """One stage of the workflow: a file in `panels/`.

    `id` is a stage of `engine.stages`. Widgets are made in `__init__` (the panel is built on the first visit); `show_project` fills them
    from the decisions and `show_results` from what is in the store. Both are called when the panel comes to the front and, while it is
    there, after every change: they must be quick and must not start an edit.
    """

    id: ClassVar[str]
    purpose: ClassVar[str]

    def __init__(self, controller: ProjectController) -> None:
        super().__init__()
        self.controller = controller
        self.setObjectName("page")

    def show_project(self) -> None:
        """Show today's decisions."""

    def show_results(self) -> None:
        """Show today's results, or that there are none yet."""

    def primary(self) -> QPushButton | None:
        """The page's own main button (Ctrl+Enter), if it has one."""
        return None

    def unready(self) -> tuple[str, QWidget | None]:
        """Why Next is not enabled (a sentence; empty when it is), and the control that has to be seen to."""
        return "", None

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """What the command search finds on this panel: a text, and the control to focus or what to do."""
        return []

    def restyle(self) -> None:
        """The theme changed: paint anew what does not follow the palette."""
