"""Columns are called by their labels, and those that a step made in the language of the window."""

from __future__ import annotations

import pytest

from mlops_desktop.base.catalogue import catalogue_folder
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns, quoted_names
from mlops_desktop.ui import translation
from mlops_desktop.ui.column_names import called, set_labels, shown_name, version
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.ticks import tick_text


@pytest.fixture
def labelled():
    set_labels({"umsatz": "Revenue"})
    yield
    set_labels({})


@pytest.fixture
def german(qapp):
    translation.set_language(qapp, "de", catalogue_folder())
    yield
    translation.set_language(qapp, "en")


def test_a_sentence_of_the_engine_names_a_column_by_its_label(labelled):
    inner = msg("“{column}” is missing in {count}.", column="umsatz", count="3 rows")
    assert translated(inner) == "“Revenue” is missing in 3 rows."
    assert translated(msg("First: {message}", message=inner)) == "First: “Revenue” is missing in 3 rows."
    assert translated(quoted_columns(["umsatz", "b"])) == "“Revenue”, “b”"
    assert translated(quoted_names(["umsatz"])) == "“umsatz”"  # such as a level of that text
    assert inner.args["column"] == "umsatz"
    assert (shown_name("umsatz"), called("umsatz"), called("b")) == ("Revenue", "Revenue (umsatz)", "b")


def test_another_label_makes_what_was_translated_outdated(labelled):
    before = version()
    set_labels({"umsatz": "Revenue"})
    assert version() == before
    set_labels({"umsatz": "Turnover"})
    assert version() != before


def test_parts_of_dates_quotation_marks_and_ticks_are_those_of_the_language(german):
    assert [shown_name(name) for name in ("Tag: year", "Tag: month sin", "Tag: other", "year")] == [
        "Tag: Jahr", "Tag: Monat (Sinus)", "Tag: other", "year",
    ]  # fmt: skip
    assert translated(quoted_names(["a", "b", "c"], 2)) == "„a“, „b“ und 1 weitere"
    assert [tick_text(value, 2500) for value in (2500.0, 10_000.0)] == ["2,5 Tsd.", "10 Tsd."]
