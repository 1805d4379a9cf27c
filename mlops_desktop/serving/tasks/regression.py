"""Regression: a number is predicted."""

from __future__ import annotations

from ._shapes import SingleValue

SPEC = SingleValue(id="regression", label="a number", contents="the number")
