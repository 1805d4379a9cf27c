"""Durations and times of day; the columns themselves are in tests/reading/test_columns.py."""

import pandas as pd
import pytest

from mlops_desktop.engine.data.durations import duration_notation
from tests.imported import raw_of


@pytest.mark.parametrize(
    ("name", "cells", "notation"),
    [
        ("Uhrzeit", ["8:30", "12:45"], ""),
        ("x", ["8:30", "25:10"], "hours"),
        ("lap_time", ["1:30", "2:05"], "minutes"),
        ("dauer", ["1:30", "2:05"], "hours"),
        ("dauer", ["1:30", "0:02:05"], "minutes"),
        ("dauer", ["1h30", "2h05"], "hours"),
        ("x", ["05:12.3", "04:59"], "minutes"),
        ("dauer", ["1:30", "lang"], ""),
    ],
)
def test_durations_are_known_by_name_and_values(name, cells, notation):
    raw = raw_of(name, pd.Series(cells, dtype="str"))
    assert duration_notation(raw, raw.matching(".+")) == notation


def test_a_person_may_say_that_clock_times_are_durations():
    raw = raw_of("start", pd.Series(["8:30", "12:45"], dtype="str"))
    assert duration_notation(raw, raw.matching(".+"), chosen=True) == "hours"
