"""What the window loads ahead, while the person looks at the start page."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"pandas", "sklearn", "scipy", "pyarrow", "matplotlib", "onnx"}
AHEAD = """
import sys
from mlops_desktop.engine.choices import choices
from mlops_desktop.ui.shell.panel_modules import needed_later
for load in needed_later():
    load()
found = choices()
waiting = [name for one in (found.operations, found.algorithms, found.exporters) for name in one.modules_to_load]
print(len(waiting), [name for name in waiting if name not in sys.modules], *sys.modules, sep="\\n")
"""


def test_the_members_that_panels_list_are_imported_ahead_without_their_libraries() -> None:
    waiting, missing, *loaded = subprocess.run([sys.executable, "-c", AHEAD], capture_output=True, text=True, check=True).stdout.split("\n")
    assert int(waiting) > 30
    assert missing == "[]"
    assert HEAVY.isdisjoint(loaded)
