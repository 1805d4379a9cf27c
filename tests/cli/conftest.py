"""A trained project for the tests of the commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_desktop.base.resources import resource_folder
from tests.in_process import run_command

SAMPLES = resource_folder() / "samples"


def call(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command: in this process, but in one of its own where it is called from another folder."""
    if cwd is None:
        return run_command(*arguments)
    command = [sys.executable, "-m", "mlops_desktop", *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=170, cwd=cwd, env=env, check=False)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("mlops-desktop:")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "penguins"
    made = call("new", folder, "--data", SAMPLES / "penguins.csv", "--target", "species")
    assert made.returncode == 0, made.stderr
    assert "344 rows" in made.stdout
    assert call("set", folder, 'candidates=["baseline", "logistic"]').returncode == 0
    trained = call("run", folder, "--trials", 2, "--seed", 3, "--json")
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout)["trials"] == 2
    return folder
