"""SQLite files: a table or a query, and nothing but reading."""

from __future__ import annotations

import sqlite3

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import load_cells

SQLITE = choices().sources["sqlite"]


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.executescript(
            """CREATE TABLE item (id INTEGER, name TEXT); INSERT INTO item VALUES (1, 'a'), (2, 'b'), (3, 'c');
            CREATE TABLE sale (item INTEGER, n INTEGER); INSERT INTO sale VALUES (1, 5), (1, 6), (3, 7);
            CREATE VIEW doubled AS SELECT id * 2 AS twice FROM item;"""
        )
    database.close()
    return path


def rows(path, **params):
    return load_cells(path, SQLITE(**params), Silent())[1].table.to_pylist()


def test_a_table_or_a_view_by_name_whatever_its_case(shop):
    assert rows(shop, table="SALE")[0] == {"item": 1, "n": 5}
    assert rows(shop, table="doubled") == [{"twice": 2}, {"twice": 4}, {"twice": 6}]
    with pytest.raises(UserError, match="no table “nope”") as caught:
        rows(shop, table="nope")
    assert "“item”, “sale”" in str(caught.value.remedy)


def test_a_query(shop):
    query = "SELECT name, sum(n) AS total FROM item JOIN sale ON item.id = sale.item GROUP BY name ORDER BY name"
    assert rows(shop, query=query) == [{"name": "a", "total": 11}, {"name": "c", "total": 7}]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM item",
        "INSERT INTO item VALUES (4, 'd')",
        "DROP TABLE item",
        "ATTACH 'other.db' AS other",
        "SELECT load_extension('code')",
        "PRAGMA journal_mode = WAL",
        "VACUUM INTO 'copy.db'",
        "SELECT 1; DELETE FROM item",
        "SELEC 1",
        "SELECT * FROM nowhere",
        "-- nothing",
    ],
)
def test_a_query_can_only_read(shop, query):
    before = shop.read_bytes()
    with pytest.raises(UserError) as caught:
        rows(shop, query=query)
    assert caught.value.message.endswith(".")
    assert shop.read_bytes() == before
    assert [path.name for path in shop.parent.iterdir()] == ["shop.db"]


def test_texts_of_old_programs_are_no_utf8(tmp_path):
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as database:
        database.executescript("CREATE TABLE a (x, y); INSERT INTO a VALUES (CAST(X'C470' AS TEXT), 1);")
    database.close()
    assert rows(path) == [{"x": "Äp", "y": 1}]


def test_declared_booleans_are_booleans_unless_they_hold_other_numbers(tmp_path):
    path = tmp_path / "flags.db"
    with sqlite3.connect(path) as database:
        database.executescript("CREATE TABLE a (x BOOLEAN, y bool, z INTEGER); INSERT INTO a VALUES (1, 2, 1), (0, 0, 0), (NULL, 1, 1);")
    database.close()
    assert rows(path) == [{"x": True, "y": 2, "z": 1}, {"x": False, "y": 0, "z": 0}, {"x": None, "y": 1, "z": 1}]
