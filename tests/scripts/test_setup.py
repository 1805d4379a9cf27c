"""The setup of a fresh machine: what it finds missing, what it asks for, and when it has nothing to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def setup(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.delitem(sys.modules, "setup", raising=False)
    import setup

    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(setup, "ENVIRONMENT", tmp_path / ".venv")
    monkeypatch.setattr(setup, "STAMP", tmp_path / ".venv" / "setup.stamp")
    monkeypatch.setattr(setup.shutil, "which", lambda program: None)
    yield setup
    sys.modules.pop("setup", None)


def test_a_bare_machine_lacks_what_its_purpose_needs(setup, monkeypatch):
    monkeypatch.setattr(setup, "loads", lambda library: False)
    assert setup.missing_libraries("run") == ["libgomp1"]
    assert setup.missing_libraries("test") == [
        "libgomp1", "libegl1", "libgl1", "libdbus-1-3", "libfontconfig1", "libxkbcommon0", "libglib2.0-0"
    ]  # fmt: skip
    assert set(setup.missing_libraries("proofs")) >= {"libegl1", "libxcb-cursor0", "xvfb", "xauth"}
    monkeypatch.setenv("DISPLAY", ":0")
    assert set(setup.missing_libraries("run")) >= {"libegl1", "libxcb-cursor0"}
    assert "libwayland-cursor0" not in setup.missing_libraries("run")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert "libwayland-cursor0" in setup.missing_libraries("run")


def test_a_complete_machine_lacks_nothing(setup, monkeypatch):
    monkeypatch.setattr(setup, "loads", lambda library: True)
    assert setup.missing_libraries("run") == setup.missing_libraries("test") == []


def test_only_linux_is_asked_for_debian_packages(setup, monkeypatch):
    monkeypatch.setattr(setup, "loads", lambda library: False)
    for platform in ("win32", "darwin"):
        monkeypatch.setattr(sys, "platform", platform)
        assert setup.missing_libraries("proofs") == []


def test_libraries_that_cannot_be_installed_stop_the_tests_and_not_the_run(setup, monkeypatch, capsys):
    setup.ENVIRONMENT.mkdir()
    monkeypatch.setattr(setup, "missing_libraries", lambda purpose: ["libgomp1"])
    monkeypatch.setattr(setup, "apt_get", lambda packages: False)
    monkeypatch.setattr(setup, "python_in", lambda environment: Path(sys.executable))
    setup.STAMP.write_text(setup.fingerprint())
    setup.set_up("run")
    assert "libgomp1" in capsys.readouterr().err
    with pytest.raises(setup.SetupError, match="libgomp1"):
        setup.set_up("test")


def test_nothing_is_done_twice_and_a_new_lock_is_installed(setup, monkeypatch, tmp_path):
    installed = []
    lock = tmp_path / "requirements.lock"
    lock.write_text("numpy==1\n")
    setup.ENVIRONMENT.mkdir()
    monkeypatch.setattr(setup, "LOCK", lock)
    monkeypatch.setattr(setup, "missing_libraries", lambda purpose: [])
    monkeypatch.setattr(setup, "python_in", lambda environment: Path(sys.executable))
    monkeypatch.setattr(setup, "install", lambda: installed.append(lock.read_text()))
    setup.set_up("run")
    setup.set_up("test")
    assert installed == ["numpy==1\n"]
    lock.write_text("numpy==2\n")
    setup.set_up("run")
    assert installed == ["numpy==1\n", "numpy==2\n"]


def test_a_python_that_is_too_old_is_named(setup, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(sys, "version", "3.9.18 (main)")
    with pytest.raises(setup.SetupError, match=r"3\.11 or newer is needed, and this is Python 3\.9\.18"):
        setup.base_python()


def test_a_folder_that_is_no_environment_is_left_alone(setup):
    setup.ENVIRONMENT.mkdir()
    (setup.ENVIRONMENT / "mine.txt").write_text("keep")
    with pytest.raises(setup.SetupError, match="stands in the way"):
        setup.make_environment("run")
    assert (setup.ENVIRONMENT / "mine.txt").read_text() == "keep"


def test_without_ensurepip_and_pip_one_command_is_named(setup, monkeypatch):
    monkeypatch.setattr(setup, "can_import", lambda python, module: False)
    monkeypatch.setattr(setup, "loads", lambda library: False)
    with pytest.raises(setup.SetupError, match=r"python3\.\d+-venv libgomp1"):
        setup.make_environment("run")


def test_without_ensurepip_the_pip_of_the_system_installs(setup, monkeypatch):
    monkeypatch.setattr(setup, "can_import", lambda python, module: module != "ensurepip" and str(setup.ENVIRONMENT) not in str(python))
    setup.make_environment("run")
    assert setup.python_in(setup.ENVIRONMENT).exists()
    assert subprocess.run([setup.python_in(setup.ENVIRONMENT), "-c", "import pip"], capture_output=True).returncode != 0
    assert setup.pip_command() == [setup.base_python(), "-m", "pip", "--python", str(setup.python_in(setup.ENVIRONMENT))]


def test_an_unwritable_place_is_one_sentence(setup, monkeypatch, capsys):
    def refuse(purpose):
        raise PermissionError(13, "Permission denied", "/somewhere/.venv")

    monkeypatch.setattr(setup, "set_up", refuse)
    monkeypatch.setattr(sys, "argv", ["setup.py"])
    assert setup.main() == 2
    assert capsys.readouterr().err == "The setup could not read or write /somewhere/.venv: Permission denied.\n"


def test_database_servers_are_looked_for_where_debian_keeps_them(setup, monkeypatch):
    monkeypatch.setattr(setup.sys, "platform", "linux")
    monkeypatch.setattr(setup.shutil, "which", lambda program, path=None: program if path and "/usr/sbin" in path else None)
    assert setup.missing_databases() == []
    monkeypatch.setattr(setup.shutil, "which", lambda program, path=None: None)
    assert setup.missing_databases() == ["postgresql", "mariadb-server-core", "mariadb-client-core"]
    monkeypatch.setattr(setup.sys, "platform", "darwin")
    assert setup.missing_databases() == []
