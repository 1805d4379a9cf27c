"""A date of its parts: by hand, with parts that make no day."""

import math

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.operations.compose_date import ComposeDate
from mlops_desktop.serving.dates import date_text
from tests.frames import make_frame, run

NAN = math.nan
FRAME = make_frame(
    {
        "y": [2024, 2024, 2023, 2024, NAN, 2024.5],
        "m": [2, 12, 2, 13, 1, 1],
        "d": [29, 31, 29, 1, 1, 1],
        "h": [0, 24, 5, 5, 5, 5],
        "clock": [930, 2400, 5, 5, 5, 5],
        "odd_clock": [960, 2401, 5, 5, 5, 5],
    },
    {"name": ["Feb", "Dezember", "2", "x", None, "may"]},
    {
        "day": ["2024-02-29", None, "2023-01-01", "2023-01-01", "2023-01-01", "2023-01-01"],
        "time": ["1970-01-01T10:15", *["1970-01-01T00:00"] * 5],
    },
)


def made(*columns, **params):
    frame = run(ComposeDate(columns=columns, name="when", **params), FRAME)
    return [date_text(value) for value in frame.date("when").tolist()]


def test_parts():
    assert made("y", "m") == ["2024-02-01", "2024-12-01", "2023-02-01", "", "", ""]
    assert made("y", "m", "d") == ["2024-02-29", "2024-12-31", "", "", "", ""]
    assert made("y", "m", "d", "h")[:2] == ["2024-02-29", "2025-01-01"]
    assert made("d", "y", "name", parts=("day", "year", "month"))[:2] == ["2024-02-29", "2024-12-31"]
    assert made("y", "m", "d", "clock", parts=("year", "month", "day", "clock"))[:2] == ["2024-02-29T09:30:00", "2025-01-01"]
    assert made("y", "m", "d", "odd_clock", parts=("year", "month", "day", "clock"))[:2] == ["", ""]


def test_a_day_and_a_time():
    assert made("day", "time")[:2] == ["2024-02-29T10:15:00", ""]
    assert made("day", "h", parts=("date", "hour"))[2] == "2023-01-01T05:00:00"


def test_the_columns_go_unless_they_are_kept():
    assert "y" not in run(ComposeDate(columns=("y", "m"), name="when"), FRAME).layout.names()
    assert "y" in run(ComposeDate(columns=("y", "m"), name="when", keep=True), FRAME).layout.names()
    assert "y m" in run(ComposeDate(columns=("y", "m")), FRAME).layout.names()


@pytest.mark.parametrize(
    ("columns", "parts"),
    [(("y",), ()), (("m", "d"), ("month", "day")), (("y", "m"), ("year", "moon")), (("y", "m"), ("year", "year")), (("y", "m"), ("year",))],
)
def test_what_is_refused(columns, parts):
    with pytest.raises(UserError, match="what each of them holds"):
        made(*columns, parts=parts)


def test_a_part_of_another_kind_is_refused():
    with pytest.raises(UserError, match="“name” is a categorical"):
        made("name", "m")
