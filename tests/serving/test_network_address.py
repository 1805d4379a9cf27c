from __future__ import annotations

from mlops_desktop.serving.network_address import bare_host, is_address, is_loopback


def test_what_only_this_machine_reaches():
    assert [is_loopback(host) for host in ("localhost", "127.0.0.1", "127.9.9.9", "::1", "0.0.0.0", "::", "model.example")] == [
        True
    ] * 4 + [False] * 3
    assert is_address("[::1]")
    assert not is_address("a.example")
    assert is_loopback("[::1]")
    assert not is_address("[::1")
    assert [bare_host(host) for host in ("[::1]", "::1", "a.example")] == ["::1", "::1", "a.example"]
