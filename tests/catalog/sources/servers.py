"""Real database servers that tests start in a folder of their own: PostgreSQL and MariaDB from the system's packages."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PASSWORD = "se-cret:1"


@dataclass(frozen=True)
class Server:
    """Where a server listens."""

    scheme: str
    port: int

    def address(self, password: str = "", database: str = "shop") -> str:
        """The address of a database on it, as the user `reader`."""
        return f"{self.scheme}://reader{password and ':'}{password}@127.0.0.1:{self.port}/{database}"


def _program(name: str) -> str:
    """The path of a server's program. Skips where it is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(debian[0]) if debian else shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        pytest.skip(f"{name} is not installed: apt-get install postgresql mariadb-server-core")
    return found


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def _running(command: list[str], port: int, folder: Path, user: str | None) -> Iterator[None]:
    """A server's process; it is there once its port answers."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, user=user, cwd=folder)
    try:
        for _ in range(300):
            if process.poll() is not None:
                raise AssertionError((folder / "server.log").read_text(errors="replace")[-2000:])
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def _folder(user: str | None) -> Iterator[Path]:
    """A short path: sockets have names of about a hundred letters."""
    with tempfile.TemporaryDirectory(prefix="db-", dir="/tmp") as name:
        if user:
            os.chown(name, pwd.getpwnam(user).pw_uid, -1)
        yield Path(name)


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server that wants passwords, with an empty database `shop` of the user `reader`."""
    initdb, postgres = _program("initdb"), _program("postgres")
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
    with _folder(user) as folder:
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o644)
        data = str(folder / "data")
        command = [
            initdb,
            "-D",
            data,
            "-U",
            "reader",
            "-A",
            "scram-sha-256",
            "--pwfile",
            str(folder / "password"),
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(
            [*command, "--no-sync"], check=True, capture_output=True, user=user, cwd=folder, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
        port = _free_port()
        options = ["-p", str(port), "-k", str(folder), "-h", "127.0.0.1", "-c", "fsync=off"]
        with _running([postgres, "-D", data, *options], port, folder, user):
            server = Server("postgresql", port)
            _execute(server, "CREATE DATABASE shop", database="postgres")
            yield server


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB server that wants passwords, with an empty database `shop` of the user `reader`."""
    install, server_program = _program("mariadb-install-db"), _program("mariadbd")
    user = "root" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with _folder(None) as folder:
        data = folder / "data"
        subprocess.run(
            [install, "--no-defaults", f"--datadir={data}", f"--user={user}", "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        (folder / "start.sql").write_text(
            "CREATE DATABASE shop CHARACTER SET utf8mb4;\n"
            f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON shop.* TO reader@'127.0.0.1';\n"
        )
        port = _free_port()
        options = [f"--datadir={data}", f"--user={user}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}"]
        options += [f"--init-file={folder / 'start.sql'}", "--skip-name-resolve=1", f"--pid-file={folder / 'pid'}"]
        with _running([server_program, "--no-defaults", *options], port, folder, None):
            yield Server("mariadb", port)


def execute(server: Server, *statements: str) -> None:
    """Run statements in the database `shop`, as a program that may write."""
    for statement in statements:
        _execute(server, statement)


def _execute(server: Server, statement: str, database: str = "shop") -> None:
    for _ in range(100):
        with contextlib.suppress(ConnectionError, _NotYet):
            _once(server, statement, database)
            return
        time.sleep(0.1)
    raise AssertionError("the server does not take statements")


class _NotYet(Exception):
    """The server is still starting."""


def _once(server: Server, statement: str, database: str) -> None:
    if server.scheme == "postgresql":
        import pg8000.dbapi

        try:
            connection = pg8000.dbapi.connect("reader", host="127.0.0.1", port=server.port, password=PASSWORD, database=database)
        except pg8000.dbapi.DatabaseError as error:
            if "57P03" in str(error):  # its port answers before it is ready
                raise _NotYet from error
            raise
        connection.autocommit = True
    else:
        import pymysql

        try:
            connection = pymysql.connect(
                host="127.0.0.1", port=server.port, user="reader", password=PASSWORD, database=database, autocommit=True
            )
        except pymysql.OperationalError as error:
            raise _NotYet from error
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
    finally:
        connection.close()
