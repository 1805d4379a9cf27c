"""Databases of servers: what is read, and that nothing but reading is done; against real PostgreSQL and MariaDB servers."""

from __future__ import annotations

import datetime

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _column_builder, _mariadb, _passwords, _postgresql
from mlops_desktop.catalog.sources._passwords import VARIABLE
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.importing import import_cells, last_import
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.project import Project
from tests.catalog.sources.servers import PASSWORD, execute, mariadb, postgresql

DATABASE = choices().sources["database"]
WRITING = (
    "DELETE FROM item",
    "UPDATE item SET id = 3",
    "INSERT INTO item (id) VALUES (9)",
    "DROP TABLE item",
    "CREATE TABLE other (a INTEGER)",
    "SELECT 1; DELETE FROM item",
    "SELECT 1; COMMIT; DELETE FROM item",
    "SET TRANSACTION READ WRITE",
    "COMMIT",
    "SELEC 1",
)


@pytest.fixture(scope="module", params=[postgresql, mariadb])
def server(request):
    pytest.importorskip("pg8000")
    pytest.importorskip("pymysql")
    with request.param() as started:
        execute(
            started,
            "CREATE TABLE item (id INTEGER, name VARCHAR(20), price NUMERIC(8,2), added DATE, seen TIMESTAMP NULL, big NUMERIC(20))",
            "INSERT INTO item VALUES (1, 'Äpfel', 1.50, '2024-01-02', '2024-01-02 03:04:05', 12345678901234567890)",
            "INSERT INTO item (id, price, big) VALUES (2, 2, 1)",
            "CREATE VIEW doubled AS SELECT id * 2 AS twice FROM item",
        )
        yield started


def rows(address, **params):
    return load_cells(address, DATABASE(**params), Silent())[1].table.to_pylist()


@pytest.mark.proof
def test_a_table_with_its_types(server, monkeypatch):
    monkeypatch.setattr(_column_builder, "PART_ROWS", 1)
    for kind in (_postgresql, _mariadb):
        monkeypatch.setattr(kind, "PART_ROWS", 1)
    assert rows(server.address(PASSWORD) + "?table=item") == [
        {
            "id": 1,
            "name": "Äpfel",
            "price": 1.5,
            "added": datetime.date(2024, 1, 2),
            "seen": datetime.datetime(2024, 1, 2, 3, 4, 5),
            "big": "12345678901234567890",
        },
        {"id": 2, "name": None, "price": 2.0, "added": None, "seen": None, "big": "1"},
    ]


@pytest.mark.proof
def test_a_view_a_query_and_a_choice(server):
    address = server.address(PASSWORD)
    assert rows(address, table="doubled") == [{"twice": 2}, {"twice": 4}]
    assert rows(address, query="SELECT name, ':a%s' AS odd FROM item WHERE name LIKE '%pf%';") == [{"name": "Äpfel", "odd": ":a%s"}]
    assert rows(address, query="SELECT id FROM item WHERE id = 7 UNION ALL SELECT 1") == [{"id": 1}]
    for params in ({}, {"table": "nope"}):
        with pytest.raises(UserError) as caught:
            rows(address, **params)
        assert "“doubled”, “item”" in str(caught.value.remedy)


@pytest.mark.proof
@pytest.mark.parametrize("query", WRITING)
def test_a_query_can_only_read(server, query):
    with pytest.raises(UserError) as caught:
        rows(server.address(PASSWORD), query=query)
    assert caught.value.message.endswith(".")
    assert PASSWORD not in str(caught.value)
    assert [row["id"] for row in rows(server.address(PASSWORD), table="item")] == [1, 2]
    with pytest.raises(UserError, match="no table"):
        rows(server.address(PASSWORD), table="other")


@pytest.mark.proof
def test_passwords_come_from_the_environment_and_stay_out_of_the_project(server, tmp_path, monkeypatch):
    monkeypatch.setattr(_passwords, "_given", {})
    for name in (VARIABLE, "PGPASSWORD", "MYSQL_PWD"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UserError, match="does not let this user in") as caught:
        rows(server.address(), table="item")
    assert VARIABLE in str(caught.value.remedy)
    with pytest.raises(UserError, match="does not let this user in"):
        rows(server.address("wrong"), table="item")
    found = import_cells(tmp_path, server.address(PASSWORD) + "?table=item", Project(), Silent()).project
    assert found.source == DATABASE(table="item")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and PASSWORD.encode() in path.read_bytes()]
    again = last_import(tmp_path)[0]
    assert len(rows(again, table="item")) == 2, "the process knows the password"
    _passwords._given.clear()
    assert again == server.address()
    for name in (VARIABLE, "PGPASSWORD" if server.scheme == "postgresql" else "MYSQL_PWD"):
        monkeypatch.setenv(name, PASSWORD)
        assert len(rows(again, table="item")) == 2
        monkeypatch.delenv(name)


@pytest.mark.proof
def test_a_connection_that_must_be_encrypted_is_never_plain(server):
    with pytest.raises(UserError, match="SSL"):
        rows(server.address(PASSWORD), table="item", encrypted=True)


def test_passwords_come_from_the_keyring(monkeypatch):
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    from mlops_desktop.catalog.sources._passwords import find_password

    class Memory(KeyringBackend):
        priority = 1
        entries = {("mlops-desktop", "mariadb://me@here/shop"): "found"}  # noqa: RUF012

        def get_password(self, service, username):
            return self.entries.get((service, username))

        def set_password(self, service, username, password):
            raise NotImplementedError

    before = keyring.get_keyring()
    monkeypatch.delenv(VARIABLE, raising=False)
    try:
        keyring.set_keyring(Memory())
        assert find_password("mariadb://me@here/shop", ()) == "found"
        assert find_password("mariadb://me@there/shop", ()) is None
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("address", "match"),
    [
        ("postgresql://127.0.0.1:1/shop", "No database server answers at 127.0.0.1, port 1"),
        ("mysql://no-such-host.invalid/shop", "No database server answers"),
        ("postgresql:shop", "names its server and the database"),
        ("postgresql://here", "names its server and the database"),
        ("postgresql://here:port/shop", "names its server and the database"),
        ("postgresql://here/shop?colour=red", "“colour=red” in the address"),
    ],
)
def test_an_address_that_leads_nowhere(address, match):
    with pytest.raises(UserError, match=match) as caught:
        rows(address)
    assert str(caught.value.remedy).endswith(".")
