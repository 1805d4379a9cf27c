from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.engine.packaging.golden import LEAST, MOST, golden_rows, typical_row
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.models.trees import Trees
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.drop_columns import DropColumns
from mlops_desktop.serving.transforms.scale import Scale

DAY = 86_400_000_000
SCHEMA = Schema(
    (
        Column("size", "number", low=-2.5, high=107.25, typical=40.0),
        Column("count", "integer", low=0, high=12, typical=3, nullable=False),
        Column("on", "boolean", typical=True),
        Column("colour", "category", levels=("blue", "red"), typical="red"),
        Column("grade", "ordered", levels=("low", "high"), typical="low", nullable=False),
        Column("day", "date", low=15_000 * DAY, high=19_000 * DAY, typical="2015-05-05"),
        Column("hour", "date", low=0, high=DAY // 2, grammar=Grammar(date="%H:%M")),
        Column("said", "text"),
    )
)


def stumps(thresholds):
    """A tree of one split for each (feature, threshold)."""
    count = len(thresholds)
    return Trees(
        link="identity",
        baseline=np.zeros(1),
        splits=np.ones(count, dtype=np.int64),
        feature=np.array([feature for feature, _ in thresholds]),
        threshold=np.array([threshold for _, threshold in thresholds]),
        left=~np.arange(0, 2 * count, 2),
        right=~np.arange(1, 2 * count, 2),
        missing_left=np.zeros(count, dtype=bool),
        values=np.arange(2.0 * count)[:, None],
        levels=np.zeros(3, dtype=np.int64),
        set_starts=np.zeros(1, dtype=np.int64),
        set_codes=np.zeros(0, dtype=np.int64),
    )


def scorer_of(model, transforms=()):
    drop = DropColumns(("colour", "grade", "day", "hour", "said"))
    return Scorer.of_model("m", "v", "regression", "y", SCHEMA, (drop, *transforms), model)


LINEAR = scorer_of(Linear(np.ones((3, 1)), np.zeros(1), "identity"))


def test_rows_are_accepted_json_and_the_same_for_the_same_seed():
    rows = golden_rows(SCHEMA, LINEAR, np.random.default_rng(3))
    assert LEAST <= len(rows) <= MOST
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert not SCHEMA.from_rows(rows).errors
    assert golden_rows(SCHEMA, LINEAR, np.random.default_rng(3)) == rows
    assert rows[0] == typical_row(SCHEMA)


def test_rows_hold_what_readers_trip_over():
    rows = golden_rows(SCHEMA, scorer_of(stumps([(0, 1.0)])), np.random.default_rng(0))
    seen = {column.name: [row[column.name] for row in rows] for column in SCHEMA.columns}
    for column in SCHEMA.columns:
        assert (None in seen[column.name]) == column.nullable, column.name
    assert {-2.5, 107.25, 1e30, -1e30, -1.0, 0.0, 1e-300} <= set(seen["size"])
    assert {0, 12, -1, 2**53, -(2**53)} <= set(seen["count"])
    assert {"blue", "red", "İstanbul", "ΟΔΟΣ"} <= set(seen["colour"])
    assert {"low", "high"} <= set(seen["grade"])
    assert any("İSTANBUL" in text.upper() for text in seen["said"] if text)
    assert any(text < "1950" for text in seen["day"] if text)
    assert all(":" in text for text in seen["hour"] if text)


@pytest.mark.parametrize("scaled", [False, True])
def test_there_are_rows_on_both_sides_of_every_threshold(scaled):
    """The source value is sought through the transforms; a float32 step away the answer is another one."""
    wanted = [(0, 17.300000190734863), (0, -0.10000000149011612), (1, 4.5), (1, 11.0)]
    transforms = (Scale(("size", "count"), (13.7, 2.0), (3.3, 7.0)),) if scaled else ()
    model = stumps([(f, (t - (13.7, 2.0)[f]) / (3.3, 7.0)[f]) if scaled else (f, t) for f, t in wanted])
    scorer = scorer_of(model, transforms)
    rows = golden_rows(SCHEMA, scorer, np.random.default_rng(1))
    for (feature, _), threshold in zip(wanted, model.threshold.tolist(), strict=True):
        name = ("size", "count")[feature]
        matrix = scorer.matrices(SCHEMA.from_rows(rows).frame)[0].to_dense()[:, feature]
        values = np.array([np.nan if row[name] is None else row[name] for row in rows])
        below, above = values[matrix <= threshold].max(), values[matrix > threshold].min()
        gap = 1.0 if name == "count" else abs(np.spacing(np.float32(threshold * (3.3 if scaled else 1.0)))) + 1e-5 * scaled
        assert 0 < above - below <= gap


def test_thresholds_outside_every_value_are_left_alone():
    rows = golden_rows(SCHEMA, scorer_of(stumps([(0, 1e6), (2, 0.5)])), np.random.default_rng(1))
    assert len(rows) >= LEAST


@pytest.mark.parametrize("columns", [1, 150, 1200])
def test_narrow_and_wide_tables(columns):
    schema = Schema(tuple(Column(f"c{i}", "boolean", nullable=False, typical=False) for i in range(columns)))
    scorer = Scorer.of_model("m", "v", "regression", "y", schema, (), Constant(np.array([1.0]), columns, per_class=False))
    rows = golden_rows(schema, scorer, np.random.default_rng(0))
    assert LEAST <= len(rows) <= MOST
    assert not schema.from_rows(rows).errors


def test_columns_of_which_nothing_is_known():
    schema = Schema(tuple(replace(c, low=None, high=None, levels=(), typical=None) for c in SCHEMA.columns))
    rows = golden_rows(schema, replace(LINEAR, schema=schema), np.random.default_rng(0))
    assert LEAST <= len(rows) <= MOST
    assert not schema.from_rows(rows).errors
    must = Schema(tuple(replace(c, typical=None, nullable=False) for c in SCHEMA.columns[:5]))
    assert None not in typical_row(must).values()


def test_rows_without_an_answer_are_left_out():
    """A model without a step for missing values has no finite answer where one is missing."""
    rows = golden_rows(SCHEMA, LINEAR, np.random.default_rng(0))
    assert LEAST <= len(rows) <= MOST
    assert None not in [row["size"] for row in rows]
    assert np.isfinite(LINEAR.scores(SCHEMA.from_rows(rows).frame)).all()
