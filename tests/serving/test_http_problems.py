from __future__ import annotations

import json

from mlops_desktop.serving.column import ValidationIssue
from mlops_desktop.serving.http_problems import (
    MAX_LISTED_ERRORS,
    HttpProblem,
    error_entries,
    error_entry,
    invalid_input,
    json_pointer,
    too_large,
)


def test_pointers_are_fragments_of_rfc_6901():
    assert json_pointer("rows", 0, "age") == "#/rows/0/age"
    assert json_pointer("a/b", "m~n", "ü %") == "#/a~1b/m~0n/%C3%BC%20%25"
    assert json_pointer() == "#"


def test_a_problem_is_rfc_9457():
    body = json.loads(invalid_input([error_entry("missing", "“age” is needed.", "rows", 3, "age", row=3)]).body("r-1"))
    assert body == {
        "type": "tag:mlops-desktop,2026:invalid-input",
        "title": "The input is not valid.",
        "status": 422,
        "detail": "Each entry of errors names one fault.",
        "instance": "urn:request:r-1",
        "errors": [{"pointer": "#/rows/3/age", "code": "missing", "detail": "“age” is needed.", "row": 3}],
        "errors_total": 1,
    }


def test_errors_keep_their_place():
    problems = [
        ValidationIssue(2, "age", "wrong_type", "message", "a number", "text"),
        ValidationIssue(None, "city", "missing", "absent"),
        ValidationIssue(0, "", "x", "y"),
    ]
    found = error_entries(problems, "rows", first=100)
    assert [(one["pointer"], one.get("row")) for one in found] == [("#/rows/102/age", 102), ("#/rows/city", None), ("#/rows/100", 100)]
    assert error_entries(problems[:1], "row", rows=False)[0]["pointer"] == "#/row/age"


def test_a_long_list_is_cut_and_counted():
    body = json.loads(invalid_input([error_entry("x", "y", i) for i in range(MAX_LISTED_ERRORS + 5)], total=70_000).body("r"))
    assert (len(body["errors"]), body["errors_total"]) == (MAX_LISTED_ERRORS, 70_000)


def test_a_problem_without_errors():
    assert too_large("At most 3.").status == 413
    assert "errors" not in json.loads(HttpProblem(404, "not_found", "There is no such address.").body("r"))
