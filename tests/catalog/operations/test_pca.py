"""PCA: equality with scikit-learn, bitwise the same alone and in a batch."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.pca import Pca
from tests.frames import BINARY, make_frame, request, run


def wide(rows: int, columns: int, seed: int = 0) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 5)) @ rng.normal(size=(5, columns)) + 0.1 * rng.normal(size=(rows, columns)) + 3
    return {f"x{i}": values[:, i].tolist() for i in range(columns)}


@pytest.mark.parametrize("scaled", [True, False])
@pytest.mark.parametrize(("ours", "theirs"), [({"keep_by": "count", "count": 3}, 3), ({"share": 0.9}, 0.9), ({"share": 1.0}, None)])
def test_equals_scikit_learn_but_for_the_sign(scaled, ours, theirs):
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    columns = wide(200, 8)
    values = np.column_stack(list(columns.values()))
    wanted = PCA(theirs, svd_solver="full").fit_transform(StandardScaler().fit_transform(values) if scaled else values)
    found = run(Pca(scaled=scaled, **ours), make_frame(columns))
    assert found.layout.numbers == tuple(f"PC{i + 1}" for i in range(wanted.shape[1]))
    np.testing.assert_allclose(np.abs(found.numbers), np.abs(wanted), rtol=1e-9, atol=1e-9)


def test_the_largest_weight_is_positive():
    transform, _ = Pca(share=1.0).fit(Dataset(make_frame(wide(60, 6)), BINARY), Silent())
    largest = np.abs(transform.components).argmax(axis=0)
    assert (transform.components[largest, np.arange(6)] > 0).all()


@pytest.mark.parametrize(("columns", "count"), [(2, 1), (3, 2), (9, 1), (17, 5), (40, 40), (300, 30)])
def test_a_row_alone_has_the_same_bits_as_in_a_batch(columns, count):
    train = make_frame(wide(120, columns))
    transform, _ = Pca(keep_by="count", count=count).fit(Dataset(train, BINARY), Silent())
    _, apply = transform.bind(train.layout)
    later = make_frame(wide(6000, columns, 1))
    together = apply(later).numbers
    for row in range(0, 6000, 59):
        assert apply(request(later, row)).numbers[0].tobytes() == together[row].tobytes()


def test_missing_values_count_as_the_mean_and_constant_columns_as_nothing():
    frame = make_frame({"a": [1.0, 3, math.nan, 2], "b": [2.0, 6, 4, 4], "same": [0.1 + 0.2] * 4, "void": [math.nan] * 4})
    found = run(Pca(keep_by="count", count=1), frame)
    assert found.numbers[2, 0] == pytest.approx(0)
    assert found.numbers[0, 0] == -found.numbers[1, 0]
    later = make_frame({"a": [math.nan], "b": [math.nan], "same": [1e9], "void": [math.nan]})
    assert np.isfinite(run(Pca(keep_by="count", count=2), frame, later).numbers).all()


def test_without_numbers_the_step_is_refused():
    with pytest.raises(UserError, match="no number"):
        Pca().fit(Dataset(make_frame({}, {"w": ["x"]}), BINARY), Silent())
