"""The model as one SELECT for SQLite, DuckDB and PostgreSQL: it answers the rows of a table where they are."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Exporter, ReadBack
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import text
from mlops_desktop.catalog.exporters._documents import markdown_line
from mlops_desktop.catalog.exporters._program import program_of, refusal, typed_rows
from mlops_desktop.catalog.exporters._service_files import copy_licences, write_text
from mlops_desktop.catalog.exporters._sql import DIALECTS, answer_columns, quoted, select
from mlops_desktop.catalog.exporters._standalone import refused, write_golden, write_readme
from mlops_desktop.serving.bundle import Bundle, open_bundle
from mlops_desktop.serving.frame import Floats
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.models.neighbours import Neighbours
from mlops_desktop.serving.models.neural_net import NeuralNet
from mlops_desktop.serving.models.trees import Trees
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.serving.transforms.date_parts import DateParts
from mlops_desktop.serving.transforms.tf_idf import TfIdf

MOST_SPLITS = 30_000  # about 10 MB of SQL


@dataclass(frozen=True, kw_only=True)
class SqlQuery(Exporter):
    """Writes the query in each of `DIALECTS`. It is read back with the SQLite of this machine's Python."""

    id: ClassVar[str] = "sql_query"
    label: ClassVar[str] = "SQL query"
    help: ClassVar[str] = "One SELECT that answers the rows of a table, for SQLite, DuckDB and PostgreSQL. For trees and linear models."
    keeps_settings: ClassVar[bool] = False
    writes: ClassVar[tuple[tuple[str, str], ...]] = (
        ("sqlite.sql, duckdb.sql, postgresql.sql", msg("the query for each of these databases")),
        ("golden.json", msg("made-up rows with their answers, for the self-test")),
        ("README.md", msg("how to call it")),
        ("LICENSE, NOTICE", msg("the licence of the code")),
    )

    table: str = text("rows", "Table", help="The table with the columns of the training data.", required=True)
    key: str = text("id", "Key column", help="The column by which a row of the answer is found again.", required=True)

    def unsupported(self, scorer: Scorer) -> str:
        splits = sum(len(model.feature) for model in scorer.node.models() if isinstance(model, Trees))
        if splits > MOST_SPLITS:
            return msg("The trees have {splits:,} splits; a query takes {most:,} at most.", splits=splits, most=MOST_SPLITS)
        return refusal(scorer, (DateParts, Neighbours, NeuralNet, TfIdf))

    def export(self, bundle: Path, target: Path, job: Job) -> None:
        job.step(0.0, "Checking the model")
        opened = open_bundle(bundle)
        program = program_of(opened.scorer)
        key = self.key.casefold()  # databases take names that differ in case alone for the same
        if key in [column["name"].casefold() for column in program["columns"]]:
            raise UserError(msg("The key column “{key}” is also an input of the model.", key=self.key), "Name another key column.")
        if key in map(str.casefold, answer_columns(program)):
            raise UserError(msg("The key column “{key}” is also a column of the answer.", key=self.key), "Name another key column.")
        for number, dialect in enumerate(DIALECTS):
            job.step((number + 1) / 5, "Writing the query")
            write_text(target / f"{dialect.name}.sql", _HEAD + select(program, dialect, self.table, self.key))
        write_golden(target, opened)
        write_readme(target, opened, _USE.format(table=markdown_line(quoted(self.table)), columns=_columns(program)))
        copy_licences(target)
        job.step(1.0)

    def read_back(self, target: Path, bundle: Bundle) -> ReadBack | None:
        program = program_of(bundle.scorer)
        with sqlite3.connect(":memory:") as connection:
            try:
                connection.execute("SELECT EXP(1.0)")
            except sqlite3.OperationalError:  # built without mathematical functions
                return None
            names = [column["name"] for column in program["columns"]]
            listed = [(number, *(row[name] for name in names)) for number, row in enumerate(typed_rows(bundle))]
            try:
                connection.execute(create_table(program, self.table, self.key))
                connection.executemany(f"INSERT INTO {quoted(self.table)} VALUES ({', '.join('?' * (len(names) + 1))})", listed)
                answers = connection.execute((target / "sqlite.sql").read_text(encoding="utf-8")).fetchall()
            except sqlite3.Error as error:
                raise refused(str(error)) from error
        connection.close()
        return ReadBack(f"SQLite {sqlite3.sqlite_version}", scores_of(answers, bool(program["classes"])))


def create_table(program: dict[str, Any], table: str, key: str) -> str:
    """A statement that makes a table with the key and the columns of the input."""
    types = {"text": "TEXT"}
    columns = [f"{quoted(column['name'])} {types.get(column['kind'], 'DOUBLE PRECISION')}" for column in program["columns"]]
    return f"CREATE TABLE {quoted(table)} ({', '.join([f'{quoted(key)} INTEGER', *columns])})"


def scores_of(answers: list[tuple[Any, ...]], classes: bool) -> Floats:
    """The scores (rows, outputs) in the answers of the query, by the key."""
    return np.array([row[2:] if classes else row[1:] for row in sorted(answers, key=lambda row: int(row[0]))], dtype=np.float64)


def _columns(program: dict[str, Any]) -> str:
    kinds = {"number": "a number", "boolean": "true or false, or 1 or 0", "text": "a text, exactly as in the training data"}
    return "\n".join(f"| `{markdown_line(column['name'])}` | {kinds[column['kind']]} |" for column in program["columns"])


_HEAD = "-- One row of the answer for each row of the table. Made-up rows with their answers are in golden.json.\n"

_USE = """
```
sqlite3 my.db < sqlite.sql
duckdb my.db < duckdb.sql
psql my -f postgresql.sql
```

The query reads {table}, which needs these columns; a missing value is NULL:

| column | holds |
|---|---|
{columns}

It checks no ranges and gives no warnings: the REST service does. A text in a column of numbers, which SQLite can hold, ends its query with
“integer overflow”: correct the cell, or set it to NULL.
"""
