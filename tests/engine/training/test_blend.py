"""A blend: found from out-of-fold scores, fitted as its members are, served like any model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.evaluation.final_evaluation import out_of_fold_evaluation
from mlops_desktop.engine.packaging.export import export_run, make_exporter
from mlops_desktop.engine.training.blend import Blend, find_blend, read_algorithm
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.model_fitting import fit
from mlops_desktop.engine.training.trials import Folds, out_of_fold, run_trial
from mlops_desktop.serving.frame import Matrix, round_to_float32
from tests.frames import to_csr


def algorithm(id_, **params):
    return choices().algorithms.read({"id": id_, "params": params})


RIDGE, TREE, BOOSTED = algorithm("ridge"), algorithm("decision_tree", max_depth=3), algorithm("hist_gradient_boosting", rounds=10)
LOGISTIC = algorithm("logistic")


def test_it_is_written_and_read():
    blend = Blend(members=(LOGISTIC, TREE), counts=(3, 1))
    assert read_algorithm(blend.to_json()) == blend
    assert read_algorithm(TREE.to_json()) == TREE
    assert blend.label == "Blend of 2 models"
    assert blend.said() == "The weighted mean of 75% Logistic regression, 25% Decision tree."
    assert blend.weights.tolist() == [0.75, 0.25]
    more = Blend(members=(LOGISTIC, TREE, algorithm("logistic", strength=0.1)), counts=(1, 2, 1))
    assert more.said() == "The weighted mean of 50% Logistic regression (of 2 settings), 50% Decision tree."


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"members": [TREE.to_json()], "counts": [1]},
        {"members": [TREE.to_json(), {"id": "nothing"}], "counts": [1, 1]},
        {"members": [TREE.to_json(), RIDGE.to_json()], "counts": [1, 0]},
    ],
)
def test_a_damaged_record_is_a_sentence(params):
    with pytest.raises(UserError):
        read_algorithm({"id": "blend", "version": 1, "params": params})


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_it_answers_the_mean_of_its_members_each_fitted_alone(task, sparse):
    rng = np.random.default_rng(0)
    values = round_to_float32(rng.normal(size=(200, 3)) * (rng.random((200, 3)) < 0.5))
    matrix = Matrix(("a", "b", "c"), None if sparse else values, to_csr(values) if sparse else None)
    signal = values @ [1.0, 2.0, -1.0]
    classes = {"regression": (), "binary": (0, 1), "multiclass": (0, 1, 2)}[task]
    target = Target(task, signal if not classes else np.digitize(signal, [0.0, 0.7][: len(classes) - 1]).astype(np.intp), classes)
    members = (RIDGE if task == "regression" else LOGISTIC, BOOSTED, TREE)
    weights = rng.random(200)
    model = fit(Blend(members=members, counts=(2, 1, 1)), matrix, target, weights, 0).model  # `fit` compares it with the libraries
    alone = [fit(member, matrix, target, weights, 0).model.scores(matrix) for member in members]
    assert model.scores(matrix) == pytest.approx(0.5 * alone[0] + 0.25 * alone[1] + 0.25 * alone[2], abs=1e-12)


def mean_squares(truth):
    return lambda by_fold: -float(np.mean([np.mean((fold - part) ** 2) for fold, part in zip(by_fold, truth, strict=True)]))


def test_models_whose_mistakes_differ_are_blended():
    rng = np.random.default_rng(1)
    truth = [rng.normal(size=500) for _ in range(3)]
    wrong = {RIDGE: 0.5, TREE: 0.6, BOOSTED: 5.0}
    scores = {one: [fold + rng.normal(scale=scale, size=500) for fold in truth] for one, scale in wrong.items()}
    rate = mean_squares(truth)
    found = find_blend(scores, rate, lambda members: True)
    assert found is not None
    assert set(found.members) == {RIDGE, TREE}
    assert found.counts[0] >= found.counts[1]
    blended = [sum(weight * scores[m][i] for m, weight in zip(found.members, found.weights, strict=True)) for i in range(3)]
    assert rate(blended) > rate(scores[RIDGE])
    assert find_blend(scores, rate, lambda members: len(members) < 2) is None  # no time for a second fit


def test_nothing_is_blended_where_nothing_is_gained():
    rng = np.random.default_rng(2)
    truth = [rng.normal(size=300) for _ in range(3)]
    off = [rng.normal(size=300) for _ in range(3)]
    scores = {one: [t + wrong * o for t, o in zip(truth, off, strict=True)] for one, wrong in ((RIDGE, 0.1), (TREE, 0.2), (BOOSTED, 1.0))}
    assert find_blend(scores, mean_squares(truth), lambda members: True) is None
    assert find_blend({RIDGE: scores[RIDGE]}, mean_squares(truth), lambda members: True) is None


def test_a_model_that_holds_training_rows_is_in_no_blend():
    rng = np.random.default_rng(3)
    truth = [rng.normal(size=500) for _ in range(2)]
    scores = {one: [fold + rng.normal(scale=0.5, size=500) for fold in truth] for one in (algorithm("knn"), TREE, RIDGE)}
    found = find_blend(scores, mean_squares(truth), lambda members: True)
    assert found is not None
    assert set(found.members) == {TREE, RIDGE}


def test_its_run_needs_no_fit_and_its_service_answers_as_it_does(trained, copy_of, tmp_path):
    made = copy_of(trained)
    members = tuple(read_algorithm(run.algorithm) for run in made.runs.list(made.pipeline.keys.board) if run.algorithm_id != "baseline")
    blend = Blend(members=members, counts=(1, 2))
    run = run_trial(Folds(made.pipeline), blend, 9, Silent())
    assert (run.status, run.label, run.algorithm_id) == ("done", "Blend of 2 models", "blend")
    assert run.reason.startswith("The weighted mean of 33% ")
    one, two = (out_of_fold(made.pipeline, member)[1] for member in members)
    assert out_of_fold(made.pipeline, blend)[1] == pytest.approx((one + 2 * two) / 3, abs=1e-12)

    made.runs.record(run)
    chosen = open_chosen(replace(made, project=replace(made.project, chosen=run.id)).pipeline, made.runs, Silent())
    assert chosen.algorithm == blend
    assert out_of_fold_evaluation(chosen, Silent())["metrics"]
    export_run(chosen, made.runs, make_exporter("rest_bundle", {}), tmp_path / "bundle", Silent())  # with its self-test
    assert (tmp_path / "bundle" / "serve.py").exists()


def test_a_member_that_was_not_tried_is_fitted(trained, copy_of):
    made = copy_of(trained)
    blend = Blend(members=(LOGISTIC, algorithm("decision_tree", max_depth=2)), counts=(1, 1))
    assert run_trial(Folds(made.pipeline), blend, 1, Silent()).status == "done"
