"""Files larger than the memory that a process may take are imported, and what is kept on the disk meanwhile changes no result."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base import spill
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _line_rows, _text_rows
from mlops_desktop.engine.data import load_cells
from mlops_desktop.engine.data.snapshot import cells_digest, read_cells, write_temporary
from mlops_desktop.engine.data.typed_table import decided_cells
from mlops_desktop.engine.project import ColumnNote

ROOT = Path(__file__).parents[2]
ROWS, ROUNDS, HALF = 100_000, 14, 15  # rows at a time; columns of numbers, and as many of labels
LIMIT = 256 * 2**20  # bytes beyond what the process has before
CHILD = """
import re, resource, sys
from pathlib import Path
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _line_rows, _text_rows
from mlops_desktop.engine.process import ImportFile
from mlops_desktop.engine.project import Project

def imported(folder, file):
    return ImportFile(folder, Project(target="y"), str(file)).run(Silent()).rows

folder = Path(sys.argv[1])
imported(folder / "first", folder / "small.csv")  # libraries and threads are there afterwards
there = 1024 * int(re.search(r"VmData:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
resource.setrlimit(resource.RLIMIT_DATA, (there + int(sys.argv[2]),) * 2)
try:
    (folder / "big.csv").read_bytes()
except MemoryError:
    print(imported(folder / "second", folder / "big.csv"))
"""


def lines(start: int, rows: int) -> bytes:
    """Rows of numbers that hardly ever repeat, of labels, the name of the row, a category and a target."""
    draw = np.random.default_rng(start)
    cells = np.empty((rows, 2 * HALF, 15), np.uint8)
    cells[:, :HALF] = np.frombuffer(b"0.000000000000,", np.uint8)
    cells[:, :HALF, 2:14] += draw.integers(0, 10, (rows, HALF, 12), np.uint8)
    labels = np.frombuffer(b"".join(b"a label %06d," % i for i in range(1000)), np.uint8).reshape(-1, 15)
    cells[:, HALF:] = labels[draw.integers(0, len(labels), (rows, HALF))]
    texts = cells.reshape(rows, -1).view(f"S{30 * HALF}").ravel().tolist()
    return b"".join(b"%bK-%08d,%b,%d\n" % (row, start + i, (b"north", b"south")[i % 2], i % 2) for i, row in enumerate(texts))


@pytest.mark.proof
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the data of a process")
def test_a_file_larger_than_memory_is_imported(tmp_path):
    head = ",".join((*(f"x{i}" for i in range(2 * HALF)), "code", "side", "y")).encode() + b"\n"
    (tmp_path / "small.csv").write_bytes(head + lines(0, 20_000))
    with (tmp_path / "big.csv").open("wb") as file:
        file.write(head)
        for i in range(ROUNDS):
            file.write(lines(i * ROWS, ROWS))
    assert (tmp_path / "big.csv").stat().st_size > 2.4 * LIMIT
    command = [sys.executable, "-c", CHILD, str(tmp_path), str(LIMIT)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == ROWS * ROUNDS


NOTES = {"i": ColumnNote(type="category", recode={"": "none"}), "m": ColumnNote(type="category")}


def table_of(cells):
    document, arrays = decided_cells(cells, NOTES, Silent()).record()
    return document, {name: one.array() if hasattr(one, "array") else one for name, one in arrays.items()}


@pytest.mark.parametrize("kind", ["csv", "parquet", "feather"])
def test_a_table_kept_on_the_disk_gives_the_same_cells_and_types(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(spill, "_LEAST", 1)
    rows = 3000
    draw = np.random.default_rng(0)
    texts = np.array(["alpha", "beta", "Straße", "1.0"])[draw.integers(0, 4, rows)]
    table = pd.DataFrame({"n": draw.normal(size=rows).round(9), "i": draw.integers(0, 9, rows), "c": texts, "code": np.arange(rows) * 7})
    table["m"] = table["i"] = table["i"].astype("Int64")
    table["code"] = "K-" + table["code"].astype(str)
    table["d"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 500, rows), "D")
    table.loc[draw.random(rows) < 0.1, ["n", "i", "c", "d"]] = None
    file = tmp_path / f"t.{kind}"
    if kind == "csv":
        odd = "Total,3,,,,\n1,2,beta,K-1\n"  # left out; shorter than the others
        lines = table.to_csv(index=False).splitlines(keepends=True)
        file.write_text("".join([*lines[:1500], odd, *lines[1500:]]), encoding="utf-8")
    else:
        getattr(table, f"to_{kind}")(file)
    usual = load_cells(str(file), None, Silent())[1]
    document, arrays = table_of(usual)
    monkeypatch.setattr(spill, "LARGE", 0)
    large = load_cells(str(file), None, Silent())[1]
    again = read_cells(write_temporary(large, tmp_path / "again.parquet"))
    assert large.column("n").on_disk
    assert not usual.column("n").on_disk
    assert cells_digest(usual) == cells_digest(large) == cells_digest(again)
    assert usual.notes == large.notes
    for found in map(table_of, (large, again)):
        assert found[0] == document
        assert all(np.array_equal(found[1][name], one, equal_nan=one.dtype.kind == "f") for name, one in arrays.items())


def blanks(row):
    return "  ".join(row) + "  \n"


def fixed(row):
    return f"{row[0]:<6}{row[1]:<14}{row[2]:>8}\n"


ODD = ("", "\n", "note\n", "1 2\n", "a note that goes across all of the places\n")


@pytest.mark.parametrize(("written", "odd"), [*((one, odd) for one in (blanks, fixed) for odd in ODD), ("¦".join, "")])
def test_lines_that_are_rows_are_read_alike_when_they_are_many(tmp_path, monkeypatch, written, odd):
    rows = [["no", "place", "value"], *([str(i), ("Kiel", "Ulm", "Köln")[i % 3], f"{i / 7:.2f}"] for i in range(300))]
    lines = [written(row).rstrip("\n") + "\n" for row in rows]
    file = tmp_path / "t.txt"
    file.write_text("".join([*lines[:150], odd, *lines[150:], odd]), encoding="utf-8")
    usual = load_cells(str(file), None, Silent())[1]
    monkeypatch.setattr(spill, "LARGE", 0)
    found = []
    monkeypatch.setattr(_text_rows, "parse_lines", lambda *given: found.append(_line_rows.parse_lines(*given)) or found[-1])
    large = load_cells(str(file), None, Silent())[1]
    assert found != [None]
    assert len(found) == 1
    assert usual.notes == large.notes
    assert usual.table.to_pylist() == large.table.to_pylist()
