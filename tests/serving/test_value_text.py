"""Values in sentences are written as people write them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.serving.language import Language
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.value_text import number_text, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (np.bool_(False), "false"),
        (None, "nothing"),
        ("None", "None"),
        (3, "3"),
        (2.0, "2"),
        (0.1, "0.1"),
        (10_000.0, "10000"),
        (1e10, "10000000000"),
        (-1e-5, "-0.00001"),
        (1.5e-6, "0.0000015"),
        (1e-9, "1e-09"),
        (math.inf, "infinite"),
        (math.nan, "not a number"),
        ([True, None, "ä"], '[true, null, "ä"]'),
    ],
)
def test_a_value_is_written_as_people_write_it(value, text):
    assert value_text(value) == text


def test_a_sentence_writes_its_values_so_and_keeps_their_types():
    message = msg("“{name}” cannot be {value}, but {share:.0%}.", name="x", value=True, share=0.5)
    assert message == "“x” cannot be true, but 50%."
    assert message.args["value"] is True
    assert (
        message.translated(Language(texts={message.template: "„{name}“ ist {value}, aber {share:.0%}."}, percent=" %"))
        == "„x“ ist true, aber 50 %."
    )


def test_digits_are_cut_without_an_exponent():
    assert number_text(1_234_567.8, 6) == "1234570"
    assert number_text(0.000123456, 3) == "0.000123"
