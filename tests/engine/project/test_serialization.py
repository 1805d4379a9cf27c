from __future__ import annotations

from dataclasses import dataclass, field, is_dataclass
from typing import get_args

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import number
from mlops_desktop.engine.project import serialization
from mlops_desktop.engine.project.assignments import set_field
from mlops_desktop.engine.project.changes import Changes
from mlops_desktop.engine.project.decisions import Brief, ColumnNote, Costs, Goals, Project, Search


def test_every_number_that_has_no_parameter_of_its_own_is_no_decision_of_a_person():
    """A number is declared with its bounds: a new one without them is found here."""
    undeclared = {
        f"{cls.__name__}.{name}"
        for cls in (Project, Brief, ColumnNote, Costs, Goals, Search)
        for name, hint in serialization.hints(cls).items()
        if {int, float} & {hint, *get_args(hint)} and name not in serialization.parameters(cls)
    }
    assert undeclared == {"Project.positive"}  # a class of the data


@pytest.mark.parametrize("cls", [Brief, ColumnNote, Costs, Goals, Search])
def test_defaults_come_back(cls):
    assert is_dataclass(cls)
    assert serialization.read(cls, serialization.write(cls()), "x") == cls()
    assert serialization.read(cls, {}, "x") == cls()


def test_the_edges_of_a_bound_are_allowed():
    for path, (low, high) in serialization.bounds(Project).items():
        group, _, name = path.rpartition(".")
        cls = type(getattr(Project(), group)) if group else Project
        whole = serialization.parameters(cls)[name].whole
        for value in (low, high):
            assert serialization.read_field(cls, name, value, path) == value
        for value in (low - 1 if whole else low - 1e-6, high * 1.01 + 1):
            with pytest.raises(UserError, match=f"“{path}” cannot be") as caught:
                serialization.read_field(cls, name, value, path)
            assert f"from {low:,.10g} to {high:,.10g}" in str(caught.value)


def test_a_new_setting_is_one_line():
    """Default, bounds, JSON, `set` and key follow from the declaration."""

    @dataclass(frozen=True, kw_only=True)
    class Patient(Search):
        patience: int = number(10, 1, 99, "Trials without progress", whole=True)

    @dataclass(frozen=True, kw_only=True)
    class Tomorrow(Project):
        search: Patient = field(default_factory=Patient)

    assert serialization.read(Patient, {"patience": 7}, "search") == Patient(patience=7)
    with pytest.raises(UserError, match=r"“search.patience” cannot be 0.*from 1 to 99"):
        serialization.read(Patient, {"patience": 0}, "search")
    assert serialization.write(Tomorrow())["search"]["patience"] == 10
    assert serialization.bounds(Patient)["patience"] == (1, 99)
    assert serialization.changed_decisions(Tomorrow()) == {}
    assert serialization.changed_decisions(Tomorrow(search=Patient(patience=7))) == {"search": {"patience": 7}}
    assert set_field(Tomorrow(), "search.patience=12").search.patience == 12


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


@dataclass(frozen=True)
class Side:
    label: str = field(metadata=serialization.json_name("class"))
    size: int = 0


@dataclass(frozen=True)
class Whole:
    name: str
    side: Side | None = field(default=None, metadata=serialization.INLINE)
    rest: tuple[int, ...] = ()


def test_a_field_can_have_another_name_in_json_and_stand_inline():
    whole = Whole("w", Side("a", 2), (1, 2))
    assert serialization.to_json(whole) == {"name": "w", "class": "a", "size": 2, "rest": [1, 2]}
    assert serialization.to_json(Whole("w")) == {"name": "w", "rest": []}
    for value in (whole, Whole("w")):
        assert serialization.from_json(Whole, serialization.to_json(value)) == value


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ({"name": "w", "side": {"class": "a"}}, "no field in “x” called “side”"),
        ({"name": "w", "label": "a"}, "called “label”"),
        ({"name": "w", "size": 2}, "has no “class”"),
        ({"name": "w", "class": 1}, "“x.class” cannot be 1"),
        ({"class": "a"}, "“x” has no “name”"),
        ({"name": "w", "rest": [1, True]}, "“x.rest\\[1\\]” cannot be true"),
    ],
)
def test_json_that_does_not_fit_such_fields_is_refused(document, named):
    with pytest.raises(UserError, match=named):
        serialization.from_json(Whole, document, "x")


def test_the_names_of_a_typed_dictionary_are_held():
    changes = {"role": {"a": "id"}, "step": {"id": "clip", "params": {"fence": 3.0}}}
    assert serialization.read(Changes, changes, "x") == changes
    for bad in ({"roles": {}}, {"role": {"a": "boss"}}, {"step": {"params": {}}}, ["role"]):
        with pytest.raises(UserError, match="x"):
            serialization.read(Changes, bad, "x")
