"""Keeps what was read of the last file, so that a preview which follows every setting need not read it again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

Read = TypeVar("Read")


class LastFile(Generic[Read]):
    """What was read of one file, by what was asked; forgotten when the file changes or another one is read. Several threads may read."""

    def __init__(self) -> None:
        self._last: tuple[Hashable, dict[Hashable, Read]] = None, {}  # which file it is, and what was read of it

    def get(self, path: Path, what: Hashable, read: Callable[[], Read], may_keep: Callable[[Read], bool]) -> Read:
        """What was read of the file before, else what `read` gives now; it is kept if `may_keep` says so."""
        found = path.stat()
        key = (path.resolve(), found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        last, kept = self._last
        if key != last:
            kept = {}
            self._last = key, kept
        if what in kept:
            return kept[what]
        made = read()
        if may_keep(made):
            kept[what] = made  # of this file still, also where another one was begun meanwhile
        return made
