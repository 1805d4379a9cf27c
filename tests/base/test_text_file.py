"""Encoding and dialect of text files; whole files are in contracts/test_sources.py."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.text_file import Dialect, decode, find_dialect, find_encoding, read_rows, refuse_binary


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"abc", "utf-8"),
        ("Äpfel".encode(), "utf-8"),
        ("Äpfel".encode("utf-8-sig"), "utf-8-sig"),
        ("Äpfel".encode("utf-16"), "utf-16"),
        ("Äpfel".encode("utf-32"), "utf-32"),
        ("apples and pears".encode("utf-16-le"), "utf-16-le"),
        ("apples and pears".encode("utf-16-be"), "utf-16-be"),
        ("Äpfel kosten 1 €".encode("cp1252"), "cp1252"),
        (b"a\x81b \xc4", "latin-1"),
        (b"x" * 300_000 + "ä".encode("cp1252"), "cp1252"),
        (b"x" * (2**18 - 1) + "ä".encode(), "utf-8"),  # a letter across two blocks
    ],
)
def test_encoding(data, encoding, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    assert find_encoding(path) == encoding


@pytest.mark.parametrize(
    ("text", "delimiter", "quote"),
    [
        ("a,b\n1,2\n", ",", '"'),
        ("a;b\n1,5;2,5\n1,6;2,6\n", ";", '"'),
        ("a\tb, c\n1\t2, 3\n", "\t", '"'),
        ("a|b\n1|2\n", "|", '"'),
        ("only\nsome\nwords\n", ",", '"'),
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


def test_binary_is_refused_and_a_wrong_encoding_too(tmp_path):
    with pytest.raises(UserError, match="Excel"):
        refuse_binary(tmp_path / "x.csv", b"PK\x03\x04....")
    with pytest.raises(UserError, match="no text file"):
        refuse_binary(tmp_path / "x.csv", b"a\0b\x01\x02\x03")
    refuse_binary(tmp_path / "x.csv", b"plain")
    with pytest.raises(UserError, match="not written in utf-8 at byte 1"):
        decode(tmp_path / "x.csv", b"a\xff", "utf-8")
