"""The size of packages: of an installed one all files count, and what is not known is said to be so."""

from __future__ import annotations

from importlib.metadata import Distribution
from pathlib import Path

import pytest

from mlops_desktop.catalog.exporters import _packages
from mlops_desktop.catalog.exporters._packages import Package, installed_megabytes, packages_text


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


@pytest.mark.parametrize(
    ("packages", "text"),
    [
        ([Package("a", "1", 2.0), Package("b", "1", 3.0)], "All packages take 5 MB."),
        ([Package("a", "1", 2.0), Package("b", "1", None)], "All packages take at least 2 MB."),
        ([Package("b", "1", None)], "The model itself needs numpy alone.\n"),
    ],
)
def test_the_sum_says_when_a_size_is_not_known(packages: list[Package], text: str) -> None:
    assert text in packages_text(packages, ())
