"""The readers of exports that the longer proofs start. Where one is not installed a proof fails and says how to get it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACE = Path(os.environ.get("PROOF_TOOLS", ROOT / ".venv-proofs"))
_HINT = "install it: python3 scripts/setup.py --for proofs"


def proof_python() -> str:
    """The interpreter with the packages of `scripts/proof_tools.in`."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        pytest.fail(f"there is no {python}; {_HINT}")
    return str(python)


def program(name: str) -> str:
    """A program of the environment of the proofs, or of the system."""
    for place in (PLACE / "bin" / name, shutil.which(name)):
        if place and Path(place).exists():
            return str(place)
    pytest.fail(f"there is no program {name}; {_HINT}")


def done(command: list[str], **options: Any) -> str:
    """What a command that has to succeed writes to its standard output."""
    found = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **{"timeout": 300, **options})
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def run_json(command: list[str], asked: Any) -> Any:
    """The JSON that a command answers to JSON on its standard input."""
    return json.loads(done(command, input=json.dumps(asked)))
