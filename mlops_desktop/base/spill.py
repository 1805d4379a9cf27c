"""Arrays of a table that may be larger than memory: kept in temporary files that are mapped, so that the system holds what is in use.

A mapped file goes when its last array does; it has no name that could stay behind.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import threading
import weakref
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

A = TypeVar("A", bound=np.generic)
LARGE = 2**28  # bytes of a table from which on its columns are kept on the disk while it is read
_SEGMENT = 2**26  # bytes of a file, for many arrays; a larger array has one of its own
_LEAST = 2**12  # bytes; smaller arrays stay in memory
_ALIGNED = 64  # bytes


def is_large(size: int) -> bool:
    """Whether a table of so many bytes is kept on the disk while it is read."""
    return size > LARGE


def spilled(array: NDArray[A]) -> NDArray[A]:
    """The same array, read-only, with its bytes on the disk; itself where it is there already or small. OSError when the disk refuses."""
    if array.nbytes < _LEAST or _SEGMENTS.hold(array.__array_interface__["data"][0]):
        return array
    found = empty(array.size, array.dtype).reshape(array.shape)
    found[...] = array
    found.flags.writeable = False
    return found


def empty(size: int, dtype: np.dtype[A]) -> NDArray[A]:
    """An array (size,) of any values whose bytes are on the disk where they are many. OSError when the disk refuses."""
    bytes_ = size * dtype.itemsize
    return np.frombuffer(_SEGMENTS.allocate(bytes_), dtype) if bytes_ >= _LEAST else np.empty(size, dtype)


def spilled_column(column: Any) -> Any:
    """An Arrow array, chunked or not, as `spilled` does; nested ones stay in memory."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        return pa.chunked_array([spilled_column(chunk) for chunk in column.chunks], column.type)
    if pa.types.is_dictionary(column.type):
        codes, texts = spilled_column(column.indices), spilled_column(column.dictionary)
        return pa.DictionaryArray.from_arrays(codes, texts, ordered=column.type.ordered, safe=False)
    if column.type.num_fields:
        return column
    buffers = [buffer and _spilled_buffer(buffer) for buffer in column.buffers()]
    return pa.Array.from_buffers(column.type, len(column), buffers, column.null_count, column.offset)


def _spilled_buffer(buffer: Any) -> Any:
    import pyarrow as pa

    if buffer.size < _LEAST or _SEGMENTS.hold(buffer.address):
        return buffer
    return pa.py_buffer(spilled(np.frombuffer(buffer, np.uint8)))


class _Segments:
    """Mapped files, of which the last one is filled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: mmap.mmap | None = None
        self._used = 0
        self._places: list[tuple[int, int, weakref.ref[mmap.mmap]]] = []  # first and last byte in memory

    def hold(self, address: int) -> bool:
        """Whether a place in memory lies in one of the files."""
        with self._lock:
            self._places = [one for one in self._places if one[2]() is not None]
            return any(start <= address < end for start, end, _ in self._places)

    def allocate(self, size: int) -> memoryview:
        """So many bytes of a file that nothing else uses."""
        with self._lock:
            segment, at = self._free(size)
        return memoryview(segment)[at : at + size]

    def _free(self, size: int) -> tuple[mmap.mmap, int]:
        if size > _SEGMENT // 2:
            return self._mapped(size), 0
        if self._last is None or self._used + size > _SEGMENT:
            self._last, self._used = self._mapped(_SEGMENT), 0
        at, self._used = self._used, -(-(self._used + size) // _ALIGNED) * _ALIGNED
        return self._last, at

    def _mapped(self, size: int) -> mmap.mmap:
        with tempfile.TemporaryFile(prefix="mlops-desktop-", dir=_folder()) as file:
            _reserve(file, size)
            found = mmap.mmap(file.fileno(), size)
        start = np.frombuffer(found, np.uint8).__array_interface__["data"][0]
        self._places.append((start, start + size, weakref.ref(found)))
        return found


_SEGMENTS = _Segments()


def _folder() -> str | None:
    """Where temporary files of any size belong: /tmp is memory on many Linux systems."""
    disk = "/var/tmp"
    return disk if sys.platform == "linux" and "TMPDIR" not in os.environ and os.access(disk, os.W_OK) else None


def _reserve(file: Any, size: int) -> None:
    """Give a file its size on the disk: without its space a write to the mapped file would kill the process, not raise an error."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        return
    zeros = bytes(min(size, 2**20))
    while size > 0:
        size -= file.write(zeros[:size])
    file.flush()
