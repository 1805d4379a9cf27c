"""Connects to a database server and runs its queries, whatever its kind."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field

Rows = tuple[list[str], Iterator[list[tuple[object, ...]]]]


@dataclass(frozen=True)
class Account:
    """Who reads which database of which server; `context` is there where the connection is to be encrypted."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    context: ssl.SSLContext | None = None


class Refused(Exception):
    """A server refused something, for the reason that it gives: the user is not let in (`no_entry`), or a statement would write."""

    def __init__(self, reason: str, *, no_entry: bool, writes: bool) -> None:
        super().__init__(reason)
        self.reason = " ".join(reason.split()).rstrip(".")
        self.no_entry, self.writes = no_entry, writes
