"""Every source: all sample files are read correctly or refused in one sentence, and no row or cell is lost without a note."""

from __future__ import annotations

import contextlib
import os
import random

import pyarrow as pa
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data.loading import best_source, guess_source, load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from tests.engine.disks import unprivileged
from tests.sample_files import REFUSED, TEXTS, TYPED, SampleFile
from tests.sample_formats import FORMATS, REFUSED_FORMATS

SOURCES = choices().sources
OPENED = (*TEXTS, *TYPED, *FORMATS)
ALL_REFUSED = (*REFUSED, *REFUSED_FORMATS)


def everything(source, path):
    """The batches of a source and its report."""
    batches, reader = [], source.read(str(path), Silent())
    while True:
        try:
            batches.append(next(reader))
        except StopIteration as end:
            return batches, end.value


def by_name(sample: SampleFile) -> str:
    return sample.name


@pytest.mark.parametrize("sample", OPENED, ids=by_name)
def test_opens_rightly(sample, tmp_path):
    source, cells = load_cells(sample.write(tmp_path), None, Silent())
    messages = " ".join(note.message for note in cells.notes)
    assert tuple(cells.names) == sample.columns
    assert cells.rows == sample.rows
    assert tuple(column[0].as_py() for column in cells.table.columns) == sample.first
    assert sample.note in messages
    assert sample.note or "left out" not in messages
    assert type_cells(cells, {}, Silent()).rows == sample.rows
    again = load_cells(tmp_path / sample.name, SOURCES.read(source.to_json()), Silent())[1]
    assert again.table.equals(cells.table)


@pytest.mark.parametrize("sample", OPENED, ids=by_name)
def test_yields_bounded_batches_of_one_schema_and_then_its_report(sample, tmp_path, monkeypatch):
    monkeypatch.setattr("mlops_desktop.base.source.BATCH_ROWS", 2)
    path = str(sample.write(tmp_path))
    batches, report = everything(guess_source(path), path)
    assert all(isinstance(one, pa.RecordBatch) and one.num_rows <= 2 for one in batches)
    assert len({one.schema for one in batches}) == 1
    assert report.rows_read == sum(one.num_rows for one in batches) >= sample.rows
    assert all(isinstance(note, Evidence) for note in report.notes)
    assert all(0 <= at < batches[0].num_columns for at in report.mixed)


@pytest.mark.parametrize("sample", ALL_REFUSED, ids=by_name)
def test_is_refused_in_one_sentence_with_a_way_out(sample, tmp_path):
    with pytest.raises(UserError, match=sample.refused) as caught:
        load_cells(sample.write(tmp_path), None, Silent())
    assert caught.value.message.endswith(".")
    assert caught.value.remedy.endswith(".")
    assert "Error" not in str(caught.value)


def test_no_such_file_a_folder_and_no_ordinary_file(tmp_path):
    for path, match in ((tmp_path / "gone.csv", "no file"), (tmp_path, "folder")):
        with pytest.raises(UserError, match=match):
            load_cells(path, None, Silent())
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        with pytest.raises(UserError, match="not an ordinary file"):
            load_cells(tmp_path / "pipe.csv", None, Silent())


def test_no_permission(tmp_path):
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n1,2\n")
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    path.chmod(0)
    with unprivileged(), pytest.raises(UserError, match="permission"):
        load_cells(path, None, Silent())


@pytest.mark.parametrize("id_", list(SOURCES))
def test_a_source_as_json(id_):
    source = SOURCES[id_]()
    assert SOURCES.read(source.to_json()) == source
    assert source.suffixes or source.schemes
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in source.suffixes)
    assert all(scheme.isidentifier() and scheme == scheme.lower() for scheme in source.schemes)
    assert source.label
    assert source.missing() == "" or source.needs


@pytest.mark.parametrize("id_", [id_ for id_, source in SOURCES.items() if source.suffixes and not source.missing()])
def test_a_source_of_files_has_sample_files(id_):
    """A file that it opens, and one that it refuses in a sentence: the tests above run over them."""
    opened = [sample.name for sample in OPENED if best_source(sample.name) is SOURCES[id_]]
    assert opened, f"put a file that {id_} reads into tests/sample_files.py"
    assert [sample.name for sample in ALL_REFUSED if best_source(sample.name) is SOURCES[id_]], (
        f"put a damaged file of {id_} into tests/sample_files.py"
    )
    assert SOURCES[id_].id == id_
    assert SOURCES[id_].help.endswith(".")


