"""The models of a program (see `_program`) as plain JSON. Weights and thresholds are those of the scorer, to the last bit.

    {"kind": "constant", "answer"}                           the same scores for every row
    {"kind": "linear", "matrix", "weights", "intercept", "link"}
    {"kind": "net", "matrix", "weights", "biases", "activation", "link"}
    {"kind": "trees", "matrix", "link", "baseline", "splits", "feature", "threshold", "left", "right", "missing_left", "values",
     "levels", "sets"}
    {"kind": "neighbours", "matrix", "rows", "answers", "neighbours", "by_distance"}
    {"kind": "some", "inner", "seen", "classes"}             class `seen[i]` gets the inner score i, the others 0
    {"kind": "mean", "members", "weights"}

`weights` are (features, outputs), `rows` (n, features) with their `answers` (n, outputs). Trees are the arrays of
`serving.models.trees.Trees`; `sets[split]` are the codes that go left, or null where the split compares a number with its threshold; a code
beyond the `levels` of the feature goes where a missing one does.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.frame import Csr
from mlops_desktop.serving.message import as_message, msg
from mlops_desktop.serving.model import Model
from mlops_desktop.serving.models.constant import Constant
from mlops_desktop.serving.models.linear import Linear
from mlops_desktop.serving.models.neighbours import Neighbours
from mlops_desktop.serving.models.neural_net import NeuralNet
from mlops_desktop.serving.models.some_classes import SomeClasses
from mlops_desktop.serving.models.trees import Trees

_KINDS = (Constant, Linear, Neighbours, NeuralNet, SomeClasses, Trees)
CHOOSE = as_message("Choose another form, or another run.")
_TOP = float(np.finfo(np.float32).max)


def model_of(model: Model, matrix: int) -> dict[str, Any]:
    """A model that reads the matrix at this position. UserError when it has no form as a program."""
    check_model(model)
    if isinstance(model, Constant):
        return {"kind": "constant", "answer": model.answer.tolist()}
    if isinstance(model, SomeClasses):
        return {"kind": "some", "inner": model_of(model.inner, matrix), "seen": list(model.seen), "classes": model.classes}
    if isinstance(model, Linear):
        weights, intercept = model.weights.tolist(), model.intercept.tolist()
        return {"kind": "linear", "matrix": matrix, "weights": weights, "intercept": intercept, "link": model.link}
    if isinstance(model, NeuralNet):
        layers = {"weights": [one.tolist() for one in model.weights], "biases": [one.tolist() for one in model.biases]}
        return {"kind": "net", "matrix": matrix, **layers, "activation": model.activation, "link": model.link}
    if isinstance(model, Neighbours):
        return _neighbours(model, matrix)
    assert isinstance(model, Trees)
    return _trees(model, matrix)


def check_model(model: Model, without: Collection[type[object]] = ()) -> None:
    """UserError when a model, or one within it, has no form as a program, or is one of the kinds `without`."""
    if not isinstance(model, _KINDS) or isinstance(model, tuple(without)):
        raise UserError(msg("A model of the kind “{name}” cannot be written in this form.", name=kind_of(model)), CHOOSE)
    for inner in model.inner_models():
        check_model(inner, without)


def kind_of(part: object) -> str:
    """The name of the class of a step, model or node as separate words."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", type(part).__name__).lower()


def _neighbours(model: Neighbours, matrix: int) -> dict[str, Any]:
    sparse = len(model.indptr) > 0
    rows = Csr(model.indptr, model.indices, model.data, model.rows.shape[1]).dense() if sparse else model.rows
    return {
        "kind": "neighbours",
        "matrix": matrix,
        "rows": rows.tolist(),
        "answers": model.answers.tolist(),
        "neighbours": model.neighbours,
        "by_distance": model.by_distance,
    }


def _trees(model: Trees, matrix: int) -> dict[str, Any]:
    sets: list[list[int] | None] = []
    for feature, threshold in zip(model.feature.tolist(), model.threshold.tolist(), strict=True):
        at = int(threshold) if model.levels[feature] else -1
        sets.append(None if at < 0 else model.set_codes[model.set_starts[at] : model.set_starts[at + 1]].tolist())
    return {
        "kind": "trees",
        "matrix": matrix,
        "link": model.link,
        "baseline": model.baseline.tolist(),
        "splits": model.splits.tolist(),
        "feature": model.feature.tolist(),
        "threshold": np.clip(model.threshold, -_TOP, _TOP).tolist(),
        "left": model.left.tolist(),
        "right": model.right.tolist(),
        "missing_left": model.missing_left.astype(int).tolist(),
        "values": model.values.tolist(),
        "levels": model.levels.tolist(),
        "sets": sets,
    }
