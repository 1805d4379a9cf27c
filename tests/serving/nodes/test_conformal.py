from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.nodes.conformal import Conformal
from mlops_desktop.serving.service import Service


def with_interval(bundle, record):
    return Service(replace(bundle, info={**bundle.info, "interval": record}))


def test_bounds_lie_around_the_prediction_in_every_answer(bundles, rows_of):
    plain, service = Service(bundles["regression"]), with_interval(bundles["regression"], {"below": 10.0, "above": 25.5})
    body = json.dumps({"rows": rows_of(20, 3)}).encode()
    before, found = (json.loads(one.predict(body).body)["predictions"] for one in (plain, service))
    assert all("interval" not in one for one in before)
    assert [one["prediction"] for one in found] == [one["prediction"] for one in before]
    for one in found:
        assert one["interval"] == pytest.approx([one["prediction"] - 10.0, one["prediction"] + 25.5], abs=1e-9)
    answer = json.loads(service.openapi().body)["components"]["schemas"]["Prediction"]["properties"]
    assert "interval" in answer


def test_no_bound_is_below_the_least_answer(scorers):
    scorer = scorers["regression"]
    bounded = replace(scorer, node=Conformal(scorer.node, 1e9, 5.0, 0.0))
    frame = scorer.schema.from_rows([{"age": 40}]).frame
    ((low, high),) = bounded.intervals(frame)
    assert (low, high) == (0.0, pytest.approx(max(0.0, scorer.scores(frame)[0] + 5.0)))
    assert bounded.scores(frame) == scorer.scores(frame)


@pytest.mark.parametrize("record", [{}, [], {"below": 1}, {"below": "1", "above": 1}, {"below": 1.0, "above": True}, 5])
def test_a_damaged_record_is_refused(record, bundles):
    with pytest.raises(UserError):
        with_interval(bundles["regression"], record)


def test_classes_have_no_interval(bundles):
    with pytest.raises(UserError):
        with_interval(bundles["binary"], {"below": 1.0, "above": 1.0})
