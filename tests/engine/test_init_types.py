"""What the packages of the engine offer has types: no `Any` in arguments, results and fields, but where a value may really be anything."""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mlops_desktop.engine
from mlops_desktop.engine.data import RowBlocks

ENGINE = Path(mlops_desktop.engine.__path__[0])
FOR_TYPES_ALONE = {"NDArray": NDArray, "RowBlocks": RowBlocks, "np": np}  # imported under TYPE_CHECKING in some modules

# Names with `Any`, by the reason. The list only gets shorter: a name that has its types has to leave it.
UNTYPED = {
    "JSON that is read with a check of every part, or written": {
        "inspection.Inspection.to_json",
        "pipeline.Candidate.identity",
        "pipeline.Candidate.to_json",
        "pipeline.Combination.identity",
        "pipeline.Combination.to_json",
        "pipeline.LegacyKeys.of_document",
        "pipeline.read_candidate",
        "project.changed_decisions",
        "project.digest",
        "project.from_json",
        "project.project_from_json",
        "project.project_to_json",
        "project.read_document",
        "project.to_json",
        "questions.Question.to_json",
        "training.Run.from_json",
        "training.Run.to_json",
    },
    "a record of a component or candidate, as the version that wrote it called the parameters": {
        "training.Run.algorithm",
        "training.Run.candidate",
    },
    "the store keeps what each result declares: documents, arrays, plain data": {
        "data.table_from_record",
        "data.TypedCells.record",
        "pipeline.ArtifactStore.get",
        "pipeline.ArtifactStore.get_object",
        "pipeline.ArtifactStore.origin",
        "pipeline.ArtifactStore.put",
    },
    "a part of the family that its place has, which no type of a mapping says": {"pipeline.Candidate.with_parts"},
    "a value of any decision": {
        "project.Session.edit",
        "project.parameters",
        "project.read_option",
        "project.set_note",
        "training.parameter_text",
    },
    "a cell or row as JSON, of any type": {"data.sent_row", "data.sent_value", "project.KeptInput.row"},
    "an array of any dtype, or a table of pyarrow, which has no types": {
        "data.Cells.table",
        "data.Table.values",
        "data.TypedCells.values",
    },
}


def has_any(hint: object) -> bool:
    """Whether `Any` is in a type; the shape of an array has no type."""
    if hint is Any:
        return True
    parts = hint if isinstance(hint, list) else typing.get_args(hint)
    if typing.get_origin(hint) is np.ndarray:
        parts = parts[1:]
    return any(has_any(part) for part in parts)


def untyped_function(function: object) -> bool:
    return any(map(has_any, typing.get_type_hints(function, localns=FOR_TYPES_ALONE).values()))


def untyped(name: str, offered: object) -> Iterator[str]:
    """The function, the fields and the methods of the class, or the functions of the module, that have `Any` in their types."""
    if inspect.isclass(offered):
        fields = typing.get_type_hints(offered, localns=FOR_TYPES_ALONE)
        yield from (f"{name}.{field}" for field, hint in fields.items() if not field.startswith("_") and has_any(hint))
        own = {key: value for key, value in vars(offered).items() if not key.startswith("_")}
        if not dataclasses.is_dataclass(offered):
            own |= {"__init__": vars(offered).get("__init__")}
        for key, value in own.items():
            function = getattr(value, "fget", None) or getattr(value, "__func__", None) or getattr(value, "func", value)
            if inspect.isfunction(function) and untyped_function(function):
                yield f"{name}.{key}"
    elif inspect.ismodule(offered):
        for key, function in inspect.getmembers(offered, inspect.isfunction):
            if function.__module__ == offered.__name__ and not key.startswith("_") and untyped_function(function):
                yield f"{name}.{key}"
    elif inspect.isfunction(inspect.unwrap(offered)) and untyped_function(inspect.unwrap(offered)):
        yield name


def test_what_the_engine_offers_is_typed():
    found, seen = set(), 0
    for stub in sorted(ENGINE.glob("*/__init__.pyi")):
        package = importlib.import_module(f"mlops_desktop.engine.{stub.parent.name}")
        for node in ast.parse(stub.read_text(encoding="utf-8")).body:
            for alias in node.names:
                seen += 1
                found |= set(untyped(f"{stub.parent.name}.{alias.name}", getattr(package, alias.name)))
    assert seen > 150
    assert found == set().union(*UNTYPED.values())


def test_any_is_found_wherever_it_stands():
    class Offered:
        field: dict[str, Any]
        _own: Any

        def method(self, one: int) -> list[Any]: ...

        @functools.cached_property
        def cached(self) -> Any: ...

        @classmethod
        def made(cls, some: Any) -> None: ...

        def fine(self, one: NDArray[np.float64], two: dict[str, tuple[int, ...]]) -> None: ...

    assert set(untyped("x", Offered)) == {"x.field", "x.method", "x.cached", "x.made"}
    assert has_any(NDArray[Any])
    assert not has_any(NDArray[np.intp])
