"""What every encoding of the catalogue promises: a matrix from columns of every kind, alike for one row and many."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.families import Dataset, EncoderInput, Encoding, Target
from mlops_desktop.base.job import Silent
from mlops_desktop.base.registry import Registry
from mlops_desktop.catalog import encodings as package
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.step_fitting import FittedSteps, encoding_operations, fit_encoding
from tests.frames import make_frame

ENCODINGS = Registry(package, Encoding)
BY_ITSELF = {"as_it_is"}  # adds nothing
ROWS = 120
RNG = np.random.default_rng(4)


def columns(text: bool = True):
    vocabulary = ["good", "bad", "quick", "slow", "again"]
    frame = make_frame(
        {"age": np.where(RNG.random(ROWS) < 0.2, np.nan, RNG.normal(40, 9, ROWS)).tolist(), "big": RNG.normal(1e6, 1e5, ROWS).tolist()},
        {
            "city": RNG.choice(["Rome", "Oslo", "Bern"], ROWS).tolist(),
            "gappy": [None if i % 5 == 0 else "yes" if i % 2 else "no" for i in range(ROWS)],
            **({"note": [" ".join(RNG.choice(vocabulary, 4)) for _ in range(ROWS)]} if text else {}),
        },
        {"when": [str(np.datetime64("2020-01-01") + i) for i in range(ROWS)]},
    )
    return Dataset(frame, Target("regression", RNG.normal(size=ROWS)))


def fitted(encoding, dataset, texts=("note",), takes_sparse=True):
    given = EncoderInput(dataset.frame.layout, texts, takes_sparse)
    return fit_encoding(FittedSteps((), dataset), encoding, given, Silent())


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("id_", sorted(set(ENCODINGS) - BY_ITSELF))
def test_columns_of_every_kind_become_a_matrix(id_, sparse):
    dataset = columns()
    made = fitted(ENCODINGS[id_](), dataset, takes_sparse=sparse)
    assert made.matrix.rows == ROWS
    whole = made.transform(dataset.frame).to_dense()
    np.testing.assert_array_equal(whole, made.matrix.to_dense())
    alone = np.concatenate([made.transform(dataset.frame.take(np.array([row]))).to_dense() for row in (0, 7, 50)])
    np.testing.assert_array_equal(alone, whole[[0, 7, 50]])


@pytest.mark.parametrize("id_", sorted(set(ENCODINGS) - BY_ITSELF))
def test_every_point_of_its_range_makes_a_matrix(id_):
    dataset = columns()
    for encoding in ENCODINGS[id_]().grid(2):
        assert fitted(encoding, dataset).matrix.rows == ROWS


@pytest.mark.parametrize("id_", sorted(ENCODINGS))
def test_its_operations_are_of_the_catalogue(id_):
    layout = columns().frame.layout
    for texts in ((), ("note",)):
        assert all(operation.id in choices().operations for operation in encoding_operations(ENCODINGS[id_](), EncoderInput(layout, texts)))


@pytest.mark.parametrize("id_", sorted(choices().algorithms))
def test_the_encoding_of_every_algorithm_makes_a_matrix_that_it_takes(id_):
    algorithm = choices().algorithms[id_]
    matrix = fitted(choices().encodings[algorithm.encoding](), columns(), takes_sparse=algorithm.takes_sparse).matrix
    task = next(spec for spec in (found() for found in choices().tasks.values()) if algorithm.supports(spec))
    algorithm().build(task, 0, matrix)  # refuses what it cannot learn from


def test_few_gaps_get_no_column_of_their_own_and_version_1_keeps_its_meaning():
    encoding = choices().encodings["one_hot_scaled"]
    dataset = Dataset(
        make_frame({"few": [np.nan] * 9 + [1.0, 2.0] * 111, "many": [np.nan] * 10 + [1.0] * 221}), Target("regression", np.arange(231.0))
    )
    assert {"many is missing"} == {name for name in fitted(encoding(), dataset, ()).matrix.names if "missing" in name}
    old = encoding.from_json({"id": "one_hot_scaled", "version": 1, "params": {"max_levels": 7}})
    assert {"few is missing", "many is missing"} <= set(fitted(old, dataset, ()).matrix.names)
    assert old.identity() == {"id": "one_hot_scaled", "version": 1, "params": {"max_levels": 7}}
    assert encoding.from_json(old.to_json()) == old
    assert encoding().identity() == {"id": "one_hot_scaled", "version": 2, "params": {}}


def test_what_it_is_for():
    dataset = columns(text=False)
    native = fitted(choices().encodings["native_categories"](), dataset, ()).matrix
    assert {native.names[at] for at in native.category_codes} == {"city", "gappy"}
    assert np.isnan(native.to_dense()).any()
    linear = fitted(choices().encodings["one_hot_scaled"](), dataset, ()).matrix
    assert {"city = Rome", "age is missing"} <= set(linear.names)
    assert not linear.category_codes
    assert np.isfinite(linear.to_dense()).all()
    assert np.abs(linear.to_dense().mean(axis=0)).max() < 1e-6
    codes = fitted(choices().encodings["ordinal_codes"](), dataset, ()).matrix
    assert "city" in codes.names
    assert not codes.category_codes
