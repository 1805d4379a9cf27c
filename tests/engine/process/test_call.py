"""A call names its types and is read from JSON strictly."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from types import NoneType

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.process.call import Call, read_call, result_types
from mlops_desktop.engine.process.calls import every_call
from mlops_desktop.engine.process.calls.model import OpenedModel, OpenModel, PredictFile
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.project.serialization import to_json
from tests.engine.process import child_calls


def test_every_call_is_read_back_from_its_json():
    assert every_call.__all__
    call = PredictFile(Path("bundle.zip"), "in.csv", Path("out.csv"), Project(name="p", target="y", seed=3))
    assert read_call("PredictFile", to_json(call)) == call
    assert result_types(OpenModel) == (OpenedModel, type(None))


@pytest.mark.parametrize(
    ("name", "arguments", "named"),
    [
        ("Steps", {"count": "many"}, "Steps.count"),
        ("Steps", {}, "count"),
        ("Steps", {"count": 1, "rest": 2}, "rest"),
        ("OpenModel", {"folder": "f", "project": {"seed": "x"}}, "OpenModel.project.seed"),
    ],
)
def test_wrong_arguments_are_refused_with_their_place(name, arguments, named):
    assert child_calls.Steps(1).count == 1
    with pytest.raises(ValueError, match=named):
        read_call(name, arguments)


@pytest.mark.parametrize("arguments", [{"source": "caf\udce9", "file": "a"}, {"source": "a", "file": "caf\udce9"}])
def test_a_name_that_is_not_utf_8_is_refused_as_what_a_person_gave(arguments):
    with pytest.raises(UserError, match="caf\\?"):
        read_call("PredictFile", {**arguments, "out": "b", "project": {}})


def is_typed(kind) -> bool:
    """Whether a type says what a value holds: no `Any` in it, and a dataclass wherever a value has parts."""
    if dataclasses.is_dataclass(kind) or kind in (str, int, float, bool, NoneType):
        return True
    return bool(typing.get_args(kind)) and all(one is Ellipsis or is_typed(one) for one in typing.get_args(kind))


def test_what_crosses_the_border_is_typed():
    modules = [getattr(every_call, name) for name in every_call.__all__]
    calls = {
        name: call
        for module in modules
        for name, call in vars(module).items()
        if isinstance(call, type) and issubclass(call, Call) and call.__module__ == module.__name__
    }
    assert len(calls) >= 20
    untyped = {name for name, call in calls.items() if not all(map(is_typed, result_types(call)))}
    assert untyped == set()


def test_a_call_names_its_result():
    class Nameless(Call):
        def run(self, job):
            return 1

    with pytest.raises(TypeError, match="Nameless"):
        result_types(Nameless)
