"""A bundle on disk: the model with its schema, golden rows and drift reference as plain data, and checksums over every file.

```
bundle.json     identity, metrics, parity, libraries       model/           the scorer (see `plain`)
golden.json     synthetic rows with their answers          reference.json   drift reference (bins and counts)
SHA256SUMS      one line for each file: hash, two blanks, path
```
An exporter adds `serve.py`, `serving/` and documents. Nothing in a bundle is run to open it, and nothing is read before its checksum held.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from .errors import UserError
from .monitor import Reference
from .schema import Schema
from .scorer import Scorer
from .selftest import Golden, answers_of, replay
from .serialization import read_object_file, write_object

FORMAT = 2  # its model files are of format 2
SUMS = "SHA256SUMS"
IDENTITY, GOLDEN, REFERENCE, MODEL = "bundle.json", "golden.json", "reference.json", "model/scorer.json"
CORE = (IDENTITY, GOLDEN, REFERENCE, MODEL)
MOST_FILES = 20_000
MOST_BYTES = 8 * 2**30
MOST_JSON_BYTES = 512 * 2**20
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_AGAIN = "Export it again, or fetch a fresh copy."


@dataclass(frozen=True, eq=False)
class Bundle:
    """An opened bundle: its checksums held and its parts fit together. `info` is the content of `bundle.json`."""

    folder: Path
    info: dict[str, Any]
    scorer: Scorer
    golden: Golden
    reference: Reference

    @property
    def schema(self) -> Schema:
        """The input columns."""
        return self.scorer.schema


def write_core(folder: Path, scorer: Scorer, info: dict[str, Any], golden: list[dict[str, Any]], reference: Reference) -> None:
    """Write the plain-data part of a bundle into an empty folder; the same arguments give the same bytes.

    `info` is plain JSON (metrics, libraries, consent …) that stands in `bundle.json` beside the identity. `golden` are rows that the schema
    accepts; their answers are taken from `scorer`, then compared with those of the model as it is read back. ValueError when a row is
    refused or the answers differ.
    """
    answers = answers_of(scorer, golden)
    write_object(scorer, folder / "model", "scorer")
    write_object(reference, folder, "reference")
    written = Golden(tuple(golden), answers)
    (folder / GOLDEN).write_text(written.to_text(), encoding="utf-8", newline="\n")
    parity = replay(read_object_file(folder / "model", "scorer"), written)
    if not parity.passed:
        raise ValueError(f"the written model answers otherwise: {parity.sentence()}")
    identity = {
        "format": FORMAT,
        "name": scorer.name,
        "version": scorer.version,
        "task": scorer.task,
        "target": scorer.target,
        "classes": list(scorer.classes),
        "positive": None if scorer.positive is None else scorer.classes[scorer.positive],
        "threshold": scorer.threshold,
        "tier": scorer.node.tier,
        "parity": {"rows": parity.rows, "worst_difference": parity.worst, "tolerance": parity.tolerance},
        **info,
    }
    text = json.dumps(identity, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    (folder / IDENTITY).write_text(text, encoding="utf-8", newline="\n")
    write_sums(folder)


def write_sums(folder: Path) -> None:
    """Write the checksums of every file that stands in a folder now."""
    lines = [f"{_hash(folder / name)}  {name}\n" for name in _files(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def verify_sums(folder: Path) -> list[str]:
    """The files that the checksums vouch for. UserError names the first file that is missing, changed, too large or a link."""
    path = folder / SUMS
    try:
        if path.is_symlink() or not path.is_file():
            raise UserError(
                f"“{folder.name}” is no bundle: it has no file {SUMS}.", "Choose the folder that holds bundle.json and serve.py."
            )
        # Not splitlines: it would take a damaged line end for another kind of line end.
        *lines, rest = path.read_bytes().decode("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise UserError(f"The file {SUMS} of “{folder.name}” cannot be read.", _AGAIN) from error
    if rest:
        raise UserError(f"The file {SUMS} of “{folder.name}” is damaged.", _AGAIN)
    names: list[str] = []
    total = 0
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or len(names) >= MOST_FILES:
            raise UserError(f"The file {SUMS} of “{folder.name}” is damaged.", _AGAIN)
        name = found[2]
        file = inside(folder, name)
        if not file.is_file():
            raise UserError(f"The file “{name}” of the bundle is missing.", _AGAIN)
        total += file.stat().st_size
        if total > MOST_BYTES:
            raise UserError(f"“{folder.name}” is larger than {MOST_BYTES // 2**30} GB.", "It is no bundle of this application.")
        if _hash(file) != found[1]:
            raise UserError(f"The file “{name}” of the bundle was changed or damaged: its checksum does not hold.", _AGAIN)
        names.append(name)
    return names


def open_bundle(folder: Path) -> Bundle:
    """The bundle in a folder, after its checksums held. Runs no code of it.

    UserError when a file is missing, changed or damaged, or when the bundle was written by a newer version of the application.
    """
    if not folder.is_dir():
        raise UserError(f"There is no folder “{folder}”.", "Choose the folder that an export wrote.")
    listed = set(verify_sums(folder))
    for name in CORE:
        if name not in listed:
            raise UserError(f"“{folder.name}” is no whole bundle: {SUMS} does not vouch for “{name}”.", _AGAIN)
    for name in _files(folder):
        data = name.startswith(("model/", "reference.arrays/"))
        if data and name not in listed:
            raise UserError(f"The file “{name}” does not belong to the bundle.", "Take it away, or export the bundle again.")
        if data and name.endswith(".npy"):
            _check_array(folder / name, name)
    info = _read_json(folder, IDENTITY)
    _check_format(info, folder)
    for name in (MODEL, REFERENCE):
        _check_size(folder, name)
    scorer, reference = read_parts(folder)
    golden = Golden.from_record(_read_json(folder, GOLDEN))
    if (info.get("name"), info.get("version")) != (scorer.name, scorer.version):
        raise UserError(f"“{IDENTITY}” and the model of “{folder.name}” do not belong together.", _AGAIN)
    return Bundle(folder, info, scorer, golden, reference)


def read_parts(folder: Path) -> tuple[Scorer, Reference]:
    """The scorer and the drift reference of a folder, whole and fitting; UserError when they are damaged."""
    try:
        scorer, reference = read_object_file(folder / "model", "scorer"), read_object_file(folder, "reference")
        if isinstance(scorer, Scorer) and isinstance(reference, Reference):
            scorer.inputs  # noqa: B018  (binds the graph, so damaged data is found now)
            return scorer, reference
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
        raise UserError(f"The model in “{folder.name}” is damaged.", _AGAIN) from error
    raise UserError(f"The model in “{folder.name}” is damaged.", _AGAIN)


def inside(folder: Path, name: str) -> Path:
    """The path of a file named with `/` inside a folder; UserError when the name leads out of it or through a link."""
    parts = PurePosixPath(name).parts
    bad = name.startswith("/") or "\\" in name or ":" in name or "\0" in name or any(part in ("..", ".") for part in name.split("/"))
    if bad or not parts:
        raise UserError(f"The bundle names a file outside itself: “{name[:80]}”.", "Do not use it: it was not written by this application.")
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise UserError(f"“{name}” in the bundle is a link.", "Do not use it: it was not written by this application.")
    return path


def _files(folder: Path) -> list[str]:
    """Every file below a folder but the checksums and Python's caches, sorted, with `/`. Links are listed, not followed."""
    return sorted(_walk(folder, ""))


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _walk(Path(entry.path), name + "/")
            elif name != SUMS:
                yield name


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_size(folder: Path, name: str) -> None:
    if (folder / name).stat().st_size > MOST_JSON_BYTES:
        raise UserError(f"The file “{name}” of the bundle is too large.", "It is no bundle of this application.")


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    _check_size(folder, name)
    try:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"The file “{name}” of the bundle is damaged.", _AGAIN) from error
    if not isinstance(document, dict):
        raise UserError(f"The file “{name}” of the bundle is damaged.", _AGAIN)
    return document


def _check_format(info: dict[str, Any], folder: Path) -> None:
    number = info.get("format")
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise UserError(f"“{folder.name}” does not say which format of bundle it is.", _AGAIN)
    if number > FORMAT:
        raise UserError(f"“{folder.name}” was written by a newer version of the application.", "Install the newer version to open it.")


def _check_array(path: Path, name: str) -> None:
    """UserError unless an .npy file holds as many plain numbers as it says: a lying header would ask for any amount of memory."""
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(file)
            whole = dtype.kind in "biuf" and file.tell() + math.prod(shape) * dtype.itemsize == path.stat().st_size
    except (OSError, ValueError, EOFError) as error:
        raise UserError(f"The file “{name}” of the bundle is damaged.", _AGAIN) from error
    if not whole:
        raise UserError(f"The file “{name}” of the bundle is damaged.", _AGAIN)
