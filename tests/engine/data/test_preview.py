"""The first rows of a file: read like the whole file, without reading it."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources._text_file import write_beginning
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.data import preview_table
from mlops_desktop.engine.project import ColumnNote, Project


def preview(path, project=None, **how):
    return preview_table(path, project or Project(), Silent(), **how)


def test_of_a_large_text_file_only_the_beginning_is_read(tmp_path, monkeypatch):
    file = tmp_path / "big.csv"
    file.write_text("x;y\n" + "1,5;ab\n" * 200_000)
    found = preview(file)
    assert not found.whole
    assert 1_000 < found.rows < 50_000
    assert [(column.name, column.type, column.values[0]) for column in found.columns] == [("x", "number", 1.5), ("y", "category", "ab")]
    assert (found.given.delimiter, found.found.delimiter, found.found.decimal) == ("auto", "semicolon", "comma")


def test_of_a_large_parquet_file_only_the_beginning_is_read(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"x": [i % 49 for i in range(50_000)], "y": ["a", "b"] * 25_000}), tmp_path / "big.parquet")
    found = preview(tmp_path / "big.parquet")
    assert (found.whole, found.rows) == (False, 1_000)
    assert found.columns[0].values[:3] == (0, 1, 2)


def test_json_lines_are_cut_between_lines(tmp_path):
    (tmp_path / "big.jsonl").write_text('{"x": 1, "text": "say \\"a\\""}\n' * 20_000)
    found = preview(tmp_path / "big.jsonl")
    assert not found.whole
    assert [column.name for column in found.columns] == ["x", "text"]


def test_the_beginning_is_cut_where_quotes_are_closed(tmp_path):
    row = '1,"two\nlines, ""quoted"""\n'
    (tmp_path / "a.csv").write_text("x,y\n" + row * 20_000)
    assert write_beginning(tmp_path / "a.csv", tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text().endswith(row)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_beginning_of_wide_characters_is_cut_between_them(tmp_path, encoding):
    (tmp_path / "a.csv").write_bytes(("x,y\n" + "1,ab\n" * 50_000).encode(encoding))
    assert write_beginning(tmp_path / "a.csv", tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes().decode(encoding).endswith("\n1,ab\n")


def test_a_small_file_is_read_as_it_is(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    assert not write_beginning(tmp_path / "a.csv", tmp_path / "b.csv")
    assert not (tmp_path / "b.csv").exists()
    assert preview(tmp_path / "a.csv").whole


def test_what_differs_from_what_is_found_was_chosen(tmp_path):
    (tmp_path / "a.csv").write_text("x;y\n" + "1;2\n" * 30)
    imported = choices().sources.read({"id": "delimited", "params": {"delimiter": "semicolon", "encoding": "cp1252", "header": "first"}})
    found = preview(tmp_path / "a.csv", Project(source=imported))
    assert (found.given.delimiter, found.given.encoding, found.given.header) == ("auto", "cp1252", "auto")
    found = preview(tmp_path / "a.csv", Project(source=imported), as_given=True)
    assert (found.given.delimiter, found.given.encoding, found.given.header) == ("semicolon", "cp1252", "first")


def test_the_notes_on_columns_hold(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(30)))
    found = preview(tmp_path / "a.csv", Project(columns={"x": ColumnNote(type="text")}))
    assert (found.columns[0].type, found.columns[0].values[:2]) == ("text", ("0", "1"))


@pytest.mark.parametrize("content", [b"", bytes(range(8)) * 100], ids=["empty", "no text"])
def test_what_is_no_table_is_refused(tmp_path, content):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UserError, match=r"a\.csv"):
        preview(tmp_path / "a.csv")
