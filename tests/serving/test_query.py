from __future__ import annotations

import pytest

from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.query import query_parameters


def test_parameters_have_defaults_and_come_once():
    assert query_parameters(b"a=1&c=3&a%20=5", a="0", b="2") == {"a": "1", "b": "2"}
    assert query_parameters(b"a=", a="0") == {"a": ""}
    with pytest.raises(HttpProblem, match="not valid") as caught:
        query_parameters(b"a=1&a=1", a="0")
    assert caught.value.status == 400
