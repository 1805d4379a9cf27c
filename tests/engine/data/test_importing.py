"""Importing keeps the cells under the digest of their values; a refusal loses nothing."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, replace

import pyarrow as pa
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.params import text
from mlops_desktop.base.source import Batches, ReadReport, Source, file_notes
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.importing import import_cells, last_import
from mlops_desktop.engine.data.results import ImportedColumn
from mlops_desktop.engine.data.snapshot import read_cells, read_notes, snapshot_path
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project.decisions import ColumnNote, Project
from mlops_desktop.engine.questions.from_source import source_questions

CSV = "a;b;label\n1,5;x;yes\n2,5;y;no\n3,5;x;yes\n"


def test_the_same_cells_have_the_same_digest_under_any_name(tmp_path):
    (tmp_path / "one.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "two.csv").write_text(CSV, encoding="utf-16")
    found = [import_cells(tmp_path, tmp_path / name, Project(), Silent()) for name in ("one.csv", "two.csv")]
    projects = [one.project for one in found]
    assert projects[0].data == projects[1].data
    assert snapshot_path(tmp_path, projects[0].data).exists()
    assert [c.type for c in found[0].columns] == ["number", "category", "boolean"]
    assert found[0].rows == 3


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 8] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [flip_a_bit, lambda path: path.write_bytes(path.read_bytes()[:-20])])
def test_a_damaged_snapshot_is_replaced_by_another_import(damage, tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(CSV, encoding="utf-8")
    project = import_cells(tmp_path, file, Project(), Silent()).project
    path = snapshot_path(tmp_path, project.data)
    good = path.read_bytes()
    damage(path)
    with pytest.raises(UserError, match="Import the data file again"):
        read_cells(path)
    assert import_cells(tmp_path, file, project, Silent()).project.data == project.data
    assert path.read_bytes() == good
    before = path.stat().st_mtime_ns
    import_cells(tmp_path, file, project, Silent())
    assert path.stat().st_mtime_ns == before  # a good one stays


def test_new_data_must_hold_what_decisions_name(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(CSV, encoding="utf-8")
    with pytest.raises(UserError, match="no column “price”"):
        import_cells(tmp_path, file, Project(target="price"), Silent())
    with pytest.raises(UserError, match="“shop”"):
        import_cells(tmp_path, file, Project(columns={"shop": ColumnNote(role="group")}), Silent())
    assert not (tmp_path / "data").exists()


def test_new_data_may_be_written_otherwise(tmp_path):
    (tmp_path / "one.csv").write_text("a,b,label\n1.5,x,yes\n2.5,y,no\n3.5,x,yes\n", encoding="utf-8")
    (tmp_path / "two.csv").write_text("Report\n\nA;B;Label\n1,5;x;yes\n2,5;y;no\n4,5;x;yes\n", encoding="utf-8")
    first = import_cells(tmp_path, tmp_path / "one.csv", Project(target="label"), Silent()).project
    found = import_cells(tmp_path, tmp_path / "two.csv", first, Silent())
    assert [(c.name, c.type) for c in found.columns] == [("a", "number"), ("b", "category"), ("label", "boolean")]
    assert any("“A” as “a”" in note.message for note in found.evidence)


def test_other_cells_are_another_snapshot_and_the_first_stays(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(CSV, encoding="utf-8")
    first = import_cells(tmp_path, file, Project(), Silent()).project
    file.write_text(CSV + "9,5;z;no\n", encoding="utf-8")
    second = import_cells(tmp_path, file, first, Silent()).project
    assert first.data != second.data
    assert snapshot_path(tmp_path, first.data).exists()
    assert snapshot_path(tmp_path, second.data).exists()


def test_the_project_s_own_source_reads_files_of_its_kind(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text(CSV, encoding="utf-8")
    project = import_cells(tmp_path, file, Project(), Silent()).project
    assert project.source is not None
    commas = replace(project, source=replace(project.source, delimiter="comma"))
    found = import_cells(tmp_path, file, commas, Silent())
    assert len(found.columns) != 3


def test_the_target_is_found_under_the_name_that_the_file_has(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text('x," price\n(net) "\n1,2\n3,4\n', encoding="utf-8")
    found = import_cells(tmp_path, file, Project(target=" price\n(net) "), Silent())
    assert found.project.target == "price (net)"
    assert [c.name for c in found.columns] == ["x", "price (net)"]


def test_a_first_row_that_names_the_target_is_a_header(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("u,a\n" + "u,a\nv,b\n" * 9, encoding="utf-8")
    assert [c.name for c in import_cells(tmp_path, file, Project(), Silent()).columns] == ["column_1", "column_2"]
    found = import_cells(tmp_path, file, Project(target="a"), Silent())
    assert [c.name for c in found.columns] == ["u", "a"]
    assert found.rows == 18
    again = import_cells(tmp_path, file, found.project, Silent())
    assert again.rows == 18


@dataclass(frozen=True, kw_only=True)
class Query(Source):
    """A query of an SQLite database: a source that is no file."""

    id = "query"
    label = "Query"
    schemes = ("sales",)

    query: str = text("select * from sale", "Query")

    def read(self, location, job) -> Batches:
        found = BASES[location].execute(self.query)
        names, rows = [one[0] for one in found.description], 0
        while part := found.fetchmany(2):
            rows += len(part)
            yield pa.RecordBatch.from_arrays([pa.array(column) for column in zip(*part, strict=True)], names=names)
        return ReadReport(rows_read=rows, notes=file_notes(["A query was read."]))


BASES: dict[str, sqlite3.Connection] = {}


def test_a_source_that_is_no_file_is_imported(tmp_path, monkeypatch):
    base = sqlite3.connect(":memory:")
    base.execute("create table sale (shop text, amount real, paid integer)")
    base.executemany("insert into sale values (?, ?, ?)", [("a", 1.5, 1), ("b", 2.5, 0), ("a", 3.5, 1)])
    address = "sales://me:secret@here/sales"
    monkeypatch.setitem(BASES, address, base)
    monkeypatch.setitem(choices().sources._members, "query", Query)
    found = import_cells(tmp_path, address, Project(target="paid"), Silent())
    project = found.project
    assert project.source == Query()
    assert project.file == "sales://here/sales"
    assert found.columns == (ImportedColumn("shop", "category"), ImportedColumn("amount", "number"), ImportedColumn("paid", "integer"))
    assert (found.rows, found.evidence[0].message) == (3, "A query was read.")
    assert last_import(tmp_path) == ("sales://me@here/sales", ["A query was read."])
    assert "secret" not in (tmp_path / "data" / "source.json").read_text()
    some = replace(project, source=Query(query="select * from sale where amount > 2"))
    again = import_cells(tmp_path, address, some, Silent())
    assert again.rows == 2
    assert type_cells(read_cells(snapshot_path(tmp_path, project.data)), {}, Silent()).rows == 3


def test_an_address_keeps_its_parameters_in_the_source_alone_and_says_all_of_them(tmp_path, monkeypatch):
    with contextlib.closing(sqlite3.connect(tmp_path / "shop.db")) as database, database:
        database.execute("CREATE TABLE item (n INTEGER)")
        database.execute("CREATE TABLE sale (n INTEGER)")
        database.executemany("INSERT INTO item VALUES (?)", [(i,) for i in range(5)])
        database.executemany("INSERT INTO sale VALUES (?)", [(i,) for i in range(3)])
    monkeypatch.chdir(tmp_path)
    sqlite = choices().sources["sqlite"]
    found = import_cells(tmp_path / "p", "sqlite:shop.db?table=sale", Project(), Silent())
    assert (found.rows, found.project.source, found.project.file) == (3, sqlite(table="sale"), "shop.db")
    place = last_import(tmp_path / "p")[0]
    assert place == f"sqlite:{tmp_path}/shop.db"
    assert import_cells(tmp_path / "p", place, found.project, Silent()).rows == 3
    other = replace(found.project, source=sqlite(table="item"))
    assert import_cells(tmp_path / "p", place, other, Silent(), as_given=True).rows == 5
    queried = import_cells(tmp_path / "p", "sqlite:shop.db?query=SELECT 1 AS n", found.project, Silent())
    assert (queried.rows, queried.project.source) == (1, sqlite(query="SELECT 1 AS n"))


def test_new_data_name_the_columns_that_are_gone_new_or_of_another_type(tmp_path):
    (tmp_path / "one.csv").write_text("a,b,c,y\n" + "1,2,x,p\n3,4,z,q\n" * 9, encoding="utf-8")
    (tmp_path / "two.csv").write_text("a,c,d,y\n" + "month 1,x,5,p\nmonth 3,z,6,q\n" * 9, encoding="utf-8")
    project = import_cells(tmp_path, tmp_path / "one.csv", Project(target="y"), Silent()).project
    assert not [note for note in import_cells(tmp_path, tmp_path / "one.csv", project, Silent()).evidence if not note.column]
    found = import_cells(tmp_path, tmp_path / "two.csv", project, Silent())
    notes = read_notes(snapshot_path(tmp_path, found.project.data))
    assert [str(note.message) for note in notes] == [
        "1 column of the data so far is gone: “b”. 1 column has another type than before: “a” (integer → category). 1 column is new: “d”."
    ]
    (question,) = source_questions(found.project.source, notes)
    assert question.weight == "high"
    again = import_cells(tmp_path, tmp_path / "two.csv", found.project, Silent())
    assert read_notes(snapshot_path(tmp_path, again.project.data)) == notes  # the doubt stays until it is answered
    unused = replace(project, columns={"a": ColumnNote(role="ignore"), "b": ColumnNote(role="id")})
    found = import_cells(tmp_path, tmp_path / "two.csv", unused, Silent())
    assert [note.rule for note in found.evidence if not note.column] == ["file"]


def test_a_few_rows_of_very_many_columns_are_refused_before_the_work(tmp_path):
    names = [f"x{i}" for i in range(1001)]
    file = tmp_path / "lying.csv"
    file.write_text("\n".join([",".join(names), *[",".join("1" * len(names))] * 9]), encoding="utf-8")
    with pytest.raises(UserError, match=r"has 1,001 columns and only 9 rows"):
        import_cells(tmp_path / "p", file, Project(), Silent())
    assert not (tmp_path / "p").exists()
