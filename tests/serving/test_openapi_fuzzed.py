"""Schemathesis against a running service of each task: requests made from its OpenAPI document, and spoilt ones. None is a 5xx, and every
answer is one that the document tells.

`make fuzz` sends 10,000 cases for each task; as one of the longer proofs it is a sample of them.
"""

from __future__ import annotations

import json
import os
import re

import pytest

from tests.proof_tools import done, program

CASES = int(os.environ.get("FUZZ_CASES", "400"))
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,unsupported_method"

pytestmark = [pytest.mark.proof, pytest.mark.timeout(60 + CASES)]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_case_is_answered_as_the_interface_tells(task, running, folders, tmp_path):
    service = running(folders[task], "--drain", "0")
    operations = sum(map(len, json.loads(service.ask("GET", "/openapi.json")[1])["paths"].values()))
    sent = ["--checks", CHECKS, "--max-examples", str(-(-CASES // operations)), "--seed", "1"]
    out = done([program("schemathesis"), "run", f"{service.address}openapi.json", *sent], cwd=tmp_path)
    assert int(re.search(r"(\d+) generated", out)[1]) >= CASES, out
