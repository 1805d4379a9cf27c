"""The query: numbers to the last bit, names and levels that cannot break out, and the databases that it is for."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pg8000.dbapi
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.exporters import sql_query
from mlops_desktop.catalog.exporters._program import program_of, typed_rows
from mlops_desktop.catalog.exporters._sql import DIALECTS, _halfway, literal, quoted, select
from mlops_desktop.catalog.exporters.sql_query import SqlQuery, create_table, scores_of
from mlops_desktop.serving.bundle import open_bundle
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.models.trees import Trees
from mlops_desktop.serving.selftest import compare
from tests.catalog.exporters.programs import SQL_TOO
from tests.catalog.sources.servers import PASSWORD, postgresql
from tests.proof_tools import proof_python, run_json
from tests.serving.conftest import write_bundle


def test_sqlite_reads_every_constant_to_the_last_bit():
    rng = np.random.default_rng(0)
    odd = [0.1, 5e-324, 1e-310, 1.7976931348623157e308, -1 / 3, 2.0**53 + 2, 0.0]
    values = [*rng.normal(size=300), *np.exp(rng.uniform(-300, 300, 300)), *odd]
    with sqlite3.connect(":memory:") as connection:
        found = [connection.execute(f"SELECT {DIALECTS[0].number(float(x))}").fetchone()[0] for x in values]
    connection.close()
    assert found == [float(x) for x in values]


def test_a_threshold_is_where_float32_changes_sides():
    rng = np.random.default_rng(1)
    for threshold in [*rng.normal(0, 100, 50), 0.0, 16777216.0, 1e-40, -1e-40, float(np.float32(0.1))]:
        operator, middle = _halfway(float(threshold))
        for x in (np.nextafter(middle, -np.inf), middle, np.nextafter(middle, np.inf)):
            assert (x <= middle if operator == "<=" else x < middle) == (float(np.float32(x)) <= threshold)
    assert _halfway(3.4028234663852886e38) is None


def test_names_and_levels_are_quoted():
    assert (quoted('a"b'), literal("it's")) == ('"a""b"', "'it''s'")
    text = select(program_of(SQL_TOO["trees with categories"]), DIALECTS[0], 'my "rows"', 'k"ey')
    assert 'FROM "my ""rows"""' in text
    assert '"k""ey"' in text
    assert "'it''s'" in text
    assert len(re.findall(";", text)) == 1


def test_a_deep_tree_is_no_deep_expression(tmp_path):
    """A chain of 60 splits on one number, as deep forests have."""
    count = 60
    tree = Trees(
        link="mean",
        baseline=np.zeros(1),
        splits=np.array([count]),
        feature=np.zeros(count, dtype=np.int64),
        threshold=np.linspace(1.5, -1.5, count).astype(np.float32).astype(np.float64),
        left=np.array([*range(1, count), ~0]),
        right=np.array([~(count - i) for i in range(count)]),
        missing_left=np.zeros(count, dtype=bool),
        values=np.arange(count + 1.0)[:, None],
        levels=np.zeros(18, dtype=np.int64),
        set_starts=np.zeros(1, dtype=np.int64),
        set_codes=np.zeros(0, dtype=np.int64),
    )
    scorer = replace(SQL_TOO["a forest"], node=replace(SQL_TOO["a forest"].node, model=tree))
    bundle = open_bundle(write_bundle(scorer, tmp_path / "core"))
    (tmp_path / "out").mkdir()
    SqlQuery().export(tmp_path / "core", tmp_path / "out", Silent())
    expected = np.array(bundle.golden.scores).reshape(len(bundle.golden.rows), -1)
    assert len(np.unique(expected)) > 20
    assert compare(bundle.scorer, expected, SqlQuery().read_back(tmp_path / "out", bundle).scores).passed


def test_a_forest_that_is_too_large_for_a_query_is_refused_beforehand(monkeypatch):
    monkeypatch.setattr(sql_query, "MOST_SPLITS", 41)
    assert SqlQuery().unsupported(SQL_TOO["a forest"]) == "The trees have 42 splits; a query takes 41 at most."


@pytest.mark.parametrize(
    ("key", "reason"), [("Age", "also an input"), ("Prediction", "a column of the answer"), ("probability_YES", "a column of the answer")]
)
def test_a_key_that_is_another_column_too_is_refused(key, reason, tmp_path):
    core = write_bundle(SQL_TOO["a blend"], tmp_path / "core")
    (tmp_path / "out").mkdir()
    with pytest.raises(UserError, match=reason):
        SqlQuery(key=key).export(core, tmp_path / "out", Silent())
    assert list((tmp_path / "out").iterdir()) == []


def asked_of_sqlite(name, table, key, create=None):
    """The answers of SQLite to the golden rows, and what the application says."""
    program = program_of(SQL_TOO[name])
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(create or create_table(program, table, key))
        values = {"number": 30, "boolean": 1, "text": "Oslo"}
        cells = [7, *(values[column["kind"]] for column in program["columns"])]
        connection.execute(f"INSERT INTO {quoted(table)} VALUES ({', '.join('?' * len(cells))})", cells)
        return connection.execute(select(program, DIALECTS[0], table, key)).fetchall()


