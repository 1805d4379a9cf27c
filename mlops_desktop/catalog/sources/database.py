"""SQL databases of a server by their address: a table, a view or the result of a query, in a transaction that can only read."""

from __future__ import annotations

import getpass
import socket
import ssl
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import flag, listed, text
from mlops_desktop.base.source import Batches, ReadReport, Source, display_name, file_notes, table_batches, without_password
from mlops_desktop.catalog.sources import _mariadb, _postgresql
from mlops_desktop.catalog.sources._column_builder import ColumnBuilder, add_rows
from mlops_desktop.catalog.sources._database_tables import choose_table
from mlops_desktop.catalog.sources._passwords import SERVICE, VARIABLE, find_password, remember_password
from mlops_desktop.catalog.sources._server_connection import Account, Refused, Rows
from mlops_desktop.serving.message import msg

_WAIT = 10.0  # seconds for a server to answer
_KINDS = {"postgresql": _postgresql, "postgres": _postgresql, "mysql": _mariadb, "mariadb": _mariadb}


@dataclass(frozen=True, kw_only=True)
class Database(Source):
    """One table or view of a PostgreSQL, MariaDB or MySQL database, or what a query on it gives."""

    id = "database"
    label = "SQL database"
    help = "Reads a table, a view or the result of a query from PostgreSQL, MariaDB or MySQL; nothing is ever changed there."
    schemes = tuple(_KINDS)
    example = "postgresql://user@host/database"
    has_password = True
    needs = ("pg8000", "pymysql")

    table: str = listed("Table", help="The name of a table or a view, as sale or shop.sale; empty: the only one.")
    query: str = text(
        "", "Query", help="A SELECT statement instead of a table, such as SELECT * FROM a JOIN b USING (id).", grammar="query"
    )
    encrypted: bool = flag(False, "Encrypted connection", help="Demands TLS and a certificate that the system trusts.")

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        settled, address = self.located(location)
        account, kind = _reached(address, settled.encrypted)
        try:
            with kind.connected(account) as connection:
                return {"table": tuple(_tables(connection, kind))}
        except Refused as error:
            raise _refusal(display_name(address, (Database,)), error, "") from error

    def read(self, location: str, job: Job) -> Batches:
        settled, address = self.located(location)
        name = display_name(address, (Database,))
        job.step(0.0, msg("Reading {name}", name=name))
        parts = _parts(address)
        account, kind = _reached(address, settled.encrypted)
        try:
            with kind.connected(account) as connection:
                if parts.password:
                    remember_password(without_password(address), account.password)
                statement, notes = settled._statement(connection, kind, name)
                table, mixed, more = _table(kind.rows(connection, statement), job)
        except Refused as error:
            raise _refusal(name, error, settled.query) from error
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, notes=(*notes, *file_notes(more)), mixed=mixed)

    def _statement(self, connection: Any, kind: ModuleType, name: str) -> tuple[str, list[Evidence]]:
        """What is run, and a note on the table that was chosen."""
        if self.query.strip():
            return self.query.strip().rstrip("; \n"), []
        tables = _tables(connection, kind)
        chosen, notes = choose_table(name, self.table, list(tables))
        return f"SELECT * FROM {'.'.join(map(kind.quoted, tables[chosen]))}", notes


def _tables(connection: Any, kind: ModuleType) -> dict[str, tuple[str, str]]:
    """The tables and views as (schema, name), by the name that a person writes."""
    return {table if usual else f"{schema}.{table}": (schema, table) for schema, table, usual in kind.tables(connection)}


def _reached(address: str, encrypted: bool) -> tuple[Account, ModuleType]:
    """How the server of an address lets in, and the module of its kind. UserError when it does not answer."""
    parts = _parts(address)
    kind = _KINDS[parts.scheme.lower()]
    account = _account(address, parts, kind, encrypted)
    _refuse_unreachable(account)
    return account, kind


def _parts(address: str) -> SplitResult:
    """The parts of an address. UserError when it names no server or no database, or holds what is not understood."""
    remedy = "Write it as postgresql://user@host/database?table=name."
    parts = urlsplit(address)
    try:
        complete = bool(parts.hostname and parts.path.strip("/") and (parts.port is None or parts.port > 0))
    except ValueError:
        complete = False
    if not complete:
        raise UserError("The address of a database names its server and the database.", remedy)
    if parts.query:
        raise UserError(msg("“{query}” in the address of a database is not understood.", query=parts.query), remedy)
    return parts


def _account(address: str, parts: SplitResult, kind: ModuleType, encrypted: bool) -> Account:
    password = unquote(parts.password) if parts.password else find_password(without_password(address), kind.VARIABLES)
    return Account(
        host=str(parts.hostname),
        port=parts.port or kind.PORT,
        database=unquote(parts.path.strip("/")),
        user=unquote(parts.username) if parts.username else getpass.getuser(),
        password=password or "",
        context=ssl.create_default_context() if encrypted else None,
    )


def _refuse_unreachable(account: Account) -> None:
    try:
        socket.create_connection((account.host, account.port), timeout=_WAIT).close()
    except OSError as error:
        raise UserError(
            msg("No database server answers at {host}, port {port}.", host=account.host, port=account.port),
            "Check the address, and that the server runs.",
        ) from error


def _table(rows: Rows, job: Job) -> tuple[Any, dict[int, tuple[str, ...]], list[str]]:
    """The rows of a statement, as `ColumnBuilder.finish` gives them."""
    builder = ColumnBuilder()
    names, parts = rows
    add_rows(builder, [], names)
    for part in parts:
        add_rows(builder, part, names)
        job.step(min(0.1 + builder.rows / 1e6, 0.9))
    return builder.finish()


def _refusal(name: str, error: Refused, query: str) -> UserError:
    """What a server refused, as a sentence with its own reason."""
    if error.no_entry:
        return UserError(
            msg("“{name}” does not let this user in: {reason}.", name=name, reason=error.reason),
            msg(
                "Put the password into the environment variable {variable} or into the keyring of the system (service {service}).",
                variable=VARIABLE,
                service=SERVICE,
            ),
        )
    if error.writes:
        return UserError("A query may only read.", "Write one SELECT statement.")
    remedy = "Correct the query: it is one SELECT statement." if query.strip() else "Check the address and the rights."
    return UserError(msg("“{name}” refused: {reason}.", name=name, reason=error.reason), remedy)
