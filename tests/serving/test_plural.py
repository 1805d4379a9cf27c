"""Singular and plural."""

from __future__ import annotations

from mlops_desktop.serving.plural import first_few, pluralize


def test_one_is_singular_and_everything_else_plural():
    assert [pluralize(count, "1 row", "{n} rows") for count in (0, 1, 2, 7043)] == ["0 rows", "1 row", "2 rows", "7,043 rows"]


def test_braces_in_the_rest_of_the_text_are_left_alone():
    assert pluralize(2, "1 row of “{x}”", "{n} rows of “{x}”") == "2 rows of “{x}”"


def test_a_list_is_cut_where_it_is_long():
    assert [first_few("abc", most) for most in (2, 3)] == ["a, b …", "a, b, c"]
    assert first_few((), 3) == ""
