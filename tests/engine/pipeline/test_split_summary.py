"""What a split means: counts, warnings, refusals, and what would fit."""

from __future__ import annotations

import json
from dataclasses import replace

from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.pipeline.split_summary import validation
from mlops_desktop.engine.project.serialization import to_json
from tests.splitters import splitter


def test_counts_are_those_of_the_pipeline(trained, copy_of):
    made = copy_of(trained)
    found = validation(made.pipeline)
    assert (found.train, found.test) == (made.pipeline.train.frame.rows, made.pipeline.test.frame.rows)
    assert found.folds == tuple((len(a), len(b)) for a, b in made.pipeline.folds)
    assert found.fitting.id == "stratified"
    assert found.reason
    assert not found.refused
    json.dumps(to_json(found), allow_nan=False)
    assert made.pipeline.keys.validation in made.pipeline.store


def test_a_split_that_cannot_be_made_says_why_and_is_not_kept(trained, copy_of):
    made = copy_of(trained)
    pipeline = Pipeline(made.folder, replace(made.project, split=splitter(method="time")))
    found = validation(pipeline)
    assert "time column" in found.refused
    assert found.fitting.id == "stratified"
    assert pipeline.keys.validation not in pipeline.store


def test_rare_classes_are_warned_of(trained, copy_of):
    made = copy_of(trained)
    pipeline = Pipeline(made.folder, replace(made.project, split=splitter(method="stratified", folds=60)))
    assert any("fewer than folds" in text for text in validation(pipeline).warnings)
