"""A broken folder of extensions is one sentence and exit code 2, whichever command runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_desktop.base.extensions import VARIABLE
from tests.cli.conftest import SAMPLES, call, refused

LACKS_METHODS = "from mlops_desktop.base.families import Algorithm\n\nclass Mine(Algorithm):\n    id = 'mine'\n"
TAKEN = (
    "from mlops_desktop.base.families import RowFilter\n\nclass Mine(RowFilter):\n    id = 'drop_duplicates'\n"
    "    label = help = 'x'\n\n    def keep(self, *_):\n        raise NotImplementedError\n"
)


@pytest.mark.parametrize(
    ("file", "code", "message"),
    [
        ("catalog/algorithms/mine.py", "def x(:", "mine.py” cannot be loaded: line 1"),
        ("catalog/algorithms/mine.py", "import no_such_package_at_all", "No module named 'no_such_package_at_all'"),
        ("catalog/algorithms/mine.py", "x = 1", "it holds no class of Algorithm"),
        ("catalog/algorithms/mine.py", LACKS_METHODS, "its class lacks build"),
        ("catalog/filters/mine.py", TAKEN, "have the id drop_duplicates"),
        ("catalog/algorithms/logistic.py", "x = 1", "there is one already"),
        ("catalog/spells/mine.py", "x = 1", "catalog/spells"),
        ("catalog/mine.py", "x = 1", "has no place here"),
        ("algorithms/mine.py", "x = 1", "has no place here"),
        ("serving/models/mine.py", "1 / 0", "division by zero"),
        ("serving/models/mine.py", "raise SystemExit(3)", "mine.py” cannot be loaded: SystemExit: 3"),
        ("catalog/algorithms/mine.py", "raise SystemExit(3)", "mine.py” cannot be loaded: SystemExit: 3"),
        ("serving/tasks/mine.py", "x = 1", "has no SPEC"),
        ("README.md", "", "holds no Python file"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch, tmp_path: Path, file: str, code: str, message: str):
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert message in refused(call("profile", SAMPLES / "penguins.csv", cwd=tmp_path))  # extensions are loaded once for each process


def test_a_folder_that_is_not_there_is_refused_by_every_command(monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    for command in (["runs", tmp_path], ["serve", tmp_path], ["show", tmp_path], ["--serve", tmp_path]):
        assert "There is no folder" in refused(call(*command, cwd=tmp_path))
