"""The store of monitoring: counts by blocks of time in one SQLite file, which several processes of one machine write.

A block is what one process counted of one model in some seconds, or (under the model SERVICE) of its requests. Blocks that are older than
an hour are merged into hours, those older than 60 days into days. Every operation opens the file anew, so that one that was repaired is
found again, and makes it anew when it is no longer there.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ..errors import UserError
from ..http_problems import HttpProblem
from ..message import msg
from ..metrics import Counts, added

FILE = "monitor.sqlite"
BUSY_SECONDS = 2.0  # for which an operation waits for another process
LOCKED_SECONDS = 0.05  # for the same, shortly after another operation waited in vain
HOUR, DAY = 3600.0, 86_400.0
DAILY_AFTER = 60 * DAY  # hours of this age are merged into days
MAX_MERGED = 256  # blocks of one transaction: merging takes turns with requests

# What makes each version of the file out of the one before.
_VERSIONS = (
    """
    CREATE TABLE models (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, info TEXT NOT NULL);
    CREATE TABLE blocks (
        id INTEGER PRIMARY KEY AUTOINCREMENT, model INTEGER NOT NULL, level INTEGER NOT NULL,
        start REAL NOT NULL, end REAL NOT NULL, rows INTEGER NOT NULL, counts TEXT NOT NULL
    );
    CREATE INDEX blocks_by_end ON blocks (model, end);
    """,
    """
    CREATE TABLE predictions (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, model INTEGER NOT NULL, request TEXT NOT NULL, row INTEGER NOT NULL,
        scores TEXT NOT NULL, answer TEXT NOT NULL, cells TEXT NOT NULL
    );
    CREATE INDEX predictions_by_request ON predictions (request, row);
    """,
    """
    CREATE TABLE labels (
        prediction INTEGER PRIMARY KEY, model INTEGER NOT NULL, time REAL NOT NULL, labelled REAL NOT NULL,
        scores TEXT NOT NULL, answer TEXT NOT NULL, label TEXT NOT NULL
    );
    CREATE INDEX labels_by_time ON labels (time);
    """,
    """
    CREATE TABLE alerts (
        model TEXT NOT NULL, rule TEXT NOT NULL, state TEXT NOT NULL, since REAL NOT NULL, sent TEXT, PRIMARY KEY (model, rule)
    );
    """,
)
VERSION = len(_VERSIONS)
SERVICE = ""  # the model under which requests are stored


@contextlib.contextmanager
def using_the_store() -> Iterator[None]:
    """HttpProblem (503) when the store cannot be used."""
    try:
        yield
    except sqlite3.Error:
        detail = "The metrics say whether it can be written."
        raise HttpProblem(503, "no_store", "The store of monitoring cannot be used.", detail, headers=((b"retry-after", b"5"),)) from None


class Block(NamedTuple):
    """What was counted of a model from `start` to `end` (seconds since 1970): the number of answered rows, and a record of counts."""

    model: str
    start: float
    end: float
    rows: int
    counts: Counts


class Store:
    """The file of a folder that `open_store` has checked. May be used from any thread. sqlite3.Error when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locked_until = 0.0

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection outside of a transaction."""
        if not self.path.exists():
            try:
                _make(self.path)
            except (OSError, UserError) as error:
                raise sqlite3.OperationalError(str(error)) from error
        with contextlib.closing(_connect(self.path)) as db:
            yield db

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction, which is committed at the end, and rolled back by an error."""
        with self.reading() as db:  # closing it rolls back
            self._begin(db)
            yield db
            db.execute("COMMIT")

    def _begin(self, db: sqlite3.Connection) -> None:
        """Begin a transaction that writes. After one waited for a lock in vain, the next ones wait for a moment alone."""
        waits = time.monotonic() >= self._locked_until
        if not waits:
            db.execute(f"PRAGMA busy_timeout = {1000 * LOCKED_SECONDS:.0f}")
        try:
            db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if waits and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                self._locked_until = time.monotonic() + BUSY_SECONDS
            raise
        self._locked_until = 0.0

    def add(self, blocks: Sequence[Block], infos: Mapping[str, Any]) -> None:
        """Add blocks, all or none; `infos` has what is kept of each model beside its counts, as plain JSON."""
        with self.writing() as db:
            for block in blocks:
                at = model_id(db, block.model, infos.get(block.model, {}))
                _insert(db, None, at, 0, block)

    def blocks(self, models: Sequence[str], since: float, until: float) -> Iterator[Block]:
        """The blocks of some models that end after `since`, up to `until`, in the order of time."""
        marks = ",".join("?" * len(models))
        chosen = f"WHERE models.key IN ({marks}) AND end > ? AND end <= ? ORDER BY end, blocks.id"
        with self.reading() as db:
            for row in db.execute(_SELECT + chosen, (*models, since, until)):
                yield _block(row)

    def newest(self, model: str, rows: int) -> Iterator[Block]:
        """The blocks of a model that were added last, newest first, until they have so many rows."""
        with self.reading() as db:
            for row in db.execute(_SELECT + "WHERE models.key = ? ORDER BY blocks.id DESC", (model,)):
                if rows <= 0:
                    return
                block = _block(row)
                rows -= block.rows
                yield block

    def merge(self, now: float) -> bool:
        """Merge some blocks that are old enough; whether there may be more of them."""
        with self.writing() as db:
            merged = [_merge(db, 0, now - HOUR, HOUR), _merge(db, 1, now - DAILY_AFTER, DAY)]
        return max(merged) == MAX_MERGED

    def drop(self, before: float) -> None:
        """Drop the blocks that ended before a time, and the labels of rows from before it."""
        with self.writing() as db:
            db.execute("DELETE FROM blocks WHERE end < ?", (before,))
            db.execute("DELETE FROM labels WHERE time < ?", (before,))


