"""Schemathesis against a running service of each task: requests made from its OpenAPI document, and spoilt ones. None is a 5xx, and every
answer is one that the document promises.

`make fuzz` sends 10,000 requests to each; as one of the longer proofs it is a sample for one task. Bodies of lines and of Arrow it cannot
make.
"""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.proof_tools import done, program

CASES = int(os.environ.get("FUZZ_CASES", "0"))
SAMPLE = 5  # requests of each operation, beside those for each of its limits
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method"
LEFT_OUT = ("predict_lines", "predict_table")

pytestmark = [pytest.mark.proof, pytest.mark.timeout(300 + CASES)]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"] if CASES else ["binary"])
def test_every_request_is_answered_as_the_interface_promises(task, running, folders, tmp_path):
    service = running(folders[task], "--drain", "0")
    paths = json.loads(service.ask("GET", "/openapi.json")[1])["paths"].values()
    bodies = sum("requestBody" in one for methods in paths for one in methods.values()) - len(LEFT_OUT)
    sent = ["--checks", CHECKS, "--max-examples", str(-(-CASES // bodies) or SAMPLE), "--seed", "1"]
    for operation in LEFT_OUT:
        sent += ["--exclude-operation-id", operation]
    out = done([program("schemathesis"), "run", f"{service.address}openapi.json", *sent], cwd=tmp_path, timeout=300 + CASES)
    assert int(re.search(r"(\d+) generated", out)[1]) >= CASES, out
