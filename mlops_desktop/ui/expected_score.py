"""Reads what is expected of the best run of a leaderboard, for the panels that show its score."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_desktop.engine.evaluation import SelectionEstimate, selection_key
from mlops_desktop.engine.training import Run
from mlops_desktop.ui.project_controller import ProjectController


def expected_score(controller: ProjectController, runs: Sequence[Run]) -> SelectionEstimate | None:
    """The estimate for these runs of today's leaderboard; None where there is one run alone, or it was not made yet."""
    key = selection_key(controller.keys, runs)
    return controller.result(key, SelectionEstimate) if key else None
