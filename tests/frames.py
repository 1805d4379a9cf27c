"""Small frames for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mlops_desktop.base.families import Dataset, Operation, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.serving.frame import MISSING_DATE, Csr, Frame, Layout, encode

BINARY = Target("binary", np.array([], dtype=np.intp), ("no", "yes"))  # for operations that do not look at the target


def microseconds(text: str | None) -> int:
    """Microseconds of an ISO date or time, MISSING_DATE for None."""
    return MISSING_DATE if text is None else int(np.datetime64(text, "us").astype(np.int64))


def make_frame(
    numbers: Mapping[str, Sequence[float]] | None = None,
    categoricals: Mapping[str, Sequence[str | None]] | None = None,
    dates: Mapping[str, Sequence[str | None]] | None = None,
    sparse: Mapping[str, Sequence[float]] | None = None,
) -> Frame:
    """A frame of these columns whose arrays cannot be written to; dates as ISO texts, `sparse` as one block."""
    numbers, categoricals, dates, sparse = numbers or {}, categoricals or {}, dates or {}, sparse or {}
    columns: list[Sequence[Any]] = [*numbers.values(), *categoricals.values(), *dates.values(), *sparse.values()]
    rows = len(columns[0]) if columns else 0
    encoded = [encode(column) for column in categoricals.values()]
    codes = np.array([code for code, _ in encoded], dtype=np.intp).reshape(len(categoricals), rows).T
    stamps = np.array([[microseconds(d) for d in column] for column in dates.values()], dtype=np.int64).reshape(len(dates), rows).T
    layout = Layout(tuple(numbers), tuple(categoricals), tuple(dates), (tuple(sparse),) if sparse else ())
    block = np.array(list(numbers.values()), dtype=np.float64).reshape(len(numbers), rows).T
    blocks = (to_csr(np.array(list(sparse.values()), dtype=np.float64).T),) if sparse else ()
    return frozen(Frame(layout, rows, block, codes, tuple(tuple(levels) for _, levels in encoded), stamps, blocks))


def to_csr(dense: np.ndarray) -> Csr:
    """The sparse block of a dense one."""
    row, column = np.nonzero(dense)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(dense)))))
    return Csr(indptr, column.astype(np.int64), dense[row, column], dense.shape[1])


def frozen(frame: Frame) -> Frame:
    """The frame with arrays that cannot be written to, as data mapped from a file are."""
    for array in (frame.numbers, frame.codes, frame.dates, *(part for b in frame.sparse for part in (b.indptr, b.indices, b.data))):
        array.setflags(write=False)
    return frame


def request(frame: Frame, row: int) -> Frame:
    """One row as a request brings it: its levels are its own cells alone."""
    taken = frame.take(np.array([row]))
    encoded = [encode(taken.texts(name)) for name in frame.layout.categoricals]
    codes = np.array([[code[0] for code, _ in encoded]], dtype=np.intp).reshape(1, len(encoded))
    return frozen(Frame(frame.layout, 1, taken.numbers, codes, tuple(tuple(levels) for _, levels in encoded), taken.dates, taken.sparse))


def assert_same(found: Frame, wanted: Frame) -> None:
    """The same layout and cells, by name; numbers to 1e-12, missing as missing."""
    assert found.rows == wanted.rows
    assert found.layout == wanted.layout
    np.testing.assert_allclose(found.numbers, wanted.numbers, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(found.dates, wanted.dates)
    for name in found.layout.categoricals:
        assert found.texts(name) == wanted.texts(name), name
    for mine, other in zip(found.sparse, wanted.sparse, strict=True):
        np.testing.assert_allclose(mine.dense(), other.dense(), rtol=1e-12, atol=1e-12)


def table(frame: Frame) -> dict[str, list[Any]]:
    """Every numeric and categorical column as a list by name, NaN as None."""
    made: dict[str, list[Any]] = {}
    for name in frame.layout.numbers:
        made[name] = [None if np.isnan(v) else v for v in frame.number(name).tolist()]
    for name in frame.layout.categoricals:
        made[name] = list(frame.texts(name))
    return made


def run(operation: Operation, train: Frame, later: Frame | None = None, target: Target = BINARY) -> Frame:
    """What an operation learned on one frame makes of another (or of its own)."""
    transform, _ = operation.fit(Dataset(train, target), Silent())
    return transform.bind(train.layout)[1](train if later is None else later)
