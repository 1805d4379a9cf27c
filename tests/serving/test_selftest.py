from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.selftest import TOLERANCE, Golden, answers_of, replay


@pytest.mark.parametrize("name", ["binary", "multiclass", "regression"])
def test_the_same_model_passes(name, bundles):
    parity = replay(bundles[name].scorer, bundles[name].golden)
    assert parity.passed
    assert parity.rows == len(bundles[name].golden.rows)
    assert parity.worst <= 1e-12
    assert parity.summary().startswith(f"Self-test passed: {parity.rows} golden rows")


@pytest.mark.parametrize("name", ["binary", "multiclass", "regression"])
def test_another_answer_fails(name, bundles):
    golden = bundles[name].golden
    scores = [list(row) for row in golden.scores]
    scores[-1][0] += 1.5 * TOLERANCE * max(1.0, abs(scores[-1][0]))
    parity = replay(bundles[name].scorer, Golden(golden.rows, tuple(map(tuple, scores))))
    assert not parity.passed
    assert "FAILED" in parity.summary()


def test_a_changed_threshold_of_the_model_fails(bundles):
    scorer, golden = bundles["binary"].scorer, bundles["binary"].golden
    threshold = scorer.node.model.threshold.copy()
    threshold[::5] += 0.4
    assert not replay(replace(scorer, node=Chain((), replace(scorer.node.model, threshold=threshold))), golden).passed


def test_differing_predictions_fail(bundles):
    """The scores may be equal and the decision another: then the positive class is elsewhere."""
    scorer, golden = bundles["binary"].scorer, bundles["binary"].golden
    rows, scores = golden.rows[:1], ((0.6 + 4e-10, 0.4 - 4e-10),)
    model = replace(scorer.node.model, baseline=scorer.node.model.baseline, values=scorer.node.model.values * 0.0)
    flat = replace(scorer, node=Chain((), replace(model, baseline=np.array([np.log(0.4 / 0.6)]))), threshold=0.4)
    parity = replay(flat, Golden(rows, scores))
    assert (parity.worst <= TOLERANCE, parity.labels, parity.passed) == (True, 2, False)


@dataclass(frozen=True, eq=False)
class Moved(Model):
    """Another model whose scores are moved by `by` where a row comes alone, or where it comes with others."""

    inner: Model
    by: float
    alone: bool

    def scores(self, matrix):
        return self.inner.scores(matrix) + (self.by if (matrix.rows == 1) == self.alone else 0.0)

    def used(self):
        return self.inner.used()


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("by", [1e-3, np.nan])
def test_scores_must_match_for_a_row_alone_and_in_a_batch(alone, by, bundles):
    scorer, golden = bundles["regression"].scorer, bundles["regression"].golden
    assert len(golden.rows) > 1
    parity = replay(replace(scorer, node=Chain((), Moved(scorer.node.model, by, alone))), golden)
    assert parity.worst > TOLERANCE
    assert not parity.passed


def test_the_tolerance_is_relative(bundles):
    """A number of a million may be off by a million limits, a number below 1 by one."""
    scorer, golden = bundles["regression"].scorer, bundles["regression"].golden
    large = replace(scorer, node=Chain((), Moved(Moved(scorer.node.model, 1e6, True), 1e6, False)))
    scores = answers_of(large, golden.rows)
    for share, passes in ((0.5, True), (1.5, False)):
        moved = tuple((row[0] * (1 + share * TOLERANCE),) for row in scores)
        assert replay(large, Golden(golden.rows, moved)).passed == passes


def test_no_rows_do_not_pass(bundles):
    assert not replay(bundles["binary"].scorer, Golden((), ())).passed


def test_another_number_of_classes_fails(bundles):
    assert not replay(bundles["binary"].scorer, bundles["multiclass"].golden).passed


def test_a_model_that_raises_is_a_user_error(bundles):
    scorer = bundles["regression"].scorer
    broken = replace(scorer, node=Chain((), replace(scorer.node.model, weights=np.zeros((2, 1)))))
    with pytest.raises(UserError, match="cannot answer"):
        replay(broken, bundles["regression"].golden)


def test_golden_rows_round_trip_exactly(bundles):
    import json

    golden = bundles["multiclass"].golden
    assert Golden.from_record(json.loads(golden.to_text())) == golden
    assert answers_of(bundles["multiclass"].scorer, golden.rows) == golden.scores
