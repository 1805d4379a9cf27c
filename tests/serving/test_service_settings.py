from __future__ import annotations

import json

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.http_problems import HttpProblem
from mlops_desktop.serving.service import Service
from mlops_desktop.serving.service_settings import ServiceSettings, limits_of, service_settings


def test_the_command_line_goes_before_the_environment():
    environment = {"SERVING_POLICY": "*.unknown=refuse, age.missing=warn", "SERVING_THRESHOLD_LIMITS": "0.1:0.9"}
    assert service_settings([], None, environment) == ServiceSettings(("*.unknown=refuse", "age.missing=warn"), (0.1, 0.9))
    found = service_settings(["*.unknown=warn"], "0.2:0.8", environment)
    assert found.policies[-1] == "*.unknown=warn"
    assert found.thresholds == (0.2, 0.8)
    assert service_settings([], None, {}) == ServiceSettings()
    assert service_settings([], None, {"SERVING_POLICY": "my column.unknown=warn,"}).policies == ("my column.unknown=warn",)


@pytest.mark.parametrize("text", ["0.5", "0.8:0.2", "0:2", "a:b", "nan:1", "0:0.5:1"])
def test_limits_that_are_none(text):
    with pytest.raises(UserError):
        service_settings([], text, {})


def test_limits_are_two_numbers():
    assert limits_of([0, 1]) == (0.0, 1.0)
    for values in ([], [True, 1], ["0", 1]):
        with pytest.raises(UserError):
            limits_of(values)


def test_a_threshold_beyond_the_limits_is_refused(bundles):
    service = Service(bundles["binary"], settings=ServiceSettings((), (0.2, 0.8)))
    for threshold, accepted in ((0.2, True), (0.8, True), (0.1, False), (0.9, False)):
        body = json.dumps({"rows": [{"age": 40}], "threshold": threshold}).encode()
        if accepted:
            assert json.loads(service.predict(body).body)["predictions"][0]["threshold"] == threshold
        else:
            with pytest.raises(HttpProblem) as caught:
                service.predict(body)
            assert caught.value.errors[0]["detail"] == "threshold must be a number from 0.2 to 0.8."
    assert json.loads(service.model().body)["threshold_limits"] == [0.2, 0.8]
