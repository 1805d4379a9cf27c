"""Computes the keys that versions before format 3 of `project.json` gave to a leaderboard and a split, from the document as they wrote it.

Runs, accesses to the held-out test set and the metrics on it were recorded under these keys; they are found again by them
(`engine.training.open_project`).
Nothing here follows today's code: the documents and the keys of those versions do not change any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mlops_desktop.engine.project import digest

_EDITION = 1
_COSTS = {"false_positive": 0.0, "false_negative": 0.0, "true_positive": 0.0, "true_negative": 0.0}
_SPLIT = {"method": "random", "test": 0.2, "folds": 5, "gap": 0, "column": ""}


@dataclass(frozen=True)
class LegacyKeys:
    """The keys of the leaderboard and of the split; `model` is what the keys of evaluations were made from beside the run."""

    last_format: ClassVar[int] = 2  # of project.json, whose results lie under such keys
    board: str
    split: str
    model: tuple[Any, ...]

    def evaluation(self, run: str) -> str:
        """The key of the metrics of a run (its id) on the held-out test set."""
        refit, threshold, costs, *shown = self.model
        return digest("evaluation", digest("scorer", run, refit, threshold, costs, *shown), costs)

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
        return cls(digest("board", steps, document.get("metric", ""), str(positive)), split, _model(document))


def _model(document: dict[str, Any]) -> tuple[Any, ...]:
    """What a scorer of the document depended on: which rows, its threshold, the costs, and what it shows."""
    costs = document.get("costs")
    notes = {name: [note.get("unit", ""), note.get("description", "")] for name, note in document.get("columns", {}).items()}
    return (
        document.get("refit", "train"),
        document.get("threshold"),
        None if costs is None else {**_COSTS, **{name: float(value) for name, value in costs.items()}},
        {name: note for name, note in notes.items() if any(note)},
        document.get("name", ""),
        document.get("target", ""),
    )


def _records(steps: list[Any]) -> list[Any]:
    """The records of the components that are on, without the switch beside them."""
    return [
        {name: value for name, value in one.items() if name != "on"} if isinstance(one, dict) else one
        for one in steps
        if not isinstance(one, dict) or one.get("on", True)
    ]
