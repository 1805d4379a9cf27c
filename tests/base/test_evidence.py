"""Evidence as plain JSON."""

from __future__ import annotations

from mlops_desktop.base.evidence import Evidence


def test_as_json():
    assert Evidence("x", "stray", "message.", (1, 2)).to_json() == {"column": "x", "rule": "stray", "message": "message.", "rows": [1, 2]}
