"""Stage 3: which rows are used, and what makes their columns fit for a model."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.recipe import Recipe
from mlops_desktop.ui.recipe_view import RecipeView
from mlops_desktop.ui.widgets.basic import column
from mlops_desktop.ui.workbench import Workbench


class PreprocessPanel(Panel):
    """Rules for rows, then the recipe; each step with its settings and what it does."""

    id = "preprocess"
    purpose = "Make rows and columns fit for a model, step by step"

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.recipe = Recipe(bench, self.id, "prepare", self)
        self.view = RecipeView(
            self.recipe,
            nothing=self.tr("No step is chosen. Missing values, categories and scales are seen to here."),
            propose=self.tr("Prepare this for me"),
            cleaners=True,
        )
        self.setLayout(column(self.view, margins=(20, 16, 20, 16)))

    def show_project(self) -> None:
        """Show the recipe of today's decisions."""
        self.view.show_project()

    def show_results(self) -> None:
        """Show what is known of the steps; the columns of the table are needed for the rules for rows."""
        self.bench.look()
        self.view.refresh()

    def primary(self) -> QPushButton | None:
        """Add or take what is in front."""
        return self.view.primary()

    def unready(self) -> tuple[str, QWidget | None]:
        """A step that cannot be done has to be mended first."""
        return self.view.unready()

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """Steps and rules that can be added, and those that are there."""
        return self.view.searchable()
