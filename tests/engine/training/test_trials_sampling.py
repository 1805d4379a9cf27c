"""A sampler changes what a candidate is fitted on, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.training.final_model import fit_candidate
from mlops_desktop.engine.training.trials import Folds
from tests.contracts.test_samplers import each


@each
def test_it_changes_fits_alone(trained, sampler):
    """The training part of a fold is sampled; every validation row is scored, by transforms that know no sampler."""
    candidate = replace(trained.candidate(choices().algorithms["lightgbm"]()), sampler=sampler)
    pipeline = trained.pipeline
    train, valid = Folds(pipeline).matrices(candidate, 0, Silent())
    rows, validation = pipeline.folds[0]
    sampled = sampler.resample(pipeline.train.take(rows), trained.project.seed, Silent())
    assert train.matrix.rows == sampled.rows
    np.testing.assert_array_equal(train.target.values, sampled.target.values)
    assert valid.rows == len(validation)
    transforms, _ = fit_candidate(pipeline, candidate, pipeline.train, Silent())
    assert {type(transform).__name__ for transform in transforms} == {"OneHot", "ImputeNumbers", "Scale"}
    assert pipeline.keys.fold(candidate, 0) != pipeline.keys.fold(replace(candidate, sampler=None), 0)
