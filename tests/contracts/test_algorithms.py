"""What every algorithm promises, for every task it takes: above all, that the compiled model answers as the library does."""

from __future__ import annotations

import inspect
import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import Choice, Flag, Number
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.serving.frame import Matrix, round_to_float32
from mlops_desktop.serving.models.some_classes import SomeClasses
from mlops_desktop.serving.models.trees import Trees
from mlops_desktop.serving.nodes.chain import Chain
from mlops_desktop.serving.serialization import pack, read_object_file, write_object
from tests.contracts.fit import ALGORITHMS, MEMBERS, digests, fit, in_library_form, matrix_of, quick, refusal, takes_missing, target_of
from tests.frames import to_csr

TAKE_MISSING = {name for name in ALGORITHMS if takes_missing(name)}
ROWS = 160
every_member = pytest.mark.parametrize(("name", "task"), MEMBERS)


def table(kind, name, rng):
    """Training rows of one kind, with missing values only where the algorithm takes them."""
    values = rng.normal(size=(ROWS, 1 if kind == "one feature" else 4))
    if kind == "constant":
        values[:] = 7.25
    if kind == "scales":
        values *= [1e6, 1e-6, 1.0, 300.0]
    if kind in ("missing", "categories") and name in TAKE_MISSING:
        values[::7, 0] = np.nan
    if kind == "zeros":
        values[rng.random(values.shape) < 0.6] = 0.0
    if kind == "categories":
        values[:, 2] = rng.choice([0, 1, 2, 3, 5, 8, 9, 14, 40], ROWS)
        values[:, 3] = rng.integers(0, 3, ROWS)
        if name in TAKE_MISSING:
            values[::9, 2] = np.nan
    return matrix_of(values, (2, 3) if kind == "categories" else ())


def signal_of(matrix):
    """What the target is made from: a straight line and a set of codes."""
    values = np.nan_to_num(matrix.to_dense())
    line = values[:, 0] / (np.abs(values[:, 0]).max() + 1e-9) + np.arange(len(values)) / 1000
    return line + (np.isin(values[:, -1], [1, 9]) + 0.5 * np.isin(values[:, -2], [1, 5, 14]) if len(matrix.category_codes) else 0)


def probes(model, matrix, name, rng):
    """Rows on each split threshold and one float32 beside it, and rows with codes of every kind and missing values."""
    rows = [matrix.to_dense()]

    def put(feature, values):
        made = rows[0][rng.integers(matrix.rows, size=len(values))]
        made[:, feature] = values
        rows.append(made)

    for feature, values in model.thresholds().items():
        near = rng.permutation(values)[:60].astype(np.float32)
        put(feature, np.concatenate([near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf))]).astype(float))
    for feature in matrix.category_codes:
        put(feature, np.array([*range(16), 40, 41, 300, -1], dtype=float))
    if name in TAKE_MISSING:
        for feature in range(matrix.width):
            put(feature, np.full(10, np.nan))
    return replace(matrix, dense=round_to_float32(np.concatenate(rows)))


def library_scores(estimator, task, name, matrix, classes):
    X = in_library_form(name, matrix)
    if task == "regression":
        return np.asarray(estimator.predict(X), dtype=float).reshape(-1)
    scores = np.zeros((matrix.rows, classes))
    scores[:, estimator.classes_] = estimator.predict_proba(X)
    return scores


def assert_equal_scores(got, wanted, limit=1e-9):
    assert got.dtype == np.float64
    assert got.shape == wanted.shape
    assert np.isfinite(got).all()
    assert np.max(np.abs(got - wanted) / np.maximum(1.0, np.abs(wanted)), initial=0.0) <= limit


@every_member
@pytest.mark.parametrize("kind", ["plain", "one feature", "constant", "scales", "missing", "categories"])
def test_the_compiled_model_answers_as_the_library(kind, name, task, tmp_path):
    rng = np.random.default_rng(5)
    matrix = table(kind, name, rng)
    y = target_of(task, signal_of(matrix))
    estimator, model = fit(quick(name), task, matrix, y)
    rows = probes(model, matrix, name, rng)
    scores = model.scores(rows)
    assert_equal_scores(scores, library_scores(estimator, task, name, rows, 3 if task == "multiclass" else 2))
    if task != "regression":
        assert scores.sum(axis=1) == pytest.approx(1.0, abs=1e-12)

    same_bits = 0.0 if isinstance(model, Trees) else 1e-12
    for at in rng.integers(rows.rows, size=12).tolist():
        assert_equal_scores(model.scores(rows.take(np.array([at]))), scores[at : at + 1], same_bits)
    some = rng.permutation(rows.rows)[:30]
    assert_equal_scores(model.scores(rows.take(some)), scores[some], same_bits)
    assert model.scores(rows.take(some[:0])).shape == scores[:0].shape

    write_object(model, tmp_path, "model")
    assert np.array_equal(read_object_file(tmp_path, "model").scores(rows), scores)

    used = model.used()
    assert used.shape == (matrix.width,)
    assert used.dtype == bool
    changed = rows.to_dense().copy()
    changed[:, ~used] = rng.normal(size=(len(changed), int((~used).sum())))
    assert np.array_equal(model.scores(replace(rows, dense=changed)), scores)


