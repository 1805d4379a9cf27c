"""SQLite files: a table, a view or the result of a query; opened for reading alone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import listed, text
from mlops_desktop.base.source import Batches, ReadReport, Source, address_path, file_notes, table_batches
from mlops_desktop.catalog.sources._database_tables import choose_table, cursor_table
from mlops_desktop.serving.message import msg

_LISTED = (
    "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name"
)
_LONGEST_WAIT = 60.0  # seconds in which a view or a query must give a further row
_LONGEST_COUNT = 3.0  # seconds in which the rows of a view are counted
_STEPS = 100_000  # of SQLite's machine, some milliseconds
_FEWEST_ROWS = 1_000_000  # that any view may give
# What a query may do: read. It may neither open other files (ATTACH), nor change anything, nor load code.
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_SPATIAL = ("gpkg_", "rtree_", "idx_", "geometry_columns", "spatial_ref_sys")  # tables of bookkeeping in GeoPackage files


@dataclass(frozen=True, kw_only=True)
class SqliteFile(Source):
    """One table or view of an SQLite database, or what a query on it gives."""

    id = "sqlite"
    label = "SQLite database"
    help = "Reads a table, a view or the result of a query; the file is never changed."
    suffixes = (".sqlite", ".sqlite3", ".db", ".db3", ".s3db", ".sl3", ".gpkg")
    schemes = ("sqlite",)

    table: str = listed("Table", help="The name of a table or a view; empty: the table with the most rows.")
    query: str = text(
        "", "Query", help="A SELECT statement instead of a table, such as SELECT * FROM a JOIN b USING (id).", grammar="query"
    )

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        with _opened(_path(self.located(location)[1])) as database:
            return {"table": tuple(_names(database))}

    def read(self, location: str, job: Job) -> Batches:
        settled, place = self.located(location)
        path = _path(place)
        job.step(0.0, msg("Reading {path}", path=path.name))
        with _opened(path) as database:
            query = settled.query.strip()
            if query:
                statement, notes, flags = query, list[Evidence](), set[str]()
            else:
                chosen, notes = choose_table(path.name, settled.table, _names(database), lambda name: _rows(database, name))
                statement, flags = f"SELECT * FROM {_quoted(chosen)}", _declared_booleans(database, chosen)
            _stop_after(database, _LONGEST_WAIT)
            try:
                with closing(database.execute(statement)) as cursor:
                    if cursor.description is None:
                        raise UserError("The query gives no rows.", "Write a query that begins with SELECT.")
                    table, mixed, more = cursor_table(_Bounded(database, cursor, path), job)
            except (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.Warning) as error:
                if _is_stopped(error):
                    raise _endless() from error
                if not query:
                    raise
                raise UserError(msg("The query cannot be run: {reason}.", reason=error), "Correct the query, or leave it empty.") from error
        table = _with_booleans(table, flags)
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, notes=(*notes, *file_notes(more)), mixed=mixed)


def _path(place: str) -> Path:
    """The file of a path or of an address: `sqlite:shop.db`, `sqlite:///data/shop.db`, and SQLAlchemy's `sqlite:///shop.db`."""
    if not place.lower().startswith("sqlite:"):
        return Path(place)
    rest = address_path(place)
    if rest.startswith("///"):
        whole, relative = Path(rest[2:]), Path(rest[3:])
        return relative if not whole.exists() and relative.exists() else whole
    return Path(rest)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database for reading alone. UserError when it is damaged, locked with a password, or when a query wants more than to read."""
    path.stat()  # an absent file is an error of its own
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)) as database:
            database.text_factory = _text
            database.execute("PRAGMA trusted_schema = OFF")  # views run no function that has effects
            database.execute("PRAGMA query_only = ON")
            database.set_authorizer(_authorize)
            yield database
    except sqlite3.DatabaseError as error:
        if "authoriz" in str(error) or "prohibited" in str(error):
            raise UserError("A query may only read.", "Write one SELECT statement.") from error
        if "locked" in str(error) or "busy" in str(error):
            raise UserError(msg("Another program is writing to “{path}”.", path=path.name), "Try again once it is done.") from error
        raise UserError(
            msg("“{path}” is not an SQLite database, is locked with a password, or is damaged.", path=path.name),
            "Choose another file, or export its table as CSV.",
        ) from error


def _authorize(action: int, first: str | None, second: str | None, *_: Any) -> int:
    loads = action == sqlite3.SQLITE_FUNCTION and str(second).lower() == "load_extension"
    return sqlite3.SQLITE_OK if action in _ALLOWED and not loads else sqlite3.SQLITE_DENY


def _text(data: bytes) -> str:
    """A text of the database; bytes that are not UTF-8 are read as Western European, as old programs wrote them."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _names(database: sqlite3.Connection) -> list[str]:
    """The tables, then the views."""
    return list(_kinds(database))


def _kinds(database: sqlite3.Connection) -> dict[str, str]:
    return {name: kind for name, kind in database.execute(_LISTED) if not name.lower().startswith(_SPATIAL)}


def _rows(database: sqlite3.Connection, name: str) -> int:
    """The rows of a table. A view, which may never end, is not counted beside tables, and has no rows when counting them takes long."""
    kinds = _kinds(database)
    if kinds[name] == "view" and "table" in kinds.values():
        return -1
    _stop_after(database, _LONGEST_COUNT if kinds[name] == "view" else None)
    try:
        return int(database.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0])
    except sqlite3.OperationalError as error:
        if not _is_stopped(error):
            raise
        return -1
    finally:
        _stop_after(database, None)


def _stop_after(database: sqlite3.Connection, seconds: float | None) -> None:
    """Interrupt what the database does from now on when it takes longer; None: never."""
    end = time.monotonic() + (seconds or 0.0)
    database.set_progress_handler(None if seconds is None else lambda: time.monotonic() > end, _STEPS)


def _is_stopped(error: Exception) -> bool:
    return "interrupted" in str(error)


class _Bounded:
    """A cursor whose rows are not endless: each part must come in time, and there are not more rows than the file has bytes."""

    def __init__(self, database: sqlite3.Connection, cursor: sqlite3.Cursor, path: Path) -> None:
        self.description = cursor.description
        self._database, self._cursor = database, cursor
        log = path.with_name(f"{path.name}-wal")
        self._left = max(_FEWEST_ROWS, path.stat().st_size + (log.stat().st_size if log.exists() else 0))

    def fetchmany(self, size: int) -> list[Any]:
        """The next rows. UserError when there are too many; interrupted when they take too long."""
        _stop_after(self._database, _LONGEST_WAIT)
        rows = self._cursor.fetchmany(size)
        self._left -= len(rows)
        if self._left < 0:
            raise _endless()
        return rows


def _endless() -> UserError:
    return UserError("The view or the query gives rows without an end, or takes too long.", "Choose a table, or a query with a LIMIT.")


def _declared_booleans(database: sqlite3.Connection, table: str) -> set[str]:
    """The columns that a table declares as BOOLEAN; SQLite itself stores them as 0 and 1."""
    database.set_authorizer(None)
    columns = database.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    database.set_authorizer(_authorize)
    return {str(name) for _, name, kind, *_ in columns if str(kind).upper().startswith("BOOL")}


def _with_booleans(table: Any, names: set[str]) -> Any:
    """The table with these columns as booleans where they hold nothing but 0 and 1."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if (
            field.name in names
            and pa.types.is_int64(field.type)
            and pc.all(pc.is_in(table.column(at).drop_null(), pa.array([0, 1]))).as_py()
        ):
            table = table.set_column(at, field.name, table.column(at).cast(pa.bool_()))
    return table


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
