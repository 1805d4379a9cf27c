"""Files larger than the memory that a process may take are imported, and what is kept on the disk meanwhile changes no result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base import spill
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _json_text, _line_rows, _regular_rows, _text_rows, _uneven_rows, _workbook, json_records
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
from mlops_desktop.base import spill
from mlops_desktop.base.job import Silent
from mlops_desktop.catalog.sources import _json_text, _line_rows, _text_rows, _uneven_rows
from mlops_desktop.engine.process import ImportFile
from mlops_desktop.engine.project import Project

def imported(folder, file):
    return ImportFile(folder, Project(target="y"), str(file)).run(Silent()).rows

folder, ending, spill.LARGE = Path(sys.argv[1]), sys.argv[3], int(sys.argv[4])
imported(folder / "first", folder / f"small{ending}")  # libraries and threads are there afterwards
there = 1024 * int(re.search(r"VmData:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
resource.setrlimit(resource.RLIMIT_DATA, (there + int(sys.argv[2]),) * 2)
try:
    (folder / f"big{ending}").read_bytes()
except MemoryError:
    print(imported(folder / "second", folder / f"big{ending}"))
"""


def imported_rows(folder: Path, limit: int, ending: str, large: int) -> int:
    """The rows of the big file, imported by a process that may take so many bytes more than it needs for the small one."""
    command = [sys.executable, "-c", CHILD, str(folder), str(limit), ending, str(large)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout)


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
    assert imported_rows(tmp_path, LIMIT, ".csv", spill.LARGE) == ROWS * ROUNDS


LABELS = [f"a label {i:06d}" for i in range(1000)]
MANY = 20  # labels in a row


def row_of(i: int) -> str:
    """A row of numbers and codes that are all different, and of labels."""
    labels = ",".join(LABELS[(i * j) % 997] for j in range(1, MANY))
    return f"{i / 7:.9f},{labels},K-{i:08d},{i % 2}"


def uneven_lines(rows: range) -> list[str]:
    """Rows with quotes inside their cells, some longer than others."""
    more = (*[""] * 3, ",", ",,")
    return [row_of(i).replace("a label", r"a \"label\"", 1) + more[i % 5] + "\n" for i in rows]


def json_lines(rows: range) -> list[str]:
    return [json.dumps({**dict(enumerate(row_of(i).split(",")[:-1])), "y": i % 2}) + "\n" for i in rows]


NAMES = ",".join(("a", *(f"t{j}" for j in range(1, MANY)), "code", "y")) + "\n"
TEXTS = {"uneven.csv": (NAMES, uneven_lines), "records.jsonl": ("", json_lines)}
SMALL = 2**27  # bytes of memory for these, in which an eighth as much is kept of a table


