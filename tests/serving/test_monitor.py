from __future__ import annotations

import json

import numpy as np
import pytest

from mlops_desktop.serving.bins import MAX_LEVELS, Bins
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitor import ACT, WATCH, Counters, Reference, compare, reference_of
from mlops_desktop.serving.prediction_spec import prediction_spec
from mlops_desktop.serving.schema import Column, Schema
from mlops_desktop.serving.serialization import read_object_file, write_object

NUMBER = Schema((Column("x", "number"),))

VALUES = prediction_spec("regression")


def frame_of(schema, **columns):
    rows = len(next(iter(columns.values())))
    checked = schema.from_rows([{name: values[i] for name, values in columns.items()} for i in range(rows)])
    assert not checked.errors
    return checked.frame


def number_bins(values):
    return reference_of(NUMBER, frame_of(NUMBER, x=list(values)), np.asarray(values, dtype=float), VALUES).score


def alarms(shift, rows, runs, seed, lognormal=False):
    """The share of windows of `rows` rows that are called drifted."""
    rng, hits = np.random.default_rng(seed), 0
    for _ in range(runs):
        reference, now = rng.normal(size=5000), rng.normal(size=rows) + shift
        if lognormal:
            reference, now = np.exp(reference), np.exp(now)
        bins = number_bins(reference)
        hits += compare(bins, bins.count_values(now).tolist())["verdict"] in ("watch", "act")
    return hits / runs


@pytest.mark.parametrize("rows", [50, 200, 1000])
def test_no_drift_is_rarely_called_drift(rows):
    assert alarms(0.0, rows, 60, seed=rows) <= 0.05


def test_a_large_shift_is_found_and_a_harmless_one_is_not():
    assert alarms(0.5, 200, 40, seed=1) > 0.95
    assert alarms(0.02, 20_000, 10, seed=2) == 0.0


@pytest.mark.proof
@pytest.mark.parametrize("lognormal", [False, True])
@pytest.mark.parametrize("rows", [50, 100, 200, 500, 1000, 2000, 10_000])
def test_false_positives_stay_below_four_percent(rows, lognormal):
    assert alarms(0.0, rows, 400, seed=rows, lognormal=lognormal) <= 0.04


@pytest.mark.proof
def test_half_a_standard_deviation_is_detected_in_200_rows_and_a_fiftieth_never():
    assert alarms(0.5, 200, 400, seed=3) > 0.95
    assert alarms(0.02, 100_000, 40, seed=4) == 0.0


def test_bins_by_hand():
    bins = number_bins([*range(1, 101)])
    assert len(bins.cuts) == 9
    counters = bins.count_values(np.array([np.nan, 0.5, 1, 50, 100, 100.5, 1000]))
    assert (counters[0], counters[1], counters[-1], counters.sum()) == (1, 1, 2, 7)
    assert sum(bins.counts) == 100
    assert bins.counts[0] == bins.counts[1] == bins.counts[-1] == 0


def test_tied_and_constant_and_empty_columns():
    constant = number_bins([3.0] * 50)
    assert constant.cuts == (3.0,)
    assert compare(constant, constant.count_values(np.full(200, 3.0)).tolist())["verdict"] == "stable"
    assert compare(constant, constant.count_values(np.full(200, 4.0)).tolist())["verdict"] == "act"
    empty = reference_of(NUMBER, frame_of(NUMBER, x=[None] * 200), np.zeros(200), VALUES).columns[0]
    assert empty.counts[0] == 200
    assert compare(empty, [0] * empty.size())["verdict"] == "not_enough_data"
    assert compare(empty, empty.count_values(np.ones(100)).tolist())["verdict"] == "act"


def test_long_texts_do_not_wait_to_be_counted():
    """A row of ten megabytes would be held until 127 others have come."""
    schema = Schema((Column("t", "text"),))
    counters = Counters(reference_of(schema, frame_of(schema, t=["a"] * 50), np.zeros(50), VALUES), VALUES)
    counters.add(frame_of(schema, t=["x" * 600_000]), np.zeros(1))
    assert counters.rows == 0
    counters.add(frame_of(schema, t=["y" * 600_000]), np.zeros(1))
    assert counters.rows == 2


