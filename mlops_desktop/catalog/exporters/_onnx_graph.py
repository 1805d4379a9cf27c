"""A graph of ONNX under construction: nodes and constants with names of their own, and the few combinations of operators that others use.

All numbers are float64. The operators are those of opset 21 and of opset 5 of `ai.onnx.ml`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

OPSET, ML_OPSET, IR_VERSION = 21, 5, 10
ML = "ai.onnx.ml"
_TOP, _TOP32 = float(np.finfo(np.float64).max), float(np.finfo(np.float32).max)


class OnnxGraph:
    """Adds operators in the order in which they are computed; each method gives the name of its result. Equal constants are stored once."""

    def __init__(self, taken: Collection[str]) -> None:
        self._prefix = "_"
        while any(name.startswith(self._prefix) for name in taken):
            self._prefix += "_"
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._values: dict[tuple[Any, ...], str] = {}

    def _name(self) -> str:
        return f"{self._prefix}{len(self.nodes) + len(self.initializers)}"

    def add(self, operator: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> str:
        """The result of an operator, or the last of its results. The same operator on the same inputs is computed once."""
        from onnx import helper

        key = (operator, inputs, domain, repr(sorted(attributes.items()))) if outputs == 1 and not domain else ()
        if key and key in self._values:
            return self._values[key]
        first = self._name()
        names = [first, *(f"{first}_{i}" for i in range(1, outputs))]
        self.nodes.append(helper.make_node(operator, list(inputs), names, domain=domain, **attributes))
        if key:
            self._values[key] = names[-1]
        return names[-1]

    def output(self, value: str, name: str) -> None:
        """Give a value the name of an output of the model."""
        from onnx import helper

        self.nodes.append(helper.make_node("Identity", [value], [name]))

    def constant(self, values: ArrayLike) -> str:
        """A constant of any shape: float64, int64 or texts."""
        from onnx import numpy_helper

        array = np.asarray(values)
        array = array.astype(object) if array.dtype.kind in "US" else array
        content = repr(array.tolist()).encode() if array.dtype == object else array.tobytes()
        key = (str(array.dtype), array.shape, content)
        if key not in self._constants:
            self._constants[key] = self._name()
            self.initializers.append(numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def number(self, value: float | None) -> str:
        """A number that fits every row; NaN where it is missing."""
        return self.constant(np.array([[np.nan if value is None else value]], dtype=np.float64))

    def whole(self, values: Sequence[int]) -> str:
        """Whole numbers, such as axes and positions."""
        return self.constant(np.array(values, dtype=np.int64))

    def double(self, value: str) -> str:
        """Truth values as 1 and 0."""
        return self.add("Cast", value, to=11)  # TensorProto.DOUBLE

    def missing(self, x: str) -> str:
        """Where a value is missing."""
        return self.add("IsNaN", x)

    def at_most(self, x: str, high: str) -> str:
        """The smaller of two values; a missing one stays missing."""
        return self.add("Where", self.add("Greater", x, high), high, x)

    def at_least(self, x: str, low: str) -> str:
        """The greater of two values; a missing one stays missing."""
        return self.add("Where", self.add("Less", x, low), low, x)

    def bounded(self, x: str, top: float = _TOP) -> str:
        """A value within the largest number and its negative."""
        return self.at_least(self.at_most(x, self.number(top)), self.number(-top))

    def single(self, x: str) -> str:
        """The nearest float32 of each value, as float64."""
        return self.double(self.add("Cast", self.bounded(x, _TOP32), to=1))  # TensorProto.FLOAT

    def side_by_side(self, columns: Sequence[str]) -> str:
        """Columns of one matrix."""
        return self.add("Concat", *columns, axis=1)

    def over_columns(self, operator: str, x: str) -> str:
        """A reduction, such as ReduceSum, of the columns of each row to one."""
        return self.add(operator, x, self.whole([1]), keepdims=1)

    def columns(self, x: str, places: Sequence[int]) -> str:
        """Some columns of a matrix, by their positions."""
        return self.add("Gather", x, self.whole(places), axis=1)

    def repeated(self, row: NDArray[np.float64], like: str) -> str:
        """The same row (outputs,) for each row of the column `like`."""
        return self.add("Add", self.constant(row.reshape(1, -1)), self.add("Expand", self.number(0.0), self.add("Shape", like)))

    def model(self, name: str, inputs: Sequence[tuple[str, bool]], outputs: Sequence[tuple[str, bool, int]]) -> Any:
        """The finished model. `inputs` are columns (rows, 1), each with whether it holds texts; `outputs` likewise, with the number of
        columns (0: they have the shape (rows,)).
        """
        from onnx import TensorProto, helper

        def info(one: str, texts: bool, shape: list[Any]) -> Any:
            return helper.make_tensor_value_info(one, TensorProto.STRING if texts else TensorProto.DOUBLE, shape)

        taken = [info(one, texts, ["rows", 1]) for one, texts in inputs]
        given = [info(one, texts, ["rows", width] if width else ["rows"]) for one, texts, width in outputs]
        graph = helper.make_graph(self.nodes, name, taken, given, self.initializers)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="mlops-desktop")
