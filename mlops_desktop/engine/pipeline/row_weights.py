"""The weights of rows: how much each counts in training, in metrics, curves and intervals."""

from __future__ import annotations

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Dataset
from mlops_desktop.serving.frame import NUMBER, Floats, Frame
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.value_text import value_text


def read_weights(frame: Frame, column: str) -> Floats:
    """The weights in a column, (rows,) float64. UserError unless all are numbers that are not negative, and one is more than 0."""
    weights = frame.number(column) if frame.layout.kind(column) == NUMBER else np.full(frame.rows, np.nan)
    remedy = "Choose another column as weight, or leave such rows out with a filter."
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise UserError(msg("The weights in “{columns}” must be numbers that are not negative, none missing.", columns=column), remedy)
    if not weights.any():
        raise UserError(msg("The weights in “{columns}” are all 0.", columns=column), remedy)
    return weights


def refuse_unweighted_class(rows: Dataset, column: str) -> None:
    """UserError when all rows of a class have the weight 0, so that no model could be fitted to it."""
    weights, target = rows.weights, rows.target
    if weights is None or not target.classes:
        return
    there = np.bincount(target.values, minlength=len(target.classes))
    sums = np.bincount(target.values, weights=weights, minlength=len(target.classes))
    for position in np.flatnonzero((there > 0) & (sums <= 0))[:1]:
        name = value_text(target.classes[position])
        raise UserError(
            msg(
                "All training rows of class “{name}” have the weight 0 in “{column}”, so nothing is learned of it.",
                name=name,
                column=column,
            ),
            "Choose another column as weight, or leave these rows out with a filter.",
        )
