"""MariaDB and MySQL through PyMySQL: one statement at a time, in a transaction that can only read, its rows part by part."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from mlops_desktop.catalog.sources._column_builder import PART_ROWS
from mlops_desktop.catalog.sources._server_connection import Account, Refused, Rows

PORT, VARIABLES = 3306, ("MYSQL_PWD",)
_NO_ENTRY, _READ_ONLY = (1045, 1698), 1792
_TABLES = (
    "SELECT table_schema, table_name, table_schema = database() FROM information_schema.tables "
    "WHERE table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY 3 DESC, 1, 2"
)


@contextmanager
def connected(account: Account) -> Iterator[Any]:
    """A connection; `Refused` when the server does not let the user in."""
    import pymysql
    from pymysql.cursors import SSCursor

    try:
        with closing(
            pymysql.connect(
                user=account.user,
                host=account.host,
                port=account.port,
                database=account.database,
                password=account.password,
                ssl=account.context,
                charset="utf8mb4",
                cursorclass=SSCursor,
            )
        ) as connection:
            # The mode of the session holds where a statement ends the transaction before it runs, as those that change tables do.
            _run(connection, "SET SESSION TRANSACTION READ ONLY")
            _run(connection, "START TRANSACTION READ ONLY")
            yield connection
    except pymysql.MySQLError as error:
        code = error.args[0] if error.args else 0
        message = str(error.args[-1] if error.args else error)
        raise Refused(message, no_entry=code in _NO_ENTRY, writes=code == _READ_ONLY) from error


def tables(connection: Any) -> list[tuple[str, str, bool]]:
    """Schema and name of every table and view, and whether the schema is the usual one."""
    return [(schema, name, bool(usual)) for schema, name, usual in _run(connection, _TABLES)]


def quoted(name: str) -> str:
    """A name as the server reads it."""
    return "`" + name.replace("`", "``") + "`"


def rows(connection: Any, statement: str) -> Rows:
    """Run one SELECT: names, and parts of its rows. The connection takes no second statement behind it."""
    cursor = connection.cursor()
    cursor.execute(statement)
    if cursor.description is None:
        raise Refused("the statement gives no rows", no_entry=False, writes=True)

    def parts() -> Iterator[list[Any]]:
        while found := cursor.fetchmany(PART_ROWS):
            yield list(found)
        cursor.close()

    return [str(column[0]) for column in cursor.description], parts()


def _run(connection: Any, statement: str) -> list[Any]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []
