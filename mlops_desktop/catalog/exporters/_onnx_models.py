"""Writes the models of a program (see `_models_of_program`) as operators of ONNX over their matrices (rows, features)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mlops_desktop.catalog.exporters._onnx_graph import ML, OnnxGraph

_LEQ, _MEMBER = 0, 6  # modes of a split
_FLOAT64, _UINT8 = 11, 2  # element types of a tensor


def scores_of(graph: OnnxGraph, node: dict[str, Any], matrices: Sequence[str]) -> str:
    """The scores (rows, outputs) of a node, not rounded."""
    kind = node["kind"]
    if kind == "constant":
        return graph.repeated(np.array(node["answer"], dtype=np.float64), _first_column(graph, matrices[0]))
    if kind == "mean":
        members = [
            graph.add("Mul", scores_of(graph, one, matrices), graph.number(w))
            for one, w in zip(node["members"], node["weights"], strict=True)
        ]
        return _sum(graph, members)
    if kind == "some":
        inner = scores_of(graph, node["inner"], matrices)
        nothing = graph.repeated(np.zeros(1), _first_column(graph, inner))
        places = {at: i for i, at in enumerate(node["seen"])}
        return graph.columns(graph.side_by_side([inner, nothing]), [places.get(i, len(places)) for i in range(node["classes"])])
    matrix = matrices[node["matrix"]]
    return {"linear": _linear, "net": _net, "trees": _trees, "neighbours": _neighbours}[kind](graph, node, matrix)


def _first_column(graph: OnnxGraph, matrix: str) -> str:
    return graph.columns(matrix, [0])


def _sum(graph: OnnxGraph, terms: Sequence[str]) -> str:
    total = terms[0]
    for term in terms[1:]:
        total = graph.add("Add", total, term)
    return total


def _linked(graph: OnnxGraph, raw: str, link: str) -> str:
    if link == "sigmoid":
        p = _sigmoid(graph, raw)
        return graph.side_by_side([graph.add("Sub", graph.number(1.0), p), p])
    if link == "softmax":
        powers = graph.add("Exp", graph.add("Sub", raw, graph.over_columns("ReduceMax", raw)))
        return graph.add("Div", powers, graph.over_columns("ReduceSum", powers))
    return raw


def _sigmoid(graph: OnnxGraph, x: str) -> str:
    """By the formula of the application: the operator Sigmoid of a reader may be an approximation."""
    power = graph.add("Exp", graph.at_most(graph.add("Neg", x), graph.number(700.0)))
    return graph.add("Div", graph.number(1.0), graph.add("Add", graph.number(1.0), power))


def _layer(graph: OnnxGraph, x: str, weights: list[list[float]], bias: list[float]) -> str:
    products = graph.add("MatMul", x, graph.constant(np.array(weights, dtype=np.float64)))
    return graph.add("Add", products, graph.constant(np.array([bias], dtype=np.float64)))


def _linear(graph: OnnxGraph, node: dict[str, Any], matrix: str) -> str:
    return _linked(graph, _layer(graph, matrix, node["weights"], node["intercept"]), node["link"])


def _net(graph: OnnxGraph, node: dict[str, Any], matrix: str) -> str:
    activate: Callable[[str], str] = {
        "relu": lambda x: graph.at_least(x, graph.number(0.0)),
        "tanh": lambda x: graph.add("Tanh", x),
        "logistic": lambda x: _sigmoid(graph, x),
        "identity": lambda x: x,
    }[node["activation"]]
    x = matrix
    for number, (weights, bias) in enumerate(zip(node["weights"], node["biases"], strict=True)):
        x = _layer(graph, activate(x) if number else x, weights, bias)
    return _linked(graph, x, node["link"])


# ---- trees


def _trees(graph: OnnxGraph, node: dict[str, Any], matrix: str) -> str:
    """The operator TreeEnsemble sums the leaves of float64; it takes one number of a leaf, so a tree with several is there for each."""
    outputs = len(node["baseline"])
    whole_leaves = len(node["values"][0]) == outputs
    found = _Ensemble(node)
    leaf = split = 0
    for number, splits in enumerate(node["splits"]):
        for output in range(outputs) if whole_leaves else [number % outputs]:
            found.add_tree(split, leaf, splits, output, output if whole_leaves else 0)
        split, leaf = split + splits, leaf + splits + 1
    sums = graph.add("TreeEnsemble", _known_codes(graph, node, matrix), domain=ML, **found.attributes(outputs))
    raw = graph.add("Add", sums, graph.constant(np.array([node["baseline"]], dtype=np.float64)))
    if node["link"] == "mean":
        return graph.add("Div", raw, graph.number(float(len(node["splits"]))))
    return _linked(graph, raw, node["link"])


def _known_codes(graph: OnnxGraph, node: dict[str, Any], matrix: str) -> str:
    """The matrix with the codes that are no level missing: a split treats both alike."""
    levels = np.array([node["levels"]], dtype=np.float64)
    if not levels.any():
        return matrix
    ends = np.where(levels > 0, levels, np.inf)
    starts = np.where(levels > 0, 0.0, -np.inf)
    outside = graph.add("Or", graph.add("Less", matrix, graph.constant(starts)), graph.add("GreaterOrEqual", matrix, graph.constant(ends)))
    return graph.add("Where", outside, graph.number(None), matrix)


class _Ensemble:
    """The attributes of one TreeEnsemble."""

    def __init__(self, node: dict[str, Any]) -> None:
        self._node = node
        self._roots: list[int] = []
        self._features: list[int] = []
        self._modes: list[int] = []
        self._splits: list[float] = []
        self._missing: list[int] = []
        self._children: tuple[list[int], list[int]] = [], []
        self._leaf: tuple[list[int], list[int]] = [], []
        self._members: list[float] = []
        self._targets: list[int] = []
        self._weights: list[float] = []

    def add_tree(self, first: int, leaf: int, splits: int, output: int, column: int) -> None:
        """The tree whose splits begin at `first` and whose leaves begin at `leaf`, for one output, with a column of the leaf values."""
        start, leaves = len(self._features), len(self._targets)
        self._roots.append(start)
        for at in range(first, first + splits):
            feature = self._node["feature"][at]
            self._add_split(feature, self._node["threshold"][at], self._node["sets"][at], self._node["missing_left"][at])
            for side, child in enumerate((self._node["left"][at], self._node["right"][at])):
                self._leaf[side].append(int(child < 0))
                self._children[side].append(~child - leaf + leaves if child < 0 else child - first + start)
        if not splits:  # a leaf alone is both sides of a split
            self._add_split(0, 0.0, None, 1)
            for side in (0, 1):
                self._leaf[side].append(1)
                self._children[side].append(leaves)
        for values in self._node["values"][leaf : leaf + splits + 1]:
            self._targets.append(output)
            self._weights.append(values[column])

    def _add_split(self, feature: int, threshold: float, codes: list[int] | None, missing_left: int) -> None:
        self._features.append(feature)
        self._missing.append(missing_left)
        if codes:
            self._modes.append(_MEMBER)
            self._splits.append(0.0)
            self._members += [*codes, float("nan")]
        else:  # no code is at most -1
            self._modes.append(_LEQ)
            self._splits.append(threshold if codes is None else -1.0)

    def attributes(self, outputs: int) -> dict[str, Any]:
        """What the operator is made with."""
        from onnx import helper

        def tensor(name: str, kind: int, values: Sequence[float]) -> Any:
            return helper.make_tensor(name, kind, [len(values)], values)

        members = {"membership_values": tensor("membership_values", _FLOAT64, self._members)} if self._members else {}
        return {
            "n_targets": outputs,
            "aggregate_function": 1,  # the sum
            "post_transform": 0,
            "tree_roots": self._roots,
            "nodes_featureids": self._features,
            "nodes_modes": tensor("nodes_modes", _UINT8, self._modes),
            "nodes_splits": tensor("nodes_splits", _FLOAT64, self._splits),
            "nodes_missing_value_tracks_true": self._missing,
            "nodes_truenodeids": self._children[0],
            "nodes_falsenodeids": self._children[1],
            "nodes_trueleafs": self._leaf[0],
            "nodes_falseleafs": self._leaf[1],
            "leaf_targetids": self._targets,
            "leaf_weights": tensor("leaf_weights", _FLOAT64, self._weights),
            **members,
        }


# ---- neighbours


def _neighbours(graph: OnnxGraph, node: dict[str, Any], matrix: str) -> str:
    """Squared differences are added up in the order of the features, as in the application; equal distances go by the order of the rows."""
    rows = np.array(node["rows"], dtype=np.float64)
    squares = []
    for feature, values in enumerate(rows.T):
        difference = graph.add("Sub", graph.columns(matrix, [feature]), graph.constant(values.reshape(1, -1)))
        squares.append(graph.add("Mul", difference, difference))
    nearest, distance = _nearest(graph, _sum(graph, squares), node["neighbours"])
    weights = graph.repeated(np.ones(node["neighbours"]), _first_column(graph, matrix))
    if node["by_distance"]:
        same = graph.double(graph.add("Equal", distance, graph.number(0.0)))
        some = graph.add("Greater", graph.over_columns("ReduceMax", same), graph.number(0.0))
        weights = graph.add("Where", some, same, graph.add("Div", graph.number(1.0), distance))
    answers = np.array(node["answers"], dtype=np.float64)
    shares = []
    for values in answers.T:
        weighted = graph.add("Mul", graph.add("Gather", graph.constant(values), nearest, axis=0), weights)
        shares.append(graph.add("Div", _added(graph, weighted, node["neighbours"]), _added(graph, weights, node["neighbours"])))
    found = graph.side_by_side(shares)
    gaps = graph.missing(graph.over_columns("ReduceSum", matrix))
    return graph.add("Where", gaps, graph.number(None), found)  # a row with missing values has no distances


def _nearest(graph: OnnxGraph, squares: str, neighbours: int) -> tuple[str, str]:
    """The positions of the nearest rows and their distances, both (rows, neighbours), nearest first."""
    at = graph.add("TopK", squares, graph.whole([neighbours]), outputs=2, axis=1, largest=0, sorted=1)
    return at, graph.add("Sqrt", graph.add("GatherElements", squares, at, axis=1))


def _added(graph: OnnxGraph, x: str, width: int) -> str:
    """The sum of the columns of each row, from left to right."""
    return _sum(graph, [graph.columns(x, [i]) for i in range(width)])
