from __future__ import annotations

from mlops_desktop.engine.inspection import Found, Inspection
from mlops_desktop.engine.inspection.results import ordered


def test_the_worst_stands_first_and_each_thing_once():
    some = [Found("a", "x", "data"), Found("b", "x", "runs"), Found("a", "x", "data"), Found("c", "x", "unknown")]
    found = Inspection("pickle", ordered(some), ("cut off",))
    assert [one.name for one in found.found] == ["b", "c", "a"]
    assert found.to_json()["worst"] == "runs"
    assert (found.complete, Inspection("x", ()).worst) == (False, "data")
