"""Dates with German names of months: read as dates, split by time, taken apart by a step, and asked for in the form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.end_to_end.scenarios.person import Person

pytestmark = pytest.mark.proof

MONTHS = ("Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez")


def visitors() -> str:
    """300 days, every second one: more visitors in summer and without rain."""
    rng = np.random.default_rng(40)
    lines = ["Tag;Besucher;Regen"]
    for at in range(300):
        day = dt.date(2023, 1, 1) + dt.timedelta(days=2 * at)
        rain = max(0.0, rng.normal(3, 3))
        count = 180 - 150 * np.cos(2 * np.pi * day.timetuple().tm_yday / 365) - 6 * rain + rng.normal(0, 15)
        lines.append(f"{day.day}. {MONTHS[day.month - 1]} {day.year};{max(0, round(count))};{rain:.1f}")
    return "\n".join(lines) + "\n"


def test_days_are_dates_from_the_first_rows_to_the_form(person: Person, table: Callable[[str, Callable[[], str]], Path]) -> None:
    person.open_preview(table("cases/b40_german_months.csv", visitors))
    person.read_file()
    person.predict("Besucher")
    person.click("data_tabs_notes")
    assert any("Tag" in row[0] and "date" in " ".join(row).lower() for row in person.rows("notes"))
    person.go("data")
    person.click("data_view_columns")
    assert any("Tag" in cell for row in person.rows("statistics") for cell in row)
    person.go("engineer")
    person.train(3)
    person.reads("By time", "held out for testing")
    person.go("evaluate")
    person.reads("RMSE")
    person.go("app")
    person.until(lambda: person.text("answer_figure") not in ("", "–", "…"), "an answer")
    form = person.window.panel.form
    assert form.field("Tag").line.text()
    person.write(form.field("Tag").line.objectName(), "1. Juli 2024")
    person.rest()
    summer = person.text("answer_figure")
    assert summer not in ("", "–"), person.screen()
    person.write(form.field("Tag").line.objectName(), "kein Tag")
    person.rest()
    person.reads("No prediction")
