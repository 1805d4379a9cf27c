"""The scorer: rounded scores, decisions and used columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer

SCHEMA = Schema((Column("a", "number"), Column("b", "number"), Column("c", "number")))
REGRESSION = Scorer.of_model(
    "m", "1", "regression", "y", SCHEMA, (), Linear(np.array([[1 / 3], [0.0], [2.0]]), np.array([0.1]), "identity")
)
BINARY = replace(
    REGRESSION,
    task="binary",
    node=Chain((), replace(REGRESSION.node.model, link="sigmoid")),
    classes=("no", "yes"),
    positive=1,
    threshold=0.7,
)


def test_scores_are_rounded_so_that_equal_answers_compare_equal():
    frame = SCHEMA.from_rows([{"a": 1.0, "b": 5.0, "c": 1.0}]).frame
    assert REGRESSION.scores(frame).tolist() == [round(0.1 + 1 / 3 + 2.0, 12)]


def test_decisions_follow_the_threshold_and_the_first_of_equals():
    scores = np.array([[0.31, 0.69], [0.3, 0.7], [0.5, 0.5], [0.9, 0.1]])
    assert BINARY.decide(scores).tolist() == [0, 1, 0, 0]
    assert BINARY.decide(scores, 0.5).tolist() == [1, 1, 1, 0]
    assert replace(BINARY, positive=0).decide(scores).tolist() == [1, 1, 1, 0]
    assert replace(BINARY, threshold=None).decide(scores).tolist() == [1, 1, 0, 0]
    assert REGRESSION.decide(np.zeros(3)).tolist() == [0, 0, 0]


def test_an_unknown_task_is_refused():
    with pytest.raises(UserError, match="clustering"):
        replace(REGRESSION, task="clustering")


def test_only_columns_that_can_change_an_answer_are_used():
    assert REGRESSION.used_sources == {"a", "c"}
    assert REGRESSION.feature_names == ("a", "b", "c")
    assert [one.layout for one in REGRESSION.inputs] == [SCHEMA.layout()]
