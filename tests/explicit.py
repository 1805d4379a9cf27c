"""A recipe that makes the whole matrix by its own steps, for tests that need steps."""

from __future__ import annotations

from typing import Any

from mlops_desktop.engine.choices import ALL, choices
from mlops_desktop.engine.project.decisions import Step


def explicit_recipe() -> dict[str, Any]:
    """The fields of a project whose steps encode, fill and scale, with no encoding after them."""
    steps = tuple(Step(choices().operations.read(id_)) for id_ in ("one_hot", "impute_numbers", "scale"))
    return {"steps": steps, "encodings": {ALL: choices().encodings.read("as_it_is")}}
