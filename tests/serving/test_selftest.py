from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.selftest import TOLERANCE, Golden, answers_of, replay


@pytest.mark.parametrize("name", ["binary", "multiclass", "regression"])
def test_the_same_model_passes(name, bundles):
    parity = replay(bundles[name].scorer, bundles[name].golden)
    assert parity.passed
    assert parity.rows == len(bundles[name].golden.rows)
    assert parity.worst <= 1e-12
    assert parity.sentence().startswith(f"Self-test passed: {parity.rows} golden rows")


@pytest.mark.parametrize("name", ["binary", "multiclass", "regression"])
def test_another_answer_fails(name, bundles):
    golden = bundles[name].golden
    scores = [list(row) for row in golden.scores]
    scores[-1][0] += 3 * TOLERANCE * max(1.0, abs(scores[-1][0]))
    parity = replay(bundles[name].scorer, Golden(golden.rows, tuple(map(tuple, scores))))
    assert not parity.passed
    assert "FAILED" in parity.sentence()


def test_a_changed_threshold_of_the_model_fails(bundles):
    scorer, golden = bundles["binary"].scorer, bundles["binary"].golden
    threshold = scorer.model.threshold.copy()
    threshold[::5] += 0.4
    assert not replay(replace(scorer, model=replace(scorer.model, threshold=threshold)), golden).passed


def test_other_labels_alone_fail(bundles):
    """The scores may be equal and the decision another: then the positive class stands elsewhere."""
    scorer, golden = bundles["binary"].scorer, bundles["binary"].golden
    rows, scores = golden.rows[:1], ((0.6 + 4e-10, 0.4 - 4e-10),)
    model = replace(scorer.model, baseline=scorer.model.baseline, values=scorer.model.values * 0.0)
    flat = replace(scorer, model=replace(model, baseline=np.array([np.log(0.4 / 0.6)])), threshold=0.4)
    parity = replay(flat, Golden(rows, scores))
    assert (parity.worst <= TOLERANCE, parity.labels, parity.passed) == (True, 2, False)


def test_no_rows_is_no_test(bundles):
    assert not replay(bundles["binary"].scorer, Golden((), ())).passed


def test_another_number_of_classes_fails(bundles):
    assert not replay(bundles["binary"].scorer, bundles["multiclass"].golden).passed


def test_a_model_that_cannot_answer_is_a_sentence(bundles):
    scorer = bundles["regression"].scorer
    broken = replace(scorer, model=replace(scorer.model, weights=np.zeros((2, 1))))
    with pytest.raises(UserError, match="cannot answer"):
        replay(broken, bundles["regression"].golden)


def test_golden_rows_are_read_back_to_the_last_bit(bundles):
    import json

    golden = bundles["multiclass"].golden
    assert Golden.from_record(json.loads(golden.to_text())) == golden
    assert answers_of(bundles["multiclass"].scorer, golden.rows) == golden.scores
