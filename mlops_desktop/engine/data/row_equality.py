"""Finds rows of a frame that are equal in given columns, by a 64-bit digest of each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mlops_desktop.base.column_threads import for_columns
from mlops_desktop.serving.frame import Floats, Frame, Ints, Longs

_SAMPLE = 1000  # rows by which the columns with the most values are chosen
_FIRST = 3  # such columns, which are compared before all others
_MIDDLE = np.uint64(2**63)  # of the digests
_PART = 2**13  # rows whose digests stay in the processor's cache


def value_bits(values: Floats | Ints | Longs) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """The bits of each value, uint64; all NaN have the same bits, and both zeros."""
    if values.dtype.kind == "f":
        copy = np.add(values, 0.0, order="C")
        copy[np.isnan(copy)] = np.nan
        return copy.view(np.uint64)
    return np.ascontiguousarray(values).astype(np.int64).view(np.uint64)


def row_digests(columns: Iterable[Floats | Ints | Longs], rows: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """A digest of each row, (rows,) uint64: rows with the same values have the same digest, others another one."""
    total: np.ndarray[tuple[int, ...], np.dtype[np.uint64]] = np.zeros(rows, dtype=np.uint64)
    given = [*columns]
    for start in range(0, rows, _PART):
        part = total[start : start + _PART]
        for values in given:
            part[:] = mixed(part ^ value_bits(values[start : start + _PART]))
    return total


def equal_rows(frame: Frame, names: Iterable[str]) -> Ints | None:
    """Codes from 0 that rows share when they are equal in these columns, (rows,) intp, missing equal to missing; None when all differ."""
    columns = [_values(frame, name) for name in names]
    first = _most_distinct(columns, frame.rows)
    if len(first) < len(columns) and _all_differ(row_digests(first, frame.rows)):
        return None  # rows that differ in some columns are not equal
    distinct, codes = np.unique(row_digests(columns, frame.rows), return_inverse=True)
    return codes.astype(np.intp) if len(distinct) < frame.rows else None


def _all_differ(digests: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> bool:
    low = digests < _MIDDLE  # two halves, each sorted by a thread

    def differ(half: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> bool:
        ordered = np.sort(half)  # several times quicker than `unique`, which hashes
        return not (ordered[1:] == ordered[:-1]).any()

    return all(for_columns(differ, (digests[low], digests[~low]), len(digests)))


def _most_distinct(columns: Sequence[Floats | Ints | Longs], rows: int) -> list[Floats | Ints | Longs]:
    """The few columns with the most values in a sample of the rows."""
    sample = np.linspace(0, max(0, rows - 1), min(rows, _SAMPLE)).astype(np.intp)
    return sorted(columns, key=lambda values: -len(np.unique(values[sample])))[:_FIRST]


def _values(frame: Frame, name: str) -> Floats | Ints | Longs:
    kind = frame.layout.kind(name)
    return frame.number(name) if kind == "number" else frame.categorical(name)[0] if kind == "categorical" else frame.date(name)


def mixed(bits: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    """SplitMix64's finisher (Steele, Lea and Flood 2014): every bit out depends on every bit in."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
