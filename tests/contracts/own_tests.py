"""The tests that a member of the catalogue has beside the contracts."""

from __future__ import annotations

import ast
from pathlib import Path

CATALOG = Path(__file__).resolve().parents[1] / "catalog"


def own_tests(family: str, id_: str, folder: Path = CATALOG) -> list[str]:
    """The names of the test functions in the member's own test file; none when there is no such file."""
    path = folder / family / f"test_{id_}.py"
    if not path.exists():
        return []
    found = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
