"""Computes the keys that versions before format 3 of `project.json` gave to a leaderboard and a split, from the document as they wrote it.

Runs and accesses to the held-out test set were recorded under these keys; they are found again by them (`engine.training.open_project`).
Nothing here follows today's code: the documents and the keys of those versions do not change any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mlops_desktop.engine.project import digest

_EDITION = 1
_SPLIT = {"method": "random", "test": 0.2, "folds": 5, "gap": 0, "column": ""}


@dataclass(frozen=True)
class LegacyKeys:
    """The keys of the leaderboard and of the split."""

    last_format: ClassVar[int] = 2  # of project.json, whose results have such keys
    board: str
    split: str

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> Self:
        """The keys of a whole, valid `project.json` of format 1 or 2."""
        columns = document.get("columns", {})
        notes = {name: [note.get("type"), note.get("levels", []), note.get("missing", [])] for name, note in columns.items()}
        target, positive = document.get("target", ""), document.get("positive")
        table = digest("table", _EDITION, document.get("data", ""), {name: note for name, note in notes.items() if any(note)})
        rows = digest("rows", table, target, _records(document.get("cleaners", [])))
        roles = {name: note["role"] for name, note in columns.items() if note.get("role")}
        apart = {name: role for name, role in roles.items() if role in ("group", "time", "fold", "id")}
        how = {**_SPLIT, **document.get("split", {})}
        split = digest("split", rows, document.get("task"), how, apart, document.get("seed", 0))
        features = digest("features", split, {name: role for name, role in roles.items() if role != "feature"})
        steps = digest("steps", features, _records(document.get("steps", [])))
        return cls(digest("board", steps, document.get("metric", ""), str(positive)), split)


def _records(steps: list[Any]) -> list[Any]:
    """The records of the components that are on, without the switch beside them."""
    return [
        {name: value for name, value in one.items() if name != "on"} if isinstance(one, dict) else one
        for one in steps
        if not isinstance(one, dict) or one.get("on", True)
    ]
