"""Learning and compiling: what the library learned is what is served, or it is refused."""

from __future__ import annotations

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.training import model_fitting
from mlops_desktop.engine.training.model_fitting import fit
from mlops_desktop.serving.frame import Csr, Matrix

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4)).astype(np.float32).astype(np.float64)
Y = (X[:, 0] + 0.3 * RNG.normal(size=120) > 0).astype(np.intp)
MATRIX = Matrix(("a", "b", "c", "d"), X)
TARGET = Target("binary", Y, ("no", "yes"))


def algorithm(id_: str, **params: object):
    return choices().algorithms.read({"id": id_, "params": params})


def test_a_fit_gives_a_compiled_model():
    fitted = fit(algorithm("logistic"), MATRIX, TARGET, None, 0)
    scores = fitted.model.scores(MATRIX)
    assert scores.shape == (120, 2)
    assert ((scores[:, 1] > 0.5) == Y).mean() > 0.85


def test_weights_change_the_model_and_are_refused_where_they_cannot_be_used():
    weights = np.where(Y == 1, 10.0, 1.0)
    plain = fit(algorithm("logistic"), MATRIX, TARGET, None, 0).model.scores(MATRIX)[:, 1].mean()
    heavy = fit(algorithm("logistic"), MATRIX, TARGET, weights, 0).model.scores(MATRIX)[:, 1].mean()
    assert heavy > plain + 0.1
    with pytest.raises(UserError, match="weights"):
        fit(algorithm("knn"), MATRIX, TARGET, weights, 0)


def test_one_class_alone_is_refused():
    with pytest.raises(UserError, match="one class"):
        fit(algorithm("logistic"), MATRIX, Target("binary", np.zeros(120, dtype=np.intp), ("no", "yes")), None, 0)


def test_infinite_values_are_refused():
    bad = X.copy()
    bad[3, 2] = np.inf
    with pytest.raises(UserError, match="infinite"):
        fit(algorithm("logistic"), Matrix(MATRIX.names, bad), TARGET, None, 0)


def test_sparse_becomes_dense_only_while_it_fits(monkeypatch):
    rows, columns = np.nonzero(X > 0.5)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=120))))
    sparse = Matrix(MATRIX.names, None, Csr(indptr, columns.astype(np.int64), X[rows, columns], 4))
    boosting = algorithm("hist_gradient_boosting", max_iter=5)
    assert fit(boosting, sparse, TARGET, None, 0).model.scores(sparse).shape == (120, 2)
    monkeypatch.setattr(model_fitting, "DENSE_LIMIT", 100)
    with pytest.raises(UserError, match="GB"):
        fit(boosting, sparse, TARGET, None, 0)


def test_a_model_that_answers_otherwise_than_its_library_is_refused(monkeypatch):
    logistic = algorithm("logistic")
    right = type(logistic).compile

    def wrong(self, estimator, task, classes, width):
        estimator.intercept_ = estimator.intercept_ + 0.01
        model = right(self, estimator, task, classes, width)
        estimator.intercept_ = estimator.intercept_ - 0.01
        return model

    monkeypatch.setattr(type(logistic), "compile", wrong)
    with pytest.raises(UserError, match="differs"):
        fit(logistic, MATRIX, TARGET, None, 0)


def test_notes_keep_what_the_library_warned_of():
    fitted = fit(algorithm("mlp", max_iter=10), MATRIX, TARGET, None, 0)
    assert any("iterations" in note.lower() or "converge" in note.lower() for note in fitted.notes)


def test_steps_are_fitted_on_the_output_of_the_step_before(trained):
    fitted_steps = trained.pipeline.fit(trained.candidates[0])
    assert fitted_steps.matrix.rows == trained.pipeline.train.frame.rows
    again = fitted_steps.transform(trained.pipeline.train.frame)
    assert np.array_equal(again.dense, fitted_steps.matrix.dense, equal_nan=True)
    assert len(fitted_steps.transforms) >= len(trained.project.active_steps())
