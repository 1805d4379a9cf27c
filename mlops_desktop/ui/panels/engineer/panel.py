"""Stage 4: new columns from the ones there are."""

from __future__ import annotations

from mlops_desktop.ui.recipe.recipe_panel import RecipePanel
from mlops_desktop.ui.recipe.recipe_view import RecipeView


class EngineerPanel(RecipePanel):
    """Formulas, combinations, parts of dates and texts; each new column with its distribution and how it goes with the target."""

    id = "engineer"
    purpose = "Make new columns that are more informative than the existing ones"

    def page(self) -> RecipeView:
        """Steps, and what each makes."""
        return RecipeView(
            self.recipe,
            nothing=self.tr("No step is chosen. New columns are optional."),
            propose=self.tr("Suggest features"),
        )
