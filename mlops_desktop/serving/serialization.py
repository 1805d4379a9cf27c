"""Serializes schemas, transforms, models and graphs to JSON and .npy files, and reads them back.

The files contain no code. A class is named by module and name, and only classes of this package can be named.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import json
import math
import pkgutil
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import UserError
from .message import msg
from .migrations import FORMAT, migrate

_PACKAGE = __name__.rpartition(".")[0]
_FOLDERS = ("models", "nodes", "transforms")
_KIND = re.compile(r"[a-z_0-9]+(\.[a-z_0-9]+)?:[A-Za-z_0-9]+")


class Serializable:
    """Base of every frozen dataclass whose fields are plain data: numbers, texts, booleans, None, tuples and dicts of these, arrays, other
    Serializables.
    """


def kind_of(cls: type[Serializable]) -> str:
    """The name under which a class is serialized, such as `transforms.clip:Clip`."""
    return f"{cls.__module__.removeprefix(_PACKAGE + '.')}:{cls.__name__}"


@cache  # a table of a thousand columns names the same few classes thousands of times
def class_of(kind: str) -> type[Serializable]:
    """The class of that name; UserError when this package has no such class."""
    unknown = UserError(
        msg("The model file names an unknown part “{kind}”.", kind=kind[:80]), "It may come from a newer version of the application."
    )
    if not _KIND.fullmatch(kind):
        raise unknown
    module_name, _, class_name = kind.partition(":")
    folder, _, leaf = module_name.rpartition(".")
    parent = importlib.import_module(f"{_PACKAGE}.{folder}" if folder in _FOLDERS else _PACKAGE)
    if (folder and folder not in _FOLDERS) or leaf not in {found.name for found in pkgutil.iter_modules(parent.__path__)}:
        raise unknown
    found = getattr(importlib.import_module(f"{_PACKAGE}.{module_name}"), class_name, None)
    if not isinstance(found, type) or not issubclass(found, Serializable) or "__dataclass_fields__" not in vars(found):
        raise unknown
    return found


def pack(value: Any, arrays: dict[str, NDArray[Any]], path: str = "") -> Any:
    """A JSON value for `value`; arrays are put into `arrays` under their path. TypeError names what is not plain data."""
    if value is None or type(value) in (str, int, bool):
        return value
    if isinstance(value, Serializable):
        fields = [f.name for f in dataclasses.fields(value) if f.init]  # type: ignore[arg-type]
        return {
            "kind": kind_of(type(value)),
            **{name: pack(getattr(value, name), arrays, f"{path}.{name}" if path else name) for name in fields},
        }
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            raise TypeError(f"{path}: an array of {value.dtype} is not plain data")
        arrays[path] = np.ascontiguousarray(value)
        return {"array": path}
    if isinstance(value, (list, tuple)):
        return [pack(item, arrays, f"{path}.{i}") for i, item in enumerate(value)]
    if isinstance(value, dict):
        return {"dict": [[pack(key, arrays, path), pack(item, arrays, f"{path}.{i}")] for i, (key, item) in enumerate(value.items())]}
    if isinstance(value, (np.integer, np.floating, np.bool_)):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    if isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"{path}: {type(value).__name__} is not plain data")


def unpack(value: Any, arrays: dict[str, NDArray[Any]]) -> Any:
    """What `pack` was given; lists come back as tuples. UserError when the data is damaged or names an unknown part."""
    if isinstance(value, list):
        return tuple(unpack(item, arrays) for item in value)
    if not isinstance(value, dict):
        return value
    if "kind" in value:
        cls = class_of(str(value["kind"]))
        try:
            return cls(**{name: unpack(item, arrays) for name, item in value.items() if name != "kind"})
        except (TypeError, ValueError, KeyError, IndexError) as error:
            raise UserError(
                msg("The part “{value}” of the model file is damaged.", value=value["kind"]), "Export the model again."
            ) from error
    if "array" in value:
        if value["array"] not in arrays:
            raise UserError(msg("The model file lacks its array “{value}”.", value=value["array"]), "Export the model again.")
        return arrays[value["array"]]
    if "float" in value:
        return float(value["float"])
    if "dict" in value:
        return {unpack(key, arrays): unpack(item, arrays) for key, item in value["dict"]}
    raise UserError("The model file is damaged.", "Export the model again.")


def write_object(value: Serializable, folder: Path, name: str) -> None:
    """Write `name.json` and the arrays as `name.arrays/PATH.npy` into a folder; the same value always gives the same bytes."""
    arrays: dict[str, NDArray[Any]] = {}
    document = {"format": FORMAT, **pack(value, arrays)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(
        json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    if arrays:
        (folder / f"{name}.arrays").mkdir(exist_ok=True)
    for path, array in arrays.items():
        np.save(folder / f"{name}.arrays" / f"{path}.npy", array, allow_pickle=False)


def read_object_file(folder: Path, name: str) -> Any:
    """Read what `write_object` wrote, today or in an older format. Runs no code from the folder.

    UserError when a file is missing or damaged.
    """
    try:
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        arrays = {path.stem: np.load(path, allow_pickle=False) for path in sorted((folder / f"{name}.arrays").glob("*.npy"))}
    except (OSError, ValueError, EOFError) as error:
        raise UserError(
            msg("The model in “{folder}” cannot be read: a file is missing or damaged.", folder=folder.name), "Export the model again."
        ) from error
    if not isinstance(document, dict):
        raise UserError("The model file is damaged.", "Export the model again.")
    return unpack(migrate(document), arrays)


def fingerprint(value: Any) -> str:
    """A hash over everything that plain data is made of: equal for equal data."""
    arrays: dict[str, NDArray[Any]] = {}
    digest = hashlib.sha256(json.dumps(pack(value, arrays), ensure_ascii=False).encode())
    for path, array in sorted(arrays.items()):
        digest.update(f"{path} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
