"""The parser: help is light, every command has its function, wrong arguments are one line."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys

import pytest

from mlops_desktop.cli.parser import make_parser
from mlops_desktop.engine.project import Project, write_project
from tests.cli.conftest import SAMPLES, call, refused


def test_help_is_quick_to_load_nothing():
    code = "import sys; from mlops_desktop.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print([m for m in ('numpy', 'pandas', 'sklearn', 'PySide6', 'matplotlib', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip().endswith("[]")


def test_every_command_has_its_function():
    commands = next(action for action in make_parser()._actions if isinstance(action, argparse._SubParsersAction)).choices
    places = {name: (sub.get_default("module"), sub.get_default("function")) for name, sub in commands.items()}
    for module, function in places.values():
        assert callable(getattr(importlib.import_module(f"mlops_desktop.cli.{module}"), function))


def test_bad_calls_are_one_sentence(project, tmp_path):
    assert "no file" in refused(call("new", tmp_path / "p", "--data", tmp_path / "gone.csv"))
    for address in ("http://example.com/a.csv", "https://example.com/table"):
        assert "Download the file first" in refused(call("new", tmp_path / "p", "--data", address))
    assert "There are: baseline" in refused(call("set", project, "encodings.nope=one_hot_scaled"))
    assert "no project" in refused(call("run", tmp_path))
    assert "already holds a project" in refused(call("new", project, "--data", SAMPLES / "penguins.csv"))
    assert "field" in refused(call("set", project, "metrik=accuracy"))
    assert "--budget" in refused(call("run", project, "--budget", "-1"))
    assert "no exporter" in refused(call("export", project, "nothing", tmp_path / "out"))


def test_wrong_arguments_are_one_line_with_the_place_of_the_usage(tmp_path):
    for arguments, command in ((["nonsense"], ""), (["predict", tmp_path], " predict"), (["set", tmp_path, "a=b", "--no"], "")):
        done = call(*arguments)
        assert refused(done).endswith(f"See: mlops-desktop{command} --help")
        assert len(done.stderr.splitlines()) == 1


def test_several_options_follow_one_set(project, tmp_path):
    for order in (["--set", "form=zip", "colour=red", project], [project, "--set", "form=zip", "colour=red"]):
        assert "colour" in refused(call("export", order[0], *order[1:], "rest_bundle", tmp_path / "out"))


@pytest.mark.parametrize("command", [("profile",), ("show",), ("new", "p", "--data")])
def test_a_name_that_is_not_utf_8_is_refused(command):
    assert "“caf?.csv”" in refused(call(*command, "caf\udce9.csv"))


@pytest.mark.parametrize("value", ["4GB", "1,5", "-1", "nan", "0"])
def test_a_limit_that_is_no_number_is_refused(value, monkeypatch, tmp_path):
    monkeypatch.setenv("MLOPS_DESKTOP_MEMORY_GB", value)
    assert value in refused(call("show", tmp_path))


def test_the_current_folder_is_renamed(monkeypatch, tmp_path):
    (tmp_path / "first").mkdir()
    write_project(tmp_path / "first", Project(name="first"))
    monkeypatch.chdir(tmp_path / "first")
    assert call("rename", ".", "second").returncode == 0
    assert (tmp_path / "second").is_dir()
