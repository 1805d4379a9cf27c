"""Stage 3: which rows are used, and what makes their columns fit for a model."""

from __future__ import annotations

from mlops_desktop.ui.panels.preprocess.encodings_card import EncodingsCard
from mlops_desktop.ui.recipe.recipe_panel import RecipePanel
from mlops_desktop.ui.recipe.recipe_view import RecipeView


class PreprocessPanel(RecipePanel):
    """Rules for rows, then the recipe; each step with its settings and what it does."""

    id = "preprocess"
    purpose = "Prepare rows and columns for a model, step by step"

    def page(self) -> RecipeView:
        """Rules for rows, steps, and what each does."""
        return RecipeView(
            self.recipe,
            nothing=self.tr("No step is chosen. Encoding, filling and scaling are added automatically for each model."),
            propose=self.tr("Prepare this for me"),
            row_filters=True,
            under=EncodingsCard,
        )

    def show_results(self) -> None:
        """Show what is known of the steps; the columns of the table are needed for the rules for rows."""
        self.controller.load_table()
        super().show_results()
