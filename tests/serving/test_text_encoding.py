"""The encoding of a text is found from its bytes: marks, UTF-16 without one, UTF-8 with a damaged byte, Western European."""

from __future__ import annotations

import io

import pytest

from mlops_desktop.serving.text_encoding import text_encoding

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
