"""Recognises rows of a table by their cells, whatever was decided about its columns: a 64-bit hash of each row."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.engine.data.row_equality import mixed, value_bits
from mlops_desktop.serving.frame import Frame

Hashes = NDArray[np.uint64]
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
BLOCK = 2**22  # bytes of texts at a time


def row_hashes(cells: Cells, columns: Collection[str] | None = None) -> Hashes:
    """A hash of each row, (rows,) uint64, by names and cells of these columns (None: all) in any order. Equal rows differ by how many of
    them come before, so that the rows of one table have hashes of their own, and those of a table that holds them again the same ones.
    """
    total: Hashes = np.zeros(cells.rows, dtype=np.uint64)
    for raw in cells.columns() if columns is None else map(cells.column, sorted(columns)):
        total += _cell_hashes(raw)
    return numbered_hashes(total)


def numbered_hashes(hashes: Hashes) -> Hashes:
    """Hashes of which equal ones are made different by how many of them come before, (rows,) uint64: each is there once."""
    order = np.argsort(hashes, kind="stable")
    place = np.arange(len(hashes))
    starts = np.ones(len(hashes), dtype=bool)
    starts[1:] = hashes[order][1:] != hashes[order][:-1]
    repeated = np.empty(len(hashes), dtype=np.uint64)
    repeated[order] = place - np.maximum.accumulate(np.where(starts, place, 0))
    return mixed(mixed(hashes) ^ repeated)


def value_hashes(frame: Frame, names: Iterable[str]) -> Hashes:
    """A hash of each row, (rows,) uint64, by the typed values of some columns of any order: rows of two files are equal in them, however
    they are written, where their hashes are.
    """
    import pyarrow as pa

    total: Hashes = np.zeros(frame.rows, dtype=np.uint64)
    for name in names:
        kind = frame.layout.kind(name)
        if kind == "categorical":
            codes, levels = frame.categorical(name)
            values = mixed(np.append(_text_hashes(pa.array(list(levels), pa.string())), np.uint64(0)))[codes]
        else:
            values = mixed(value_bits(frame.number(name) if kind == "number" else frame.date(name)))
        total += mixed(values ^ _text_hashes(pa.array([name], pa.string()))[0])
    return mixed(total)


def content_hashes(frame: Frame, name: str) -> Hashes:
    """A hash of the typed value of each row in a column, (rows,) uint64, whatever the column is called: a number and a category that is
    written like it are the same, and so are missing values of all types.
    """
    import pyarrow as pa

    kind = frame.layout.kind(name)
    if kind == "categorical":
        codes, levels = frame.categorical(name)
        hashes = _text_hashes(pa.array(list(levels), pa.string()))
        for at, level in enumerate(levels):
            if _NUMBER.fullmatch(level):
                hashes[at] = mixed(value_bits(np.array([float(level)])))[0]
        return np.append(hashes, np.uint64(0))[codes]
    values = frame.number(name) if kind == "number" else frame.date(name)
    return np.where(frame.missing(name), np.uint64(0), mixed(value_bits(values)))


def _cell_hashes(raw: RawColumn) -> Hashes:
    import pyarrow as pa

    name = _text_hashes(pa.array([raw.name], pa.string()))[0]
    distinct = _text_hashes(raw.distinct) if raw.values is None else mixed(value_bits(raw.values))
    by_value: Hashes = mixed(np.append(distinct, np.uint64(0)) ^ name)  # code -1, a cell without a value, is the last
    return by_value[raw.codes]


def _text_hashes(texts: Any) -> Hashes:
    """A hash of each text of an Arrow array: the mixed bytes with their places, added up. In blocks, for each byte takes some 40."""
    _, ends, data = texts.buffers()
    places = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.intp) if ends else np.zeros(1, np.intp)
    values = np.frombuffer(data or b"", np.uint8)
    found: Hashes = np.empty(len(texts), dtype=np.uint64)
    first = 0
    while first < len(texts):
        last = max(first + 1, int(np.searchsorted(places, places[first] + BLOCK, side="right")) - 1)
        starts, lengths = places[first:last] - places[first], np.diff(places[first : last + 1])
        block = values[places[first] : places[last]]
        at = np.arange(len(block)) - np.repeat(starts, lengths)
        sums = np.append(np.uint64(0), np.cumsum(mixed((at.astype(np.uint64) << np.uint64(8)) | block), dtype=np.uint64))
        found[first:last] = mixed((sums[starts + lengths] - sums[starts]) ^ lengths.astype(np.uint64))
        first = last
    return found
