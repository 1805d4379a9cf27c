"""Parsing and formatting of dates."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.dates import OffsetError, date_example, date_pattern, date_reader, date_text, datetime_microseconds, time_format
from mlops_desktop.serving.frame import MISSING_DATE


def micros(*parts):
    return datetime_microseconds(datetime(*parts))


@pytest.mark.parametrize(
    ("text", "format_", "moment"),
    [
        ("2024-03-28", "", (2024, 3, 28)),
        ("2024-03", "", (2024, 3, 1)),
        ("2024-03-28T14:05", "", (2024, 3, 28, 14, 5)),
        ("2024-03-28 14:05:06.25", "", (2024, 3, 28, 14, 5, 6, 250000)),
        ("1949-01", "", (1949, 1, 1)),
        ("10/03/2004", "%d/%m/%Y", (2004, 3, 10)),
        ("9/30/1990 0:00:00", "%m/%d/%Y %H:%M:%S", (1990, 9, 30)),
        ("28/03/18", "%d/%m/%y", (2018, 3, 28)),
        ("28/03/69", "%d/%m/%y", (1969, 3, 28)),
        ("Jun 12 1998", "%b %d %Y", (1998, 6, 12)),
        ("june 12, 1998", "%b %d, %Y", (1998, 6, 12)),
        ("12-Sept-1998", "%d-%b-%Y", (1998, 9, 12)),
        ("20240328", "%Y%m%d", (2024, 3, 28)),
        ("18.00.00", "%H.%M.%S", (1970, 1, 1, 18)),
        ("1:30 PM", "%I:%M %p", (1970, 1, 1, 13, 30)),
        ("12:30 am", "%I:%M %p", (1970, 1, 1, 0, 30)),
        ("2024-03-28", "%d/%m/%Y", (2024, 3, 28)),  # ISO is understood beside the column's own format
        ("14:05", "%H.%M.%S", (1970, 1, 1, 14, 5)),
        ("23:59:59", "%H:%M:%S", (1970, 1, 1, 23, 59, 59)),
        ("2024-03-28T24:00", "", (2024, 3, 29)),
        ("28.03.2024", "%d.%m.%Y %H:%M", (2024, 3, 28)),
        ("28.03.2024 14:05", "%d.%m.%Y %H:%M:%S", (2024, 3, 28, 14, 5)),
        ("2024-W01", "%G-W%V", (2024, 1, 1)),
        ("2020-W53-7", "%G-W%V-%u", (2021, 1, 3)),
        ("Q3 2024", "Q%q %Y", (2024, 7, 1)),
        ("1er août 2024", "%o %b %Y", (2024, 8, 1)),
    ],
)
def test_parsing(text, format_, moment):
    assert date_reader(Grammar(date=format_))(text) == micros(*moment)


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ("2024-02-30", ""),
        ("2024-13-01", ""),
        ("2024-W54", "%G-W%V"),
        ("28.03.2024 ", "%H:%M"),
        ("2024-1-1", ""),
        ("2024-03-28T24:01", ""),
        ("2024-03-28T14:05:06Z", ""),
        ("2024-03-28T14:60", ""),
        ("2024-03-28T14:05:60", ""),
        ("28/03/2024", ""),
        ("03/28/2024", "%d/%m/%Y"),
        ("31.04.2024", "%d.%m.%Y"),
        ("Foo 12 1998", "%b %d %Y"),
        ("25.00.00", "%H.%M.%S"),
        ("13:30 PM", "%I:%M %p"),
        ("2019111", "%Y%m%d"),
        ("2024-03-28", "%H:%M"),
        ("yesterday", "%Y"),
    ],
)
def test_invalid_dates(text, format_):
    with pytest.raises(ValueError, match=r".+"):
        date_reader(Grammar(date=format_))(text)


def test_offsets_are_converted_to_utc_or_invalid():
    read = date_reader(Grammar(zone=True))
    assert read("2024-03-28T14:05:00+02:00") == micros(2024, 3, 28, 12, 5)
    assert read("2024-03-28T14:05:00-0530") == micros(2024, 3, 28, 19, 35)
    assert read("2024-03-28T14:05:00+11:45") == micros(2024, 3, 28, 2, 20)
    assert read("2024-03-28T14:05:00Z") == read("2024-03-28T14:05:00") == micros(2024, 3, 28, 14, 5)


def test_zones_with_names():
    read = date_reader(Grammar(zone=True))
    assert read("2024-03-28 14:05:00 UTC") == read("2024-03-28 16:05:00 CEST") == micros(2024, 3, 28, 14, 5)
    assert read("2024-03-28 14:05:00+00") == read("2024-03-28T15:05:00+01:00[Europe/Berlin]") == micros(2024, 3, 28, 14, 5)
    for text in ("2024-03-28T14:05Z", "2024-03-28 14:05 UTC"):
        with pytest.raises(OffsetError):
            date_reader(Grammar())(text)
    with pytest.raises(OffsetError):
        date_reader(Grammar(date="%d.%m.%Y %H:%M"))("28.03.2024 14:05 MEZ")
    for text in ("2024-02-30", "soon Z", "2024-02-30 10:00Z"):
        with pytest.raises(ValueError, match=r".+") as raised:
            date_reader(Grammar())(text)
        assert raised.type is ValueError


def test_the_pivot_of_two_digit_years():
    assert date_reader(Grammar(date="%d/%m/%y"))("28/03/36") == micros(2036, 3, 28)
    assert date_reader(Grammar(date="%d/%m/%y", pivot=36))("28/03/36") == micros(1936, 3, 28)
    assert date_reader(Grammar(date="%d/%m/%y", pivot=36))("28/03/35") == micros(2035, 3, 28)


@pytest.mark.parametrize("text", ["00.00.0000", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "00000000"])
def test_zeros_are_no_date(text):
    assert date_reader(Grammar(date="%d.%m.%Y"))(text) == MISSING_DATE


def test_days_that_mean_no_date():
    read = date_reader(Grammar(date="%d.%m.%Y", missing_dates=("9999-12-31",)))
    assert read("31.12.9999") == read("9999-12-31T23:59:59") == MISSING_DATE
    assert read("30.12.9999") != MISSING_DATE
    assert date_reader(Grammar(date="%H.%M.%S"))("00.00.00") == 0


def test_missing():
    read = date_reader(Grammar(missing=("NA",)))
    assert read("") == read(" NA ") == MISSING_DATE
    assert date_text(MISSING_DATE) == ""


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))
def test_iso_text_and_back(moment):
    value = datetime_microseconds(moment)
    assert date_reader(Grammar())(date_text(value)) == value
    assert date_reader(Grammar(zone=True))(date_text(value, zone=True)) == value


def test_dates_beyond_the_calendar_are_formatted():
    assert date_text(10**18).startswith("33658")


def test_a_datetime_with_a_time_zone():
    zoned = datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert datetime_microseconds(zoned) == micros(2024, 1, 1)


@pytest.mark.parametrize("format_", ["", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%H.%M.%S", "%b %d %Y"])
@pytest.mark.parametrize("zone", [False, True])
def test_an_example_can_be_parsed(format_, zone):
    if zone and format_:
        return
    grammar = Grammar(date=format_, zone=zone)
    assert date_reader(grammar)(date_example(grammar)) != MISSING_DATE


def test_an_unknown_field_of_a_format():
    with pytest.raises(ValueError, match="%K"):
        date_pattern("%K")


def test_moments_of_one_day_of_1970_are_times_of_day():
    hour = 3_600_000_000
    assert time_format(np.array([2 * hour, MISSING_DATE, 23 * hour])) == "%H:%M:%S"
    assert date_text(2 * hour, time_format(np.array([2 * hour]))) == "02:00:00"
    for other in ([], [MISSING_DATE], [0], [-hour, hour], [2 * hour, 24 * hour]):
        assert time_format(np.array(other, dtype=np.int64)) == ""
