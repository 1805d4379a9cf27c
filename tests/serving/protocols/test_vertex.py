from __future__ import annotations

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.pages import all_routes


def test_routes_are_those_that_the_platform_names(monkeypatch, apps, asked):
    monkeypatch.setenv("AIP_PREDICT_ROUTE", "/invocations/of/vertex")
    monkeypatch.setenv("AIP_HEALTH_ROUTE", "/ping")
    app = apps("binary")
    body = {"instances": [{"age": 40}], "parameters": {"threshold": 0.0}}
    (one,) = asked(app, "POST", "/invocations/of/vertex", body).json["predictions"]
    assert (one["prediction"], one["threshold"]) == ("yes", 0.0)
    assert asked(app, "GET", "/ping").status == 200
    for wrong in ({"instances": 1}, {"instances": [], "x": 1}, {"instances": [{"age": "x"}]}):
        answer = asked(app, "POST", "/invocations/of/vertex", wrong)
        assert (answer.status, answer.json["error"]["code"]) == (422, 422)


@pytest.mark.parametrize("path", ["/v1/predict", "predict", "/{x}"])
def test_a_route_that_cannot_be_served_is_refused(path):
    with pytest.raises(UserError):
        all_routes({"AIP_PREDICT_ROUTE": path})
