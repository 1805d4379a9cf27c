"""The learning curve: its end is the leaderboard, it grows with the rows, and it is kept."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.errors import Cancelled
from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.project.serialization import to_json
from mlops_desktop.engine.training.final_model import chosen_run
from mlops_desktop.engine.training.learning_curves import MOST_FOLDS, SHARES, _order, learning_curve
from mlops_desktop.engine.training.model_search import search
from tests.engine.conftest import make_project
from tests.splitters import splitter


class Listening:
    """A job that keeps what is handed over."""

    def __init__(self) -> None:
        self.received: list[object] = []

    def step(self, fraction: float, message: str = "") -> None:
        assert 0 <= fraction <= 1

    def partial(self, data: object) -> None:
        self.received.append(data)


class Fits(Silent):
    """A job that counts the fits of which it is informed."""

    def __init__(self) -> None:
        self.fits = 0

    def step(self, fraction: float, message: str = "") -> None:
        self.fits += message.startswith("Learning curve")


def test_the_last_point_is_what_the_leaderboard_shows_of_these_folds(trained, copy_of):
    made = copy_of(trained)
    run = chosen_run(made.pipeline, made.runs)
    job = Listening()
    found = learning_curve(made.pipeline, run, job)
    assert [point.share for point in found.points] == list(SHARES)
    assert found.points[-1].valid == run.fold_scores[:MOST_FOLDS]  # fitted and scored by the same code, so equal to the last digit
    rows = [point.rows for point in found.points]
    assert rows == sorted(rows)
    assert rows[-1] == max(len(train) for train, _ in made.pipeline.folds[:MOST_FOLDS])
    assert tuple(job.received) == found.points
    assert found.metric == made.project.metric
    json.dumps(to_json(found), allow_nan=False)
    kept = Listening()
    assert learning_curve(made.pipeline, run, kept) == found
    assert not kept.received


def test_a_curve_that_was_stopped_goes_on_with_the_points_that_are_there(trained, copy_of):
    made = copy_of(trained)
    run = chosen_run(made.pipeline, made.runs)

    class StopsAfterTwo(Listening):
        def partial(self, data: object) -> None:
            super().partial(data)
            if len(self.received) == 2:
                raise Cancelled

    stopped, again = StopsAfterTwo(), Fits()
    with pytest.raises(Cancelled):
        learning_curve(made.pipeline, run, stopped)
    found = learning_curve(made.pipeline, run, again)
    assert found.points[:2] == tuple(stopped.received)
    assert again.fits == (len(SHARES) - 2) * MOST_FOLDS


def test_each_beginning_holds_the_classes_in_their_shares(trained):
    pipeline = trained.pipeline
    train = pipeline.folds[0][0]
    order = _order(pipeline, train, 0)
    assert sorted(order) == sorted(train)
    values = pipeline.train.target.values
    whole = np.bincount(values[train]) / len(train)
    tenth = np.bincount(values[order[: len(order) // 10]], minlength=len(whole)) / (len(order) // 10)
    assert np.abs(whole - tenth).max() < 0.05


def test_a_size_that_cannot_be_fitted_is_noted_and_left_out(tmp_path):
    file = tmp_path / "rare.csv"
    lines = [f"{i % 7},{i % 5},{'yes' if i % 20 == 0 else 'no'}" for i in range(120)]
    file.write_text("a,b,y\n" + "\n".join(lines), encoding="utf-8")
    made = make_project(tmp_path / "rare", file, "y", ("logistic",), split=splitter(method="random", folds=3))
    search(made.pipeline, made.runs, Silent())
    run = chosen_run(made.pipeline, made.runs)
    found = learning_curve(made.pipeline, run, Silent())
    if any(None in point.valid for point in found.points):
        assert found.notes
    assert all(len(point.valid) == 3 for point in found.points)


def test_a_split_by_time_learns_from_the_latest_rows(tmp_path):
    file = tmp_path / "series.csv"
    rng = np.random.default_rng(0)
    lines = [f"2024-{1 + i // 28:02d}-{1 + i % 28:02d},{rng.normal():.3f},{i * 0.1 + rng.normal():.3f}" for i in range(200)]
    file.write_text("day,x,y\n" + "\n".join(lines), encoding="utf-8")
    made = make_project(tmp_path / "series", file, "y", ("ridge",), split=splitter(method="time", column="day", folds=3))
    pipeline = Pipeline(made.folder, replace(made.project))
    train = pipeline.folds[-1][0]
    order = _order(pipeline, train, 0)
    assert pipeline.train.time is not None
    assert list(pipeline.train.time[order]) == sorted(pipeline.train.time[train], reverse=True)


def test_a_sample_of_numbers(tmp_path):
    file = resource_folder() / "samples" / "energy_efficiency.csv"
    made = make_project(tmp_path / "energy", file, "heating_load", ("ridge",))
    search(made.pipeline, made.runs, Silent())
    found = learning_curve(made.pipeline, chosen_run(made.pipeline, made.runs), Silent())
    assert all(value < 0 for point in found.points for value in point.valid)  # an error, signed
