"""Results on the disk, each under the hash of the decisions that made it. All of it can be deleted at any time: it is made again.

An entry is a folder `ab/abcdef…/` with `entry.json` (a checksum on the first line, then the document, what is known of the arrays, and the
origin of the result: what it was made from, with which versions of libraries) and one `.npy` file for each array. It is
made beside its place and moved there in one step, so a kill leaves it whole or absent, and two processes may make the same entry. Every
byte is checked the first time a process opens an entry; a damaged one counts as absent and is removed. Nothing in it can run code.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.pipeline.keys import Key
from mlops_desktop.engine.project import from_json, to_json
from mlops_desktop.serving.message import decode_message, encode_messages
from mlops_desktop.serving.serialization import Serializable, pack, unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mlops_desktop.engine.data import RowBlocks

T = TypeVar("T")
_KEY = re.compile(r"[0-9a-f]{8,64}")
_ENTRY = "entry.json"
_MAPPED_BYTES = 2**20  # arrays of at least this size stay on the disk and are mapped; each mapped one holds a file open
_CHUNK = 2**22
_CHECKED: dict[tuple[int, int], int] = {}  # large files that this process wrote or checked, with the time of their last change


class Damaged(Exception):
    """An entry whose bytes are not those that were written."""


class ArtifactStore:
    """Results in the folder `root`; the folder is made by the first `put`. Threads and processes may share it without a lock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._checked: set[str] = set()

    def put(self, key: str, document: dict[str, Any], arrays: Mapping[str, NDArray[Any] | RowBlocks] | None = None) -> None:
        """Keep a JSON document with named arrays under a key of hex digits. What is there already stays: equal keys mean equal results.

        The origin of a `Key` is recorded beside the document.

        TypeError when the document is not JSON or an array holds objects; UserError when the disk refuses.
        """
        if key in self:
            return
        with disk.explain_errors("A result of this project"):
            self.root.mkdir(parents=True, exist_ok=True)
            making = self.root / disk.temporary_name(key)
            try:
                making.mkdir()
                _write(making, document, arrays or {}, key.origin() if isinstance(key, Key) else {})
                self._move(making, self._place(key))
            finally:
                if making.exists():
                    disk.remove(making)

    def get(self, key: str, *, check: bool = True) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """The document and the arrays (read-only; large ones are maps of their files). KeyError when it is absent or damaged.

        `check=False`: another process has just checked it, so the bytes of large arrays are not read again (a window must not wait).
        """
        place = self._place(key)
        if not self._is_there(key):
            raise KeyError(key)
        try:
            entry = _read_entry(place)
            if check and key not in self._checked:
                _check_arrays(place, entry["arrays"])
            arrays = {name: _load(place / f"{i}.npy", size) for i, (name, size, _) in enumerate(entry["arrays"])}
        except FileNotFoundError as error:
            if place.exists():
                self._discard(key)  # an entry that lost a file is damaged
            raise KeyError(key) from error
        except (OSError, ValueError, TypeError, EOFError, MemoryError, Damaged) as error:
            self._discard(key)
            raise KeyError(key) from error
        if check:
            self._checked.add(key)
        return entry["document"], arrays

    def origin(self, key: str) -> dict[str, Any]:
        """What was recorded of an entry's making (see `Key.origin`); empty for an older entry, and for one that is absent or damaged."""
        try:
            origin = _read_entry(self._place(key)).get("origin")
        except (OSError, ValueError, Damaged):
            return {}
        return origin if isinstance(origin, dict) else {}

    def __contains__(self, key: str) -> bool:
        """Whether `get` will find the entry; a damaged one is removed and counts as absent."""
        place = self._place(key)
        if not self._is_there(key):
            return False
        if key in self._checked:
            return True
        try:
            listed = _read_entry(place)["arrays"]
            _check_arrays(place, listed)
            for i, (_, size, _) in enumerate(listed):
                _load(place / f"{i}.npy", size)
        except (OSError, ValueError, TypeError, EOFError, MemoryError, Damaged):
            self._discard(key)
            return False
        self._checked.add(key)
        return True

    def _is_there(self, key: str) -> bool:
        """Whether the entry has its document; one that lost it is removed."""
        place = self._place(key)
        before = place.exists()  # asked first: another process may move a whole entry there at any moment
        if (place / _ENTRY).is_file():
            return True
        if before:
            self._discard(key)
        return False

    def put_value(self, key: str, value: object) -> None:
        """Keep a frozen dataclass, as plain JSON, under a key."""
        self.put(key, to_json(value))

    def get_value(self, key: str, kind: type[T]) -> T:
        """The frozen dataclass under a key. KeyError when it is absent, damaged, or not of this type (then it is removed)."""
        document, _ = self.get(key)
        try:
            return from_json(kind, document, kind.__name__)
        except UserError as error:
            self._discard(key)
            raise KeyError(key) from error

    def put_object(self, key: str, value: Serializable) -> None:
        """Keep plain data (a scorer, a transform, a model) under a key."""
        arrays: dict[str, NDArray[Any]] = {}
        self.put(key, {"plain": pack(value, arrays)}, arrays)

    def get_object(self, key: str, *, check: bool = True) -> Any:
        """The plain data under a key. KeyError when it is absent, damaged, or written by an edition whose parts are unknown here.

        `check` as in `get`.
        """
        document, arrays = self.get(key, check=check)
        try:
            return unpack(document["plain"], arrays)
        except (UserError, KeyError, TypeError, ValueError) as error:
            self._discard(key)
            raise KeyError(key) from error

    def keys(self) -> Iterator[str]:
        """The keys of all entries, sorted."""
        if self.root.is_dir():
            yield from sorted(path.name for path in self.root.glob("??/*") if _KEY.fullmatch(path.name))

    def size(self, key: str = "") -> int:
        """Bytes of all files in the store, or of one entry (0 when it is absent)."""
        place = self._place(key) if key else self.root
        return sum(_size_of(path) for path in place.rglob("*")) if place.is_dir() else 0

    def clear(self, keep: Container[str] = ()) -> None:
        """Remove every entry whose key is not in `keep`, and what killed writers left behind."""
        self.remove(key for key in tuple(self.keys()) if key not in keep)

    def remove(self, keys: Iterable[str]) -> None:
        """Remove these entries, and what killed writers left behind. What is being written now is not touched; an entry that the system
        does not let go (on Windows: that another process reads) stays whole.
        """
        for key in keys:
            self._discard(key)
        disk.sweep(self.root)

    def _place(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return self.root / key[:2] / key

    def _move(self, making: Path, place: Path) -> None:
        for _ in range(3):
            place.parent.mkdir(exist_ok=True)
            try:
                making.rename(place)
            except OSError:
                # Another process made the same entry meanwhile. A damaged one was removed when it was checked: try once more.
                if place.name in self:
                    return
                if not place.exists():
                    continue
                raise
            self._checked.add(place.name)
            return

    def _discard(self, key: str) -> None:
        """Remove an entry: out of its place in one step, then from the disk. A damaged one that has to stay counts as absent."""
        self._checked.discard(key)
        away = self.root / disk.temporary_name(key)
        with contextlib.suppress(OSError):
            self._place(key).rename(away)
            disk.remove(away)


def _write(folder: Path, document: dict[str, Any], arrays: Mapping[str, NDArray[Any] | RowBlocks], origin: dict[str, Any]) -> None:
    listed = []
    for i, (name, array) in enumerate(arrays.items()):
        if array.dtype.hasobject:
            raise TypeError(f"{name}: an array of objects cannot be kept")
        listed.append([name, *_write_array(folder / f"{i}.npy", array)])
    text = json.dumps({"document": encode_messages(document), "arrays": listed, "origin": origin}, ensure_ascii=True, separators=(",", ":"))
    (folder / _ENTRY).write_bytes(f"{zlib.crc32(text.encode()):08x}\n{text}".encode())


def _write_array(path: Path, array: NDArray[Any] | RowBlocks) -> tuple[int, int]:
    """Write an array as `numpy.save` does; the number of bytes and their checksum."""
    import numpy as np

    parts, by_columns = _parts(array)
    start = BytesIO()
    facts = {"descr": np.lib.format.dtype_to_descr(array.dtype), "fortran_order": by_columns, "shape": array.shape}
    np.lib.format.write_array_header_1_0(start, facts)
    size, checksum = len(start.getvalue()), zlib.crc32(start.getvalue())
    with path.open("wb") as file:
        file.write(start.getvalue())
        for part in parts:
            data = np.ascontiguousarray(part).reshape(-1).view(np.uint8).data
            file.write(data)
            size, checksum = size + len(data), zlib.crc32(data, checksum)
        file.flush()
        _remember(os.fstat(file.fileno()))
    return size, checksum


def _parts(array: NDArray[Any] | RowBlocks) -> tuple[Iterable[NDArray[Any]], bool]:
    """The parts of an array in the order in which they are written, and whether that is column by column."""
    from mlops_desktop.engine.data import RowBlocks

    if isinstance(array, RowBlocks):
        return _ahead(array.parts()), False
    by_columns = array.flags.f_contiguous and not array.flags.c_contiguous
    return [array.T if by_columns else array], by_columns


def _ahead(parts: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """The parts of an array, each made while the one before is written."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = pool.submit(next, parts, None)
            yield part


def _read_entry(place: Path) -> dict[str, Any]:
    checksum, _, text = (place / _ENTRY).read_bytes().partition(b"\n")
    if checksum != f"{zlib.crc32(text):08x}".encode():
        raise Damaged(place)
    entry = json.loads(text, object_hook=decode_message)
    if not isinstance(entry, dict) or not isinstance(entry.get("document"), dict) or not isinstance(entry.get("arrays"), list):
        raise Damaged(place)
    return entry


def _check_arrays(place: Path, listed: list[Any]) -> None:
    for i, (_, size, checksum) in enumerate(listed):
        path = place / f"{i}.npy"
        state = path.stat()
        if state.st_size != size:
            raise Damaged(path)
        if _CHECKED.get(_file_of(state)) == state.st_mtime_ns:
            continue
        if _checksum(path) != checksum:
            raise Damaged(path)
        _remember(state)


def _file_of(state: os.stat_result) -> tuple[int, int]:
    return state.st_dev, state.st_ino


def _remember(state: os.stat_result) -> None:
    """Note that the bytes of a large file are those that were written."""
    if state.st_size >= _MAPPED_BYTES:
        _CHECKED[_file_of(state)] = state.st_mtime_ns


def _checksum(path: Path) -> int:
    found = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found = zlib.crc32(chunk, found)
    return found


def _load(path: Path, size: int) -> NDArray[Any]:
    import numpy as np

    # A plain view of the map: numpy's own memmap class costs microseconds at every slice.
    array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r" if size >= _MAPPED_BYTES else None, allow_pickle=False))
    array.flags.writeable = False
    return array


def _size_of(path: Path) -> int:
    with contextlib.suppress(OSError):  # another process may remove it while we count
        return path.lstat().st_size if path.is_file() else 0
    return 0
