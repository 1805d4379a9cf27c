"""A few rows of very many columns are refused at once, with the way to go on."""

from __future__ import annotations

import tracemalloc

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data import few_rows, importing
from mlops_desktop.engine.data.few_rows import refuse_few_lines
from mlops_desktop.engine.data.importing import import_cells
from mlops_desktop.engine.project.decisions import Project


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_a_few_lines_of_very_many_columns_are_refused_before_they_are_read(tmp_path, monkeypatch, end):
    file = tmp_path / "samples.csv"
    file.write_text(
        end.join(["gene;" + ";".join(f"s{i}" for i in range(30_000)), *["g;" + ";".join(["1,5"] * 30_000)] * 3]),
        encoding="utf-8",
        newline="",
    )
    monkeypatch.setattr(importing, "load_named", None)
    with pytest.raises(UserError, match=r"has 30,001 columns and only 4 lines") as refused:
        import_cells(tmp_path / "p", file, Project(), Silent())
    assert "exchange rows and columns" in str(refused.value.remedy)


@pytest.mark.parametrize(
    "lines",
    [
        ["a,b"] * 3,
        ["a" + ",1" * 2000] * 12,
        ["a" + ",1" * 2000, "a" + ",1" * 1999],
        ["text, " * 2000],
        *[["doc\t" + one + "0.1, " * 1500 + other + "\tyes"] * 9 for one, other in ("[]", '""', "''")],
        ["doc;" + "'a,b';" * 1500] * 4,
        ['a;"' + "0,1" * 40_000 + '";b'] * 3,
    ],
)
def test_other_texts_are_read(tmp_path, lines):
    file = tmp_path / "x.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    refuse_few_lines(str(file), file.name)
    refuse_few_lines(str(tmp_path / "absent.csv"), "absent.csv")


@pytest.mark.parametrize("cell", [";1,5", ';"a;b"'])
def test_few_long_lines_are_counted_without_being_held(tmp_path, monkeypatch, cell):
    file = tmp_path / "long.csv"
    file.write_text("\r\n".join(["gene" + cell * 50_000] * 3) + "\r\n\r\n", encoding="utf-8", newline="")
    with pytest.raises(UserError, match="has 50,001 columns and only 3 lines"):
        refuse_few_lines(str(file), file.name)
    monkeypatch.setattr(few_rows, "_BLOCK", 2**12)
    tracemalloc.start()
    try:
        with pytest.raises(UserError):
            refuse_few_lines(str(file), file.name)
        assert tracemalloc.get_traced_memory()[1] < file.stat().st_size / 2
    finally:
        tracemalloc.stop()
