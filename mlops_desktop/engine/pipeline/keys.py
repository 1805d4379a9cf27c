"""Under which key each result of a project is stored: the hash of the decisions (and data) that made it.

Each key holds the key before it, so "out of date" needs no flag: the key is simply not in the store, and undo brings an old result back.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import cached_property
from typing import Any

from mlops_desktop.base.component import Component
from mlops_desktop.engine.pipeline.candidate import Candidate, Combination
from mlops_desktop.engine.project import Project, digest

EDITION = 1  # raise it when the same decisions would make other results, for a reason that stands in no component's version


def decided(component: Component) -> dict[str, Any]:
    """What a component adds to a key: id, version and parameters."""
    return component.to_json()


class Keys:
    """The keys of one project value."""

    def __init__(self, project: Project) -> None:
        self._project = project

    @cached_property
    def table(self) -> str:
        """The typed table: the imported cells and what a person said of their types."""
        said = self._project.columns.items()
        notes = {name: [n.type, list(n.levels), list(n.missing)] for name, n in said if n.type or n.levels or n.missing}
        return digest("table", EDITION, self._project.data, notes)

    @cached_property
    def overview(self) -> str:
        """What can be seen of the table before anything is decided."""
        return digest("overview", self.table)

    @cached_property
    def profile(self) -> str:
        """The profile of the table, by target."""
        roles = {name: note.role for name, note in self._project.columns.items() if note.role}
        return digest("profile", self.table, self._project.target, self._project.task, self._project.positive, roles)

    @cached_property
    def rows(self) -> str:
        """The rows that the row filters leave."""
        return digest("rows", self.table, self._project.target, [decided(c) for c in self._project.active_row_filters()])

    @cached_property
    def split(self) -> str:
        """The sealed test part, the training part and its folds."""
        project = self._project
        roles = {name: note.role for name, note in project.columns.items() if note.role in ("group", "time", "fold", "id")}
        return digest("split", self.rows, project.task, asdict(project.split), roles, project.seed)

    @cached_property
    def train_rows(self) -> str:
        """Where the rows of the training part stand in the imported table."""
        return digest("train_rows", self.split)

    @cached_property
    def validation(self) -> str:
        """How many rows the split gives to each side, and what it cannot measure well."""
        return digest("validation", self.split)

    @cached_property
    def features(self) -> str:
        """The split rows with the columns that may be learned from."""
        roles = {name: note.role for name, note in self._project.columns.items() if note.role not in (None, "feature")}
        return digest("features", self.split, roles)

    @cached_property
    def suggestions(self) -> str:
        """What was found sound for these rows and columns, with its reasons."""
        return digest("suggestions", self.features)

    @cached_property
    def steps(self) -> str:
        """The features after the steps that are switched on."""
        return digest("steps", self.features, [decided(s) for s in self._project.active_steps()])

    @cached_property
    def board(self) -> str:
        """The leaderboard: every run of these steps, compared by this metric."""
        encodings = {name: decided(encoding) for name, encoding in self._project.encodings.items()}
        return digest("board", self.steps, encodings, self._project.metric, str(self._project.positive))

    def run(self, candidate: Candidate | Combination) -> str:
        """One candidate with all of its parts on these features: the id of the run."""
        return digest("run", self.features, candidate.to_json(), self._project.seed, self._project.metric, str(self._project.positive))

    def fold(self, candidate: Candidate | Combination, fold: int) -> str:
        """Out-of-fold scores of one fold of a run; they do not depend on the metric."""
        return digest("fold", self.features, candidate.to_json(), self._project.seed, fold)

    def learning_curve(self, run: str) -> str:
        """How the score of a run grows with the rows that it learns from."""
        return digest("learning_curve", run)

    def model(self, run: str) -> str:
        """The chosen model before a cut-off is chosen for it."""
        project = self._project
        return digest("model", run, project.refit, self._said, project.name, project.target)

    @property
    def _said(self) -> dict[str, list[str]]:
        return {name: [note.unit, note.description] for name, note in self._project.columns.items() if note.unit or note.description}

    def scorer(self, run: str) -> str:
        """The chosen model, fitted and compiled."""
        project = self._project
        costs = asdict(project.costs) if project.costs else None
        return digest("scorer", run, project.refit, project.threshold, costs, self._said, project.name, project.target)

    def evaluation(self, run: str) -> str:
        """What the sealed test part says of the chosen model."""
        return digest("evaluation", self.scorer(run), asdict(self._project.costs) if self._project.costs else None)

    def out_of_fold(self, run: str) -> str:
        """What the out-of-fold scores of the training part say of the chosen run."""
        return digest("out_of_fold", 2, self.evaluation(run))

    def response(self, run: str) -> str:
        """How long the chosen model takes for the answer to one row."""
        return digest("response", self.scorer(run))
