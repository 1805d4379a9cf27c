from __future__ import annotations

import random
import unicodedata

import pytest

from mlops_desktop.serving.normal_form import LIMIT, is_nfc, normalized, stream_safe

ALPHABET = "aǖᾂ한—.\u0315\u0300\u0323\u0304\u0308\u0344\u0f73"


def test_texts_of_people_are_normalized_as_the_standard_says():
    for text in ("", "plain", "Zu\u0308rich", "한국어", "e\u0323\u0301" * 500, "👩‍👩‍👧" * 40, "—" * 500, "a" + "\u0301" * LIMIT):
        assert stream_safe(text) is text
        assert normalized("NFC", text) == unicodedata.normalize("NFC", text)
        assert is_nfc(text) == (text == unicodedata.normalize("NFC", text))


def test_a_run_of_marks_is_cut_so_that_no_run_is_longer_than_the_standard_allows():
    assert stream_safe("a" + "\u0301" * (LIMIT + 1)) == "a" + "\u0301" * LIMIT + "\u034f" + "\u0301"
    assert not is_nfc("q" + "\u0301" * (LIMIT + 1))


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_normalized_text_is_left_as_it_is(form):
    draw = random.Random(5)
    for _ in range(500):
        found = normalized(form, "".join(draw.choices(ALPHABET, k=draw.randint(20, 80))))
        assert normalized(form, found) == found == unicodedata.normalize(form, found)
