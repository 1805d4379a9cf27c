"""Units, their conversions, and currencies."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.cells import Grammar, Scale
from mlops_desktop.serving.numbers import number_reader
from mlops_desktop.serving.units import CURRENCIES, UNITS, magnitude_scales, unit_scales


@pytest.mark.parametrize(
    ("marks", "text", "stated", "value"),
    [
        ({"kg": 2, "g": 1}, "1000 g", "kg", 1.0),
        ({"kg": 1, "lbs": 2}, "1 kg", "lbs", 1 / 0.45359237),
        ({"GB": 2, "TB": 1}, "1.5 TB", "GB", 1500.0),
        ({"min": 1, "h": 1}, "3 h", "min", 180.0),
        ({"h": 5, "min": 1}, "90 min", "h", 1.5),
        ({"°C": 1, "°F": 9}, "68 °F", "°C", 20.0),
        ({"km/h": 2, "m/s": 1}, "10 m/s", "km/h", 36.0),
        ({"kWh": 2, "MWh": 1}, "0.3 MWh", "kWh", 300.0),
    ],
)
def test_conversions_to_the_unit_of_most_cells(marks, text, stated, value):
    unit, scales = unit_scales(marks)
    assert unit == stated
    assert number_reader(Grammar(scales=scales))(text) == pytest.approx(value, rel=1e-15)


def test_the_same_unit_in_two_spellings_needs_no_conversion():
    assert unit_scales({"lb": 1, "lbs": 2}) == ("lbs", ())
    assert unit_scales({"µg": 1, "μg": 2}) == ("μg", ())


def test_what_does_not_convert():
    assert unit_scales({"kg": 1, "cm": 1}) is None
    assert unit_scales({"mmol/l": 1, "mg/dl": 1}) is None


def test_magnitudes():
    assert magnitude_scales({"M": 1, "K": 2}) == (Scale("K", 1e3), Scale("M", 1e6))


def test_no_mark_is_a_currency_and_a_unit():
    assert CURRENCIES.keys().isdisjoint(UNITS)
