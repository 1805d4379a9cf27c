"""Classification with two classes, decided by a threshold on the probability of the positive class."""

from __future__ import annotations

from ._shapes import ClassProbabilities

SPEC = ClassProbabilities(
    id="binary",
    label="a class of two",
    contents="the class, the probability of each class and the threshold",
    thresholded=True,
)
