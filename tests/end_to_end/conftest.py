"""One trained project with its bundle for every test that only needs some; who changes it takes a copy."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.commands import SAMPLES, done


@dataclass(frozen=True)
class Made:
    """A project folder, the file that it was made from, and the bundle of its best run."""

    project: Path
    file: Path
    bundle: Path

    def copy(self, folder: Path) -> Path:
        """The project in another place."""
        return shutil.copytree(self.project, folder / self.project.name)


@pytest.fixture(scope="session")
def penguins(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("penguins")
    done("new", folder / "birds", "--data", SAMPLES / "penguins.csv", "--target", "species")
    done("set", folder / "birds", 'candidates=["logistic", "decision_tree"]', "split.folds=2")
    done("run", folder / "birds", "--trials", 2, "--seed", 3)
    done("export", folder / "birds", "rest_bundle", folder / "bundle")
    return Made(folder / "birds", SAMPLES / "penguins.csv", folder / "bundle")
