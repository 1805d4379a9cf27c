"""Recognises the rows of a file that the model was trained on, by their values."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from mlops_desktop.engine.data import value_hashes
from mlops_desktop.engine.pipeline import Pipeline
from mlops_desktop.serving.frame import Bools, Frame

BY_CHANCE = 2.0  # so many times the share of held-out rows that are equal to a training row
LEAST_SHARE = 0.01


def seen_rows(pipeline: Pipeline, frame: Frame, names: Collection[str]) -> Bools:
    """Which rows of a frame with the columns of the project's table, (rows,) bool, are equal in the columns `names` to a row that the
    deployed model was trained on. None of them where no more are than held-out rows are by chance.
    """
    table = pipeline.table.frame
    shared = [name for name in table.layout.names() if name in names]
    train, test = (value_hashes(table.take(rows), shared) for rows in (pipeline.train_rows, pipeline.test_rows))
    learned = np.concatenate([train, test]) if pipeline.project.refit == "all" else train
    found: Bools = np.isin(value_hashes(frame, shared), learned)
    chance = float(np.isin(test, train).mean()) if len(test) else 0.0
    return found if found.mean() > max(LEAST_SHARE, BY_CHANCE * chance) else np.zeros(frame.rows, dtype=bool)
