"""Date parts against Python's own calendar, from year 1 to 9999."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.date_parts import DateParts
from mlops_desktop.serving.frame import round_to_float32
from tests.frames import BINARY, make_frame, run, table

NONE = dict.fromkeys(("year", "month", "day", "weekday", "hour", "days"), False)


def test_by_hand():
    # The middle of the three dates is the zero of the days.
    train = make_frame(dates={"d": ["2024-02-29T18:00", "2023-12-31", None, "2024-03-02"]})
    assert table(run(DateParts(quarter=True, is_weekend=True), train)) == {
        "d: year": [2024, 2023, None, 2024],
        "d: quarter": [1, 4, None, 1],
        "d: month": [2, 12, None, 3],
        "d: day": [29, 31, None, 2],
        "d: weekday": [3, 6, None, 5],
        "d: hour": [18, 0, None, 0],
        "d: is weekend": [0, 1, None, 1],
        "d: days": [0.75, -60, None, 2],
    }


def test_equals_pythons_calendar_over_all_years():
    rng = np.random.default_rng(6)
    first, last = datetime.datetime.min, datetime.datetime.max
    span = int((last - first).total_seconds())
    moments = [
        first,
        last,
        datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
        datetime.datetime(1900, 2, 28),
        datetime.datetime(2000, 2, 29),
    ]
    moments += [first + datetime.timedelta(seconds=int(s), microseconds=1) for s in rng.integers(0, span, 3000)]
    frame = make_frame(dates={"d": [moment.isoformat() for moment in moments]})
    found = table(run(DateParts(quarter=True, since="1970-01-01"), frame))
    assert found["d: year"] == [m.year for m in moments]
    assert found["d: month"] == [m.month for m in moments]
    assert found["d: day"] == [m.day for m in moments]
    assert found["d: weekday"] == [m.weekday() for m in moments]
    assert found["d: hour"] == [m.hour for m in moments]
    assert found["d: quarter"] == [(m.month + 2) // 3 for m in moments]
    days = [(m - datetime.datetime(1970, 1, 1)) / datetime.timedelta(days=1) for m in moments]
    np.testing.assert_allclose(found["d: days since 1970-01-01"], days, rtol=1e-12)


def test_no_day_is_lost_in_single_precision():
    frame = make_frame(dates={"d": [str(np.datetime64("1850-01-01") + i) for i in range(0, 70_000, 7)]})
    days = run(DateParts(**{**NONE, "days": True}), frame).number("d: days")
    assert (round_to_float32(days) == days).all()


def test_places_on_a_circle():
    train = make_frame(dates={"d": ["2024-01-01", "2024-04-01", "2024-07-01", None]})
    found = table(run(DateParts(**{**NONE, "month": True}, cyclic=True), train))
    assert found == {"d: month": [1, 4, 7, None], "d: month sin": [0, 1, 0, None], "d: month cos": [1, 0, -1, None]}
    hours = table(run(DateParts(**{**NONE, "hour": True}, cyclic=True), make_frame(dates={"d": ["2024-01-01T02:00"]})))
    assert hours["d: hour sin"] == [pytest.approx(math.sin(math.pi / 6))]


def test_the_hour_is_made_only_where_dates_have_a_time():
    train = make_frame(dates={"day": ["2024-01-01", "2024-04-01"], "time": ["2024-01-01", "2024-04-01T10:00"]})
    assert list(table(run(DateParts(**{**NONE, "hour": True, "year": True}), train))) == ["day: year", "time: year", "time: hour"]


def test_the_date_goes_unless_it_is_kept():
    train = make_frame(dates={"d": ["2024-01-01"]})
    assert run(DateParts(), train).layout.dates == ()
    assert run(DateParts(keep=True), train).layout.dates == ("d",)


@pytest.mark.parametrize("params", [{"since": "31.01.2020"}, {"since": "2020-02-30"}, NONE])
def test_a_wrong_date_and_no_part_are_refused(params):
    with pytest.raises(UserError):
        DateParts(**params)


def test_a_date_without_any_value_counts_from_1970():
    transform, _ = DateParts().fit(Dataset(make_frame(dates={"d": [None, None]}), BINARY), Silent())
    assert transform.since == (0,)
