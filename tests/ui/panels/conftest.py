"""Projects with a trained model, each made once and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.process import MakeOverview, OpenModel, Train
from mlops_desktop.engine.project.decisions import ColumnNote, Search
from mlops_desktop.engine.project.project_file import read_project, write_project
from tests.ui.conftest import SAMPLES

CHURN = "\n".join((SAMPLES / "telco_churn.csv").read_text(encoding="utf-8").splitlines()[:700])
# name: (data, target, algorithm that wins, notes)
_MADE = {
    "churn": (
        CHURN,
        "Churn",
        "lightgbm",
        {"tenure": ColumnNote(unit="months", description="Since the contract began."), "Contract": ColumnNote(label="Kind of contract")},
    ),
    "penguins": ("penguins", "species", "logistic", {}),
    "energy": ("energy_efficiency", "heating_load", "decision_tree", {"heating_load": ColumnNote(unit="kWh/m²")}),
}


def copied(made: Path, folder: Path, **decided: object) -> Path:
    """A copy of a project for one test, with other decisions where some are given."""
    shutil.copytree(made, folder)
    if decided:
        write_project(folder, replace(read_project(folder), **decided))
    return folder


@pytest.fixture(scope="session")
def _models() -> dict[str, Path]:
    return {}


@pytest.fixture
def with_model(make_project, tmp_path, tmp_path_factory, _models) -> Callable[..., Path]:
    """`with_model("churn")`, `("penguins")`, `("energy")` or `(name, text, target, algorithm)`: the folder of a project with its model."""

    def make(name: str, text: str = "", target: str = "", algorithm: str = "", **decided: object) -> Path:
        if name not in _models:
            data, column, winner, notes = _MADE.get(name, (text, target, algorithm, {}))
            some = (choices().algorithms.read(winner),)
            own = {} if name in _MADE else {"steps": (), "encodings": {}}  # as the algorithm declares it, for any kind of column
            made = make_project(data, column, candidates=some, search=Search(trials=1, seconds=None), name="churn.csv", **own)
            project = read_project(made)
            project = replace(project, columns={**project.columns, **notes})
            write_project(made, project)
            for call in (Train, OpenModel, MakeOverview):
                call(made, project).run(Silent())
            _models[name] = tmp_path_factory.mktemp("models") / name
            shutil.copytree(made, _models[name])
        return copied(_models[name], tmp_path / f"with_model_{name}", **decided)

    return make
