"""Which columns must be brought near zero before the matrix is rounded to float32."""

from __future__ import annotations

import numpy as np

from mlops_desktop.serving.frame import Floats, Frame, round_to_float32
from mlops_desktop.serving.transforms.centre import Centre

_EXACT = float(2**24)  # whole numbers up to here are float32 numbers


def fit_centering(frame: Frame) -> Centre | None:
    """The transform that centres the columns whose distinct values fall together when rounded to float32 (times in seconds, large numbers
    far from zero).

    A column is centred by its median when that at least halves the number of values lost; None when no column needs it. It goes last,
    right before the matrix.
    """
    found = {}
    for j, name in enumerate(frame.layout.numbers):
        offset = _offset(frame.numbers[:, j])
        if offset:
            found[name] = offset
    return Centre(tuple(found), tuple(found.values())) if found else None


def _offset(values: Floats) -> float:
    """What to take off one column; 0 when nothing."""
    there = values[np.isfinite(values)]
    if not len(there):
        return 0.0
    top = float(np.abs(there).max())
    if top <= _EXACT and bool((there == np.trunc(there)).all()):
        return 0.0
    # Rounded: a median can be one row's own value, and no row's number may travel with the model.
    offset = float(round_to_float32(np.partition(there, len(there) // 2)[len(there) // 2 :][:1])[0])
    if top / 4 < float(np.abs(there / 2 - offset / 2).max()):
        return 0.0  # the values are not far from zero as compared with their spread: nothing to gain
    distinct = np.unique(there)
    lost, left = _lost(distinct), _lost(distinct - offset)
    return offset if lost and 2 * left <= lost else 0.0


def _lost(distinct: Floats) -> int:
    """How many of rising distinct values equal their neighbour after rounding to float32."""
    return int((np.diff(round_to_float32(distinct)) == 0).sum())
