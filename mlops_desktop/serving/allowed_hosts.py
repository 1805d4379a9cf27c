"""Which values of the header `Host` the service answers to, against pages that reach it through a name of their own (DNS rebinding)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .http_problems import HttpProblem
from .network_address import is_address, is_loopback

_HOST = re.compile(rb"(?P<name>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._~-]{1,255})(?::[0-9]{0,5})?")
_MOST_KNOWN = 1000
EVERY = "*"


class AllowedHosts:
    """`listening` is the address of the socket, `names` are the names that were given; `*` stands for every name.

    Without names a service that listens on this machine alone answers to `localhost` and to addresses, any other service to every name.
    An address is always allowed: a page that was loaded from a name cannot send one.
    """

    def __init__(self, listening: str = "127.0.0.1", names: Sequence[str] = ()) -> None:
        self._names = frozenset(name.lower().rstrip(".") for name in names)
        self._every = EVERY in self._names or not (names or is_loopback(listening))
        self._known: set[bytes] = set()

    def check(self, hosts: Sequence[bytes], version: str) -> None:
        """HttpProblem when a request with these `Host` headers is not to be answered: 400 unless there is one, 421 for a foreign name."""
        if len(hosts) == 1 and hosts[0] in self._known:
            return
        if not hosts and version == "1.0":
            return
        found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if found is None:
            raise HttpProblem(400, "invalid_host", "The request needs one valid Host header.")
        name = found["name"].decode("ascii").lower().rstrip(".")
        if not (self._every or name == "localhost" or name.endswith(".localhost") or name in self._names or is_address(name)):
            remedy = "Whoever runs the service can allow it: --allowed-host NAME."
            raise HttpProblem(421, "foreign_host", "The service does not answer to this name.", remedy)
        if len(self._known) < _MOST_KNOWN:
            self._known.add(hosts[0])
