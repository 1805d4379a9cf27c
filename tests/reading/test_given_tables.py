"""Tables of other people are read rightly by the program, the command line, and the code of a bundle and its service."""

from __future__ import annotations

import json

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from tests.in_process import run_command
from tests.reading.given_tables import FOLDER, REASON, GivenTable, columns_of, given_tables
from tests.reading.table_case import doubts_text, notes_text
from tests.reading.test_bundle_reading import assert_read_alike

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=REASON)
TABLES = given_tables()
SMALL = {name: one for name, one in TABLES.items() if name.startswith("cases/")}
LARGE = {name: one for name, one in TABLES.items() if name not in SMALL}
TEXTS = (".csv", ".tsv", ".dat")


@pytest.mark.parametrize("given", SMALL.values(), ids=SMALL)
def test_a_small_table_is_read(given):
    check(given)


@pytest.mark.proof
@pytest.mark.parametrize("given", LARGE.values(), ids=LARGE)
def test_a_large_table_is_read(given):
    check(given)


def check(given: GivenTable) -> None:
    """AssertionError unless a table is read as it should be, and a text alike by a bundle."""
    cells = load_cells(given.path, None, Silent())[1]
    table = type_cells(cells, {}, Silent())
    missing = sum(table.missing(column.name) for column in table.schema.columns)
    found = GivenTable(given.file, cells.rows, columns_of(table), missing, notes_text(cells), doubts_text(table))
    assert found == given
    if given.path.suffix in TEXTS:
        assert_read_alike(given.path, table.schema)


@pytest.mark.proof
@pytest.mark.parametrize("given", TABLES.values(), ids=TABLES)
def test_the_command_line_reads_the_same(given):
    done = run_command("profile", given.path, "--json")
    assert done.returncode == 0, done.stderr
    profile = json.loads(done.stdout)
    assert profile["rows"] == given.rows
    if " | " in given.columns:
        names = [f"{column['name']} {column['type']}" for column in profile["columns"]]
        assert all(column.startswith(name) for column, name in zip(given.columns.split(" | "), names, strict=True))
