"""Counts: the expected number of events is predicted."""

from __future__ import annotations

from ._shapes import SingleValue

SPEC = SingleValue(id="counts", label="an expected count", contents="the expected count", minimum=0.0)
