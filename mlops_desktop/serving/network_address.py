"""Addresses of the network, told apart from names."""

from __future__ import annotations

import ipaddress

EVERY_ORIGIN = "*"  # among named origins: pages of all of them


def is_address(name: str) -> bool:
    """Whether a name is an address, of IPv6 in brackets or not."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a service that listens at this address."""
    return host == "localhost" or (is_address(host) and ipaddress.ip_address(host).is_loopback)
