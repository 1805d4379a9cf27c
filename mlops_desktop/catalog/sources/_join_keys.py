"""Matches the rows of two tables by a key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.mixed_cells import canonical_texts

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Matches:
    """For each row of the first table how many rows of the second have its key, and where these stand: `order[start:start + count]`."""

    counts: Positions
    starts: Positions
    order: Positions

    @cached_property
    def unmatched(self) -> int:
        """Rows of the first table whose key the second lacks."""
        return int(np.sum(self.counts == 0))

    @cached_property
    def multiplied(self) -> int:
        """Rows of the first table whose key stands more than once in the second."""
        return int(np.sum(self.counts > 1))

    def unused(self) -> int:
        """Rows of the second table that belong to none of the first."""
        used = np.zeros(len(self.order), dtype=bool)
        used[self.pairs(first_only=False, keep=False)[1]] = True
        return int(np.sum(~used))

    def pairs(self, *, first_only: bool, keep: bool) -> tuple[Positions, Positions]:
        """The rows of a join: positions in the first and in the second table, -1 where a row without a match is kept."""
        counts = np.minimum(self.counts, 1) if first_only else self.counts
        rows = np.maximum(counts, 1) if keep else counts
        left = np.repeat(np.arange(len(counts), dtype=np.int64), rows)
        within = np.arange(len(left), dtype=np.int64) - np.repeat(np.cumsum(rows) - rows, rows)
        at = np.repeat(self.starts, rows) + within
        found = np.repeat(counts, rows) > 0
        right = np.full(len(left), -1, dtype=np.int64)
        right[found] = self.order[at[found]]
        return left, right


def match(first: Any, second: Any, keys: Sequence[tuple[str, str]]) -> Matches:
    """The matches of two pyarrow.Tables by pairs of columns. Keys are equal when their texts are, blanks around them left off (1, 1.0 and
    "1" are one); a key with a missing part matches nothing.
    """
    codes_first, codes_second = _codes(first, second, keys)
    size = int(max(codes_first.max(initial=-1), codes_second.max(initial=-1))) + 1
    present = np.flatnonzero(codes_second >= 0)
    order = present[np.argsort(codes_second[present], kind="stable")]
    in_second = np.bincount(codes_second[present], minlength=size)
    begins = np.cumsum(in_second) - in_second
    there = codes_first >= 0
    counts, starts = np.zeros(len(codes_first), dtype=np.int64), np.zeros(len(codes_first), dtype=np.int64)
    counts[there], starts[there] = in_second[codes_first[there]], begins[codes_first[there]]
    rest = np.setdiff1d(np.arange(len(codes_second)), order)
    return Matches(counts, starts, np.concatenate([order, rest]).astype(np.int64))


def _codes(first: Any, second: Any, keys: Sequence[tuple[str, str]]) -> tuple[Positions, Positions]:
    """A whole number for the key of each row, the same for equal keys of both tables; -1 where a part is missing."""
    rows = first.num_rows
    total = np.zeros(rows + second.num_rows, dtype=np.int64)
    missing = np.zeros(len(total), dtype=bool)
    for left, right in keys:
        codes, empty = _column_codes(first.column(left), second.column(right))
        missing |= empty
        _, total = np.unique(total * (int(codes.max(initial=0)) + 1) + codes, return_inverse=True)
    total = np.where(missing, -1, total).astype(np.int64)
    return total[:rows], total[rows:]


def _column_codes(left: Any, right: Any) -> tuple[Positions, NDArray[np.bool_]]:
    import pyarrow as pa

    texts = pa.chunked_array([*_texts(left), *_texts(right)], pa.string()).combine_chunks().dictionary_encode()
    codes = texts.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    empty = np.array([text == "" for text in texts.dictionary.to_pylist()], dtype=bool)
    return codes, empty[codes] if len(empty) else np.zeros(len(codes), dtype=bool)


def _texts(column: Any) -> list[Any]:
    """The chunks of a column as texts, blanks around them left off."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return [pc.fill_null(pc.utf8_trim_whitespace(chunk.cast(pa.string())), "") for chunk in column.chunks]
    if pa.types.is_integer(column.type):
        return [pc.fill_null(chunk.cast(pa.string()), "") for chunk in column.chunks]
    return [pa.array(canonical_texts(chunk.to_pylist())[0], pa.string()) for chunk in column.chunks]
