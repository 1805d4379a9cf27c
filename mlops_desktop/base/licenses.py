"""Lists the licences of the application and of every package that it ships with, with their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from mlops_desktop.base.resources import resource_folder

DISTRIBUTION = "mlops-desktop"
QT = ("pyside6-essentials", "shiboken6")  # their metadata contains no licence text: see resources/licenses
_TEXT = re.compile(r"(?i)(licen[cs]e|copying|notice)[^/]*$")


@dataclass(frozen=True)
class PackageLicense:
    """One package: its name, version, the licence that its metadata names (may be empty), and its licence texts."""

    name: str
    version: str
    license: str
    texts: tuple[str, ...]


def package_licenses() -> list[PackageLicense]:
    """The packages that the application needs at run time, by name, the application itself left out.

    They are found from the metadata of the installed packages, which the frozen program contains too (`build.spec`). Empty when the
    application runs from a checkout that is not installed.
    """
    qt = tuple(path.read_text(encoding="utf-8") for path in sorted((resource_folder() / "licenses").glob("*.txt")))
    found = []
    for package in _needed():
        name = package.metadata["Name"]
        texts = qt if _normalized(name) in QT else tuple(_texts(package))
        found.append(PackageLicense(name, package.version, _license_name(package), texts))
    return sorted(found, key=lambda one: one.name.lower())


def _needed() -> Iterator[metadata.Distribution]:
    """The application's requirements and theirs, those of its extras too, as far as they apply on this system and are installed."""
    try:
        itself = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return
    extras = ["", *_field(itself, "Provides-Extra")]
    # The condition of an extra is fulfilled here once and for all; what else a line demands is asked below.
    own = [Requirement(line) for line in itself.requires or ()]
    waiting = [str(one) for one in own if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)]
    waiting = [one.partition(";")[0] for one in waiting]
    seen: set[str] = set()
    while waiting:
        requirement = Requirement(waiting.pop())
        name = _normalized(requirement.name)
        if name in seen or (requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        try:
            package = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            continue
        waiting += package.requires or ()
        yield package


def _texts(package: metadata.Distribution) -> Iterator[str]:
    for file in sorted(package.files or (), key=str):
        path = Path(str(package.locate_file(file)))
        if ".dist-info" in file.as_posix() and _TEXT.search(file.as_posix()) and path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace")


def _license_name(package: metadata.Distribution) -> str:
    """The licence expression of the metadata, else its classifier, else the first line of its free text."""
    classifiers = [one for one in _field(package, "Classifier") if one.startswith("License ::")]
    named = classifiers[-1].rpartition(" :: ")[2] if classifiers else "".join(_field(package, "License")[:1]).partition("\n")[0]
    return "".join(_field(package, "License-Expression")[:1]) or named


def _field(package: metadata.Distribution, name: str) -> list[str]:
    """All values of a field of the metadata; `PackageMetadata.get` is typed from Python 3.12 on only."""
    return package.metadata.get_all(name) or []


def _normalized(name: str) -> str:
    """A package's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
