"""Lines that several commands print."""

from __future__ import annotations

from mlops_desktop.cli.output import evidence_lines


def test_evidence_leaves_ordinary_types_out():
    found = [
        {"rule": "type", "column": "a", "message": "numbers"},
        {"rule": "levels", "column": "b", "message": "two levels"},
        {"rule": "file", "column": "", "message": "a comma"},
    ]
    assert evidence_lines(found) == ["b: two levels", "a comma"]
