"""Writes a program (see `_program`) as a model of ONNX: an input for each column, the scores and the decision as outputs.

A number is a column (rows, 1) of float64 with NaN where it is missing, true and false are 1 and 0, a text is one of strings with "" where
it is missing. Everything is computed in float64, and the matrix of a model is rounded to float32 as in the application, so that thresholds
split the same rows.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from mlops_desktop.catalog.exporters._onnx_graph import ML, OnnxGraph
from mlops_desktop.catalog.exporters._onnx_models import scores_of
from mlops_desktop.serving.prediction_spec import class_text

LABEL, SCORES, VALUE = "label", "probabilities", "prediction"


def onnx_model(program: dict[str, Any]) -> Any:
    """The model as `onnx.ModelProto`. The same program gives the same bytes.

    Its outputs are `output_names`: the class of each row as a text (rows,) and the probabilities (rows, classes); or a number (rows, 1).
    """
    inputs = [(column["name"], column["kind"] == "text") for column in program["columns"]]
    graph = OnnxGraph([name for name, _ in inputs])
    features = _Features(graph, program)
    matrices = [graph.single(graph.side_by_side([features.column(one) for one in matrix])) for matrix in program["features"]]
    scores = _rounded(graph, scores_of(graph, program["node"], matrices))
    *label, shown = output_names(program)
    for name in label:
        graph.output(_decision(graph, program, scores), name)
    graph.output(scores, shown)
    outputs = [*((name, True, 0) for name in label), (shown, False, len(program["classes"]) or 1)]
    model = graph.model("model", inputs, outputs)
    described = {name: program[name] for name in ("name", "version", "target", "classes", "positive", "threshold")}
    for name, value in described.items():
        model.metadata_props.add(key=name, value=value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return model


def output_names(program: dict[str, Any]) -> list[str]:
    """The names of the outputs; the last one has the scores. One that is also the name of a column has an underscore behind it."""
    taken = {column["name"] for column in program["columns"]}
    found = []
    for name in (LABEL, SCORES) if program["classes"] else (VALUE,):
        while name in taken:
            name += "_"
        found.append(name)
    return found


def _rounded(graph: OnnxGraph, scores: str) -> str:
    """Scores rounded to 1e-12, as in the application."""
    factor = graph.number(1e12)
    return graph.add("Div", graph.add("Round", graph.add("Mul", scores, factor)), factor)


def _decision(graph: OnnxGraph, program: dict[str, Any], scores: str) -> str:
    """The class of each row, (rows,)."""
    positive, threshold = program["positive"], program["threshold"]
    if positive is not None and threshold is not None:
        score = graph.add("Gather", scores, graph.constant(np.int64(positive)), axis=1)
        reached = graph.add("GreaterOrEqual", score, graph.constant(np.float64(threshold)))
        place = graph.add("Where", reached, graph.constant(np.int64(positive)), graph.constant(np.int64(1 - positive)))
    else:
        place = graph.add("ArgMax", scores, axis=1, keepdims=0)
    classes = np.array([class_text(one) for one in program["classes"]], dtype=object)
    return graph.add("Gather", graph.constant(classes), place, axis=0)


class _Features:
    """Turns expressions into columns of the graph."""

    def __init__(self, graph: OnnxGraph, program: dict[str, Any]) -> None:
        self._graph = graph
        self._like = program["columns"][0]["name"]  # any input: each has all rows
        self._levels = _levels(program["features"])
        self._codes: dict[str, str] = {}

    def column(self, expression: list[Any]) -> str:
        """The value of an expression for each row, (rows, 1)."""
        operation, first, *rest = expression
        if operation == "number":
            return str(first)
        if operation == "constant":
            return self._graph.repeated(np.array([_nan(first)]), self._like)
        if operation == "has_no_text":
            return self._looked_up(first, {}, 0.0, 1.0)
        if operation == "level":
            fill, table, other, gone = rest
            return self._looked_up(first, table, other, gone if fill is None else table.get(fill, other))
        if operation == "dot":
            return self._dot(first, *rest)
        x = self.column(first)
        if operation in ("times", "less", "over"):
            return self._pair(operation, x, self.column(rest[0]))
        return self._of_number(operation, x, rest)

    def _looked_up(self, column: str, table: dict[str, float | None], other: float | None, gone: float | None) -> str:
        """The value of each text by a table; `gone` for a missing one and `other` for a text that is not in the table."""
        levels = self._levels.get(column, [])
        if column not in self._codes:
            keys, other_code = ["", *levels], len(levels) + 1
            self._codes[column] = self._graph.add(
                "LabelEncoder", column, domain=ML, keys_strings=keys, values_int64s=range(len(keys)), default_int64=other_code
            )
        values = [gone, *(table.get(level, other) for level in levels), other]
        return self._graph.add("Gather", self._graph.constant([_nan(x) for x in values]), self._codes[column], axis=0)

    def _dot(self, parts: list[Any], means: list[float], scales: list[float], weights: list[float]) -> str:
        """The sum in the order of the parts, as the application adds them up."""
        graph, total = self._graph, self._graph.number(0.0)
        for part, *numbers in zip(parts, means, scales, weights, strict=True):
            mean, scale, weight = map(graph.number, numbers)
            x = self.column(part)
            term = graph.add("Mul", graph.add("Div", graph.add("Sub", x, mean), scale), weight)
            total = graph.add("Add", total, graph.add("Where", graph.missing(x), graph.number(0.0), term))
        return total

    def _pair(self, operation: str, x: str, y: str) -> str:
        graph = self._graph
        if operation == "times":
            return graph.bounded(graph.add("Mul", x, y))
        found = graph.add("Sub" if operation == "less" else "Div", x, y)
        return graph.add("Where", graph.add("IsInf", found), graph.number(None), found)

    def _of_number(self, operation: str, x: str, rest: list[Any]) -> str:
        graph = self._graph
        if operation == "without":
            for number in rest[0]:
                x = graph.add("Where", graph.add("Equal", x, graph.number(number)), graph.number(None), x)
            return x
        if operation == "is_missing":
            return graph.double(graph.missing(x))
        if operation == "fill":
            return graph.add("Where", graph.missing(x), graph.number(rest[0]), x)
        if operation == "scale":
            return graph.bounded(graph.add("Div", graph.add("Sub", x, graph.number(rest[0])), graph.number(rest[1])))
        if operation == "clip":
            low, high = rest
            x = x if low is None else graph.at_least(x, graph.number(low))
            return x if high is None else graph.at_most(x, graph.number(high))
        return self._bin(operation, x, rest)

    def _bin(self, operation: str, x: str, rest: list[Any]) -> str:
        graph = self._graph
        passed = graph.double(graph.add("GreaterOrEqual", x, graph.constant(np.array([rest[0]], dtype=np.float64))))
        place = graph.over_columns("ReduceSum", passed)
        if operation == "bin":
            return graph.add("Where", graph.missing(x), graph.number(None), place)
        inside = graph.double(graph.add("Equal", place, graph.number(float(rest[1]))))
        return graph.add("Where", graph.missing(x), graph.number(0.0), inside)


def _nan(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _levels(features: list[list[Any]]) -> dict[str, list[str]]:
    """The levels of each column of texts that any expression knows, sorted."""
    found: dict[str, set[str]] = {}
    waiting: list[Any] = [one for matrix in features for one in matrix]
    while waiting:
        operation, first, *rest = waiting.pop()
        if operation == "level":
            found.setdefault(first, set()).update(rest[1])
        elif operation == "dot":
            waiting += first
        elif operation not in ("number", "constant", "has_no_text"):
            waiting += [first, *(rest if operation in ("times", "less", "over") else [])]
    return {column: sorted(levels) for column, levels in found.items()}
