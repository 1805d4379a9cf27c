"""YAML that is written without a YAML package is read back as what it was."""

from __future__ import annotations

import json

from mlops_desktop.catalog.exporters._yaml import scalar, to_yaml


def test_blocks_lists_and_texts():
    document = {"a": {"b": [1, {"c": "x", "d": []}, "no"], "e": {}}, "f": "line\nnext\n", "g": None, "h": ("a b", 0.5, True)}
    assert to_yaml(document) == (
        'a:\n  b:\n    - 1\n    - c: x\n      d: []\n    - "no"\n  e: {}\nf: |\n  line\n  next\ng: null\nh:\n  - "a b"\n  - 0.5\n  - true\n'
    )
    assert to_yaml({"a": 1}, {"b": 2}) == "a: 1\n---\nb: 2\n"


def test_what_yaml_takes_for_something_else_is_quoted():
    for text in ("yes", "Null", "0x10", "1.5", "a: b", "- a", "#", "", "{x}", "a #b", "~", "é\u2028\x7f"):
        assert scalar(text).startswith('"')
        assert json.loads(scalar(text)) == text
    assert scalar("\ud800") == '"?"'
    assert scalar("apps/v1") == "apps/v1"


def test_numbers_are_numbers_of_every_version_of_yaml():
    assert [scalar(one) for one in (1e-05, -2e300, 1.5e-07, 0.5, 3)] == ["1.0e-05", "-2.0e+300", "1.5e-07", "0.5", "3"]
