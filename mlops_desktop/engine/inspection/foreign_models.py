"""Inspects a file or folder of a model by another program: finds out what it is, and lists what loading it would import or run."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.inspection.archives import (
    MOST_BYTES,
    MOST_FILES,
    SCHEMA,
    members,
    scan_mlmodel,
    scan_requirements,
    scan_skops,
)
from mlops_desktop.engine.inspection.onnx_models import scan_onnx
from mlops_desktop.engine.inspection.pickles import is_pickle, scan_pickle
from mlops_desktop.engine.inspection.results import Found, Inspection, ordered
from mlops_desktop.serving.message import msg

MLMODEL = "MLmodel"
_PACKED: tuple[tuple[bytes, Callable[[io.BytesIO], io.BufferedIOBase]], ...] = (
    (b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
    (b"\x5d\x00\x00", lzma.LZMAFile),
)
_LAMBDA = re.compile(r'"class_name"\s*:\s*"[^"]*Lambda[^"]*"')  # in the configuration of a Keras model
_ARRAYS_OF_JOBLIB = "joblib.numpy_pickle"  # the module of the arrays in a joblib file


def inspect_model(path: Path) -> Inspection:
    """What loading a model would import or run: a pickle or joblib file, a skops file or another zip archive, an ONNX model, an array of
    NumPy, or the folder of an MLflow model. Nothing of it is loaded. UserError when it is none of these or cannot be read.
    """
    try:
        if path.is_dir():
            return _folder(path)
        if not path.is_file():
            raise UserError(msg("There is no file “{path}”.", path=path), "Check the path.")
        if path.name == MLMODEL:
            return _folder(path.parent)
        if path.stat().st_size > MOST_BYTES:
            raise UserError(msg("“{name}” is larger than {number} MB.", name=path.name, number=MOST_BYTES // 2**20), "It is not inspected.")
        return _file(path)
    except OSError as error:
        raise UserError(msg("“{path}” cannot be read: {reason}.", path=path, reason=error.strerror or ""), "Check the path.") from error


def _file(path: Path) -> Inspection:
    data = path.read_bytes()
    if data[:4] == b"PK\x03\x04":
        return _archive(path)
    found = _bytes(data, path.name)
    if found is None:
        raise UserError(
            msg("“{name}” is no model that can be inspected.", name=path.name),
            "Take a pickle, joblib, skops or ONNX file, or the folder of an MLflow model.",
        )
    return found


def _archive(path: Path) -> Inspection:
    parts: list[Inspection] = []
    kind, notes = "zip archive", []
    try:
        for name, data in members(path):
            if name == SCHEMA:
                kind = "skops"
                parts.append(Inspection(kind, tuple(scan_skops(data, name))))
            else:
                parts.append(_part(data, name))
    except (ValueError, RecursionError) as error:
        notes.append(msg("“{name}” cannot be read whole: {reason}.", name=path.name, reason=str(error)[:200]))
    return _joined(kind, parts, notes)


def _folder(path: Path) -> Inspection:
    files = sorted(one for one in path.rglob("*") if one.is_file() and not one.is_symlink())[: MOST_FILES + 1]
    if not (path / MLMODEL).is_file() or len(files) > MOST_FILES:
        raise UserError(msg("“{name}” is no folder of an MLflow model: it has no file MLmodel.", name=path.name), "Choose another folder.")
    found, flavors, complete = scan_mlmodel((path / MLMODEL).read_text(encoding="utf-8", errors="replace"), MLMODEL)
    parts, notes = [Inspection("MLmodel", tuple(found))], [] if complete else [_not_understood(MLMODEL)]
    for one in files:
        name = one.relative_to(path).as_posix()
        if one.suffix == ".py":
            parts.append(Inspection("Python", (Found(name, "is code that may be imported", "runs", name),)))
        elif one.name in ("requirements.txt", "conda.yaml", "python_env.yaml"):
            lines = one.read_text(encoding="utf-8", errors="replace")
            parts.append(Inspection("requirements", tuple(scan_requirements(lines, name))))
        elif one.stat().st_size > MOST_BYTES:
            notes.append(msg("“{name}” is too large to be inspected.", name=name))
        elif one.name != MLMODEL:
            data = one.read_bytes()
            parts.append(_archive(one) if data[:4] == b"PK\x03\x04" else _part(data, name))
    return _joined(f"MLflow model ({flavors})" if flavors else "MLflow model", parts, notes)


def _part(data: bytes, name: str) -> Inspection:
    """The inspection of one file among others. What is of no kind that is known here is named, unless it is a text."""
    if (found := _bytes(data, name)) is not None:
        return found
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return Inspection("unknown", (), (_not_understood(name),))
    if _LAMBDA.search(text):
        return Inspection("Keras", (Found(name, "describes a layer that holds code (Lambda)", "runs", name),))
    return Inspection("text", ()) if "\0" not in text else Inspection("unknown", (), (_not_understood(name),))


def _joined(kind: str, parts: list[Inspection], notes: Sequence[str]) -> Inspection:
    return Inspection(
        kind, ordered([one for part in parts for one in part.found]), (*notes, *(note for part in parts for note in part.notes))
    )


def _bytes(data: bytes, name: str) -> Inspection | None:
    """The inspection of the content of a file; None when it is no kind that can run anything."""
    kind = "pickle"
    if (unpacked := _unpacked(data)) is not None:
        data, kind = unpacked, "compressed pickle (joblib)"
    if data[:6] == b"\x93NUMPY":
        return _array(data, name)
    if data:
        found, complete = scan_pickle(data, name)
        if complete or found or is_pickle(data[:2]):
            own = [one for one in found if one.name.startswith(_ARRAYS_OF_JOBLIB)]
            found = [replace(one, risk="library") if one in own else one for one in found]
            return Inspection("joblib" if own and kind == "pickle" else kind, ordered(found), () if complete else (_cut_off(name),))
    try:
        return Inspection("ONNX", ordered(scan_onnx(data, name)))
    except ValueError:
        return None


def _array(data: bytes, name: str) -> Inspection | None:
    """An array file: data, unless it holds objects, which are a pickle behind its header."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        _, _, dtype = read(file)
    except ValueError:
        return None
    if not dtype.hasobject:
        return Inspection("NumPy array", ())
    found, complete = scan_pickle(data[file.tell() :], name)
    return Inspection("NumPy array of objects", ordered(found), () if complete else (_cut_off(name),))


def _cut_off(name: str) -> str:
    return msg("“{name}” cannot be followed to its end: names behind arrays are found by their form, and there may be others.", name=name)


def _not_understood(name: str) -> str:
    return msg("“{name}” is of no form that is followed here: what loading it does is not known.", name=name)


def _unpacked(data: bytes) -> bytes | None:
    """What is inside a compressed file, up to MOST_BYTES; None when it is not compressed. UserError when it is larger."""
    for start, opened in _PACKED:
        if data.startswith(start):
            try:
                with opened(io.BytesIO(data)) as file:
                    return _limited(file.read(MOST_BYTES + 1))
            except (OSError, EOFError, lzma.LZMAError):
                return None
    if data[:1] == b"\x78":
        try:
            return _limited(zlib.decompressobj().decompress(data, MOST_BYTES + 1))
        except zlib.error:
            return None
    return None


def _limited(data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise UserError("The compressed file holds too much to be inspected.", "It is not inspected.")
    return data
