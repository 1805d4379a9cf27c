from __future__ import annotations

import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._service_files import write_service
from mlops_desktop.serving import serve


def seal(folder):
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def test_changed_code_is_found_before_it_is_run(tmp_path):
    (tmp_path / "serving").mkdir()
    (tmp_path / "serving" / "app.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "data.json").write_text("{}", encoding="utf-8")
    assert serve.changed(tmp_path) == "SHA256SUMS"
    seal(tmp_path)
    assert serve.changed(tmp_path) == ""
    (tmp_path / "data.json").write_text("[]", encoding="utf-8")
    assert serve.changed(tmp_path) == ""  # data is examined when it is opened
    (tmp_path / "serving" / "app.py").write_text("x = 2\n", encoding="utf-8")
    assert serve.changed(tmp_path) == "serving/app.py"
    (tmp_path / "serving" / "app.py").unlink()
    assert serve.changed(tmp_path) == "serving/app.py"


def test_changed_code_is_reported_in_a_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    seal(tmp_path)
    (tmp_path / "a.py").write_text("x = 2\n", encoding="utf-8")
    monkeypatch.setattr(serve, "HERE", tmp_path)
    for arguments, code in ((["serve.py"], 2), (["serve.py", "selftest"], 1)):
        monkeypatch.setattr(sys, "argv", arguments)
        assert serve.main() == code
        assert "“a.py” of the bundle is missing, was changed or is damaged" in capsys.readouterr().err


def test_an_old_python_is_reported_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(serve.sys, "version_info", (3, 8, 1))
    assert serve.main() == 2
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


@pytest.fixture(scope="module")
def exported(folders, tmp_path_factory):
    """A whole service; not to be changed."""
    target = tmp_path_factory.mktemp("service") / "bundle"
    write_service(folders["binary"], target, Silent())
    return target


def run(folder, *arguments, cache):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["SERVING_BYTECODE"] = str(cache)
    command = [sys.executable, "serve.py", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, done.stdout + done.stderr


def test_no_bytecode_of_the_bundle_is_run_and_none_is_written_there(exported, tmp_path):
    folder, cache = tmp_path / "bundle", tmp_path / "cache"
    shutil.copytree(exported, folder)
    planted = folder / "serving" / "__pycache__" / f"message.{sys.implementation.cache_tag}.pyc"
    planted.parent.mkdir()
    source = tmp_path / "message.py"
    source.write_text("raise SystemExit('planted')\n", encoding="utf-8")
    py_compile.compile(str(source), str(planted), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    code, output = run(folder, "selftest", cache=cache)
    assert (code, "planted" in output) == (0, False), output
    assert [path.name for path in (folder / "serving").rglob("*.pyc")] == [planted.name]
    assert len([*cache.rglob("serving.*.pyc")]) > 20


@pytest.mark.parametrize("name", ["numpy.py", "hashlib.py", "serving/more.py", "serving/tasks/count.so"])
def test_files_that_are_not_of_the_bundle_are_refused(name, exported, tmp_path):
    folder = tmp_path / "bundle"
    shutil.copytree(exported, folder)
    (folder / name).write_text("raise SystemExit('planted')\n", encoding="utf-8")
    code, output = run(folder, "selftest", cache=tmp_path)
    assert code == 1
    assert f"“{name}” does not belong to the bundle" in output


def test_files_that_are_no_code_refuse_no_start(tmp_path):
    (tmp_path / "serving").mkdir()
    (tmp_path / "SHA256SUMS").write_text("", encoding="utf-8")
    for name in (".DS_Store", "Thumbs.db", "notes.txt"):
        (tmp_path / "serving" / name).touch()
    assert serve.foreign(tmp_path) == ""
    (tmp_path / "serving" / "more.pyc").touch()
    assert serve.foreign(tmp_path) == "serving/more.pyc"


def test_a_cache_that_others_can_write_to_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "SHA256SUMS").write_text("", encoding="utf-8")
    monkeypatch.setenv("SERVING_BYTECODE", str(tmp_path))
    place = serve.cache_folder(tmp_path)
    assert place.is_dir()
    if os.name != "nt":
        place.chmod(0o777)
        assert serve.cache_folder(tmp_path) is None
    monkeypatch.setenv("SERVING_BYTECODE", str(tmp_path / "SHA256SUMS"))
    assert serve.cache_folder(tmp_path) is None


def test_a_user_without_a_home_keeps_no_bytecode(tmp_path, monkeypatch):
    def no_home(_):
        raise RuntimeError("Could not determine home directory.")

    (tmp_path / "SHA256SUMS").write_text("", encoding="utf-8")
    for name in ("SERVING_BYTECODE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "expanduser", no_home)
    assert serve.cache_folder(tmp_path) is None
