"""Names of months."""

from __future__ import annotations

import calendar
import unicodedata

import pytest

from mlops_desktop.serving.month_names import month_number


def test_english_as_python_names_them():
    for month in range(1, 13):
        assert month_number(calendar.month_name[month]) == month_number(calendar.month_abbr[month].upper()) == month


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Jänner", 1),
        ("févr.", 2),
        (unicodedata.normalize("NFD", "März"), 3),
        ("MAERZ", 3),
        ("kwietnia", 4),
        ("mei", 5),
        ("giugno", 6),
        ("lipca", 7),
        ("aout", 8),
        ("set", 9),
        ("październik", 10),
        ("listopad", 11),
        ("déc", 12),
        ("Foo", 0),
        ("", 0),
    ],
)
def test_names(name, month):
    assert month_number(name) == month
