"""PostgreSQL through pg8000: one statement at a time, in a transaction that can only read, its rows part by part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from mlops_desktop.catalog.sources._column_builder import PART_ROWS
from mlops_desktop.catalog.sources._server_connection import Account, Refused, Rows

PORT, VARIABLES = 5432, ("PGPASSWORD",)
_NO_ENTRY, _READ_ONLY = ("28P01", "28000"), "25006"
_TABLES = (
    "SELECT table_schema, table_name, table_schema = current_schema() FROM information_schema.tables "
    "WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 3 DESC, 1, 2"
)


@contextmanager
def connected(account: Account) -> Iterator[Any]:
    """A connection; `Refused` when the server does not let the user in."""
    import pg8000.dbapi
    from pg8000.exceptions import DatabaseError, InterfaceError

    try:
        with closing(
            pg8000.dbapi.connect(
                account.user,
                host=account.host,
                port=account.port,
                database=account.database,
                password=account.password,
                ssl_context=account.context,
            )
        ) as connection:
            connection.autocommit = True  # so that no other transaction is begun than the one below
            connection.execute_simple("BEGIN READ ONLY")
            yield connection
    except (DatabaseError, InterfaceError) as error:
        raise _refused(error) from error


def tables(connection: Any) -> list[tuple[str, str, bool]]:
    """Schema and name of every table and view, and whether the schema is the usual one."""
    return [tuple(row) for row in connection.execute_simple(_TABLES).rows]


def quoted(name: str) -> str:
    """A name as the server reads it."""
    return '"' + name.replace('"', '""') + '"'


def rows(connection: Any, statement: str) -> Rows:
    """Run one SELECT: names, and parts of its rows. Each is prepared, so that a second statement behind it is refused by the server."""
    connection.execute_unnamed(f"DECLARE mlops_desktop NO SCROLL CURSOR FOR {statement}")
    fetch = f"FETCH FORWARD {PART_ROWS} FROM mlops_desktop"
    part = connection.execute_simple(fetch)

    def parts() -> Iterator[list[Any]]:
        found = part.rows
        while found:
            yield found
            found = connection.execute_simple(fetch).rows

    return [str(column["name"]) for column in part.columns], parts()


def _refused(error: Exception) -> Refused:
    fields = error.args[0] if error.args and isinstance(error.args[0], dict) else {"M": str(error)}
    code, message = fields.get("C", ""), str(fields.get("M", ""))
    return Refused(message, no_entry=code in _NO_ENTRY, writes=code == _READ_ONLY)
