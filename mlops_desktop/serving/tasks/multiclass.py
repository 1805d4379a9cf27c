"""Classification with several classes: the most probable class is predicted."""

from __future__ import annotations

from ._shapes import ClassProbabilities

SPEC = ClassProbabilities(id="multiclass", label="a class", contents="the class and the probability of each class")
