"""The entry point dispatches by its arguments."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from mlops_desktop import __main__ as entry
from mlops_desktop import __version__


def test_the_command_line_gets_what_is_no_worker(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["mlops-desktop", "--help"])
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 0
    assert "profile" in capsys.readouterr().out


def test_a_worker_ends_with_its_input():
    done = subprocess.run([sys.executable, "-m", "mlops_desktop", "--worker"], input=b"", capture_output=True, timeout=60, check=False)
    assert done.returncode in (0, 1)  # in order, or by its own hand when its imports outlast the end of the input
    assert not done.stdout


def test_the_version_is_printed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["mlops-desktop", "--version"])
    with pytest.raises(SystemExit):
        entry.main()
    assert __version__ in capsys.readouterr().out


def test_no_argument_or_something_that_exists_opens_the_window(monkeypatch, tmp_path):
    from mlops_desktop import app

    opened: list[list[str]] = []
    monkeypatch.setattr(app, "main", lambda arguments: opened.append(arguments) or 0)
    try:
        for arguments, start in (([], entry.main), ([str(tmp_path)], entry.main), ([str(tmp_path)], entry.open_window)):
            monkeypatch.setattr(sys, "argv", ["mlops-desktop", *arguments])
            assert start() == 0
            assert not gc.isenabled(), "a collection among the imports delays the window"
    finally:
        gc.enable()
    assert opened == [[], [str(tmp_path)], [str(tmp_path)]]


def test_serve_wants_a_bundle(tmp_path):
    line = [sys.executable, "-m", "mlops_desktop", "--serve", str(tmp_path / "gone"), "selftest"]
    done = subprocess.run(line, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no folder" in done.stderr


def test_ctrl_c_while_it_loads_is_no_traceback(monkeypatch, capsys):
    from mlops_desktop import cli

    def load(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", load)
    monkeypatch.setattr(sys, "argv", ["mlops-desktop", "runs", "x"])
    assert entry.main() == 130
    assert not capsys.readouterr().err