@pytest.mark.proof
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the data of a process")
@pytest.mark.parametrize("kind", [*TEXTS, "table.dta"])
def test_files_that_are_read_row_by_row_may_be_larger_than_memory(tmp_path, kind):
    small, big = 30_000, 500_000
    ending = Path(kind).suffix
    if kind in TEXTS:
        head, written = TEXTS[kind]
        for name, rows in (("small", small), ("big", big)):
            with (tmp_path / f"{name}{ending}").open("w", encoding="utf-8") as file:
                file.write(head)
                for start in range(0, rows, 10_000):
                    file.writelines(written(range(start, start + 10_000)))
    else:
        import pyreadstat

        for name, rows in (("small", small), ("big", big)):
            table = pd.DataFrame({f"x{j}": np.arange(rows) % 1000 / (7 + j) for j in range(40)}).assign(y=np.arange(rows) % 2)
            pyreadstat.write_dta(table, str(tmp_path / f"{name}{ending}"))
    assert (tmp_path / f"big{ending}").stat().st_size > SMALL
    assert imported_rows(tmp_path, SMALL, ending, SMALL // 8) == big


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


HARD = {
    "escapes": [f'{i},"he said \\"{i}\\", yes",{i / 7:.2f}' for i in range(300)],
    "escaped line ends": [f"{i},place\\\n{i},{i / 7:.2f}" + "\\,"[: 2 * (i == 2)] for i in range(300)],
    "an unclosed quote": [*(f'{i},"x, y",{i / 7:.2f}' for i in range(150)), '150,"z,1.5', *(f"{i},u,{i / 7:.2f}" for i in range(300))],
    "uneven rows": [f"{i},place,{i / 7:.2f}" + ",,x"[: i % 4] for i in range(300)],
    "odd rows": [
        "1,2",
        "",
        "Total,,3",
        "# note",
        *(f'{i},"a ""b"" \n c",{i / 7:.2f}' + "," * (i % 2) for i in range(300)),
        "Total,,90",
        "a note",
    ],
}


@pytest.mark.parametrize("kind", HARD)
def test_rows_that_are_read_one_by_one_are_read_alike_when_they_are_many(tmp_path, monkeypatch, kind):
    file = tmp_path / "t.csv"
    file.write_text("\n".join(["no,place,value", *HARD[kind]]) + "\n", encoding="utf-8")
    usual = load_cells(str(file), None, Silent())[1]
    monkeypatch.setattr(spill, "LARGE", 0)
    monkeypatch.setattr(spill, "_LEAST", 1)
    monkeypatch.setattr(_uneven_rows, "_PART_CELLS", 21)
    monkeypatch.setattr(_uneven_rows, "_LONGEST_ROW", 200)
    monkeypatch.setattr(_regular_rows, "_MOST_ODD", 0)
    large = load_cells(str(file), None, Silent())[1]
    assert usual.notes == large.notes
    assert usual.table.to_pylist() == large.table.to_pylist()
    assert cells_digest(usual) == cells_digest(large)


RECORDS = [{"a": i, "b": {"c": i / 7}, "t": "x" * (i % 5), **({"late": [i]} if i > 90 else {})} for i in range(100)]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, RECORDS)),
        "\ufeff" + json.dumps(RECORDS, indent=1),
        json.dumps({"data": {"items": RECORDS}, "n": 3}),
        json.dumps([["a", "b"], *([i, f"t{i}"] for i in range(150)), [1], [1, 2, 3]]),
        " 12 \x1e 345 ",
        json.dumps([1.25e-30 / 7**i for i in range(30)] + [1e22, -1.5, 12.5]),
        "1.25e-7\n1E+5\n-12.75\n123456.5\n",
    ],
    ids=["lines", "list", "inside", "rows", "numbers", "list of numbers", "lines of numbers"],
)
def test_json_is_read_alike_in_pieces(tmp_path, monkeypatch, text):
    file = tmp_path / "t.json"
    file.write_text(text, encoding="utf-8")
    usual = load_cells(str(file), None, Silent())[1]
    monkeypatch.setattr(_json_text, "_BLOCK", 7)
    monkeypatch.setattr(json_records, "PART_ROWS", 13)
    monkeypatch.setattr(json_records, "_PART_RECORDS", 13)
    monkeypatch.setattr(spill, "LARGE", 0)
    pieces = load_cells(str(file), None, Silent())[1]
    assert usual.notes == pieces.notes
    assert usual.table.to_pylist() == pieces.table.to_pylist()
    assert cells_digest(usual) == cells_digest(pieces)


@pytest.mark.parametrize(
    ("text", "line"),
    [('{"a": 1}\n\n{"a": 2\n', 4), ("[1,\n2,\n3 4]", 3), ("[1,\n2]\nx", 3), ("[1,\n2", 2), ("1\n2.", 2), ("[1,\n2.]", 2), ("[1,\n2e", 2)],
)
def test_a_fault_of_json_is_found_at_its_line(tmp_path, monkeypatch, text, line):
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(_json_text, "_BLOCK", 2)
    with pytest.raises(UserError, match=f"line {line} "):
        load_cells(tmp_path / "t.json", None, Silent())


def test_what_cannot_be_read_in_pieces_is_refused_when_memory_is_too_small(tmp_path, monkeypatch):
    (tmp_path / "t.json").write_text(json.dumps({"rows": [list(range(100))] * 9}), encoding="utf-8")
    pd.DataFrame({"a": range(100), "y": 1}).to_excel(tmp_path / "t.xlsx", index=False)
    for module in (_json_text, _workbook):
        monkeypatch.setattr(module, "_LARGE", 100)
        monkeypatch.setattr(module, "free_memory", lambda: 1000)
    monkeypatch.setattr(_json_text, "_BLOCK", 200)
    for name in ("t.json", "t.xlsx"):
        with pytest.raises(UserError, match="memory"):
            load_cells(tmp_path / name, None, Silent())


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
