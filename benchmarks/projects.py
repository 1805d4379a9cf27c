"""Projects that the benchmarks measure: made with the ordinary calls from the samples of the repository."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data import import_cells
from mlops_desktop.engine.packaging import export_run, make_exporter
from mlops_desktop.engine.pipeline import Pipeline, propose
from mlops_desktop.engine.project import Project, Search
from mlops_desktop.engine.training import Chosen, Runs, open_chosen, search


def telco(folder: Path, algorithm: dict[str, Any]) -> Chosen:
    """Telco churn with the suggested steps and one algorithm, trained in `folder`."""
    return trained(folder, resource_folder() / "samples" / "telco_churn.csv", "Churn", algorithm)


def trained(folder: Path, file: Path, target: str, algorithm: dict[str, Any]) -> Chosen:
    """A table with the suggested steps and one algorithm, trained in `folder`, which is new."""
    folder.mkdir(parents=True)
    found = import_cells(folder, file, Project(name=folder.name, target=target), Silent())
    project, _ = propose(folder, found.project, Silent())
    project = replace(project, candidates=(choices().algorithms.read(algorithm),), search=Search(trials=1, seconds=None))
    pipeline = Pipeline(folder, project)
    search(pipeline, Runs(folder), Silent())
    return open_chosen(pipeline, Runs(folder), Silent())


def bundle(chosen: Chosen, out: Path) -> None:
    """The REST service of a trained project."""
    export_run(chosen, Runs(chosen.pipeline.folder), make_exporter("rest_bundle", {}), out, Silent())