@every_member
def test_sparse_rows_answer_as_dense_ones(name, task):
    rng = np.random.default_rng(6)
    dense = table("zeros", name, rng)
    sparse = Matrix(dense.names, None, to_csr(dense.to_dense()))
    y = target_of(task, dense.to_dense() @ [1.0, 2.0, 0.0, -1.0])
    estimator, model = fit(quick(name), task, sparse, y)
    scores = model.scores(sparse)
    assert_equal_scores(scores, library_scores(estimator, task, name, sparse, 3 if task == "multiclass" else 2))
    assert_equal_scores(model.scores(dense), scores, 1e-12)
    assert_equal_scores(model.scores(sparse.take(np.array([4]))), scores[4:5], 1e-12)
    assert model.scores(sparse.take(np.array([], dtype=np.intp))).shape == scores[:0].shape


@pytest.mark.parametrize("name", list(ALGORITHMS))
def test_starts_and_draws_stay_within_what_is_tuned(name):
    algorithm, rng = ALGORITHMS[name](), np.random.default_rng(0)
    space = algorithm.search_space()
    drawn = [replace(algorithm, **start) for start in algorithm.initial_configs]
    assert all(set(start) <= set(space) for start in algorithm.initial_configs)
    for _ in range(40 if space else 0):
        drawn.append(algorithm.sample(rng))
        drawn.append(drawn[-1].vary(rng))
    assert len(set(drawn)) > 40 or not space
    for field, param in space.items():
        tried = [getattr(one, field) for one in drawn if getattr(one, field) != param.default]  # a start may leave it as it stands
        assert tried
        assert not isinstance(param, Number) or all(param.tune[0] <= value <= param.tune[1] for value in tried)
    untuned = set(algorithm.params()) - set(space)
    assert all(getattr(one, field) == getattr(algorithm, field) for one in drawn for field in untuned)


@pytest.mark.parametrize("name", [name for name, task in MEMBERS if task == "multiclass"])
def test_twelve_classes_of_which_the_fit_saw_ten(name):
    rng = np.random.default_rng(7)
    matrix = matrix_of(rng.normal(size=(300, 3)))
    y = target_of("multiclass", matrix.to_dense() @ [1.0, 0.5, 0.0], 12)
    seen = ~np.isin(y, [3, 11])
    algorithm, fitted = quick(name), matrix.take(np.flatnonzero(seen))
    estimator, _ = fit(algorithm, "multiclass", fitted, y[seen])
    model = algorithm.compile(estimator, task_spec("multiclass"), 12, matrix.width)
    scores = model.scores(matrix)
    assert_equal_scores(scores, library_scores(estimator, "multiclass", name, matrix, 12))
    assert not scores[:, [3, 11]].any()
    assert isinstance(model, SomeClasses)


@pytest.mark.parametrize("name", [name for name, task in MEMBERS if task == "binary"])
def test_of_two_classes_out_of_three_the_third_is_impossible(name):
    matrix = matrix_of(np.random.default_rng(8).normal(size=(80, 2)))
    y = np.where(matrix.to_dense()[:, 0] > 0, 2, 0)
    estimator, model = fit(quick(name), "multiclass", matrix, y)
    assert_equal_scores(model.scores(matrix), library_scores(estimator, "multiclass", name, matrix, 3))


@every_member
def test_row_weights_are_used_or_refused_by_signature(name, task):
    rng = np.random.default_rng(9)
    matrix = matrix_of(np.round(rng.normal(size=(ROWS, 3))))  # equal rows with several answers: of single rows a deep tree repeats each
    y = target_of(task, matrix.to_dense()[:, 0] + rng.normal(size=ROWS))
    weights = rng.integers(1, 4, ROWS).astype(float)
    if "sample_weight" not in inspect.signature(quick(name).build(task_spec(task), 3, matrix).fit).parameters:
        assert name not in ("baseline", "lightgbm", "logistic", "random_forest", "ridge")  # they have always taken weights
        return
    estimator, model = fit(quick(name), task, matrix, y, sample_weight=weights)
    assert_equal_scores(model.scores(matrix), library_scores(estimator, task, name, matrix, 3 if task == "multiclass" else 2))
    assert not np.array_equal(model.scores(matrix), fit(quick(name), task, matrix, y)[1].scores(matrix))


