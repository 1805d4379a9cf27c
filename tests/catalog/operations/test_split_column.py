"""Split a column: separators, patterns, numbers."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.operations.split_column import SplitColumn
from tests.frames import BINARY, make_frame, run, table

FRAME = make_frame(
    {}, {"cabin": ["B/57/P", "C//S/x", None, "D", "", " A / 1 "], "size": ["12 x 30 cm", "7x9", "none", None, "1e999 x 2", "-3 x 4.5"]}
)


def made(**params: object) -> dict[str, list[object]]:
    found = table(run(SplitColumn(**params), FRAME))
    return {name: found[name] for name in found if name not in ("cabin", "size")}


def test_at_a_separator():
    assert made(columns=("cabin",), separator="/", parts=3) == {
        "cabin 1": ["B", "C", None, "D", None, "A"],
        "cabin 2": ["57", None, None, None, None, "1"],
        "cabin 3": ["P", "S", None, None, None, None],
    }
    assert made(columns=("cabin",), separator="/", parts=2, rest=True)["cabin 2"] == ["57/P", "/S/x", None, None, None, "1"]
    assert made(columns=("size",), separator="")["size 2"] == ["x", None, None, None, "x", "x"]


def test_by_a_pattern_into_numbers():
    found = made(columns=("size",), method="pattern", pattern=r"([-0-9.e]+) ?x ?([0-9.]+)", numbers=True, names=("w", "h"))
    assert found == {"w": [12, 7, None, None, None, -3], "h": [30, 9, None, None, 2, 4.5]}
    assert made(columns=("cabin",), method="pattern", pattern="[A-Z]")["cabin 1"] == ["B", "C", None, "D", None, "A"]


def test_the_column_goes_on_request_and_its_parts_remember_it():
    found = run(SplitColumn(columns=("cabin",), separator="/", keep=False), FRAME)
    assert found.layout.categoricals == ("size", "cabin 1", "cabin 2")
    assert found.layout.source("cabin 2") == ("cabin",)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "no column"),
        ({"columns": ("cabin",), "method": "pattern"}, "no pattern"),
        ({"columns": ("cabin",), "method": "pattern", "pattern": "("}, "character 2"),
        ({"columns": ("cabin",), "names": ("one",)}, "2 parts, but 1 names"),
        ({"columns": ("cabin",), "names": ("size", "x")}, "already a column “size”"),
    ],
)
def test_what_does_not_fit_is_refused(params, message):
    with pytest.raises(UserError) as caught:
        SplitColumn(**params).fit(Dataset(FRAME, BINARY), Silent())[0].bind(FRAME.layout)
    assert message in caught.value.message
