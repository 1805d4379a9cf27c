"""The kit holds one wheel for each package of the chosen system, and is enough to install and start the service without an index."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters._service_files import service_lock
from mlops_desktop.catalog.exporters.offline_kit import OfflineKit, _installed
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.selftest import compare

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def pinned(kit):
    return [one.partition("==")[0] for one in kit._wanted(service_lock(["lightgbm"]))]


def test_the_packages_are_those_of_the_system_and_the_python():
    assert "uvloop" in pinned(OfflineKit())
    assert "colorama" not in pinned(OfflineKit())
    windows = OfflineKit(system="windows", python="3.13")
    assert {"colorama", "numpy"} <= set(pinned(windows))
    assert "uvloop" not in pinned(windows)
    for kit in (OfflineKit(), windows):
        assert len(pinned(kit)) == len(set(pinned(kit)))
        assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", one) for one in kit._wanted(service_lock()))


def test_a_kit_without_its_wheels_is_refused(tmp_path):
    (tmp_path / "wheels").mkdir()
    (tmp_path / "requirements.lock").write_text(service_lock(), encoding="utf-8")
    with pytest.raises(UserError, match="could not be installed in an empty environment"):
        _installed(tmp_path, tmp_path / "environment")


@pytest.mark.proof
def test_it_is_rehearsed_in_an_empty_environment(folders, tmp_path):
    bundle = open_bundle(folders["binary"])
    kit = OfflineKit(python=HERE)
    (tmp_path / "out").mkdir()
    kit.export(folders["binary"], tmp_path / "out", Silent())
    found = kit.read_back(tmp_path / "out", bundle)
    assert found.reader.startswith("serve.py in an empty environment")
    assert compare(bundle.scorer, np.array(bundle.golden.scores), found.scores).passed
    done = subprocess.run(["sh", str(tmp_path / "out" / "install.sh")], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, "Self-test passed" in done.stdout) == (0, True), done.stderr


@pytest.mark.proof
def test_a_kit_for_windows_is_made_here(folders, tmp_path):
    OfflineKit(system="windows", python="3.13").export(folders["binary"], tmp_path, Silent())
    wheels = sorted(path.name for path in (tmp_path / "wheels").iterdir())
    assert len(wheels) == len(list(OfflineKit(system="windows", python="3.13")._wanted(service_lock())))
    assert all(name.endswith(("-win_amd64.whl", "-none-any.whl")) for name in wheels)
    assert any("numpy" in name and "cp313" in name for name in wheels)
