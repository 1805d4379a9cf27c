"""Delimiter, quote and escape of text tables, and the rows that they make."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.dialect import (
    BLANKS,
    FIXED,
    ONE_COLUMN,
    Dialect,
    cut,
    find_dialect,
    fixed_cuts,
    fixed_dialect,
    numbered_rows,
    read_rows,
    sep_line,
)


@pytest.mark.parametrize(
    ("text", "delimiter", "quote"),
    [
        ("a,b\n1,2\n", ",", '"'),
        ("a;b\n1,5;2,5\n1,6;2,6\n", ";", '"'),
        ("a\tb, c\n1\t2, 3\n", "\t", '"'),
        ("a|b\n1|2\n", "|", '"'),
        ("only\nsome\nwords\n", ",", '"'),
        ("hello, you\nwords\nyes, no, well\n", ONE_COLUMN, '"'),
        ("a b\n1  2.5\n3  4.5\n", BLANKS, '"'),
        ("a b c\nx 1 2\ny 3 4\n", BLANKS, '"'),
        ("two words\nof a text\nand more\n", ",", '"'),
        ("t\n2024-01-01 10:00\n2024-01-02 11:00\n", ",", '"'),
        ("a,b\n'x','y'\n", ",", "'"),
        ("a,b\n'x','y \"z\"'\n", ",", "'"),
        ("a,b\nO'Neil,it's\n", ",", '"'),
        ("", ",", '"'),
    ],
)
def test_dialect(text, delimiter, quote):
    assert find_dialect(text) == Dialect(delimiter, quote)


def test_a_given_delimiter_stays():
    assert find_dialect("a,b\n1,2\n", ";") == Dialect(";", '"')
    assert find_dialect("a,b\n'1',2\n", ",", "") == Dialect(",", "")


def test_rows():
    assert read_rows('a,"b\nc"\n\n1,2\n', Dialect(",", '"')) == [["a", "b\nc"], ["1", "2"]]
    assert read_rows('a,"b\n', Dialect(",", "")) == [["a", '"b']]
    assert len(read_rows("1\n" * 50, Dialect(",", '"'), 7)) == 7


@pytest.mark.parametrize(
    ("text", "escape", "blanks"),
    [
        ('a,b\n1,"x \\" y, z"\n2,"w"\n', True, False),
        ("a,b\n1,x\\, y\n2,w\n", True, False),
        ("a,b\n1,x\\, y\n" + "2,w\n" * 150, True, False),
        ('a,b\n"C:\\x\\",1\n"C:\\y\\",2\n', False, False),
        ('a, b\n1, "x, y"\n2, "z"\n', False, True),
        ('a, b\n1, 2\n2, "z" w\n', False, False),
    ],
)
def test_escapes_and_blanks_before_quotes(text, escape, blanks):
    found = find_dialect(text)
    assert (found.escape, found.blanks) == (escape, blanks)
    assert find_dialect(text, escape=False).escape is False


def test_escaped_marks_lose_their_meaning_and_other_pairs_stay():
    dialect = Dialect(",", '"', escape=True)
    assert read_rows('1,a\\,b,"say \\"hi\\"",\\N,\\\\\n', dialect) == [["1", "a,b", 'say "hi"', "\\N", "\\"]]


def test_fixed_places():
    lines = ["name         n", "Anna-Maria   1", "Bob         23"]
    assert fixed_cuts(lines) == (0, 12)
    assert fixed_cuts([line.replace("  ", " ", 1) for line in lines]) == ()
    assert fixed_cuts([line.replace("  ", " ", 1) for line in lines] * 10) == (0, 11)
    assert cut(lines[2], (0, 12)) == ["Bob", "23"]
    assert read_rows("\n".join(lines), Dialect(FIXED, "", cuts=(0, 12)))[1] == ["Anna-Maria", "1"]
    assert fixed_cuts(["some words", "others"]) == ()


def test_words_of_few_cells_are_no_column():
    lines = ["state (of 5)   n", *[f"Köln           {at}" for at in range(5)] * 5, 'the "old" one  7', 'the "old" one  8']
    assert fixed_cuts(lines) == (0, 15)


def test_where_a_blank_stands_before_a_place_is_decided_once_for_all_parts_of_a_text():
    lines = ["name    n", *(f"word{i}   {i}" for i in range(9)), "a word beyond its column 5"]
    fixed = fixed_dialect(lines, (0, 8))
    assert fixed.parted == (8,)
    assert read_rows("\n".join(lines), fixed)[-1] == read_rows(lines[-1], fixed)[0]
    assert read_rows(lines[-1], fixed) == [["a word", "beyond its column 5"]]


def test_rows_know_their_lines():
    assert list(numbered_rows('a,b\n"x\ny",1\n\nz,2\n', Dialect(",", '"'))) == [
        (1, ["a", "b"]),
        (3, ["x\ny", "1"]),
        (4, []),
        (5, ["z", "2"]),
    ]


@pytest.mark.parametrize(
    ("text", "mark"), [("sep=;\na;b", ";"), ('"sep=,"\r\na,b', ","), ("SEP=\t\nx", "\t"), ("a;b\n1;2", ""), ("separate\n", "")]
)
def test_a_line_may_name_the_delimiter(text, mark):
    assert sep_line(text) == mark


@pytest.mark.parametrize("text", ['a "b\nc" d\n', '" a\n"', 'age "city\n1 2\n'])
def test_a_quote_over_line_ends_that_leaves_one_row_is_no_fault(text):
    assert find_dialect(text).delimiter == ","


def test_a_semicolon_that_ends_an_entity_ends_no_cell():
    text = "a;b;c\n" + "".join(f"{i};x &amp; y &#{i + 40};;{i}\n" for i in range(9))
    dialect = find_dialect(text)
    assert dialect.entities
    assert read_rows(text, dialect)[1] == ["0", "x &amp; y &#40;", "0"]
    plain = "a;b\n" + "".join(f"{i};&{i}\n" for i in range(9))
    assert not find_dialect(plain).entities
    assert not find_dialect("a;b;c\n" + "x &amp;y;1\n" * 9).entities  # all rows agree on the cells that it makes


def test_characters_of_private_use_stay_in_texts_with_escapes():
    dialect = Dialect(",", '"', escape=True)
    text = "\ue000a\\,\ue001,\\\n\\\\\ue000\ue000\n"
    assert read_rows(text, dialect) == [["\ue000a,\ue001", "\n\\\ue000\ue000"]]
