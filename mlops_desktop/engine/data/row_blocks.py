"""An array of the rows of a table that is made some rows at a time, whole in memory or on its way to a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.base.column_threads import for_columns
from mlops_desktop.serving.frame import Floats, Ints, Longs

_ROWS, _BYTES = 8192, 2**21  # at most, of a part: it stays in the processor's cache


@dataclass(frozen=True, eq=False)
class RowBlocks:
    """The array (rows, columns) whose column j holds `values[codes]` of its pair (values, codes)."""

    rows: int
    dtype: np.dtype[np.float64] | np.dtype[np.int64] | np.dtype[np.intp]
    _columns: Sequence[tuple[NDArray[Any], NDArray[Any]]]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, len(self._columns)

    def parts(self) -> Iterator[Floats | Longs | Ints]:
        """The rows in their order, some of them at a time."""
        for rows in self._slices():
            part = np.empty((rows.stop - rows.start, len(self._columns)), dtype=self.dtype)
            self._fill(part, rows)
            yield part

    def array(self) -> Floats | Longs | Ints:
        """All rows."""
        whole: NDArray[Any] = np.empty(self.shape, dtype=self.dtype)
        for_columns(lambda rows: self._fill(whole[rows], rows), self._slices(), self.rows)
        return whole

    def _slices(self) -> Iterator[slice]:
        step = max(1, min(_ROWS, _BYTES // (self.dtype.itemsize * max(1, len(self._columns)))))
        return (slice(start, min(start + step, self.rows)) for start in range(0, self.rows, step))

    def _fill(self, part: NDArray[Any], rows: slice) -> None:
        cells = np.empty(len(part), dtype=self.dtype)
        for at, (values, codes) in enumerate(self._columns):  # some rows at once, as the cells of a row lie together in memory
            # Twice as quick as an index; -1 is the last value.
            np.take(values.astype(self.dtype, copy=False), codes[rows], out=cells, mode="wrap")
            part[:, at] = cells
