"""Texts of at most eight bytes as whole numbers, which Arrow compares in half of the time of texts.

The bytes of a text are those of its number, the first one lowest; the others are 0. No text holds a byte 0, so the number has one text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BYTES = 8
_LEAST_ROWS = 10_000  # that are worth the calls of numpy
_MASKS = np.array([2 ** (8 * size) - 1 for size in range(_BYTES + 1)], dtype=np.uint64)


def as_numbers(column: Any) -> Any:
    """A chunked array of texts without missing ones as an array of numbers; None when one of them is longer, or they are few."""
    import pyarrow as pa

    if len(column) < _LEAST_ROWS:
        return None
    numbers = np.empty(len(column), dtype=np.uint64)
    start = 0
    for chunk in column.chunks:
        if not _write_numbers(chunk, numbers[start : start + len(chunk)]):
            return None
        start += len(chunk)
    return pa.array(numbers)


def _write_numbers(texts: Any, target: NDArray[np.uint64]) -> bool:
    """Write the numbers of some texts; False when one of them is longer."""
    _, ends, data = texts.buffers()
    if not len(texts) or data is None or data.size < _BYTES:
        return not len(texts)
    places = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    starts, sizes = places[:-1], np.diff(places)
    if sizes.max() > _BYTES:
        return False
    last = data.size - _BYTES
    chunks: NDArray[np.uint64] = np.ndarray((last + 1,), "<u8", data, strides=(1,))  # eight bytes from each place on
    whole = int(np.searchsorted(starts, last, side="right"))
    np.take(chunks, starts[:whole], out=target[:whole], mode="clip")  # no place is out of bounds: much quicker than an index
    target[whole:] = chunks[last] >> (8 * (starts[whole:] - last)).astype(np.uint64)
    target &= np.take(_MASKS, sizes, mode="clip")
    return True


def as_texts(numbers: Any) -> Any:
    """An Arrow array of the texts of these numbers."""
    import pyarrow as pa

    data = numbers.to_numpy().astype("<u8", copy=False).view(np.uint8).reshape(-1, _BYTES)
    there = data != 0
    ends = np.concatenate(([0], np.cumsum(np.count_nonzero(there, axis=1)))).astype(np.int32)
    return pa.StringArray.from_buffers(len(data), pa.py_buffer(ends), pa.py_buffer(data[there]))


def with_texts(parts: Sequence[Any]) -> list[Any]:
    """Dictionary arrays of texts or of their numbers, all of texts."""
    import pyarrow as pa

    texts = pa.string()
    return [
        part if part.type.value_type == texts else pa.DictionaryArray.from_arrays(part.indices, as_texts(part.dictionary)) for part in parts
    ]
