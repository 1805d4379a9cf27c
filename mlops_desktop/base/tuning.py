"""Components with parameters that a search may change: draws from their ranges, small moves, grids."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from mlops_desktop.base.component import Component
from mlops_desktop.base.params import Choice, Flag, Number

MOVED = 0.5  # how likely a small move changes each of the tuned parameters
STEP = 0.15  # standard deviation of that move, as a share of the parameter's range


@dataclass(frozen=True, kw_only=True)
class Tunable(Component):
    """A component whose parameters may declare a range to search (`tune`)."""

    def search_space(self) -> dict[str, Number | Choice | Flag]:
        """The parameters that a search may change."""
        return {name: p for name, p in self.params().items() if isinstance(p, (Number, Choice, Flag)) and p.tune}

    def sample(self, rng: np.random.Generator) -> Self:
        """This component with its tuned parameters drawn at random from their ranges (log-uniform where declared)."""
        return replace(self, **{name: _at(param, rng.uniform(), rng) for name, param in self.search_space().items()})

    def vary(self, rng: np.random.Generator) -> Self:
        """This component with some of its tuned parameters, one at least, moved a little within their ranges."""
        space = self.search_space()
        moved = rng.uniform(size=len(space)) < MOVED
        moved[rng.integers(len(space))] = True
        drawn: dict[str, Any] = {}
        for (name, param), now in zip(space.items(), moved.tolist(), strict=True):
            place = rng.uniform() if (there := _place(param, getattr(self, name))) is None else there + STEP * rng.standard_normal()
            if now:
                drawn[name] = _at(param, float(np.clip(place, 0.0, 1.0)), rng)
        return replace(self, **drawn)

    def grid(self, points: int) -> list[Self]:
        """Every combination of `points` values of each tuned number and all options of each tuned choice, in a fixed order."""
        combinations: list[dict[str, Any]] = [{name: getattr(self, name) for name in self.params()}]
        for name, param in self.search_space().items():
            combinations = [{**base, name: value} for base in combinations for value in _values(param, points)]
        return [type(self)(**params) for params in combinations]


def _at(param: Number | Choice | Flag, place: float, rng: np.random.Generator) -> Any:
    """The value at a place, 0 to 1, of a number's range; of the others, any."""
    if isinstance(param, Number):
        assert param.tune is not None
        low, high = param.tune
        value = low * (high / low) ** place if param.log else low + (high - low) * place
        return round(value) if param.whole else float(f"{value:.6g}")
    if isinstance(param, Choice):
        return list(param.options)[int(rng.integers(len(param.options)))]
    return bool(rng.integers(2))


def _place(param: Number | Choice | Flag, value: Any) -> float | None:
    """The position of a value in a number's range, 0 to 1; None when it is outside, or is no number."""
    if not isinstance(param, Number) or param.tune is None or value is None:
        return None
    low, high = param.tune
    if not low <= value <= high:
        return None
    return math.log(value / low) / math.log(high / low) if param.log else (value - low) / (high - low)


def _values(param: Number | Choice | Flag, points: int) -> Sequence[Any]:
    if isinstance(param, Flag):
        return (False, True)
    if isinstance(param, Choice):
        return tuple(param.options)
    assert param.tune is not None
    low, high = param.tune
    spaced = np.geomspace(low, high, points) if param.log else np.linspace(low, high, points)
    return tuple(dict.fromkeys(round(v) if param.whole else float(f"{v:.6g}") for v in spaced.tolist()))
