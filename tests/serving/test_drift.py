"""False alarms and missed drift, in few draws; the full simulation is `python -m simulations.drift`."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.serving.drift import measure_levels, measure_numbers
from mlops_desktop.serving.monitor import Counters, reference_of
from mlops_desktop.serving.prediction_spec import prediction_spec
from mlops_desktop.serving.schema import Column, Schema
from simulations.drift import alarms

VALUES = prediction_spec("regression")


def test_few_values_beyond_a_small_training_table_are_chance_and_many_are_not():
    training = np.array([0, 0, *[30.0] * 10, 0])
    within = np.array([0, 0, *[300.0] * 10, 0])
    few = within + np.array([0, 15, *[0.0] * 10, 15])  # about what 3,000 new values beside 300 old ones are expected to have
    assert measure_numbers(training, few)[1] > 0.05
    psi, p = measure_numbers(training, within + np.array([0, 0, *[0.0] * 10, 300]))
    assert p < 1e-6
    assert psi > 0.1


def test_unseen_levels_count_with_the_rare_ones():
    training = np.array([0, 0, 40, 80, 80.0])
    assert measure_levels(training, np.array([0, 10, 30, 80, 80.0]), seldom=(1, 2))[1] > 0.5
    assert measure_levels(training, np.array([0, 200, 0, 0, 0.0]), seldom=(1, 2))[1] < 1e-6


@pytest.mark.parametrize(("training", "window", "columns"), [(300, 1000, 20), (200, 50, 1), (5000, 200, 20)])
def test_no_drift_is_rarely_reported(training, window, columns):
    rng = np.random.default_rng([training, window, columns])
    assert sum(len(alarms(training, (window,), (columns,), rng)) for _ in range(60)) <= 8  # 5 % of 60 and 3 standard errors


def test_half_a_standard_deviation_is_found_among_many_columns():
    rng = np.random.default_rng(1)
    assert sum(len(alarms(5000, (200,), (50,), rng, shift=0.5)) for _ in range(20)) >= 19


def test_a_shift_is_far_from_chance_by_the_ranks_though_single_bins_differ_little():
    """A column among 100 needs p below 0.0003: all bins together, without their order, give 0.014 here."""
    training = np.array([0, 0, *[500.0] * 10, 0])
    psi, p = measure_numbers(training, np.array([0, 0, 10, 12, 14, 17, 19, 21, 23, 26, 28, 30.0, 0]))
    assert (psi > 0.1, p < 0.0003) == (True, True)
    assert measure_numbers(training, np.array([0, 0, *[20.0] * 10, 0]))[1] == 1.0


def dates(first, last, rows, missing=0):
    """A report of rows with dates between two days, beside training dates of the days 0 to 364."""
    schema = Schema((Column("day", "date"),))
    rng = np.random.default_rng(2)

    def frame(low, high, count, absent=0):
        days = ((np.datetime64("2024-01-01") + rng.integers(low, high, count)).astype(str)).tolist()
        return schema.from_rows([{"day": None if i < absent else day} for i, day in enumerate(days)]).frame

    counters = Counters(reference_of(schema, frame(0, 365, 1000), rng.normal(size=1000), VALUES), VALUES)
    counters.add(frame(first, last, rows, missing), rng.normal(size=rows))
    return counters.report()


def test_a_calendar_that_moves_on_is_no_drift_and_says_what_moved():
    for first, last, share in ((365, 400, "100%"), (300, 365, "0%")):
        report = dates(first, last, 300)
        assert report["verdict"] == report["columns"][0]["verdict"] == "stable"
        assert f"Time has passed: {share} of the rows are later than 2024-12-" in report["columns"][0]["note"]
    assert dates(0, 365, 300)["columns"][0]["note"] == ""


def test_earlier_and_missing_dates_are_drift():
    assert dates(-400, -300, 300)["verdict"] == "act"
    assert dates(365, 400, 300, missing=150)["verdict"] == "act"


def test_a_column_that_the_correction_drops_is_stable_too(bundles, rows_of):
    bundle = bundles["binary"]
    counters = Counters(bundle.reference, bundle.scorer.prediction_spec)
    frame = bundle.scorer.schema.from_rows(rows_of(300, 4)).frame
    counters.add(frame, bundle.scorer.scores(frame))
    report = counters.report()
    order = ("not_enough_data", "stable", "watch", "act")
    assert report["verdict"] == max((one["verdict"] for one in (*report["columns"], report["score"])), key=order.index)
