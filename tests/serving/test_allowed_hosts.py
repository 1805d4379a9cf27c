from __future__ import annotations

import pytest

from mlops_desktop.serving.allowed_hosts import AllowedHosts
from mlops_desktop.serving.http_problems import HttpProblem


def status(hosts, *given, version="1.1"):
    try:
        for _ in range(2):  # also one that was allowed before
            hosts.check([one.encode() for one in given], version)
    except HttpProblem as problem:
        return problem.status
    return 200


@pytest.mark.parametrize("listening", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_a_service_for_this_machine_answers_to_its_names_only(listening):
    hosts = AllowedHosts(listening)
    for name in ("localhost", "localhost:8000", "LocalHost.", "127.0.0.1", "[::1]:80", "10.1.2.3:8000", "app.localhost"):
        assert status(hosts, name) == 200, name
    for name in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:127"):
        assert status(hosts, name) == 421, name


def test_a_service_for_the_network_answers_to_every_name_unless_some_are_given():
    assert status(AllowedHosts("0.0.0.0"), "model.example") == 200
    named = AllowedHosts("0.0.0.0", ("Model.example",))
    assert [status(named, name) for name in ("model.example:80", "10.0.0.1", "other.example")] == [200, 200, 421]
    assert status(AllowedHosts("127.0.0.1", ("*",)), "other.example") == 200


def test_one_valid_host_is_needed():
    hosts = AllowedHosts("0.0.0.0")
    for given in ((), ("a", "a"), ("",), ("a b",), ("a/b",), ("user@a",), ("a:x",), ("[::1",)):
        assert status(hosts, *given) == 400, given
    assert status(hosts, version="1.0") == 200