@every_member
def test_learns_better_than_the_baseline(name, task):
    rng = np.random.default_rng(10)
    matrix = matrix_of(rng.normal(size=(500, 3)))
    y = target_of(task, matrix.to_dense() @ [2.0, -1.0, 0.0] + 0.1 * rng.normal(size=500))
    train, test = np.arange(350), np.arange(350, 500)

    def error(algorithm):
        scores = fit(algorithm, task, matrix.take(train), y[train])[1].scores(matrix.take(test))
        if task == "regression":
            return float(np.mean((scores - y[test]) ** 2))
        return float(-np.mean(np.log(np.maximum(scores[np.arange(len(test)), y[test]], 1e-3))))

    longer = {
        "hist_gradient_boosting": {"max_iter": 60, "learning_rate": 0.1},
        "lightgbm": {"n_estimators": 60, "learning_rate": 0.1},
        "mlp": {"max_iter": 300, "learning_rate_init": 0.01},
    }
    algorithm = quick(name, **longer.get(name, {}))
    if name != "baseline":
        assert error(algorithm) < 0.6 * error(quick("baseline"))


@every_member
def test_class_weights_and_losses_compile_too(name, task):
    """Every option of every choice, one at a time."""
    rng = np.random.default_rng(12)
    matrix = matrix_of(rng.normal(size=(90, 3)))
    y = target_of(task, matrix.to_dense()[:, 0] + (matrix.to_dense()[:, 1] > 1))
    for field, param in ALGORITHMS[name].params().items():
        if isinstance(param, Choice):
            for option in param.options:
                estimator, model = fit(quick(name, **{field: option}), task, matrix, y)
                assert_equal_scores(model.scores(matrix), library_scores(estimator, task, name, matrix, 3 if task == "multiclass" else 2))


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    root = Path(__file__).resolve().parents[2]
    printed = subprocess.run(
        [sys.executable, "-m", "tests.contracts.fit"], cwd=root, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert json.loads(printed.stdout) == digests()


@pytest.mark.parametrize("name", list(ALGORITHMS))
def test_samples_and_grids_stay_within_their_ranges(name):
    cls = ALGORITHMS[name]
    for param in cls.params().values():
        assert param.label
        if isinstance(param, Number) and param.tune:
            assert param.low <= param.tune[0] < param.tune[1] <= param.high
            assert not param.log or param.tune[0] > 0
    rng = np.random.default_rng(13)
    drawn = [cls().sample(rng) for _ in range(200)]
    assert drawn[:5] == [cls().sample(again) for again in [np.random.default_rng(13)] for _ in range(5)]
    for made in [*drawn, *cls().grid(2)]:
        assert cls.from_json(json.loads(json.dumps(made.to_json()))) == made
        for field, param in made.search_space().items():
            value = getattr(made, field)
            if isinstance(param, Number):
                assert param.tune[0] <= value <= param.tune[1]
    tuned = cls().search_space()
    assert len(cls().grid(2)) == math.prod(len(p.options) if isinstance(p, Choice) else 2 for p in tuned.values())
    for field, param in tuned.items():
        values = [getattr(made, field) for made in drawn]
        if isinstance(param, Number) and param.log:
            assert np.median(values) < (param.tune[0] + param.tune[1]) / 3  # as many below the geometric mean as above
        elif isinstance(param, (Choice, Flag)):
            assert len(set(values)) > 1


@every_member
@pytest.mark.parametrize("sparse", [False, True])
def test_missing_values_are_taken_or_refused_with_a_way_out(name, task, sparse):
    rng = np.random.default_rng(18)
    values = rng.normal(size=(60, 2))
    values[rng.random(60) < 0.3, 1] = np.nan
    matrix = matrix_of(values)
    if sparse:
        matrix = Matrix(matrix.names, None, to_csr(matrix.to_dense()))
    error = refusal(name, task, matrix)
    assert (error is None) == takes_missing(name, sparse=sparse)
    if error:
        assert "“x1” has some" in error.message
        assert "fills missing values" in error.remedy
        return
    estimator, model = fit(quick(name), task, matrix, target_of(task, values[:, 0]))
    assert_equal_scores(model.scores(matrix), library_scores(estimator, task, name, matrix, 3 if task == "multiclass" else 2))


def test_trees_take_missing_values():
    assert {"baseline", "decision_tree", "hist_gradient_boosting", "lightgbm", "random_forest"} <= TAKE_MISSING


@every_member
def test_too_little_data_is_refused_with_a_message(name, task):
    if name != "baseline":
        with pytest.raises(UserError, match="no rows"):
            quick(name).build(task_spec(task), 0, matrix_of(np.empty((0, 2))))
        with pytest.raises(UserError, match="no column"):
            quick(name).build(task_spec(task), 0, matrix_of(np.empty((5, 0))))
    for rows in (2, 3, 5):
        matrix = matrix_of(np.random.default_rng(14).normal(size=(rows, 2)))
        y = np.arange(rows) % 2 if task != "regression" else np.arange(rows) * 10.0
        error = refusal(name, task, matrix)
        if error:
            assert f"{rows} training rows" in error.message
            assert error.remedy
            continue
        estimator, model = fit(quick(name), task, matrix, y)
        assert_equal_scores(model.scores(matrix), library_scores(estimator, task, name, matrix, 2))


def test_more_columns_than_rows():
    rng = np.random.default_rng(15)
    matrix = matrix_of(rng.normal(size=(20, 60)))
    for name, task in MEMBERS:
        estimator, model = fit(quick(name), task, matrix, target_of(task, matrix.to_dense()[:, 0]))
        assert_equal_scores(model.scores(matrix), library_scores(estimator, task, name, matrix, 3 if task == "multiclass" else 2))


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("hist_gradient_boosting", {"max_leaf_nodes": 2, "max_iter": 40}),
        ("lightgbm", {"num_leaves": 2, "n_estimators": 40}),
    ],
)
def test_categories_are_split_by_sets(name, more):
    """A set of codes that no threshold separates from the rest is fitted with few leaves."""
    codes = np.arange(600) % 20
    matrix = matrix_of(np.column_stack([codes, np.zeros(600)]), categories=(0,))
    y = np.isin(codes, [1, 4, 7, 12, 13, 18]).astype(np.intp)
    _, model = fit(quick(name, **more), "binary", matrix, y)
    assert (model.scores(matrix).argmax(axis=1) == y).all()
    assert model.thresholds() == {}
    assert model.used().tolist() == [True, False]


