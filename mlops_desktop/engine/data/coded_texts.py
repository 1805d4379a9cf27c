"""Columns of texts by their distinct values as codes and an Arrow array: put together, in order of appearance, cleaned."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.serving.cells import clean_text
from mlops_desktop.serving.frame import Ints, Longs

Codes = NDArray[np.signedinteger[Any]]
_MAY_BE_UNCLEAN = r'^[^\x21-\x7e]|[^\x21-\x7e]$|[^\x00-\x7f]|^="'  # any other text is what `clean_text` makes of it
_FORMULA = re.compile(b'="')
_PART = 2**15  # codes that are examined together
_COUNT_BLOCK = 2**17  # codes that are counted together


def one_array(column: Any) -> Any:
    """A chunked array as one. The chunks of a coded column that was cut into record batches are put together again without a copy."""
    import pyarrow as pa

    chunks = column.chunks
    if len(chunks) == 1:
        return chunks[0]
    if column.type != pa.dictionary(pa.int32(), pa.string()) or column.null_count or len({_coded_memory(chunk) for chunk in chunks}) != 1:
        return column.combine_chunks()
    start = chunks[0].indices.offset
    if any(chunk.indices.offset != at for chunk, at in zip(chunks, accumulate(map(len, chunks), initial=start), strict=False)):
        return column.combine_chunks()
    codes = pa.Array.from_buffers(pa.int32(), len(column), chunks[0].indices.buffers(), 0, start)
    return pa.DictionaryArray.from_arrays(codes, chunks[0].dictionary)


def _coded_memory(chunk: Any) -> tuple[int, ...]:
    """Where the codes and the distinct texts of a dictionary array lie in memory."""
    texts = chunk.dictionary
    buffers = (*chunk.indices.buffers(), *texts.buffers())
    return (texts.offset, len(texts), *(buffer.address if buffer is not None else 0 for buffer in buffers))


def are_by_appearance(codes: Codes, size: int) -> bool:
    """Whether codes from 0 first appear in rising order, all of them, and no cell is without one."""
    highest = -1
    for start in range(0, len(codes), _PART):
        part = codes[start : start + _PART]
        if part.min() < 0:
            return False
        if part.max() > highest:  # else nothing new is here
            rising = np.maximum.accumulate(part)
            if rising[0] > highest + 1 or (np.diff(np.maximum(rising, highest)) > 1).any():
                return False
            highest = int(rising[-1])
    return highest == size - 1


def count_codes(codes: Codes, size: int) -> Longs:
    """How many rows hold each code below `size`, (size,) int64; rows with -1 count for none."""
    found = np.zeros(size, dtype=np.int64)
    step = max(_COUNT_BLOCK, size)
    for start in range(0, len(codes), step):  # numpy makes whole numbers of 64 bits of them
        part = codes[start : start + step]
        found += np.bincount(part if part.min() >= 0 else part[part >= 0], minlength=size)
    return found


def appearance(codes: Codes, size: int) -> Ints:
    """Codes from 0 in the order of their first rows; -1 counts as `size`, codes that no row holds are left out."""
    first = np.full(size + 1, len(codes))
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # the last of equal positions, the first row, stays
    order = np.flatnonzero(first < len(codes))
    return order[np.argsort(first[order], kind="stable")]


def cleaned(distinct: Any) -> tuple[Codes, Any] | None:
    """The clean texts, each once, and the place of every given text among them; None when all are clean."""
    import pyarrow as pa
    import pyarrow.compute as pc

    data = np.frombuffer(bytes_of(distinct), np.uint8)
    if not len(data) or (data.min() > ord(" ") and data.max() <= ord("~") and not _FORMULA.search(bytes_of(distinct))):
        return None
    doubtful = pc.match_substring_regex(distinct, _MAY_BE_UNCLEAN)
    texts = distinct.filter(doubtful).to_pylist()
    clean = [clean_text(text) for text in texts]
    if clean == texts:
        return None
    coded = pc.replace_with_mask(distinct, doubtful, pa.array(clean, distinct.type)).dictionary_encode()
    return coded.indices.to_numpy(zero_copy_only=False), coded.dictionary


def ends_of(texts: Any) -> NDArray[np.int32]:
    """Where the texts of an Arrow array begin and end in its buffer of bytes, one place more than there are texts."""
    _, ends, _ = texts.buffers()
    return np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1] if ends else np.zeros(1, np.int32)


def bytes_of(texts: Any) -> memoryview:
    """The bytes of all texts of an Arrow array, one behind the other."""
    places = ends_of(texts)
    return memoryview(texts.buffers()[2] or b"")[places[0] : places[-1]]
