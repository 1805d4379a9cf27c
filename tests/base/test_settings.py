from __future__ import annotations

from dataclasses import dataclass

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import choice, number, text, texts
from mlops_desktop.base.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Budget(Settings):
    seconds: float = number(60, 1, 100, "Seconds")
    method: str = choice("random", {"random": "Random", "grid": "Grid"}, "Method")
    note: str = text("", "Note", required=False)
    levels: tuple[str, ...] = texts((), "Levels")


def test_values_are_checked_and_in_canonical_form():
    assert Budget(levels=["a"]).levels == ("a",)
    assert isinstance(Budget(seconds=5).seconds, float)
    with pytest.raises(UserError, match="Seconds"):
        Budget(seconds=101)


def test_every_parameter_is_plain_json():
    assert Budget(levels=("a",)).plain_params() == {"seconds": 60.0, "method": "random", "note": "", "levels": ["a"]}


def test_what_is_at_its_default_is_left_out():
    assert Budget().changed_params() == Budget(seconds=60.0).changed_params() == {}
    assert Budget(method="grid", levels=("a",)).changed_params() == {"method": "grid", "levels": ["a"]}
