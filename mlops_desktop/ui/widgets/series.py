"""The data of charts: plain values, no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlops_desktop.ui.widgets.small_plots import Shade

Values = Sequence[float] | NDArray[Any]


@dataclass(frozen=True, eq=False)
class Series:
    """One line or cloud of points. `color`: position in the palette or a token; None: by its place among the series.

    `steps`: from point to point by stairs (each value holds until the next x). `low` and `high`: a band around the line. NaN leaves a gap.
    """

    name: str
    x: Values
    y: Values
    color: Shade | None = None
    line: bool = True
    markers: bool = False
    dashed: bool = False
    steps: bool = False
    size: float = 7
    low: Values | None = None
    high: Values | None = None

    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both coordinates as float64 arrays of one length; ValueError when their lengths differ."""
        x, y = np.asarray(self.x, dtype=np.float64), np.asarray(self.y, dtype=np.float64)
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError(f"the series {self.name} has {x.shape} by {y.shape} values")
        return x, y

    def drawn_values(self) -> NDArray[np.float64]:
        """Every y that is drawn, the band too, for the range of the axis."""
        parts = [self.points()[1]] + [np.asarray(edge, dtype=np.float64) for edge in (self.low, self.high) if edge is not None]
        return np.concatenate(parts)


@dataclass(frozen=True)
class Mark:
    """A dashed line across a chart at a value: upright (at an x) or level (at a y), with a name beside it."""

    at: float
    name: str = ""
    upright: bool = False
    color: Shade = "warn"


@dataclass(frozen=True)
class Bar:
    """A lying bar: its name (`label` is shown in its place), its value, perhaps an interval around it, and the text beside it (the value
    itself when empty).
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    text: str = ""
    color: Shade | None = None
    label: str = ""

    @property
    def shown_name(self) -> str:
        """What a person reads."""
        return self.label or self.name


def extent(values: NDArray[np.float64], padding: float, fixed: tuple[float, float] | None = None) -> tuple[float, float]:
    """The range of an axis: from the least to the greatest finite value, or the fixed one, widened by a share of its length."""
    known = values[np.isfinite(values)]
    low, high = fixed if fixed is not None else ((float(known.min()), float(known.max())) if len(known) else (0.0, 1.0))
    if high <= low:
        half = abs(low) * 0.1 or 0.5
        low, high = low - half, high + half
    more = (high - low) * padding
    return low - more, high + more
