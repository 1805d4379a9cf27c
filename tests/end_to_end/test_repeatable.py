"""The same decisions and the same seed give the same leaderboard and the same bytes, in every process, with any number of workers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlops_desktop.engine.training.runs import RUNS_FILE
from tests.end_to_end.commands import SAMPLES, assert_same_files, done, leaderboard, write_table
from tests.end_to_end.tables import mixed_table


def project_from(folder: Path, file: Path, target: str, *decisions: str, **changes: str) -> Path:
    """A project named `shop` in a folder of its own."""
    project = folder / "shop"
    done("new", project, "--data", file, "--target", target, **changes)
    if decisions:
        done("set", project, *decisions, **changes)
    return project


def trained(folder: Path, file: Path, target: str, decisions: tuple[str, ...], *search: object, **changes: str) -> Path:
    """The same, with a search and an export of its best run beside it."""
    project = project_from(folder, file, target, *decisions, **changes)
    done("run", project, *search, **changes)
    done("export", project, "rest_bundle", folder / "bundle", **changes)
    return folder


def assert_equal(mine: Path, other: Path) -> None:
    assert leaderboard(mine / "shop") == leaderboard(other / "shop")
    assert assert_same_files(mine / "bundle", other / "bundle") > 40


def replayed(source: Path, folder: Path, *search: object, **changes: str) -> Path:
    """The stored trials of a project once more, in a copy that holds its decisions, data and records and none of its results."""
    project = folder / "shop"
    project.mkdir(parents=True)
    shutil.copytree(source / "shop" / "data", project / "data")
    for name in ("project.json", RUNS_FILE):
        shutil.copyfile(source / "shop" / name, project / name)
    done("run", project, "--replay", *search, **changes)
    assert list((project / "store").glob("*/*"))
    done("export", project, "rest_bundle", folder / "bundle", **changes)
    return folder


def test_two_processes_and_a_replay_make_the_same_and_another_seed_does_not(tmp_path):
    decisions, search = ('candidates=["logistic", "decision_tree"]', "split.folds=2"), ("--trials", 3, "--seed", 3)
    first = tmp_path / "first"
    project_from(first, SAMPLES / "penguins.csv", "species", *decisions, PYTHONHASHSEED="1")
    shutil.copytree(first, tmp_path / "second")
    for folder, number in ((first, "2"), (tmp_path / "second", "3")):
        done("run", folder / "shop", *search, PYTHONHASHSEED=number)
        done("export", folder / "shop", "rest_bundle", folder / "bundle", PYTHONHASHSEED=number)
    assert len(leaderboard(first / "shop")) == 3
    assert_equal(first, tmp_path / "second")
    assert_equal(first, replayed(first, tmp_path / "third", PYTHONHASHSEED="4"))
    done("run", tmp_path / "second" / "shop", "--trials", 3, "--seed", 4)
    assert [run["fold_scores"] for run in leaderboard(first / "shop")] != [
        run["fold_scores"] for run in leaderboard(tmp_path / "second" / "shop")
    ]


PROBLEMS = {
    "mixed": (
        "bought",
        ('roles.kind="ignore"', 'roles.amount="ignore"', 'candidates=["baseline", "logistic", "random_forest", "lightgbm", "mlp"]'),
    ),
    "energy_efficiency": (
        "heating_load",
        ('candidates=["ridge", "random_forest", "hist_gradient_boosting", "lightgbm", "mlp", "knn", "decision_tree"]', "consent+=knn"),
    ),
}


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_twelve_trials_are_the_same_in_every_process(problem, tmp_path):
    file = SAMPLES / f"{problem}.csv"
    if problem == "mixed":
        file = write_table(tmp_path / "mixed.csv", mixed_table(240, 5))
    target, decisions = PROBLEMS[problem]
    search = ("--trials", 12, "--seed", 3)
    first = trained(tmp_path / "first", file, target, decisions, *search, PYTHONHASHSEED="1")
    assert len(leaderboard(first / "shop")) == 12
    assert {run["status"] for run in leaderboard(first / "shop")} == {"done"}
    assert_equal(first, trained(tmp_path / "second", file, target, decisions, *search, PYTHONHASHSEED="2"))
    assert_equal(first, trained(tmp_path / "third", file, target, decisions, *search, "--jobs", 2, PYTHONHASHSEED="3"))
    assert_equal(first, replayed(first, tmp_path / "fourth", "--jobs", 2, PYTHONHASHSEED="4"))
