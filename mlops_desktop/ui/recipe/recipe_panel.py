"""What the panels of the stages with steps have in common: a recipe and its page."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.recipe.editor import Recipe
from mlops_desktop.ui.recipe.recipe_view import RecipeView
from mlops_desktop.ui.recipe.step_list import PANELS
from mlops_desktop.ui.widgets.basic import column


class RecipePanel(Panel):
    """The steps of one stage. A panel says what its page shows, and answers otherwise where it has more than the page."""

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        stage = next(stage for stage, panel in PANELS.items() if panel == self.id)
        self.recipe = Recipe(controller, self.id, stage, self)
        self.view = self.page()
        self.setLayout(column(self.view, margins=(20, 16, 20, 16)))

    @abstractmethod
    def page(self) -> RecipeView:
        """The page of `self.recipe`; asked once."""

    def show_project(self) -> None:
        """Show the recipe of today's decisions."""
        self.view.show_project()

    def show_results(self) -> None:
        """Show what is known of the steps."""
        self.view.refresh()

    def primary(self) -> QPushButton | None:
        """Add or take what is in front."""
        return self.view.primary()

    def unready(self) -> tuple[str, QWidget | None]:
        """A step that cannot be done has to be mended first."""
        return self.view.unready()

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """Steps that can be added, and those that are there."""
        return self.view.searchable()
