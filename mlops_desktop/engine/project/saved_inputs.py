"""Inputs that a person keeps to compare answers: `inputs.json` in the project's folder. No result depends on them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.engine import disk

INPUTS_FILE = "inputs.json"
MOST = 20


@dataclass(frozen=True)
class KeptInput:
    """A row as it would be sent, under a name."""

    name: str
    row: dict[str, Any]


def read_inputs(folder: Path) -> list[KeptInput]:
    """The inputs that were kept; none when there is no such file or it cannot be read (they are a convenience)."""
    try:
        found = json.loads((folder / INPUTS_FILE).read_bytes())
        return [KeptInput(str(one["name"]), dict(one["row"])) for one in found][:MOST]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def write_inputs(folder: Path, inputs: list[KeptInput]) -> None:
    """Keep these inputs, the last MOST of them. UserError when the disk refuses."""
    text = json.dumps([asdict(one) for one in inputs[-MOST:]], ensure_ascii=False, indent=1)
    with disk.explain_errors("The kept inputs"):
        disk.write_atomic(folder / INPUTS_FILE, text.encode())
