"""The size of packages, of which all files count, and their section in a README."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

import pytest

from mlops_desktop.catalog.exporters import _packages
from mlops_desktop.catalog.exporters._packages import installed_megabytes, packages_text


def test_a_package_of_which_files_are_absent_has_no_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "half-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: half\nVersion: 1.0\n", encoding="utf-8")
    (info / "RECORD").write_text("half.py,,\nhalf_data.bin,,\n", encoding="utf-8")
    (tmp_path / "half.py").write_bytes(b"#" * 1000)
    monkeypatch.setattr(_packages, "distribution", lambda _: Distribution.at(info))
    size = installed_megabytes.__wrapped__
    assert size("half", "1.0") is None
    (tmp_path / "half_data.bin").write_bytes(b"0" * 999_000)
    assert size("half", "1.0") == 1.0


def test_the_section_of_a_readme_is_of_the_lock_alone() -> None:
    found = packages_text(
        "numpy==2.4 ; python_version < '3.15'\nnumpy==2.5 ; python_version >= '3.15'\nclick==8.1 \\\n  --hash=x\n", ["lightgbm"]
    )
    assert "The model itself needs lightgbm.\n" in found
    assert found.endswith("| click | 8.1 |\n| numpy | 2.4 or 2.5 |\n")
