"""Draws, small moves and grids of declared ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mlops_desktop.base.params import choice, flag, number
from mlops_desktop.base.tuning import Tunable


@dataclass(frozen=True, kw_only=True)
class Some(Tunable):
    """A component with parameters of every kind."""

    id: ClassVar[str] = "some"
    label: ClassVar[str] = "Some"

    rate: float = number(0.1, 0.0, 1.0, "Rate", log=True, tune=(0.01, 1.0))
    depth: int = number(3, 1, 9, "Depth", whole=True, tune=(2, 6))
    fixed: float = number(1.0, 0.0, 9.0, "Fixed")
    kind: str = choice("a", {"a": "A", "b": "B"}, "Kind", tune=True)
    on: bool = flag(False, "On", tune=True)


def test_draws_stay_within_their_ranges_and_leave_the_rest():
    rng = np.random.default_rng(0)
    drawn = [Some().sample(rng) for _ in range(50)]
    assert set(Some().search_space()) == {"rate", "depth", "kind", "on"}
    assert all(0.01 <= one.rate <= 1.0 and 2 <= one.depth <= 6 and one.fixed == 1.0 for one in drawn)
    assert {one.kind for one in drawn} == {"a", "b"}
    assert {one.on for one in drawn} == {True, False}


def test_a_small_move_changes_something_a_little():
    rng = np.random.default_rng(1)
    moved = [Some().vary(rng) for _ in range(50)]
    assert sum(one != Some() for one in moved) > 40
    assert np.median([abs(np.log10(one.rate) + 1) for one in moved]) < 0.5


def test_a_grid_has_every_combination_once():
    found = Some().grid(2)
    assert len(found) == len(set(found)) == 16
