from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.explain import MAX_EXACT_COLUMNS, explain, mask_unused, typical_frame, what_if
from mlops_desktop.serving.frame import Csr, Matrix
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer

NAMES = ["binary", "multiclass", "regression"]


def value(scorer, frame, which):
    scores = scorer.scores(frame)
    return float(scores[0] if which is None else scores[0, which])


@pytest.mark.parametrize("name", NAMES)
def test_contributions_add_up_and_unused_columns_have_exactly_none(name, scorers, rows_of):
    scorer = scorers[name]
    frame = scorer.schema.from_rows(rows_of(40, 2)).frame
    for i, found in enumerate(explain(scorer, frame)):
        row = frame.take(np.array([i]))
        assert found.answer == value(scorer, row, found.about)
        assert found.base == value(scorer, typical_frame(scorer), found.about)
        total = found.base + sum(one.contribution for one in found.contributions)
        assert total == pytest.approx(found.answer, abs=1e-9)
        by_name = {one.field: one.contribution for one in found.contributions}
        assert len(by_name) == len(scorer.schema.columns)
        assert by_name["since"] == by_name["note"] == 0.0
        sizes = [abs(one.contribution) for one in found.contributions]
        assert sizes == sorted(sizes, reverse=True)


def test_contributions_are_shapley_values_by_definition(scorers):
    scorer = scorers["binary"]
    row = {"age": 77, "income": 6000.0, "member": True, "city": "Rome"}
    usual = {"age": 41, "income": 2400.25, "member": False, "city": "Oslo", "since": "2009-01-01", "note": None}

    def score(names):
        return scorer.scores(scorer.schema.from_rows([{**usual, **{n: row[n] for n in names}}]).frame)[0, 1]

    wanted = dict.fromkeys(row, 0.0)
    for order in permutations(row):
        for i, name in enumerate(order):
            wanted[name] += (score(order[: i + 1]) - score(order[:i])) / 24
    found = explain(scorer, scorer.schema.from_rows([{**usual, **row}]).frame)[0]
    assert {one.field: one.contribution for one in found.contributions if one.field in row} == pytest.approx(wanted, abs=1e-12)


def wide(columns, seed=0):
    """A model of many numbers: linear, so that every Shapley value is weight x (value - typical)."""
    rng = np.random.default_rng(seed)
    schema = Schema(tuple(Column(f"c{i}", "number", low=-3.0, high=3.0, typical=0.5) for i in range(columns)))
    weights = rng.normal(size=(columns, 1))
    weights[::7] = 0.0
    return Scorer.of_model("wide", "v", "regression", "y", schema, (), Linear(weights, np.array([1.0]), "identity")), rng.normal(
        size=columns
    ).astype(np.float32)


@pytest.mark.parametrize("columns", [MAX_EXACT_COLUMNS, MAX_EXACT_COLUMNS + 2, 40, 150])
def test_sampled_contributions_of_a_linear_model_are_exact(columns):
    scorer, values = wide(columns)
    row = {f"c{i}": float(v) for i, v in enumerate(values)}
    found = explain(scorer, scorer.schema.from_rows([row]).frame)[0]
    by_name = {one.field: one.contribution for one in found.contributions}
    wanted = {f"c{i}": float(scorer.node.model.weights[i, 0] * (v - 0.5)) for i, v in enumerate(values.astype(float))}
    assert by_name == pytest.approx(wanted, abs=1e-9)
    assert found.base + sum(by_name.values()) == pytest.approx(found.answer, abs=1e-9)
    assert all(by_name[f"c{i}"] == 0.0 for i in range(0, columns, 7))


def test_the_same_row_has_the_same_explanation(rows_of, scorers):
    scorer, values = wide(30)
    frame = scorer.schema.from_rows([{f"c{i}": float(v) for i, v in enumerate(values)}]).frame
    assert explain(scorer, frame) == explain(scorer, frame)
    many = scorers["multiclass"].schema.from_rows(rows_of(5)).frame
    alone = [explain(scorers["multiclass"], many.take(np.array([i])))[0] for i in range(5)]
    assert explain(scorers["multiclass"], many) == alone


def test_the_typical_row_has_zero_contributions(scorers):
    scorer = scorers["binary"]
    found = explain(scorer, typical_frame(scorer))[0]
    assert found.base == found.answer
    assert {one.contribution for one in found.contributions} == {0.0}


def test_missing_and_unknown_values_are_explained(scorers):
    scorer = scorers["binary"]
    checked = scorer.schema.from_rows([{"age": 30, "income": None, "member": None, "city": "Atlantis"}])
    found = explain(scorer, checked.frame)[0]
    assert found.base + sum(one.contribution for one in found.contributions) == pytest.approx(found.answer, abs=1e-9)


def test_a_column_without_typical_value_is_missing_in_the_typical_row(scorers):
    frame = typical_frame(scorers["binary"])
    assert frame.texts("note") == [None]
    assert frame.number("age").tolist() == [41.0]


def test_sparse_features_that_cannot_matter_are_masked():
    csr = Csr(np.array([0, 2, 3]), np.array([0, 2, 1]), np.array([1.0, 2.0, 3.0]), 3)
    masked = mask_unused(Matrix(("a", "b", "c"), None, csr), np.array([True, False, True]))
    assert masked.to_dense().tolist() == [[1.0, 0.0, 2.0], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize("name", NAMES)
def test_curves_hold_the_rows_own_value_and_score(name, scorers, rows_of):
    scorer = scorers[name]
    row = rows_of(1, 4)[0] | {"income": 1234.5, "city": "Athens", "member": True}
    frame = scorer.schema.from_rows([row]).frame
    which = scorer.prediction_spec.explained_class(scorer.scores(frame), scorer.positive)
    for field, kind in (("age", "integer"), ("income", "number"), ("member", "boolean"), ("city", "level"), ("since", "date")):
        curve = what_if(scorer, frame, field, 11)
        assert (curve.kind, curve.about) == (kind, which)
        own = curve.scores[curve.values.index(row[field])]
        assert own == value(scorer, frame, which)
        for sent, score in zip(curve.values, curve.scores, strict=True):
            other = scorer.schema.from_rows([{**row, field: sent}])
            assert not other.errors
            assert value(scorer, other.frame, which) == pytest.approx(score, abs=1e-12)


def test_curves_cover_the_range_of_the_training_data(scorers):
    scorer = scorers["binary"]
    frame = scorer.schema.from_rows([{"age": 120}]).frame
    ages = what_if(scorer, frame, "age", 7).values
    assert (ages[0], ages[-1]) == (18, 120)
    assert what_if(scorer, frame, "city").values == ("Oslo", "Rome", "Zürich")
    assert what_if(scorer, frame, "member").values == (False, True)


def test_a_column_without_known_values_has_no_curve(scorers):
    scorer = scorers["binary"]
    with pytest.raises(UserError, match="no known values"):
        what_if(scorer, scorer.schema.from_rows([{"age": 20}]).frame, "note")
    with pytest.raises(UserError, match="no column"):
        what_if(scorer, scorer.schema.from_rows([{"age": 20}]).frame, "height")
    bare = replace(scorer, schema=Schema(tuple(replace(c, low=None, high=None) for c in scorer.schema.columns)))
    with pytest.raises(UserError, match="no known range"):
        what_if(bare, bare.schema.from_rows([{"age": 20}]).frame, "income")
