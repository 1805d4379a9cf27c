"""One small project, trained once, for every test of the engine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mlops_desktop.base.families import Algorithm
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.pipeline.candidate import Candidate
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.proposal import propose
from mlops_desktop.engine.project.decisions import Project, Search
from mlops_desktop.engine.project.project_file import write_project
from mlops_desktop.engine.training.model_search import search
from mlops_desktop.engine.training.runs import Runs
from tests.explicit import explicit_recipe


@dataclass(frozen=True)
class Made:
    """A project in a folder."""

    folder: Path
    project: Project

    @property
    def pipeline(self) -> Pipeline:
        return Pipeline(self.folder, self.project)

    def candidate(self, algorithm: Algorithm) -> Candidate:
        """An algorithm with the steps and the encoding of the project."""
        return Candidate.of(self.project, algorithm)

    @property
    def candidates(self) -> list[Candidate]:
        """The candidates that a search begins with."""
        return [Candidate.of(self.project, algorithm) for algorithm in self.project.candidates]

    @property
    def runs(self) -> Runs:
        return Runs(self.folder)


def make_project(folder: Path, file: Path, target: str, algorithms: tuple[str, ...], **changes: object) -> Made:
    """Import a file, take every proposal, and change what is asked for; written to the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    found = import_cells(folder, file, Project(name=folder.name, target=target), Silent())
    project, _ = propose(folder, found.project, Silent())
    candidates = tuple(choices().algorithms.read(id_) for id_ in algorithms)
    project = replace(project, candidates=candidates, search=Search(trials=len(candidates), seconds=None), **changes)
    write_project(folder, project)
    return Made(folder, project)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The penguins with three runs. Tests that write use `copy_of`."""
    file = resource_folder() / "samples" / "penguins.csv"
    folder = tmp_path_factory.mktemp("shared") / "penguins"
    made = make_project(folder, file, "species", ("baseline", "logistic", "decision_tree"), **explicit_recipe())
    search(made.pipeline, made.runs, Silent())
    return made


@pytest.fixture
def copy_of(tmp_path: Path):
    """A copy of a made project that a test may change."""

    def copy(made: Made, **changes: object) -> Made:
        folder = tmp_path / "copy"
        shutil.copytree(made.folder, folder)
        return Made(folder, replace(made.project, **changes))

    return copy
