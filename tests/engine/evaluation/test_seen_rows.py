"""A file with rows that the model was trained on is recognised, however it is written."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.base.resources import resource_folder
from mlops_desktop.engine.evaluation.final_evaluation import evaluate_file
from mlops_desktop.engine.evaluation.results import trained_on_note
from mlops_desktop.engine.evaluation.seen_rows import seen_rows
from mlops_desktop.engine.training.final_model import open_chosen


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return (resource_folder() / "samples" / "penguins.csv").read_text(encoding="utf-8").splitlines()


def test_the_training_file_is_recognised(trained, lines, tmp_path):
    chosen = open_chosen(trained.pipeline, trained.runs, Silent())
    file = tmp_path / "again.csv"
    file.write_text("\n".join(";".join(line.split(",")) for line in lines) + "\n", encoding="utf-8")  # another dialect
    assert "was trained on these rows" in trained_on_note(evaluate_file(chosen, file, Silent()))
    new = [line.replace("Torgersen", "Dream").replace("MALE", "FEMALE").replace("18", "17") for line in lines[1:100]]
    file.write_text("\n".join([lines[0], *new, *lines[200:225]]) + "\n", encoding="utf-8")
    assert "rows are among those that the model was trained on" in trained_on_note(evaluate_file(chosen, file, Silent()))
    file.write_text("\n".join([lines[0], *new]) + "\n", encoding="utf-8")
    assert trained_on_note(evaluate_file(chosen, file, Silent())) == ""


def test_rows_that_are_alike_by_chance_are_not_taken_for_seen_ones(trained, copy_of):
    pipeline = copy_of(trained, refit="train").pipeline
    test = pipeline.table.frame.take(pipeline.test_rows)
    assert not seen_rows(pipeline, test, ["island", "sex", "species"]).rows.any()  # nearly every combination is in the training rows
    train = pipeline.table.frame.take(pipeline.train_rows)
    assert seen_rows(pipeline, train, pipeline.table.frame.layout.names()).rows.all()
    assert np.count_nonzero(seen_rows(pipeline, test, pipeline.table.frame.layout.names()).rows) == 0


def test_among_many_equal_rows_the_training_rows_are_recognised_by_their_numbers(trained, copy_of):
    """Of island, sex and species nearly each combination is in the training rows many times."""
    pipeline = copy_of(trained, refit="train").pipeline
    names = ["island", "sex", "species"]
    train = pipeline.table.frame.take(pipeline.train_rows)
    assert seen_rows(pipeline, train, names).rows.all()
    draw = np.random.default_rng(1)
    drawn = [seen_rows(pipeline, train.take(draw.integers(0, train.rows, train.rows)), names) for _ in range(20)]
    assert all(one.is_known for one in drawn)
    assert sum(one.rows.any() for one in drawn) <= 2  # by chance
    few = seen_rows(pipeline, train.take(np.arange(5)), names)
    assert not few.is_known
    assert not few.rows.any()
