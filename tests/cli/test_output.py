"""Lines that several commands print."""

from __future__ import annotations

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.cli.output import evidence_lines


def test_evidence_leaves_ordinary_types_out():
    found = [
        Evidence("a", "type", "numbers"),
        Evidence("b", "missing_words", "two texts"),
        Evidence("", "file", "a comma"),
    ]
    assert evidence_lines(found) == ["b: two texts", "a comma"]
