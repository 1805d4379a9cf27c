"""The panels of the stages with steps: one for each stage of operations, named as the rail has it."""

from __future__ import annotations

from typing import get_args

from mlops_desktop.base.families import Stage
from mlops_desktop.engine.workflow import STAGES
from mlops_desktop.ui.recipe.recipe_panel import RecipePanel
from mlops_desktop.ui.recipe.step_list import PANELS
from mlops_desktop.ui.shell.panel_modules import panel_class


def test_every_stage_of_operations_has_its_panel():
    assert set(PANELS) == set(get_args(Stage))
    assert [id_ for id_ in STAGES if issubclass(panel_class(id_), RecipePanel)] == list(PANELS.values())


def test_the_panel_edits_the_steps_of_its_stage(open_project, make_project):
    for stage, id_ in PANELS.items():
        window = open_project(make_project(), id_)
        assert window.panel.recipe.stage == stage
        assert window.panel.view.recipe is window.panel.recipe
