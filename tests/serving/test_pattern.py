"""Patterns match as Python's `re`, in bounded time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.pattern import MAX_TEXT, Pattern

atoms = st.sampled_from(["a", "b", "-", ".", r"\d", r"\w", r"\s", "[ab]", "[^a]", "[0-9a-c]", r"\.", r"[\w-]", r"\b", "^", "$"])
repeats = st.sampled_from(["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"])


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    row = st.lists(inner, min_size=1, max_size=3).map("".join)
    return st.one_of(row, st.builds("({}){}".format, row, st.sampled_from(["", "", "?"])), st.builds("(?:{}|{})".format, row, row))


patterns = st.recursive(st.builds("{}{}".format, atoms.filter(lambda a: a not in (r"\b", "^", "$")), repeats) | atoms, grow, max_leaves=6)


def refused(pattern: str, text: str) -> UserError | None:
    """The refusal of a pattern, if it was refused."""
    try:
        Pattern(pattern).find(text)
    except UserError as error:
        return error
    return None


@settings(max_examples=250)
@given(patterns, st.text("ab-.01 \n_é", max_size=12))
def test_matches_are_those_of_python(pattern, text):
    found = re.search(pattern, text)
    wanted = None if found is None else found.groups() or (found[0],)
    assert Pattern(pattern).find(text) == wanted


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_pattern_is_compiled_or_a_user_error(pattern, text):
    refusal = refused(pattern, text)
    assert refusal is None or (refusal.message.endswith(".") and refusal.remedy)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 999 + "b"),
        ("(a|a)*$", "a" * 999 + "b"),
        ("(.*)(.*)(.*)(.*)(.*)x", "a" * 1000),
        ("a?" * 60 + "a" * 60, "a" * 60),
        (r"(\w+\s?)*:", "word " * 500),
        ("(x*)*y", "x" * 1000),
        ("(?:(?:(?:){999}){999}){999}", ""),
        ("((a{99}){99}){99}", "a"),
    ],
)
def test_hostile_patterns_and_texts_take_bounded_time(pattern, text):
    start = time.perf_counter()
    refusal = refused(pattern, text)
    assert refusal is None or "repeats too much" in refusal.message
    assert time.perf_counter() - start < 3.0


def test_only_the_beginning_of_a_long_text_is_searched():
    assert Pattern("x").find(" " * (MAX_TEXT - 1) + "x") == ("x",)
    assert Pattern("x").find(" " * MAX_TEXT + "x") is None


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "bracket is missing"),
        (")", "never opened"),
        ("[a", "not closed"),
        ("*a", "nothing before"),
        ("a**", "cannot be repeated"),
        ("a{3,1}", "smaller"),
        ("[z-a]", "backwards"),
        ("a\\", "ends with a backslash"),
        (r"(a)\1", "not known"),
        (r"\q", "not known"),
        ("(?=a)", "(? are not known"),
        ("(?P<x>a)", "(? are not known"),
        ("(" * 30 + ")" * 30, "too many groups"),
        ("a" * 201, "201 characters"),
        ("a{600}", "repeats too much"),
    ],
)
def test_syntax_errors_are_named(pattern, message):
    with pytest.raises(UserError) as caught:
        Pattern(pattern)
    assert message in caught.value.message
    assert caught.value.remedy
