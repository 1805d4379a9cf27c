from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.monitoring.alert_rules import Rule, read_rules

GOOD = {"name": "income is missing", "metric": "missing", "column": "income", "above": 0.2, "window": "hour", "rows": 50}


def read(tmp_path, document):
    path = tmp_path / "rules.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_rules(path)


def test_rules_of_a_file(tmp_path):
    found = read(tmp_path, {"rules": [GOOD, {"name": "accuracy", "metric": "accuracy", "below": 0.8}]})
    assert found == (Rule("income is missing", "missing", 0.2, None, "hour", "income", 50), Rule("accuracy", "accuracy", None, 0.8))


@pytest.mark.parametrize(
    "change",
    [
        *({"name": ""}, {"metric": "beauty"}, {"above": None}, {"below": 1}, {"above": True}, {"window": "year"}),
        *({"metric": "p99"}, {"rows": 0}, {"rows": 1.5}, {"column": 5}, {"more": 1}),
        *({"window": ["hour"]}, {"metric": ["missing"]}, {"above": int("9" * 400)}, {"metric": "p99", "column": "", "above": 10}),
    ],
)
def test_what_is_no_rule_is_refused_with_its_number(change, tmp_path):
    with pytest.raises(UserError, match="Rule 2"):
        read(tmp_path, {"rules": [{**GOOD, "name": "other"}, {**GOOD, **change}]})


@pytest.mark.parametrize("document", ["no json", "[" * 100_000, {"rules": 5}, [], {"rules": [GOOD, GOOD]}])
def test_what_is_no_file_of_rules_is_refused(document, tmp_path):
    with pytest.raises(UserError):
        read(tmp_path, document)


def test_a_limit_is_passed_with_the_whole_interval():
    above, below = Rule("a", "missing", above=0.1), Rule("b", "accuracy", below=0.8)
    assert [above.passed(*ends) for ends in ((0.11, 0.2), (0.09, 0.2))] == [True, False]
    assert [below.passed(*ends) for ends in ((0.7, 0.79), (0.7, 0.81))] == [True, False]
