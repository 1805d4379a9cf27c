"""Evidence as plain JSON, its rules, and that each one which names a parameter is asked."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mlops_desktop
from mlops_desktop.base.evidence import RULES, Evidence
from mlops_desktop.serving import left_out


def test_as_json():
    assert Evidence("x", "stray", "message.", (1, 2)).to_json() == {"column": "x", "rule": "stray", "message": "message.", "rows": [1, 2]}
    evidence = Evidence("", "table", "message.", (), "table", ("2",))
    assert Evidence.from_json(evidence.to_json()) == evidence


def test_an_unknown_rule_is_refused_and_one_of_another_version_is_a_plain_note():
    with pytest.raises(ValueError, match="tables"):
        Evidence("", "tables", "message.")
    assert Evidence.from_json({"column": "", "rule": "tables", "message": "m", "rows": []}) == Evidence("", "file", "m")


def made() -> list[ast.Call]:
    """Every place of the program that makes a piece of evidence."""
    trees = (ast.parse(path.read_text()) for path in Path(mlops_desktop.__file__).parent.rglob("*.py"))
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Evidence"]


def test_every_rule_is_known_and_each_that_names_a_parameter_has_a_question_and_values():
    literal = [(call, call.args[1].value) for call in made() if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)]
    assert {rule for _, rule in literal} | left_out._LEFT_OUT.keys() <= RULES.keys()
    named = {rule: {word.arg for word in call.keywords} for call, rule in literal if any(word.arg == "parameter" for word in call.keywords)}
    assert {"table", "escape", "encoding", "member"} <= named.keys()
    assert [rule for rule, words in named.items() if "values" not in words or not RULES[rule].question] == []