def test_known_and_unseen_levels():
    levels = tuple(f"l{i:02}" for i in range(40))
    schema = Schema((Column("c", "category", levels=levels), Column("t", "text")))
    texts = [level for i, level in enumerate(levels) for _ in range(60 - i)] + ["rare"] * 3 + [None] * 5
    reference = reference_of(schema, frame_of(schema, c=texts, t=texts), np.zeros(len(texts)), VALUES)
    categories, presence = reference.columns
    assert categories.levels == levels[:MAX_LEVELS]
    assert categories.others == levels[MAX_LEVELS:]
    assert categories.counts[:3] == (5, 3, sum(60 - i for i in range(30, 40)))
    assert presence.counts == (5, len(texts) - 5)
    assert "rare" not in json.dumps([categories.labels(), presence.labels()])

    counters = Counters(reference, VALUES)
    counters.add(frame_of(schema, c=["new"] * 300, t=["x"] * 300), np.zeros(300))
    report = counters.report()
    assert report["columns"][0]["unseen"] == [pytest.approx(3 / len(texts), abs=1e-6), 1.0]
    assert (report["columns"][0]["verdict"], report["columns"][1]["verdict"]) == ("act", "stable")


def test_missing_values_can_drift():
    rng = np.random.default_rng(0)
    reference = reference_of(NUMBER, frame_of(NUMBER, x=rng.normal(size=2000).tolist()), rng.normal(size=2000), VALUES)
    counters = Counters(reference, VALUES)
    counters.add(frame_of(NUMBER, x=[None if i % 3 == 0 else float(v) for i, v in enumerate(rng.normal(size=600))]), rng.normal(size=600))
    column = counters.report()["columns"][0]
    assert column["missing"] == [0.0, pytest.approx(1 / 3)]
    assert column["verdict"] == "act"
    assert column["psi"] > ACT > WATCH


def test_few_rows_have_no_verdict(bundles, rows_of):
    counters = Counters(bundles["binary"].reference, bundles["binary"].scorer.prediction_spec)
    assert counters.report()["verdict"] == "not_enough_data"
    scorer = bundles["binary"].scorer
    frame = scorer.schema.from_rows(rows_of(49)).frame
    counters.add(frame, scorer.scores(frame))
    assert counters.report()["verdict"] == "not_enough_data"
    json.dumps(counters.report(), allow_nan=False)


@pytest.mark.parametrize("name", ["binary", "multiclass", "regression"])
def test_counts_of_parts_add_up_to_the_counts_of_the_whole(name, bundles, rows_of):
    bundle = bundles[name]
    scorer = bundle.scorer
    frame = scorer.schema.from_rows(rows_of(700, 5)).frame
    scores = scorer.scores(frame)
    whole, first, second = (Counters(bundle.reference, bundle.scorer.prediction_spec) for _ in range(3))
    whole.add(frame, scores)
    for row in range(0, 300):
        alone = scorer.schema.from_rows(rows_of(700, 5)[row : row + 1]).frame if row < 3 else frame.take(np.array([row]))
        first.add(alone, scores[row : row + 1])
    rest = np.arange(300, 700)
    second.add(frame.take(rest), scores[rest])
    first.merge(second.counts())
    assert first.counts() == whole.counts()
    assert first.report() == whole.report()
    assert first.rows == 700
    assert {sum(counts) for counts in whole.counts()} == {700}


def test_counts_of_another_model_are_refused(bundles):
    counters = Counters(bundles["binary"].reference, bundles["binary"].scorer.prediction_spec)
    with pytest.raises(UserError, match="another model"):
        counters.merge([[1, 2, 3]])


def test_a_reference_is_plain_data_without_any_row(bundles, tmp_path):
    reference = bundles["binary"].reference
    write_object(reference, tmp_path, "reference")
    assert read_object_file(tmp_path, "reference") == reference
    assert isinstance(reference, Reference)
    assert [bins.type for bins in reference.columns] == ["number", "number", "number", "categorical", "date", "presence"]
    assert "bought twice" not in (tmp_path / "reference.json").read_text(encoding="utf-8")
    assert isinstance(reference.score, Bins)


def test_the_overall_verdict_is_corrected_for_many_columns(bundles, rows_of):
    bundle = bundles["binary"]
    scorer = bundle.scorer
    frame = scorer.schema.from_rows(rows_of(2000, 9)).frame
    counters = Counters(bundle.reference, bundle.scorer.prediction_spec)
    counters.add(frame, scorer.scores(frame))
    assert counters.report()["verdict"] == "stable"
    old = scorer.schema.from_rows([{**row, "age": 89} for row in rows_of(500, 10)]).frame
    counters.add(old, scorer.scores(old))
    counters.add(old, scorer.scores(old))
    report = counters.report()
    assert report["verdict"] == "act"
    assert [one["field"] for one in report["columns"] if one["verdict"] == "act"] == ["age"]
