"""A bundle on disk: the model as plain data with golden rows, drift reference and checksums. Its files are listed in `manifest`.

Nothing in a bundle is run to open it, and nothing is read before its checksum was verified.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from .bundle_migrations import FORMAT, migrated
from .errors import UserError
from .manifest import CHECKED_FOLDERS, CHECKSUMS, GOLDEN, IDENTITY, MODEL, MODEL_FOLDER, REFERENCE, missing
from .message import msg
from .monitor import Reference
from .schema import Schema
from .scorer import Scorer
from .selftest import Golden, answers_of, replay
from .serialization import read_object_file, write_object

MAX_FILES = 20_000
MAX_BYTES = 8 * 2**30
MAX_JSON_BYTES = 512 * 2**20
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_REMEDY = "Export it again, or fetch a fresh copy."


@dataclass(frozen=True, eq=False)
class Bundle:
    """An opened bundle: its checksums were verified and its parts belong together.

    `info` is the content of `bundle.json` in the present format.
    """

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

    `info` is plain JSON (metrics, libraries, consent …) for `bundle.json` beside the identity. `golden` are rows that the schema accepts;
    their answers are those of `scorer`, and are compared with those of the model as it is read back. ValueError when a row is refused or
    the answers differ.
    """
    answers = answers_of(scorer, golden)
    write_object(scorer, folder / MODEL_FOLDER, "scorer")
    write_object(reference, folder, "reference")
    written = Golden(tuple(golden), answers)
    (folder / GOLDEN).write_text(written.to_text(), encoding="utf-8", newline="\n")
    parity = replay(read_object_file(folder / MODEL_FOLDER, "scorer"), written)
    if not parity.passed:
        raise ValueError(f"the written model gives other answers: {parity.summary()}")
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
        "requirements": list(scorer.node.requirements),
        "input_policy": {},
        "threshold_limits": [0.0, 1.0],
        "interval": None,
        "parity": {"rows": parity.rows, "worst_difference": parity.worst, "tolerance": parity.tolerance},
        **info,
    }
    text = json.dumps(identity, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    (folder / IDENTITY).write_text(text, encoding="utf-8", newline="\n")
    write_sums(folder)


def write_sums(folder: Path) -> None:
    """Write the checksums of every file that is in a folder now."""
    lines = [f"{_hash(folder / name)}  {name}\n" for name in files_of(folder)]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def renew_sums(folder: Path, names: Collection[str]) -> None:
    """Write the checksums of some files anew, and keep those of the others."""
    lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    sums.update({name: _hash(folder / name) for name in names})
    text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    (folder / CHECKSUMS).write_text(text, encoding="utf-8", newline="\n")


def verify_sums(folder: Path) -> list[str]:
    """The files with a checksum, all verified. UserError names the first file that is missing, changed, too large or a link."""
    path = folder / CHECKSUMS
    try:
        if path.is_symlink() or not path.is_file():
            raise UserError(
                msg("“{folder}” is not a bundle: it has no file {checksums}.", folder=folder.name, checksums=CHECKSUMS),
                "Choose the folder that holds bundle.json and serve.py.",
            )
        # Not splitlines: it would take a damaged line end for another kind of line end.
        *lines, rest = path.read_bytes().decode("utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise UserError(
            msg("The file {checksums} of “{folder}” cannot be read.", checksums=CHECKSUMS, folder=folder.name), _REMEDY
        ) from error
    if rest:
        raise UserError(msg("The file {checksums} of “{folder}” is damaged.", checksums=CHECKSUMS, folder=folder.name), _REMEDY)
    names: list[str] = []
    total = 0
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None or len(names) >= MAX_FILES:
            raise UserError(msg("The file {checksums} of “{folder}” is damaged.", checksums=CHECKSUMS, folder=folder.name), _REMEDY)
        name = found[2]
        file = inside(folder, name)
        if not file.is_file():
            raise UserError(msg("The file “{name}” of the bundle is missing.", name=name), _REMEDY)
        total += file.stat().st_size
        if total > MAX_BYTES:
            raise UserError(
                msg("“{folder}” is larger than {number} GB.", folder=folder.name, number=MAX_BYTES // 2**30),
                "It is not a bundle of this application.",
            )
        if _hash(file) != found[1]:
            raise UserError(msg("The file “{name}” of the bundle was changed or damaged: its checksum does not hold.", name=name), _REMEDY)
        names.append(name)
    return names


def open_bundle(folder: Path) -> Bundle:
    """The bundle in a folder, after its checksums were verified. Runs no code of it.

    UserError when a file is missing, changed or damaged, when a package that the model needs is not installed, or when the bundle was
    written by a newer version of the application.
    """
    if not folder.is_dir():
        raise UserError(msg("There is no folder “{folder}”.", folder=folder), "Choose the folder that an export wrote.")
    listed = set(verify_sums(folder))
    for name in missing([*listed, CHECKSUMS], core=True):
        raise UserError(
            msg(
                "“{folder}” is not a whole bundle: {checksums} does not list “{name}”.",
                folder=folder.name,
                checksums=CHECKSUMS,
                name=name,
            ),
            _REMEDY,
        )
    for name in files_of(folder):
        if name.startswith(CHECKED_FOLDERS):
            if name not in listed:
                raise UserError(
                    msg("The file “{name}” does not belong to the bundle.", name=name), "Take it away, or export the bundle again."
                )
            if name.endswith(".npy"):
                _check_array(folder / name, name)
    info = migrated(_read_json(folder, IDENTITY), folder.name)
    _check_packages(info["requirements"])
    for name in (MODEL, REFERENCE):
        _check_size(folder, name)
    scorer, reference = read_parts(folder)
    golden = Golden.from_record(_read_json(folder, GOLDEN))
    if (info.get("name"), info.get("version")) != (scorer.name, scorer.version):
        raise UserError(
            msg("“{identity}” and the model of “{folder}” do not belong together.", identity=IDENTITY, folder=folder.name), _REMEDY
        )
    return Bundle(folder, info, scorer, golden, reference)


def read_parts(folder: Path) -> tuple[Scorer, Reference]:
    """The scorer and the drift reference of a folder, whole and fitting; UserError when they are damaged."""
    try:
        scorer, reference = read_object_file(folder / MODEL_FOLDER, "scorer"), read_object_file(folder, "reference")
        if isinstance(scorer, Scorer) and isinstance(reference, Reference):
            scorer.inputs  # noqa: B018  (binds the graph, so damaged data is found now)
            return scorer, reference
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError, MemoryError) as error:
        raise UserError(msg("The model in “{folder}” is damaged.", folder=folder.name), _REMEDY) from error
    raise UserError(msg("The model in “{folder}” is damaged.", folder=folder.name), _REMEDY)


def inside(folder: Path, name: str) -> Path:
    """The path of a file named with `/` inside a folder; UserError when the name leads out of it or through a link."""
    parts = PurePosixPath(name).parts
    bad = name.startswith("/") or "\\" in name or ":" in name or "\0" in name or any(part in ("..", ".") for part in name.split("/"))
    if bad or not parts:
        raise UserError(
            msg("The bundle names a file outside itself: “{name}”.", name=name[:80]),
            "Do not use it: it was not written by this application.",
        )
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink():
            raise UserError(msg("“{name}” in the bundle is a link.", name=name), "Do not use it: it was not written by this application.")
    return path


def files_of(folder: Path) -> list[str]:
    """Every file below a folder except the checksums and Python's caches, sorted, with `/`. Links are listed, not followed."""
    return sorted(_files_below(folder, ""))


def _files_below(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _files_below(Path(entry.path), name + "/")
            elif name != CHECKSUMS:
                yield name


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_size(folder: Path, name: str) -> None:
    if (folder / name).stat().st_size > MAX_JSON_BYTES:
        raise UserError(msg("The file “{name}” of the bundle is too large.", name=name), "It is not a bundle of this application.")


def _read_json(folder: Path, name: str) -> dict[str, Any]:
    _check_size(folder, name)
    try:
        document = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(msg("The file “{name}” of the bundle is damaged.", name=name), _REMEDY) from error
    if not isinstance(document, dict):
        raise UserError(msg("The file “{name}” of the bundle is damaged.", name=name), _REMEDY)
    return document


def _check_packages(requirements: Any) -> None:
    """UserError unless every package that a model needs beside numpy is installed."""
    names = requirements if isinstance(requirements, list) else [requirements]
    for name in names:
        # A name with a dot would import its first part: only plain names are looked up.
        if not isinstance(name, str) or not name.isidentifier():
            raise UserError(msg("The file “{identity}” of the bundle is damaged.", identity=IDENTITY), _REMEDY)
        if importlib.util.find_spec(name) is None:
            raise UserError(
                msg("The package {name}, which the model needs, is not installed.", name=name),
                "Install it: pip install -r requirements.txt",
            )


def _check_array(path: Path, name: str) -> None:
    """UserError unless an .npy file holds as many plain numbers as it says: a lying header would ask for any amount of memory."""
    try:
        with path.open("rb") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, dtype = read(file)
            whole = dtype.kind in "biuf" and file.tell() + math.prod(shape) * dtype.itemsize == path.stat().st_size
    except (OSError, ValueError, EOFError) as error:
        raise UserError(msg("The file “{name}” of the bundle is damaged.", name=name), _REMEDY) from error
    if not whole:
        raise UserError(msg("The file “{name}” of the bundle is damaged.", name=name), _REMEDY)
