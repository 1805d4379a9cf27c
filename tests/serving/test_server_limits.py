from __future__ import annotations

import argparse

import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.server_limits import ServerLimits, add_flags, limits_table, server_limits


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    add_flags(parser)
    return vars(parser.parse_args(arguments))


def test_flags_go_before_the_environment_and_this_before_the_default():
    environment = {"SERVING_TIMEOUT": "7.5", "SERVING_MAX_CONNECTIONS": "9", "SERVING_MAX_HEAD": ""}
    found = server_limits(parsed("--max-connections", "5"), environment)
    assert found == ServerLimits(max_connections=5, timeout=7.5)
    assert server_limits(parsed(), {}) == ServerLimits()


def test_defaults_are_shown_digit_by_digit():
    parser = argparse.ArgumentParser()
    add_flags(parser)
    for text in (parser.format_help(), limits_table()):
        assert "64,000,000" in text
        assert "10.0" not in text


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--timeout", "0"), {}),
        (("--timeout", "nan"), {}),
        (("--max-requests", "-1"), {}),
        ((), {"SERVING_TIMEOUT": "soon"}),
        ((), {"SERVING_MAX_HEAD": "1.5"}),
    ],
)
def test_what_is_no_limit_is_refused(arguments, environment):
    with pytest.raises(UserError, match=r"must be|greater"):
        server_limits(parsed(*arguments), environment)
