"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.metrics.definitions import METRICS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0.0, "0"),
        (0.84571, "0.8457"),
        (-0.5, "\u22120.5"),
        (2779.4, "2,779"),
        (21819.3, "21,819"),
        (1_234_567.8, "1,234,568"),
        (99.96, "99.96"),
        (0.00001234, "1.23e-05"),
        (-0.00001234, "\u22121.23e-05"),
    ],
)
def test_numbers_as_text(value, text):
    assert format_number(value) == text


def test_no_sentence_of_a_metric_counts_in_powers_of_ten():
    sentence = METRICS["neg_root_mean_squared_error"].describe(-21819.3)
    assert "21,819" in sentence
    assert "e+" not in sentence
    assert "e+" not in METRICS["neg_mean_absolute_percentage_error"].describe(-10.77)
