"""Counts with a Poisson answer: the expected count, a number that is not negative. A kind of task that only tests have."""

from __future__ import annotations

from ._shapes import SingleValue

SPEC = SingleValue(id="count", label="an expected count", contents="the expected count", minimum=0.0)
