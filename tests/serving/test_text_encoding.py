"""The encoding of a text is found from its bytes: marks, UTF-16 without one, UTF-8 with a damaged byte, Western European."""

from __future__ import annotations

import io

import pytest

from mlops_desktop.serving.text_encoding import encoding_by_texts, text_encoding

TEXT = "Ort;Größe\nKöln;1\nZürich;2\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-32"), "utf-32"),
        (("Город,x\r\n" + "Нижний Новгород,1\r\n" * 9).encode("utf-16-le"), "utf-16-le"),
        (("Город,x\r\n" + "Нижний Новгород,1\r\n" * 9).encode("utf-16-be"), "utf-16-be"),
        (("都市,x\n" + "東京,1\n" * 9).encode("utf-16-be"), "utf-16-be"),
        (b"a,b\n1,2\n" + b"\0" * 40 + b"3,4\n", "utf-8"),  # a block that a program never wrote
        (TEXT.encode() + b"R\xfcm;3\n", "utf-8"),  # one damaged byte
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("latin-1") + b"\x81", "latin-1"),
        (("Город;x\n" + "Нижний Новгород;1\n" * 5).encode("cp1251"), ""),
        (b"a,b\n" * 100_000 + "ü,1\n".encode("cp1252"), "cp1252"),  # far from the beginning
        (b"", "utf-8"),
    ],
)
def test_encodings(data, encoding):
    assert text_encoding(io.BytesIO(data)) == encoding


@pytest.mark.parametrize(
    ("words", "encodings"),
    [
        (("Город", "Москва", "Казань"), ("cp1251", "koi8_r", "iso8859-5", "cp866", "mac_cyrillic")),
        (("Łódź", "Gdańsk"), ("cp1250", "iso8859-2", "cp852", "mac_latin2")),
        (("東京", "表示"), ("cp932", "euc_jp")),
        (("北京", "上海"), ("gb18030", "big5")),
        (("서울", "부산"), ("euc_kr",)),
        (("Αθήνα", "Πάτρα"), ("cp1253",)),
        (("Köln", "Weiß"), ("cp1252", "mac-roman", "cp437")),
    ],
)
def test_known_texts_decide_the_encoding(words, encodings):
    for encoding in encodings:
        data = ("x," + ",".join(words) + "\n1,2,3\n").encode(encoding)
        assert encoding_by_texts(data, words) == encoding
        assert text_encoding(io.BytesIO(data), words) == encoding


def test_known_texts_that_are_absent_decide_nothing():
    assert encoding_by_texts("Größe".encode("cp1252"), ["Köln"]) == ""
    assert encoding_by_texts(b"abc", []) == ""
