"""Snapshots: the cells as they came, whole or not at all, with a digest of their values."""

from __future__ import annotations

import datetime
import random
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.base.source import file_notes
from mlops_desktop.engine.data import snapshot
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.data.snapshot import _digest, cells_digest, read_cells, read_notes, snapshot_path
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.message import Message, msg
from tests.engine.disks import fill, small_disk
from tests.imported import cells_of, write_snapshot

OLD = Path(__file__).parents[2] / "data" / "projects"
TYPED = pa.table(
    {
        "i": pa.array([1, None, 3]),
        "f": pa.array([0.5, float("nan"), None]),
        "b": pa.array([True, None, False]),
        "t": pa.array(["x", "", None]),
        "d": pa.array([datetime.datetime(2001, 1, 1), None, datetime.datetime(2001, 1, 2, 3)]),
        "w": pa.array(["a", "b", "a"]).dictionary_encode(),
        "n": pa.array([None, None, None]),
    }
)


def test_there_and_back(tmp_path):
    cells = replace(cells_of(TYPED, ","), notes=file_notes([msg("{n} cells were mended.", n=3)]))
    path = tmp_path / "a" / "data.parquet"
    write_snapshot(cells, path)
    again = read_cells(path)
    assert again.names == cells.names
    assert (again.format.decimal, again.notes, again.mixed) == (",", cells.notes, {})
    for (note,) in (again.notes, read_notes(path)):
        assert isinstance(note.message, Message)
        assert note.message.args == {"n": 3}
    assert cells_digest(again) == cells_digest(cells)
    assert type_cells(again, {}, Silent()).schema == type_cells(cells, {}, Silent()).schema
    assert not [p for p in path.parent.iterdir() if p != path]


def test_texts_that_stand_for_several_types_are_known_again(tmp_path):
    write_snapshot(cells_of({"x": pd.Series([1, "1", "b", None], dtype=object)}), tmp_path / "x.parquet")
    again = read_cells(tmp_path / "x.parquet")
    assert again.table.column("x").to_pylist() == ["1", "1", "b", ""]
    assert "mixed_types" in {e.rule for e in type_cells(again, {}, Silent()).evidence}


def test_a_snapshot_of_an_older_version_is_read():
    (path,) = (OLD / "trained_binary" / "data").glob("*.parquet")
    cells = read_cells(path)
    assert cells_digest(cells, path.stem) == path.stem != cells_digest(cells)
    assert cells_digest(cells, "ab" * 16) == cells_digest(cells)


@pytest.mark.parametrize("count", [127, 128, 40_000])
def test_the_digest_depends_on_each_cell(count):
    texts = [f"x{i}" for i in range(count)]
    one, other = (cells_of(pa.table({"x": [*texts, last]})) for last in (texts[-1], texts[-2]))
    assert cells_digest(one) != cells_digest(other)


def test_data_of_an_older_version_that_is_imported_again_keeps_its_results(tmp_path):
    file = tmp_path / "one.csv"
    file.write_text("a,b\n1,x\n2,y\n", encoding="utf-8")
    first = import_cells(tmp_path, file, Project(), Silent()).project
    older = replace(first, data=_digest(read_cells(snapshot_path(tmp_path, first.data)), 1))
    assert import_cells(tmp_path, file, older, Silent()).project.data == older.data != first.data
    assert import_cells(tmp_path, file, older, Silent()).project.data == older.data


def test_other_data_are_hashed_once(tmp_path, monkeypatch):
    versions = []
    monkeypatch.setattr(snapshot, "_digest", lambda cells, version: versions.append(version) or _digest(cells, version))
    file, project = tmp_path / "one.csv", Project()
    for last in ("x", "y", "y", "x"):
        file.write_text(f"a,b\n1,x\n2,{last}\n", encoding="utf-8")
        project = import_cells(tmp_path, file, project, Silent()).project
    assert versions == [2] * 4


@pytest.mark.parametrize(
    "other",
    [
        TYPED.set_column(0, "i", pa.array([1, None, 4])),
        TYPED.rename_columns(["j", *TYPED.column_names[1:]]),
        TYPED.set_column(3, "t", pa.array(["x", "y", None])),
        TYPED.take([1, 0, 2]),
        TYPED.slice(0, 2),
    ],
)
def test_other_values_have_another_digest(other):
    assert cells_digest(cells_of(other)) != cells_digest(cells_of(TYPED))


def test_the_digest_does_not_depend_on_the_clock_or_on_the_chunks(tmp_path):
    cells = cells_of(pa.table({"x": pa.chunked_array([["a", "b"], ["c"]])}))
    whole = cells_of(pa.table({"x": pa.array(["a", "b", "c"])}))
    assert cells_digest(cells) == cells_digest(whole) == cells_digest(replace(whole))
    write_snapshot(whole, tmp_path / "a.parquet")
    write_snapshot(whole, tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_a_damaged_or_absent_snapshot_is_a_sentence(tmp_path):
    path = tmp_path / "x.parquet"
    with pytest.raises(UserError, match="no longer exists"):
        read_cells(path)
    write_snapshot(cells_of(TYPED), path)
    data = bytearray(path.read_bytes())
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match="damaged"):
        read_cells(path)
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(UserError, match="damaged"):
        read_cells(path)


def test_a_full_disk_keeps_the_old_snapshot_and_leaves_nothing_behind(tmp_path):
    file = tmp_path / "x.csv"
    with small_disk(256) as folder:
        file.write_text("x,y\n1,2\n")
        project = import_cells(folder, file, Project(), Silent()).project
        before = {path: path.read_bytes() for path in (folder / "data").iterdir()}
        assert snapshot_path(folder, project.data) in before
        fill(folder)
        file.write_text("x\n" + "".join(f"{i * 7919 % 100_003}\n" for i in range(100_000)))
        with pytest.raises(UserError, match="disk is full"):
            import_cells(folder, file, Project(), Silent())
        assert {path: path.read_bytes() for path in (folder / "data").iterdir()} == before


def test_a_flipped_bit_never_changes_a_cell_in_silence(tmp_path):
    path = tmp_path / "data.parquet"
    draw = random.Random(7)
    rows = [{"a": draw.choice(["x", "yy", "z1"]), "b": f"{draw.random():.3f}"} for _ in range(60)]
    cells = cells_of(pa.Table.from_pylist(rows))
    write_snapshot(cells, path)
    good, refused = path.read_bytes(), 0
    wanted = read_cells(path).table
    for _ in range(150):
        data = bytearray(good)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        path.write_bytes(data)
        try:
            found = read_cells(path)
        except UserError:
            refused += 1
        else:
            assert found.table.equals(wanted)
    assert refused > 75
