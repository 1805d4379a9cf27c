"""The REST service with the wheels of its packages, for a machine without internet that has a chosen system and Python."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import ReadBack
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.params import choice
from mlops_desktop.catalog.exporters._running_service import SECONDS, ServiceExporter, ask, running
from mlops_desktop.catalog.exporters._service_files import service_lock, write_service, write_text
from mlops_desktop.serving.bundle import Bundle
from mlops_desktop.serving.manifest import contents
from mlops_desktop.serving.message import as_message, msg

WHEELS = "wheels"
# System → `sys_platform` of the markers in the lock, and the tags of the wheels that it takes.
_SYSTEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "linux_x86_64": ("linux", tuple(f"{tag}_x86_64" for tag in ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014"))),
    "linux_aarch64": ("linux", tuple(f"{tag}_aarch64" for tag in ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014"))),
    "windows": ("win32", ("win_amd64",)),
    "macos_arm64": ("darwin", tuple(f"macosx_{number}_0_arm64" for number in (14, 13, 12, 11))),
}
_PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True, kw_only=True)
class OfflineKit(ServiceExporter):
    """Downloads the wheels that the lock names with pip, each checked against its hash. Where system and Python are those of this machine,
    the kit is rehearsed: it is installed into an empty environment without an index, and the service is started from there.
    """

    id: ClassVar[str] = "offline_kit"
    label: ClassVar[str] = "Offline kit"
    help: ClassVar[str] = "The REST service with all its packages, for a machine without internet. Downloads them now, about 30 MB."
    needs: ClassVar[tuple[str, ...]] = ("pip",)
    downloads: ClassVar[bool] = True
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        (f"{WHEELS}/", msg("the packages for the chosen system and Python, as wheels")),
        ("install.sh, install.ps1", msg("install them without internet, then run the self-test")),
        *contents(),
    )

    system: str = choice(
        "linux_x86_64",
        {
            "linux_x86_64": as_message("Linux, x86-64"),
            "linux_aarch64": as_message("Linux, ARM"),
            "windows": as_message("Windows"),
            "macos_arm64": as_message("macOS, Apple silicon"),
        },
        "System",
    )
    python: str = choice(
        "3.11", {one: msg("Python {version}", version=one) for one in _PYTHONS}, "Python", help="The version on that machine."
    )

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        opened = write_service(bundle, target, Part(job, 0.0, 0.5), self._readme)
        job.step(0.5, "Downloading the packages")
        (target / WHEELS).mkdir()
        with tempfile.TemporaryDirectory() as folder:
            lock = Path(folder) / "requirements.lock"
            write_text(lock, "".join(self._wanted(service_lock(opened.info["requirements"]))))
            self._download(lock, target / WHEELS)
        write_text(target / "install.sh", _INSTALL.format(python=self.python))
        write_text(target / "install.ps1", _INSTALL_WINDOWS.format(python=self.python))
        job.step(1.0)

    def _wanted(self, lock: str) -> Iterator[str]:
        """The packages of a lock that the system and the Python take, without their markers."""
        from packaging.markers import Marker

        environment = {"sys_platform": _SYSTEMS[self.system][0], "python_version": self.python, "python_full_version": f"{self.python}.0"}
        for pin, marker, hashes in re.findall(r"(?m)^([\w.-]+==[^\s\\;]+)(?: ; ([^\\\n]+?))? \\\n((?:    --hash=.*\n?)+)", lock):
            if not marker or Marker(marker).evaluate(environment):
                yield f"{pin} \\\n{hashes}"

    def _download(self, lock: Path, target: Path) -> None:
        plain = self.python.replace(".", "")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
        command += ["--require-hashes", "--implementation", "cp", "--python-version", self.python, "--requirement", str(lock)]
        command += [part for abi in (f"cp{plain}", "abi3", "none") for part in ("--abi", abi)]
        command += [part for tag in _SYSTEMS[self.system][1] for part in ("--platform", tag)]
        done = subprocess.run([*command, "--dest", str(target)], capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["—"]
            raise UserError(
                msg("The packages could not be downloaded: {reason}", reason=lines[-1].removeprefix("ERROR: ")[:300]),
                "Check the connection to the package index, or choose another system or Python.",
            )

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack:
        if not self._is_here():
            found = super().read_back(target, bundle)
            return ReadBack(f"{found.reader} (the packages for {self.system} were not installed here)", found.scores)
        with tempfile.TemporaryDirectory() as folder:
            python = _installed(target, Path(folder) / "environment")
            with running(target, python) as service:
                reader = f"serve.py in an empty environment, Python {sys.version.split()[0]}"
                return ReadBack(reader, ask(service.port, bundle.golden.rows), service.start_seconds)

    def _is_here(self) -> bool:
        """Whether this machine is one that the kit is for."""
        machine = platform.machine().lower()
        fits = {"linux_x86_64": ("x86_64",), "linux_aarch64": ("aarch64",), "windows": ("amd64",), "macos_arm64": ("arm64",)}[self.system]
        return (
            sys.platform == _SYSTEMS[self.system][0] and machine in fits and self.python == f"{sys.version_info[0]}.{sys.version_info[1]}"
        )

    def _readme(self, info: dict[str, Any]) -> str:
        return _README.format(python=self.python, system=self.system.replace("_", " "))


def _installed(target: Path, environment: Path) -> str:
    """The interpreter of a new environment into which the kit was installed without an index. UserError when pip refuses it."""
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = ["install", "--quiet", "--no-index", "--find-links", str(target / WHEELS), "--require-hashes", "--no-deps"]
    commands = [
        [sys.executable, "-m", "venv", "--without-pip", str(environment)],
        [sys.executable, "-m", "pip", "--python", str(python), *install, "--requirement", str(target / "requirements.lock")],
    ]
    # No index, no configuration and no cache of this account can help.
    alone = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PIP_")},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
    }
    for command in commands:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False, env=alone, timeout=4 * SECONDS)
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["—"])[-1][:300]
            raise UserError(msg("The kit could not be installed in an empty environment: {reason}", reason=reason), "Nothing was exported.")
    return str(python)


_INSTALL = """\
#!/bin/sh
# Installs the packages of the folder `wheels` into `.venv`, without internet, and runs the self-test.
set -eu
cd "$(dirname "$0")"
python{python} -m venv .venv
.venv/bin/python -m pip install --no-index --find-links wheels --require-hashes --no-deps -r requirements.lock
.venv/bin/python serve.py selftest
"""

_INSTALL_WINDOWS = """\
# Installs the packages of the folder `wheels` into `.venv`, without internet, and runs the self-test.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
py -{python} -m venv .venv
.venv\\Scripts\\python -m pip install --no-index --find-links wheels --require-hashes --no-deps -r requirements.lock
if ($LASTEXITCODE) {{ throw 'The packages could not be installed.' }}
.venv\\Scripts\\python serve.py selftest
if ($LASTEXITCODE) {{ throw 'The self-test failed.' }}
"""

_README = """
## Without internet

`wheels` has the packages for {system} and Python {python}. There, `sh install.sh` (on Windows `install.ps1`) installs them into `.venv`
without an index, each checked against its hash, and runs the self-test.
"""
