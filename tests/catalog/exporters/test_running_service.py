from __future__ import annotations

import numpy as np

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters.rest_bundle import RestBundle
from mlops_desktop.engine.packaging.golden import golden_rows
from mlops_desktop.serving.bundle import open_bundle, write_core
from mlops_desktop.serving.monitor import reference_of
from tests.serving.conftest import SCHEMA, SCORERS, random_rows


def test_a_service_that_refuses_unusual_values_is_compared_all_the_same(tmp_path):
    scorer, core, target = SCORERS["regression"], tmp_path / "core", tmp_path / "out"
    frame = SCHEMA.from_rows(random_rows(200, seed=3)).frame
    policy = {"*": dict.fromkeys(("unknown", "out_of_range"), "refuse")}
    reference = reference_of(scorer.schema, frame, scorer.scores(frame), scorer.prediction_spec)
    for folder in (core, target):
        folder.mkdir()
    write_core(core, scorer, {"input_policy": policy}, golden_rows(scorer.schema, scorer, np.random.default_rng(0)), reference)
    RestBundle().export(core, target, Silent())
    bundle = open_bundle(core)
    assert bundle.info["input_policy"] == policy
    found = RestBundle().read_back(target, bundle)
    assert np.allclose(found.scores, bundle.golden.scores, rtol=0, atol=1e-9)