_SELECT = "SELECT models.key, start, end, rows, counts FROM blocks JOIN models ON models.id = blocks.model "


def model_id(db: sqlite3.Connection, key: str, info: Any) -> int:
    """The number of a model in the store; a new one is added."""
    db.execute("INSERT INTO models (key, info) VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, json.dumps(info)))
    found: int = db.execute("SELECT id FROM models WHERE key = ?", (key,)).fetchone()[0]
    return found


def _insert(db: sqlite3.Connection, id_: int | None, model: int, level: int, block: Block) -> None:
    values = (id_, model, level, block.start, block.end, block.rows, json.dumps(block.counts, separators=(",", ":")))
    db.execute("INSERT INTO blocks (id, model, level, start, end, rows, counts) VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def _block(row: tuple[Any, ...]) -> Block:
    key, start, end, rows, counts = row
    return Block(key, start, end, rows, json.loads(counts))


def _merge(db: sqlite3.Connection, level: int, before: float, size: float) -> int:
    """Merge blocks of a level that ended before a time into those of the next level, one for `size` seconds; how many were merged.

    A merged block takes the place of the last of its parts in the order of insertion, and ends where that ended: so it is in no window
    that its parts were not in.
    """
    select = "SELECT id, model, start, end, rows, counts FROM blocks WHERE level = ? AND "
    slots: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    merged = db.execute(select + "end < ? ORDER BY id LIMIT ?", (level, before, MAX_MERGED)).fetchall()
    for row in merged:
        slots.setdefault((row[1], slot_of(row[2], row[3], size)), []).append(row)
    for (model, slot), rows in slots.items():
        low, high = slot * size, (slot + 1) * size
        found = "model = ? AND (start + end) / 2 >= ? AND (start + end) / 2 < ?"
        rows += db.execute(select + found, (level + 1, model, low, high)).fetchall()
        counts: Counts = {}
        for row in rows:
            counts = added(counts, json.loads(row[5]))
        start, end = max(low, min(row[2] for row in rows)), min(high, max(row[3] for row in rows))
        db.executemany("DELETE FROM blocks WHERE id = ?", [(row[0],) for row in rows])
        _insert(db, max(row[0] for row in rows), model, level + 1, Block("", start, end, sum(row[4] for row in rows), counts))
    return len(merged)


def slot_of(start: float, end: float, size: float) -> int:
    """The number of the hour (the day …) since 1970 that holds the middle of a block."""
    return int((start + end) / 2 // size)


def _connect(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there: SQLite would make one that everyone may read."""
    name = path.absolute().as_posix()
    uri = f"file://{'' if name.startswith('/') else '/'}{quote(os.fsencode(name), safe='/:')}?mode=rw"
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        db.close()
        raise
    return db


def open_store(folder: Path) -> Store:
    """The store of a folder, both made where they are not there. UserError when it cannot be used; nothing is then changed."""
    path = folder / FILE
    try:
        _make(path)
    except (OSError, sqlite3.Error) as error:
        raise UserError(
            msg("The store of monitoring “{path}” cannot be used: {reason}.", path=path, reason=error),
            "Check --monitor-folder; a damaged file can be moved away, and a new one is made.",
        ) from error
    return Store(path)


def _make(path: Path) -> None:
    """Make a store, or bring the one that is there to this version. OSError, sqlite3.Error or UserError when that cannot be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with contextlib.closing(_connect(path)) as db:
        _version(db, path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN IMMEDIATE")  # another process may make it at the same time
        for script in _VERSIONS[_version(db, path) :]:
            for statement in filter(None, map(str.strip, script.split(";"))):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")


def _version(db: sqlite3.Connection, path: Path) -> int:
    """The version of a store, 0 of an empty file. UserError when it is a later one, or the file no store."""
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise UserError(
            msg("The store of monitoring “{path}” was written by a newer version of the service.", path=path),
            "Name another folder with --monitor-folder, or start the newer version.",
        )
    if version == 0 and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise UserError(
            msg("The file “{path}” is no store of monitoring.", path=path),
            "Name another folder with --monitor-folder; this file stays as it is.",
        )
    return version
