"""The tokenizer."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.formula.tokens import FormulaError, shortened, tokens


def test_names_values_and_signs():
    found = tokens("[net ]] income]>=`a``b` and 'it''s' <> 1.5e-3")
    assert " ".join(token.sort for token in found) == "quoted sign quoted sign text sign number end"
    assert [token.value for token in found] == ["net ] income", ">=", "a`b", "and", "it's", "!=", "1.5e-3", "the end"]
    assert [token.at for token in found] == [0, 15, 17, 24, 28, 36, 39, 45]


def test_letters_of_every_script_make_names():
    assert [token.value for token in tokens("größe + 年齢 − x.1")][:-1] == ["größe", "+", "年齢", "-", "x.1"]


@pytest.mark.parametrize(
    ("text", "position", "remedy"),
    [
        ("a && b", 2, "and"),
        ("a || b", 2, "or"),
        ("“x”", 0, "straight quotes"),
        ("a; b", 1, "commas"),
        ('"open', 0, "same quote"),
        ("[open", 0, "]"),
        ("a @ b", 2, "Remove"),
    ],
)
def test_invalid_characters_have_a_remedy(text, position, remedy):
    with pytest.raises(FormulaError) as caught:
        tokens(text)
    assert caught.value.position == position
    assert remedy in caught.value.remedy


def test_long_names_are_shortened_in_messages():
    assert shortened("x" * 100) == "x" * 57 + "..."
    assert shortened("x" * 60) == "x" * 60
