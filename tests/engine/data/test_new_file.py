"""A new file under an old project is found anew, and what is unusual in it is said."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_anew
from mlops_desktop.engine.data.new_file import read_new_file
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.schema import Schema

SCHEMA = Schema(
    (
        Column("Ort", "category", levels=("Köln", "Łódź", "Rom")),
        Column("Wert", "number", Grammar(decimal=","), low=0, high=99, missing_share=0.1),
        Column("Nr", "integer"),
    )
)
NAMES = {column.name for column in SCHEMA.columns}


def read(tmp_path, data, schema=SCHEMA, words=()):
    (tmp_path / "new.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
    cells = load_anew(tmp_path / "new.csv", None, NAMES, Silent(), words)[1]
    return read_new_file(cells, schema, Schema(schema.columns[:2]))


def test_names_and_levels_in_another_spelling(tmp_path):
    found = read(tmp_path, "ORT;wert;Nr\nKÖLN;1,5;1\nrom;2,5;2\n")
    assert found.checked.frame.texts("Ort") == ["Köln", "Rom"]
    assert found.checked.frame.number("Wert").tolist() == [1.5, 2.5]
    assert any("“ORT” as “Ort”" in note for note in found.notes)
    assert any("“KÖLN” as “Köln”" in note for note in found.notes)


def test_rows_of_another_length_are_refused_and_counted(tmp_path):
    rows = "".join(f"Rom;{at},5;{at}\n" for at in range(40))
    found = read(tmp_path, f"Ort;Wert;Nr\n{rows}Rom;1\nRom;1,5;2;3\n")
    assert sorted(found.problems()) == [40, 41]
    assert "2 rows are refused because they have another number of cells than the header." in found.notes
    assert found.checked.frame.rows == 42


def test_what_is_no_row_and_what_is_unusual_is_said(tmp_path):
    rows = "".join(f"Rom;{at},5;{at}\n" for at in range(40))
    found = read(tmp_path, f"Bericht\n\nOrt;Wert;Nr;x\n{rows.replace(chr(10), ';z' + chr(10))}Paris;100,5;1;z\n;;2;z\nSumme;900,5;;\n")
    assert found.checked.frame.rows == 42
    for part in ("“Bericht”", "marked as a total", "was left out: “x”", "“Paris” (1)", "outside the range", "“Ort” is missing in 1 row"):
        assert sum(part in note for note in found.notes) == 1, (part, found.notes)


@pytest.mark.parametrize("encoding", ["cp1250", "cp852", "mac_latin2", "utf-16", "iso8859-2"])
def test_words_of_the_model_tell_the_encoding(encoding, tmp_path):
    found = read(tmp_path, "Ort;Wert;Nr\nŁódź;1,5;1\nŁódź;2,5;2\n".encode(encoding), words=["Łódź", "Köln"])
    assert found.checked.frame.texts("Ort") == ["Łódź", "Łódź"]


def test_a_column_that_is_needed(tmp_path):
    needed = Schema((*SCHEMA.columns[:1], Column("Wert", "number", nullable=False), SCHEMA.columns[2]))
    with pytest.raises(UserError, match="“Wert” is needed"):
        read(tmp_path, "Ort;Nr\nRom;1\nRom;2\n", needed)
