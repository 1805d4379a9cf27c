"""Which locations a source opens, how they are named to a person, and batches of bounded size."""

from __future__ import annotations

import pyarrow as pa
import pytest

from mlops_desktop.base import source
from mlops_desktop.base.source import Source, display_name, is_address, table_batches


class Files(Source):
    id = "files"
    suffixes = (".csv", ".txt")


class Database(Source):
    id = "database"
    schemes = ("sqlite",)


@pytest.mark.parametrize(
    ("location", "files", "database"),
    [
        ("/a/b.csv", True, False),
        ("B.CSV", True, False),
        ("C:\\sales.txt", True, False),
        ("sqlite:///shop.db", False, True),
        ("SQLITE:x", False, True),
        ("a/sqlite:b.txt", True, False),
        ("http://x/y", False, False),
    ],
)
def test_what_a_source_opens(location, files, database):
    assert (Files.opens(location), Database.opens(location)) == (files, database)
    assert is_address(location, (Files, Database)) is database


def test_an_address_is_named_without_user_and_password():
    assert display_name("/a/b.csv", (Files, Database)) == "b.csv"
    assert display_name("sqlite://me:secret@here/shop", (Files, Database)) == "sqlite://here/shop"


def test_batches_are_bounded_by_rows_and_by_bytes_and_never_none(monkeypatch):
    table = pa.table({"a": list(range(100))})
    monkeypatch.setattr(source, "BATCH_ROWS", 30)
    assert [one.num_rows for one in table_batches(table)] == [30, 30, 30, 10]
    monkeypatch.setattr(source, "BATCH_BYTES", 80)
    assert max(one.num_rows for one in table_batches(table)) == 10
    (empty,) = table_batches(table.slice(0, 0))
    assert (empty.num_rows, empty.schema) == (0, table.schema)
