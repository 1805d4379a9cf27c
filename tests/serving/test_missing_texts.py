"""Which texts stand for a value that is not there."""

import pytest

from mlops_desktop.serving.missing_texts import all_missing, means_missing


@pytest.mark.parametrize(
    "text",
    ["", "NA", "k. A.", "keine Angabe", "verweigert", "prefer not to say", "(null)", "<NA>", "(not set)", "[unknown]", "..", "####", "#NV"],
)
def test_texts_for_missing(text):
    assert means_missing(text)


@pytest.mark.parametrize("text", ["0", "2024-01-05", "Anna", "kg", "°C", "error rate", "a", "n"])
def test_values_names_and_units_are_none(text):
    assert not means_missing(text)


def test_a_row_needs_one_text_at_least():
    assert all_missing(["", "refused", "none"])
    assert not all_missing(["", ""])
    assert not all_missing(["refused", "kg"])
