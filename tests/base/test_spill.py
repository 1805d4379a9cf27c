"""Arrays on the disk are the same arrays, are read-only, and are not copied twice."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from mlops_desktop.base.spill import empty, spilled, spilled_column


@pytest.mark.parametrize("shape", [(3,), (100_000,), (5000, 3), (5_000_000,)])
def test_an_array_has_the_same_values_on_the_disk(shape):
    array = np.arange(np.prod(shape), dtype=np.int64).reshape(shape)
    found = spilled(array)
    assert np.array_equal(found, array)
    assert found.shape == shape
    assert spilled(found) is found
    assert (found is array) == (array.nbytes < 4096)
    assert found is array or not found.flags.writeable


def test_arrays_of_the_disk_do_not_share_their_places():
    first, second = empty(10_000, np.dtype(np.int64)), empty(10_000, np.dtype(np.uint8))
    first[:], second[:] = 7, 9
    assert (first == 7).all()
    assert (second == 9).all()


@pytest.mark.parametrize(
    "column",
    [
        pa.array([f"text {i}" if i % 7 else None for i in range(5000)]),
        pa.array(np.arange(5000.0)).slice(100, 4000),
        pa.chunked_array([[f"text {i % 900}" for i in range(3000)], ["a", "b"]]).dictionary_encode(),
        pa.array([[1, 2], None] * 3000),
        pa.array([True, None] * 20_000),
        pa.array([], pa.string()),
    ],
)
def test_a_column_has_the_same_cells_on_the_disk(column):
    found = spilled_column(column)
    found.validate(full=True)
    assert found.type == column.type
    assert found.to_pylist() == column.to_pylist()
