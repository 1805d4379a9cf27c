"""What is shown of an exported folder: identity, self-test, and what its service needs. Only for showing: nothing of it is trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from mlops_desktop.engine.packaging import Exported
from mlops_desktop.serving.manifest import CERTIFICATE, IDENTITY
from mlops_desktop.ui.translation import formatted


def bundle_info(folder: Path) -> dict[str, Any]:
    """What a bundle says of itself; empty when the folder is none."""
    return _document(folder / IDENTITY)


def proof_text(out: Path) -> str:
    """The result of the self-test of an export; empty when it had no reader."""
    found = _document(out / CERTIFICATE)
    if found.get("worst_difference") is None:
        return ""
    tr = QCoreApplication.translate
    text = tr("Deploy", "Self-test passed: {rows} generated rows are predicted as here, largest difference {worst}")
    return text.format(rows=found["golden_rows"], worst=formatted(found["worst_difference"], ".3g"))


def needs_text(written: Exported) -> str:
    """What a service needs to run: packages, their size and how long it started; empty for a form that needs none."""
    if not written.packages:
        return ""
    tr = QCoreApplication.translate
    known = [megabytes for _, _, megabytes in written.packages if megabytes is not None]
    if len(known) == len(written.packages):
        text = tr("Deploy", "Needs {packages}: {size} MB when installed")
    elif known:
        text = tr("Deploy", "Needs {packages}: at least {size} MB when installed")
    else:
        text = tr("Deploy", "Needs {packages}")
    text = text.format(packages=", ".join(name for name, _, _ in written.packages), size=formatted(sum(known), ",.0f"))
    if written.start_seconds is None:
        return text
    return tr("Deploy", "{needs}. It started in {seconds} s").format(needs=text, seconds=formatted(written.start_seconds, ".2f"))


def _document(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