@pytest.mark.parametrize(("table", "key"), [("rows", "p0"), ("rows", "f0_0"), ("rows", "s0"), ("Scores", "row_key"), ("features", "b0_0")])
def test_names_inside_the_query_hide_no_name_of_the_table(table, key):
    for name in ("a forest", "a linear model"):
        assert asked_of_sqlite(name, table, key) == asked_of_sqlite(name, "rows", "id")


@pytest.mark.parametrize("absent", ["age", "city", "id"])
def test_a_column_that_is_not_there_is_an_error_and_no_text(absent):
    create = create_table(program_of(SQL_TOO["a linear model"]), "rows", "id").replace(quoted(absent), '"other"')
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        asked_of_sqlite("a linear model", "rows", "id", create)


def test_names_that_differ_in_case_alone_are_refused_with_a_reason(tmp_path):
    bundle = open_bundle(write_bundle(SQL_TOO["a forest"], tmp_path / "core"))
    (tmp_path / "out").mkdir()
    SqlQuery().export(bundle.folder, tmp_path / "out", Silent())
    with pytest.raises(UserError, match="duplicate column"):
        SqlQuery(key="AGE").read_back(tmp_path / "out", bundle)


def test_numbers_that_mean_missing_are_missing():
    scorer = SQL_TOO["a linear model"]
    columns = tuple(replace(one, grammar=Grammar(missing_numbers=(30.0,))) if one.name == "age" else one for one in scorer.schema.columns)
    program = program_of(replace(scorer, schema=replace(scorer.schema, columns=columns)))
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(create_table(program, "rows", "id"))
        connection.executemany("INSERT INTO rows VALUES (?, ?, 1.0, 1, 'Oslo')", [(1, 30), (2, None), (3, 31)])
        first, second, third = connection.execute(select(program, DIALECTS[0], "rows", "id")).fetchall()
    assert first[1:] == second[1:] != third[1:]


@pytest.mark.parametrize(("column", "cell"), [("age", "n/a"), ("age", "30 years"), ("member", b"\x01")])
def test_sqlite_does_not_take_a_text_for_a_number(column, cell):
    """SQLite holds texts in columns of numbers, and its CAST makes numbers of them."""
    program = program_of(SQL_TOO["a linear model"])
    cells = [7, *({"number": 30, "boolean": 1, "text": "Oslo"}[one["kind"]] for one in program["columns"])]
    cells[1 + [one["name"] for one in program["columns"]].index(column)] = cell
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(create_table(program, "rows", "id"))
        connection.execute(f"INSERT INTO rows VALUES ({', '.join('?' * len(cells))})", cells)
        with pytest.raises(sqlite3.OperationalError, match="integer overflow"):
            connection.execute(select(program, DIALECTS[0], "rows", "id")).fetchall()


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    base = tmp_path_factory.mktemp("queries")
    made = {}
    for name, scorer in SQL_TOO.items():
        core = write_bundle(scorer, base / name / "core")
        (base / name / "out").mkdir()
        SqlQuery().export(core, base / name / "out", Silent())
        made[name] = open_bundle(core), base / name / "out"
    return made


def inserted(bundle):
    """The statement that makes the table, and its rows."""
    program = program_of(bundle.scorer)
    rows = [[i, *(row[column["name"]] for column in program["columns"])] for i, row in enumerate(typed_rows(bundle))]
    return create_table(program, "rows", "id"), rows


def assert_same(bundle, answers):
    expected = np.array(bundle.golden.scores).reshape(len(bundle.golden.rows), -1)
    assert compare(bundle.scorer, expected, scores_of(answers, bool(bundle.scorer.classes))).passed


@pytest.mark.proof
@pytest.mark.parametrize("name", list(SQL_TOO))
def test_duckdb_answers_as_the_application(name, exported):
    bundle, folder = exported[name]
    create, rows = inserted(bundle)
    asked = {"create": create, "rows": rows, "query": (folder / "duckdb.sql").read_text(encoding="utf-8")}
    program = (
        "import duckdb, json, sys\na = json.load(sys.stdin)\nc = duckdb.connect()\nc.execute(a['create'])\n"
        "c.executemany('INSERT INTO rows VALUES (' + ', '.join('?' * len(a['rows'][0])) + ')', a['rows'])\n"
        "print(json.dumps(c.execute(a['query']).fetchall()))\n"
    )
    assert_same(bundle, run_json([proof_python(), "-c", program], asked))


@pytest.mark.proof
def test_postgresql_answers_as_the_application(exported):
    assert list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), "install Debian's postgresql"
    with postgresql() as server:
        for bundle, folder in exported.values():
            create, rows = inserted(bundle)
            asked = pg8000.dbapi.connect(user="reader", password=PASSWORD, host="127.0.0.1", port=server.port, database="shop")
            with contextlib.closing(asked) as connection:
                cursor = connection.cursor()
                cursor.execute(create)
                cursor.executemany(f"INSERT INTO rows VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
                cursor.execute((folder / "postgresql.sql").read_text(encoding="utf-8").replace("%", "%%"))
                assert_same(bundle, cursor.fetchall())
                connection.rollback()
