"""The pipeline: rows stay apart, results are kept under their decisions, and what is impossible says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.snapshot import snapshot_path
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.project.decisions import ColumnNote, Project, Step
from tests.engine.conftest import make_project


def test_test_rows_and_training_rows_share_nothing(trained):
    pipeline = trained.pipeline
    train, test = pipeline._cut
    assert not set(train) & set(test)
    assert len(train) + len(test) == pipeline.everything.frame.rows
    for fitted_steps, scored in pipeline.folds:
        assert not set(fitted_steps) & set(scored)
    assert sorted(np.concatenate([scored for _, scored in pipeline.folds])) == list(range(pipeline.train.frame.rows))


def test_the_typed_table_comes_from_the_store_the_second_time(trained, copy_of):
    made = copy_of(trained)
    first = made.pipeline.table
    snapshot_path(made.folder, made.project.data).unlink()
    again = made.pipeline.table
    assert again.schema == first.schema
    assert np.array_equal(again.frame.numbers, first.frame.numbers, equal_nan=True)


def test_a_lost_snapshot_is_a_sentence(trained, copy_of):
    made = copy_of(trained, columns={"island": ColumnNote(type="text")})
    snapshot_path(made.folder, made.project.data).unlink()
    with pytest.raises(UserError, match="data of this project"):
        _ = made.pipeline.table


def test_another_type_is_another_table(trained, copy_of):
    made = copy_of(trained, columns={"body_mass_g": ColumnNote(type="category")})
    assert "body_mass_g" in made.pipeline.table.frame.layout.categoricals
    assert "body_mass_g" in trained.pipeline.table.frame.layout.numbers


def test_roles_keep_columns_from_learning(trained, copy_of):
    made = copy_of(trained, columns={"island": ColumnNote(role="ignore")})
    assert "island" not in made.pipeline.features
    assert "species" not in made.pipeline.features


def test_no_feature_left_is_a_sentence(trained, copy_of):
    names = trained.pipeline.features
    made = copy_of(trained, columns={name: ColumnNote(role="ignore") for name in names})
    with pytest.raises(UserError, match="No column is left"):
        _ = made.pipeline.train


def test_a_file_of_one_column_is_a_sentence(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("y\n" + "a\nb\n" * 20, encoding="utf-8")
    with pytest.raises(UserError, match="The file has one column"):
        make_project(tmp_path / "project", file, "y", ("baseline",))


def rule(condition: str) -> Step:
    return Step(choices().row_filters.read({"id": "filter_rows", "params": {"condition": condition}}))


def test_row_filters_that_leave_nothing_are_a_sentence(trained, copy_of):
    made = copy_of(trained, row_filters=(rule("body_mass_g > 1000000"),))
    with pytest.raises(UserError, match="leave no row"):
        _ = made.pipeline.train


def test_a_row_filter_that_fails_is_named(trained, copy_of):
    made = copy_of(trained, row_filters=(rule("nothing > 1"),))
    with pytest.raises(UserError, match="Row filter"):
        _ = made.pipeline.train


def test_a_row_filter_that_is_off_takes_no_row_and_stops_nothing(trained, copy_of):
    broken, dream = rule("nothing > 1"), rule('island = "Dream"')
    made = copy_of(trained, row_filters=(replace(broken, on=False), replace(dream, on=False)))
    assert made.pipeline.train_rows.tolist() == trained.pipeline.train_rows.tolist()
    codes, levels = Pipeline(
        made.folder, replace(made.project, row_filters=(replace(broken, on=False), dream))
    ).everything.frame.categorical("island")
    assert {levels[code] for code in codes} == {"Dream"}


def test_a_step_that_does_not_fit_is_named_with_its_place(trained, copy_of):
    steps = (*trained.project.steps, Step(choices().operations.read({"id": "drop_columns", "params": {"columns": ["gone"]}})))
    made = copy_of(trained, steps=steps)
    with pytest.raises(UserError, match=f"Step {len(steps)}"):
        made.pipeline.fit(made.candidates[0])


def test_weights_are_read_and_checked(trained, copy_of):
    made = copy_of(trained, columns={"body_mass_g": ColumnNote(role="weight")})
    with pytest.raises(UserError, match="weights"):  # two birds were not weighed
        _ = made.pipeline.train
    weighted = Pipeline(made.folder, replace(made.project, row_filters=(rule("not is_missing(body_mass_g)"),)))
    assert weighted.train.weights is not None
    assert (weighted.train.weights > 1000).all()
    assert "body_mass_g" not in weighted.features
    worded = Pipeline(made.folder, replace(made.project, columns={"island": ColumnNote(role="weight")}))
    with pytest.raises(UserError, match="weights"):
        _ = worded.train


def test_a_project_without_data_says_what_it_needs(tmp_path):
    with pytest.raises(UserError, match="data file"):
        _ = Pipeline(tmp_path, Project()).table
