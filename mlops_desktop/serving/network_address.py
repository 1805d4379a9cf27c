"""Decides whether the name of a host is an address of the network, and whether it is one of this machine."""

from __future__ import annotations

import ipaddress

EVERY_ORIGIN = "*"  # among named origins: pages of all of them


def bare_host(name: str) -> str:
    """The name of a host, an address of IPv6 without the brackets that it has in a URL."""
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name


def is_address(name: str) -> bool:
    """Whether a name is an address, of IPv6 in brackets or not."""
    try:
        ipaddress.ip_address(bare_host(name))
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a service that listens at this address, of IPv6 in brackets or not."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(bare_host(host)).is_loopback)
