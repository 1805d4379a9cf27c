"""Stage 4: new columns from the ones there are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.recipe import Recipe
from mlops_desktop.ui.recipe_view import RecipeView
from mlops_desktop.ui.widgets.basic import column
from mlops_desktop.ui.workbench import Workbench


class EngineerPanel(Panel):
    """Formulas, combinations, parts of dates and texts; each new column with its distribution and how it goes with the target."""

    id = "engineer"
    purpose = "Make new columns that tell more than the ones there are"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.recipe = Recipe(bench, self.id, "engineer", self)
        self.view = RecipeView(
            self.recipe,
            nothing=self.tr("No step is chosen. New columns are optional: models do without."),
            propose=self.tr("Suggest features"),
        )
        self.setLayout(column(self.view, margins=(20, 16, 20, 16)))

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
