from __future__ import annotations

import io
import stat
import zipfile

import pytest

from mlops_desktop.serving import archive as module
from mlops_desktop.serving.archive import read_archive
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.errors import UserError


def pack(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members:
            file.writestr(name, data, **options)
    return path


@pytest.fixture
def into(tmp_path):
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


@pytest.mark.parametrize("inner", ["", "leavers/"])
def test_a_packed_bundle_is_opened(inner, folders, tmp_path, into):
    folder = folders["binary"]
    files = [(inner + path.relative_to(folder).as_posix(), path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    found = read_archive(pack(tmp_path / "b.zip", files), into)
    assert open_bundle(found).scorer.name == "leavers"


@pytest.mark.parametrize("name", ["../bundle.json", "/bundle.json", "a/../../bundle.json", "C:/bundle.json", "..\\bundle.json"])
def test_names_that_lead_out_write_nothing(name, tmp_path, into):
    with pytest.raises(UserError, match="outside itself"):
        read_archive(pack(tmp_path / "b.zip", [(name, "{}")]), into)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "b.zip"]


def test_links_are_refused(tmp_path, into):
    link = zipfile.ZipInfo("bundle.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(UserError, match="holds a link"):
        read_archive(pack(tmp_path / "b.zip", [(link, "/etc/passwd")]), into)


def test_names_that_come_twice_are_refused(tmp_path, into):
    with pytest.warns(UserWarning, match="Duplicate"):
        path = pack(tmp_path / "b.zip", [("a", "1"), ("a", "2")])
    with pytest.raises(UserError, match="comes twice"):
        read_archive(path, into)
    with pytest.raises(UserError, match="comes twice"):
        read_archive(pack(tmp_path / "c.zip", [("a", "1"), ("A", "2")]), into)


def test_bombs_are_refused(tmp_path, into):
    with pytest.raises(UserError, match="beyond all measure"):
        read_archive(pack(tmp_path / "b.zip", [("a", b"\0" * 20_000_000)]), into)
    assert not list(into.iterdir())


def test_too_many_files_and_bytes_are_refused(tmp_path, into, monkeypatch):
    path = pack(tmp_path / "b.zip", [(str(i), "xyz") for i in range(20)])
    monkeypatch.setattr(module, "MAX_FILES", 10)
    with pytest.raises(UserError, match="too much"):
        read_archive(path, into)
    monkeypatch.setattr(module, "MAX_FILES", 100)
    monkeypatch.setattr(module, "MAX_BYTES", 30)
    with pytest.raises(UserError, match="too much"):
        read_archive(path, into)


def test_a_wrong_size_is_found_while_unpacking(tmp_path, into):
    path = pack(tmp_path / "b.zip", [("a", bytes(range(256)) * 50)])
    data = path.read_bytes()
    size = (256 * 50).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(UserError):
        read_archive(path, into)
    assert sum(file.stat().st_size for file in into.rglob("*") if file.is_file()) <= 256 * 50


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04" + b"\0" * 40])
def test_what_is_no_zip(data, tmp_path, into):
    (tmp_path / "b.zip").write_bytes(data)
    with pytest.raises(UserError, match="not a whole zip"):
        read_archive(tmp_path / "b.zip", into)


def test_a_cut_zip(folders, tmp_path, into):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        file.write(folders["binary"] / "golden.json", "golden.json")
    (tmp_path / "b.zip").write_bytes(whole.getvalue()[:-30])
    with pytest.raises(UserError, match="not a whole zip"):
        read_archive(tmp_path / "b.zip", into)


def test_a_zip_without_a_bundle(tmp_path, into):
    with pytest.raises(UserError, match="holds no bundle"):
        read_archive(pack(tmp_path / "b.zip", [("readme.txt", "hello")]), into)
