"""What is shown of an exported folder names every package, also one whose size nobody knows."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.packaging import Exported
from mlops_desktop.ui.panels.deploy.exported_folder import needs_text

KNOWN, UNKNOWN = ("numpy", "2.0", 60.4), ("onnx", "1.0", None)


@pytest.mark.parametrize(
    ("packages", "text"),
    [
        ((), ""),
        ((KNOWN,), "Needs numpy: 60 MB when installed"),
        ((KNOWN, UNKNOWN), "Needs numpy, onnx: at least 60 MB when installed"),
        ((UNKNOWN,), "Needs onnx"),
    ],
)
def test_every_package_is_named(packages: tuple[tuple[str, str, float | None], ...], text: str) -> None:
    assert needs_text(Exported((), 1, packages, None)) == text
