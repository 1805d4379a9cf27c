"""The packages that a service needs, with the space that they take."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple


class Package(NamedTuple):
    """A Python package that an exported form needs. `megabytes` it takes when it is installed; None when this machine cannot tell."""

    name: str
    version: str
    megabytes: float | None


_PIN = re.compile(r"(?m)^([\w.-]+)==([^\s\\;]+)")


def packages_of(requirements: str) -> list[Package]:
    """The packages of a lock or of a file of pins, sorted by name; of one that is pinned for several systems the version that is here."""
    found: dict[str, Package] = {}
    for name, version in _PIN.findall(requirements):
        size = installed_megabytes(name, version)
        if name not in found or size is not None:
            found[name] = Package(name, version, size)
    return [found[name] for name in sorted(found)]


@cache
def installed_megabytes(name: str, version: str) -> float | None:
    """The size of an installed package in MB, without compiled bytecode; None when not all files of this version are there."""
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return None
    if package.version != version or not package.files:
        return None
    paths = [Path(file.locate()) for file in package.files if file.suffix != ".pyc"]
    if not all(path.is_file() for path in paths):  # a frozen program holds some of the files only
        return None
    return sum(path.stat().st_size for path in paths) / 1e6


def packages_text(requirements: str, model: Collection[str]) -> str:
    """The packages of a lock as a section of a README; `model` are those that the model itself needs beside numpy.

    Their sizes are left out: they are of one machine, and an export has the same bytes wherever it is made.
    """
    pins: dict[str, list[str]] = {}
    for name, version in _PIN.findall(requirements):
        if version not in pins.setdefault(name, []):
            pins[name].append(version)
    lines = ["| package | version |", "|---|---|", *(f"| {name} | {' or '.join(pins[name])} |" for name in sorted(pins))]
    needs = f"The model itself needs {', '.join(sorted(model))}." if model else "The model itself needs numpy alone."
    return f"\n## Packages\n\n{needs}\n\n" + "\n".join(lines) + "\n"
