"""A call names its types and is read from JSON strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_desktop.engine.process.call import Call, read_call, result_types
from mlops_desktop.engine.process.calls import every_call
from mlops_desktop.engine.process.calls.model import OpenedModel, OpenModel, PredictFile
from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.project.serialization import to_json
from tests.engine.process import child_calls


def test_every_call_is_read_back_from_its_json():
    assert every_call.__all__
    call = PredictFile(Path("bundle.zip"), Path("in.csv"), Path("out.csv"), Project(name="p", target="y", seed=3))
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


def test_a_call_names_its_result():
    class Nameless(Call):
        def run(self, job):
            return 1

    with pytest.raises(TypeError, match="Nameless"):
        result_types(Nameless)
