"""What `make run` does without a display: the sample becomes a service that answers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def copy(tmp_path):
    """The parts of the repository that it needs: it writes beside them."""
    for name in ("mlops_desktop", "resources", "scripts"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "NOTICE"):  # they go into the bundle
        shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def test_a_sample_becomes_a_service_that_answers(copy):
    done = subprocess.run(
        [sys.executable, str(copy / "scripts" / "sample_run.py")], cwd=copy, capture_output=True, encoding="utf-8", timeout=170, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"prediction": "Adelie"' in done.stdout
    assert "The service is tested." in done.stdout