@pytest.mark.parametrize("name", ["hist_gradient_boosting", "lightgbm"])
def test_columns_that_cannot_be_categories_are_numbers(name):
    """Changed after their coding, or with more codes than the library takes."""
    rng = np.random.default_rng(16)
    values = np.column_stack([rng.integers(0, 9, 6000) / 7, rng.integers(0, 9, 6000) - 3, rng.permutation(6000)])
    matrix = matrix_of(values, categories=(0, 1, 2))
    estimator, model = fit(quick(name), "regression", matrix, values @ [20.0, 2.0, 0.003])
    assert sorted(model.thresholds()) == [0, 1, 2]
    assert_equal_scores(model.scores(matrix), library_scores(estimator, "regression", name, matrix, 0))


def arrays_of(value):
    """Every array of a model."""
    arrays = {}
    pack(value, arrays)
    return arrays.values()


@every_member
def test_a_model_that_contains_training_rows_says_so(name, task):
    """Exporting such a model asks for consent, so it must not be forgotten."""
    rng = np.random.default_rng(19)
    matrix = matrix_of(rng.normal(size=(40, 5)))
    model = fit(quick(name), task, matrix, target_of(task, matrix.to_dense()[:, 0]))[1]
    rows = matrix.to_dense()
    held = sum(any(np.isin(row, array).all() for array in arrays_of(model)) for row in rows)
    assert (held > 0) == ALGORITHMS[name].stores_training_data
    assert (held > 0) == Chain((), model).stores_training_data


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("weights", ["uniform", "distance"])
def test_neighbours_are_those_of_scikit_learn_where_distances_differ(task, weights):
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    rng = np.random.default_rng(17)
    matrix, rows = matrix_of(rng.normal(size=(300, 6))), matrix_of(rng.normal(size=(200, 6)))
    y = target_of(task, matrix.to_dense()[:, 0])
    model = fit(quick("knn", weights=weights, n_neighbors=7), task, matrix, y)[1]
    library = (KNeighborsRegressor if task == "regression" else KNeighborsClassifier)(7, weights=weights, algorithm="kd_tree")
    library.fit(matrix.to_dense(), y)
    wanted = library.predict(rows.to_dense()) if task == "regression" else library.predict_proba(rows.to_dense())
    assert_equal_scores(model.scores(rows), wanted)
