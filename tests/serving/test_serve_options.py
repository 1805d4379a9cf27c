from __future__ import annotations

import argparse

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.serve_options import add_serve_flags, serve_options


def parsed(*arguments, environment=None):
    parser = argparse.ArgumentParser()
    add_serve_flags(parser)
    return serve_options(parser.parse_args(arguments), environment or {})


def test_platforms_name_the_port():
    for name in ("SERVING_PORT", "AIP_HTTP_PORT", "SAGEMAKER_BIND_TO_PORT", "PORT"):
        assert parsed(environment={name: "8123", "PORT": "8123"}).port == 8123
        assert parsed("--port", "9", environment={name: "8123"}).port == 9
    assert parsed(environment={"AIP_HTTP_PORT": "7", "PORT": "8"}).port == 7
    assert parsed().port == parsed(environment={"SERVING_PORT": "tcp://10.0.0.7:80"}).port == 8000
    with pytest.raises(UserError, match="PORT"):
        parsed(environment={"PORT": "http"})


def test_the_environment_of_a_container():
    environment = {"SERVING_HOST": "0.0.0.0", "SERVING_ALLOW_ANONYMOUS": "true", "SERVING_WORKERS": "2", "SERVING_ACCESS_LOG": "json"}
    found = parsed(environment=environment)
    assert (found.host, found.workers, found.access_log) == ("0.0.0.0", 2, "json")
    with pytest.raises(UserError):
        parsed(environment={"SERVING_HOST": "0.0.0.0"})
    assert parsed(environment={"SERVING_HOST": "[::1]"}).host == "::1"
    with pytest.raises(UserError):
        parsed(environment={"SERVING_ACCESS_LOG": "xml"})
    with pytest.raises(UserError):
        parsed("--workers", "0")


def test_the_access_log_is_json_where_no_form_is_named():
    assert [parsed(*flags).access_log for flags in ((), ("--access-log",), ("--access-log", "text"))] == ["", "json", "text"]
