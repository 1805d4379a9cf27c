from __future__ import annotations

import hashlib
import sys

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
    assert serve.changed(tmp_path) == ""  # data is looked at when it is opened
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
