from __future__ import annotations

from dataclasses import fields, is_dataclass

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project import serialization
from mlops_desktop.engine.project.decisions import Brief, ColumnNote, Costs, Goals, Project, Search


def test_every_bound_belongs_to_a_number_of_a_project():
    for path in serialization.BOUNDS:
        value = Project()
        for part in path.split(".")[:-1]:
            value = getattr(value, part)
        hint = serialization.hints(type(value))[path.rpartition(".")[2]]
        assert hint in (int, float, int | None, float | None), path


def test_every_whole_number_has_bounds():
    numbers = {
        f"{group}{f.name}"
        for group, cls in (("", Project), ("search.", Search), ("goals.", Goals))
        for f in fields(cls)
        if serialization.hints(cls)[f.name] in (int, int | None)
    }
    assert numbers <= set(serialization.BOUNDS)


@pytest.mark.parametrize("cls", [Brief, ColumnNote, Costs, Goals, Search])
def test_defaults_come_back(cls):
    assert is_dataclass(cls)
    assert serialization.read(cls, serialization.write(cls()), "x") == cls()
    assert serialization.read(cls, {}, "x") == cls()


def test_the_edges_of_a_bound_are_allowed():
    for path, (low, high) in serialization.BOUNDS.items():
        hint = int if isinstance(low, int) and isinstance(high, int) else float
        for value in (low, high):
            assert serialization.read(hint, value, path) == value
        for value in (low - 1e-6 if hint is float else low - 1, high * 1.01 + 1):
            with pytest.raises(UserError, match="must be a") as caught:
                serialization.read(hint, value, path)
            assert f"from {low:,.10g} to {high:,.10g}" in str(caught.value)


def test_whole_numbers_written_with_a_point_are_whole():
    assert serialization.read(int, 5.0, "x") == 5
    assert type(serialization.read(int, 5.0, "x")) is int
    assert type(serialization.read(float, 5, "x")) is float


def test_a_message_shows_no_more_of_a_value_than_one_can_read():
    assert len(serialization.shown("x" * 10_000)) == 80
    assert serialization.shown("a\x1b[31m\nb") == "a?[31m?b"
    with pytest.raises(UserError) as caught:
        serialization.read(int, "y" * 10_000, "x" * 10)
    assert len(str(caught.value)) < 200


def test_a_near_miss_is_suggested():
    error = serialization.unknown("field", "folds", ("split.folds", "seed"))
    assert "split.folds" in error.remedy
    assert "Did you mean" not in serialization.unknown("field", "zzz", ("a", "b")).remedy