def test_a_location_belongs_to_one_source():
    kinds = [kind for source in SOURCES.values() for kind in (*source.suffixes, *source.schemes)]
    assert len(kinds) == len(set(kinds))


def test_a_person_may_overrule_every_guess(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("T\nx;y\n'1,5';2\n", encoding="utf-8")
    given = SOURCES["delimited"](delimiter="semicolon", encoding="latin-1", quote="none", header="none", decimal="comma", skip=2)
    cells = load_cells(path, given, Silent())[1]
    assert cells.table.to_pylist() == [{"column_1": "'1,5'", "column_2": "2"}]
    assert cells.format.decimal == ","


def test_an_encoding_that_does_not_fit_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("a,b\nÄ,1\n".encode("cp1252"))
    with pytest.raises(UserError, match=r"(?i)utf-8"):
        everything(SOURCES["delimited"](encoding="utf-8"), path)


def test_a_sheet_by_name(tmp_path):
    sample = next(a for a in TYPED if a.name == "two_sheets.xlsx")
    path = sample.write(tmp_path)
    assert load_cells(path, SOURCES["excel"](sheet="Data"), Silent())[1].rows == 2
    with pytest.raises(UserError, match="no sheet “Nope”"):
        everything(SOURCES["excel"](sheet="Nope"), path)


def test_a_sheet_of_notes_is_passed_over(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "see the next sheet"
    sheet = book.create_sheet("Data")
    for row in (["Report 2024"], ["when", "amount", "city"], ["2024-01-01", 1.5, "Rome"], ["2024-01-02", 2.5, "Oslo"]):
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    path = tmp_path / "notes.xlsx"
    book.save(path)
    cells = load_cells(path, SOURCES["excel"](), Silent())[1]
    assert cells.names == ["when", "amount", "city"]
    assert cells.rows == 2
    assert any("“Data” was read" in note.message for note in cells.notes)


@pytest.mark.parametrize("seed", range(25))
def test_random_bytes_and_random_tables_give_a_table_or_a_sentence(seed, tmp_path):
    draw = random.Random(seed)
    alphabet = "a1 .,;|\t\n\r\"'é€-\\"
    text = "".join(draw.choice(alphabet) for _ in range(draw.randint(1, 3000)))
    data = text.encode(draw.choice(("utf-8", "cp1252", "utf-16"))) if draw.random() < 0.8 else draw.randbytes(draw.randint(1, 3000))
    path = tmp_path / draw.choice(("x.csv", "x.tsv", "x.xlsx", "x.parquet", "x.json", "x.jsonl", "x.sqlite", "x.feather", "x.dta", "x.zip"))
    path.write_bytes(data)
    with contextlib.suppress(UserError):
        cells = load_cells(path, None, Silent())[1]
        assert type_cells(cells, {}, Silent()).rows == cells.rows


@pytest.mark.parametrize("seed", range(25))
def test_no_row_and_no_cell_is_lost(seed, tmp_path):
    import csv

    draw = random.Random(seed)
    delimiter = draw.choice(",;\t|")
    width = draw.randint(2, 6)
    texts = ["x", "y z", "1.5", "-3", "a,b", "c;d", 'say "hi"', "two\nlines", "", "'tis", "t\tb", "p|q", "é"]
    rows = [[draw.choice(texts) for _ in range(width)] for _ in range(draw.randint(3, 60))]
    for row in rows:
        row[0] = row[0] or "z"
    path = tmp_path / "x.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerow([f"name {i}" for i in range(width)])
        writer.writerows(rows)
    cells = load_cells(path, None, Silent())[1]
    assert [list(row.values()) for row in cells.table.to_pylist()] == rows


def test_the_source_found_is_the_one_that_a_project_keeps(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a;b\n1,5;2\n2,5;3\n", encoding="utf-8")
    found = guess_source(path).to_json()["params"]
    assert (found["delimiter"], found["encoding"], found["quote"], found["header"], found["skip"]) == (
        "semicolon",
        "utf-8",
        "double",
        "first",
        0,
    )
