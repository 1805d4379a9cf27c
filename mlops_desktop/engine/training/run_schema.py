"""The tables of `runs.sqlite` by the number of their format, and the sentences of what SQLite refuses."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg

FORMAT = 8
_RUN = (
    "CREATE TABLE IF NOT EXISTS run (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,"
    " record TEXT NOT NULL, UNIQUE (key, id))"
)
_ACCESS = "CREATE TABLE IF NOT EXISTS look (seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, at TEXT NOT NULL, why TEXT NOT NULL)"
UPGRADES = {  # statements by the number of the format before them
    0: (_RUN, _ACCESS),
    1: ("ALTER TABLE look RENAME TO test_access", "CREATE TABLE renamed_run (old TEXT PRIMARY KEY, new TEXT NOT NULL)"),
    2: (),  # labels and reasons may be messages since then: objects where an older program expects texts
    3: (
        "CREATE TABLE test_set (key TEXT PRIMARY KEY, digest TEXT NOT NULL, count INTEGER NOT NULL, hashes BLOB NOT NULL,"
        " target TEXT NOT NULL)",
    ),
    4: ("ALTER TABLE run ADD COLUMN sum TEXT NOT NULL DEFAULT ''",),  # checksums; a run of an older version has none
    5: (  # the run that an access measured: before, the first eight digits of its id were the end of `why`
        "ALTER TABLE test_access ADD COLUMN run TEXT NOT NULL DEFAULT ''",
        "UPDATE test_access SET run = substr(why, -8) WHERE substr(why, -9, 1) = ' ' AND substr(why, -8) NOT GLOB '*[^0-9a-f]*'",
        "CREATE TABLE used_before (key TEXT PRIMARY KEY, among TEXT NOT NULL, share REAL NOT NULL)",
    ),
    6: ("ALTER TABLE test_set ADD COLUMN columns TEXT NOT NULL DEFAULT '[]'",),  # by which its rows are recognised
    7: (  # which result an access made; and what is in a test set under whatever names
        "ALTER TABLE test_access ADD COLUMN measured TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE test_set ADD COLUMN in_order TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE test_set ADD COLUMN by_column TEXT NOT NULL DEFAULT '[]'",
    ),
}


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is no record of runs: damaged, or a database of another program."""
    kind = _kind(error)
    foreign = kind == sqlite3.SQLITE_ERROR and str(error).startswith("no such")
    return foreign or kind in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FORMAT)


def refusal(error: sqlite3.Error, path: Path) -> UserError:
    """The sentence for any other error; the error itself is raised where it is a fault of ours."""
    kind = _kind(error)
    if kind == sqlite3.SQLITE_ERROR:
        raise error
    if kind == sqlite3.SQLITE_FULL:
        return UserError("The run could not be recorded: the disk is full.", "Free some space and try again; the runs before it are kept.")
    if kind == sqlite3.SQLITE_IOERR:
        return UserError("The record of runs could not be read or written: the disk fails or is full.", "Check the disk, then try again.")
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return UserError(
            "The record of runs is in use by another program.", "Close that program, or wait until it has finished, then try again."
        )
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return UserError(
            msg("The record of runs “{path}” cannot be written.", path=path),
            "Ask for the right to read and write there, or move the project.",
        )
    return UserError(msg("The record of runs cannot be used: {error}.", error=error), "Check the disk, then try again.")


def _kind(error: sqlite3.Error) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if code is not None else None
