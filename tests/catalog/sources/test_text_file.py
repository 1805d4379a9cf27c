"""Encoding of text files; whole files are in contracts/test_sources.py and reading/."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.sources._text_file import decode, find_encoding, refuse_binary, sample_text


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
        (b"\x81 a\xc4", "latin-1"),
        (b"x" * 300_000 + "ä".encode("cp1252"), "cp1252"),
        (b"x" * (2**18 - 1) + "ä".encode(), "utf-8"),  # a letter across the end of the sample
        ("Äpfel, Öl und ".encode() + b"\xe4", "utf-8"),  # one damaged byte
        ("\ufeff\ufeffÄpfel".encode(), "utf-8-sig"),
    ],
)
def test_encoding(data, encoding, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    assert find_encoding(path) == encoding


def test_binary_is_refused_and_a_wrong_encoding_too(tmp_path):
    with pytest.raises(UserError, match="Excel"):
        refuse_binary(tmp_path / "x.csv", b"PK\x03\x04....")
    with pytest.raises(UserError, match="not a text file"):
        refuse_binary(tmp_path / "x.csv", b"a\0b\x01\x02\x03")
    refuse_binary(tmp_path / "x.csv", b"a,b\n1,\x002\n")  # few of them are the fault of a program
    refuse_binary(tmp_path / "x.csv", b"plain")
    with pytest.raises(UserError, match="not written in utf-8 at byte 1"):
        decode(tmp_path / "x.csv", b"a\xff", "utf-8")


def test_a_sample_ends_with_a_whole_line(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("\ufeff" + "abcdefg\n" * 40_000, encoding="utf-8")
    text, more = sample_text(path, "utf-8")
    assert more
    assert text.startswith("abcdefg")
    assert text.endswith("g\n")


CITIES = {
    "cp1251": ("Дата;Сумма;Статус", ("Нет", "Оплачено")),
    "koi8_r": ("Дата;Сумма;Статус", ("Нет", "Оплачено")),
    "cp1253": ("Ημερομηνία;Ποσό;Πόλη", ("Αθήνα", "Πάτρα")),
    "cp1255": ("תאריך;סכום;עיר", ("ירושלים", "חיפה", "אילת", "אשדוד")),
}


@pytest.mark.parametrize("encoding", CITIES)
def test_a_script_of_one_byte_a_letter_is_found_by_its_words(encoding, tmp_path):
    head, cells = CITIES[encoding]
    path = tmp_path / "x.csv"
    path.write_bytes("\n".join([head, *(f"0{i % 9 + 1}.02.2023;1 0{i};{cells[i % len(cells)]}" for i in range(40))]).encode(encoding))
    assert find_encoding(path) == encoding


def test_greek_capitals_are_no_cyrillic_ones(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("\n".join(["ΑΝΔΡΑΣ", "ΓΥΝΑΙΚΑ"] * 40).encode("cp1253"))
    assert find_encoding(path) == "cp1253"


def test_central_european_names_are_no_cyrillic_words(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("\n".join(["Částka;Město", *("1;Žďár", "2;Český Krumlov", "3;Břeclav") * 9]).encode("cp1250"))
    assert find_encoding(path) == "cp1250"
