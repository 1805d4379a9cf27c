"""Text files in any encoding as files of UTF-8."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.catalog.sources import _text_file as text_file
from mlops_desktop.catalog.sources import _utf8_file as utf8_file

TEXT = "\ufeff\ufeffÄpfel, Öl\n" + 'kosten "1" €\r\n' * 50


@pytest.fixture(autouse=True, params=[2**22, 7], ids=["at once", "in pieces"])
def _pieces(request, monkeypatch):
    monkeypatch.setattr(utf8_file, "_BLOCK", request.param)
    monkeypatch.setattr(text_file, "_PIECE_BYTES", request.param)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "gb18030"])
def test_every_encoding_becomes_utf8(encoding, tmp_path):
    text = TEXT if encoding.startswith("utf") else TEXT.strip("\ufeff").replace("€", "$")
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode(encoding))
    with utf8_file.utf8_file(path, "utf-16" if encoding == "utf-16-be" else encoding) as file:
        assert file.path.read_bytes()[file.start :].decode() == text.lstrip("\ufeff")
        assert (file.path == path) == (encoding == "utf-8")
        assert not file.damaged
        assert file.count('"', file.start) == 100
        assert bool(file.notes) == (not encoding.startswith("utf"))
    assert path.exists()


def test_damaged_text_stays_utf8(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"\xef\xbb\xbf\xef\xbb\xbf" + "Äö".encode() + b"\xe4\x00")
    with utf8_file.utf8_file(path, "utf-8") as file:
        assert file.path.read_bytes()[file.start :].decode() == "Äö\ufffd"
        assert file.damaged
        assert "1 NUL byte" in file.notes[0]
    path.write_bytes("ÄÖÜ".encode("cp1252"))
    with pytest.raises(UserError, match="not written in UTF-8"), utf8_file.utf8_file(path, "utf-8"):
        pass
    path.write_bytes(b"abcdefghijkl\x81")
    with pytest.raises(UserError, match="not written in cp1252 at byte 12"), utf8_file.utf8_file(path, "cp1252"):
        pass


def test_letters_that_were_decoded_twice_are_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(utf8_file, "_BLOCK", 2**22)
    path = tmp_path / "x.csv"
    path.write_text("name;n\nMÃ¼ller;1\nSchÃ¶n;2\n", encoding="utf-8")
    with utf8_file.utf8_file(path, "utf-8") as file:
        assert "MÃ¼ller" in file.notes[0]
    path.write_text("name;n\nMüller;1\nSÃO;2\nÅrhus;3\n", encoding="utf-8")
    with utf8_file.utf8_file(path, "utf-8") as file:
        assert file.notes == ()
