"""Which locations a source opens, how they are named to a person, and batches of bounded size."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest

from mlops_desktop.base import source
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import choice, flag, text
from mlops_desktop.base.source import Source, display_name, is_address, table_batches, without_password


class Files(Source):
    id = "files"
    suffixes = (".csv", ".txt")


@dataclass(frozen=True, kw_only=True)
class Database(Source):
    id = "database"
    label = "Database"
    schemes = ("sqlite",)

    table: str = text("", "Table")
    whole: bool = flag(False, "Whole")
    kind: str = choice("a", {"a": "A", "b": "B"}, "Kind")

    def read(self, location, job):
        raise AssertionError


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


def test_an_address_is_kept_without_its_password():
    assert without_password("sqlite://me:secret@here:1/shop?table=a") == "sqlite://me@here:1/shop?table=a"
    assert without_password("sqlite:shop.db") == "sqlite:shop.db"


def test_parameters_stand_in_the_query_of_an_address():
    source, rest = Database().located("sqlite://here/shop?table=a%20b&whole=true&mode=ro")
    assert (source, rest) == (Database(table="a b", whole=True), "sqlite://here/shop?mode=ro")
    assert Database().located("sales?table=a.csv") == (Database(), "sales?table=a.csv")
    with pytest.raises(UserError, match="Kind"):
        Database().located("sqlite:x?kind=c")


def test_the_longer_ending_takes_precedence():
    assert (Files.matching("a.csv"), Files.matching("a.txt.csv"), Files.matching("a.gz"), Database.matching("sqlite:a")) == (4, 4, 0, 8)


def test_batches_are_bounded_by_rows_and_by_bytes_and_never_none(monkeypatch):
    table = pa.table({"a": list(range(100))})
    monkeypatch.setattr(source, "BATCH_ROWS", 30)
    assert [one.num_rows for one in table_batches(table)] == [30, 30, 30, 10]
    monkeypatch.setattr(source, "BATCH_BYTES", 80)
    assert max(one.num_rows for one in table_batches(table)) == 10
    (empty,) = table_batches(table.slice(0, 0))
    assert (empty.num_rows, empty.schema) == (0, table.schema)
