"""Reads what is whole out of a damaged record of runs: the rows before and behind the damage whose checksums hold."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_MOST_ROWS = 1_000_000


def checksum(id: str, key: str, record: str) -> str:
    """The checksum of one run: of its id, its key and its record."""
    return hashlib.sha256(json.dumps([id, key, record]).encode()).hexdigest()[:32]


def holds(id: str, key: str, record: str, given: str) -> bool:
    """Whether a run is what was written; one of an older version (`given` is empty) has no checksum."""
    return not given or given == checksum(id, key, record)


def salvage(damaged: Path, connection: sqlite3.Connection, is_run: Callable[[str], bool]) -> int:
    """Copy the rows that are whole from a damaged file to the tables of an open one; the number of runs among them.

    `is_run` says whether a record can be read as a run. Rows that cannot be read are left out; sqlite3.Error only of the open file.
    """
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    runs = 0
    for table in names:
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        for row in _rows(damaged, table, columns):
            if table == "run" and not _is_whole(dict(zip(columns, row, strict=True)), is_run):
                continue
            marks = ", ".join("?" * len(columns))
            with contextlib.suppress(sqlite3.IntegrityError):  # a value that the table does not take: the row is damaged
                found = connection.execute(f'INSERT OR IGNORE INTO "{table}" ({", ".join(columns)}) VALUES ({marks})', row)
                runs += found.rowcount if table == "run" else 0
    return runs


def _is_whole(row: dict[str, Any], is_run: Callable[[str], bool]) -> bool:
    texts = [row[name] for name in ("id", "key", "record", "sum")]
    return all(isinstance(text, str) for text in texts) and holds(*texts) and is_run(row["record"])


def _rows(damaged: Path, table: str, columns: list[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a table from its beginning up to the damage, then from its end back to it."""
    for order in ("ASC", "DESC"):
        with contextlib.suppress(sqlite3.Error), contextlib.closing(_opened(damaged)) as connection:
            there = {row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')}
            wanted = ", ".join(name if name in there else "''" for name in columns)
            yield from connection.execute(f'SELECT {wanted} FROM "{table}" ORDER BY rowid {order} LIMIT {_MOST_ROWS}')


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection
