"""The table of a text is found by the names of the model's columns, whatever is above it and between its cells."""

from __future__ import annotations

import io

import pytest

from mlops_desktop.serving.column import Column
from mlops_desktop.serving.csv_io import decoded
from mlops_desktop.serving.csv_table import CsvRows, find_csv_table
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.schema import Schema

SCHEMA = Schema((Column("Ort", "category"), Column("Größe", "number")))


@pytest.mark.parametrize(
    "text",
    [
        "Ort;Größe\nKöln;1,5\nRom;2,5\n",
        "sep=;\nOrt;Größe\nKöln;1,5\nRom;2,5\n",
        "Bericht 2024\n\nOrt;Größe\nKöln;1,5\nRom;2,5\n",
        '"Ort","Größe"\n"Köln","1,5"\n"Rom","2,5"\n',
        "'Ort';'Größe'\n'Köln';'1,5'\n'Rom';'2,5'\n",
        "Ort\tGröße\r\nKöln\t1,5\r\nRom\t2,5\r\n",
        "Ort | Größe\nKöln | 1,5\nRom | 2,5\n",
        'Ort, "Größe"\nKöln, "1,5"\nRom, "2,5"\n',
        "\ufeff\ufeffOrt;Größe\nKö\0ln;1,5\nRom;2,5\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_table_is_found(text, encoding):
    if encoding == "cp1252":
        text = text.replace("\ufeff", "")
    opened, notes = decoded(io.BytesIO(text.encode(encoding)))
    table = find_csv_table(opened, {column.name for column in SCHEMA.columns})
    assert [name.strip() for name in table.header] == ["Ort", "Größe"]
    rows = [[cell.strip() for cell in row] for row in CsvRows(opened, table)]
    assert rows == [["Köln", "1,5"], ["Rom", "2,5"]]
    assert len(notes) == (encoding == "cp1252")


def test_a_damaged_byte_leaves_utf8_what_it_is():
    opened, notes = decoded(io.BytesIO("Ort;Größe\nKöln;1\nZürich;2\n".encode() + b"R\xfcm;3\n"))
    assert (opened.read(), notes) == ("Ort;Größe\nKöln;1\nZürich;2\nR\ufffdm;3\n", ())


SHIFTED = Schema((Column("都市", "category", levels=("東京", "表示")), Column("x", "number")))
PLAIN = Schema((Column("city", "category", levels=("Rome",)), Column("x", "number")))


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16-le", "utf-8"])
def test_names_and_levels_of_the_model_decide_the_encoding(encoding):
    data = ("都市,x\n" + "東京,1\n表示,2\n" * 3).encode(encoding)
    opened, notes = decoded(io.BytesIO(data), SHIFTED)
    assert opened.read().startswith("都市,x\n東京,1\n表示,2\n")
    assert [encoding in note for note in notes] == ([] if encoding.startswith("utf") else [True])


def test_letters_of_another_script_that_do_not_matter_are_named():
    opened, notes = decoded(io.BytesIO(("city,note,x\n" + "Rome,Нижний Новгород,1\n" * 9).encode("koi8_r")), PLAIN)
    assert opened.read().startswith("city,note,x\nRome,")
    assert "cannot be determined" in notes[0]
    texts = Schema((*PLAIN.columns, Column("note", "text")))
    with pytest.raises(UserError, match="cannot be determined"):
        decoded(io.BytesIO(("city,note,x\n" + "Rome,Нижний Новгород,1\n" * 9).encode("koi8_r")), texts)


@pytest.mark.parametrize("data", [b"PK\x03\x04" + bytes(50), b"\x1f\x8b\x08\x00abc", b"PAR1abcd"])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(UserError, match="not a text"):
        decoded(io.BytesIO(data), PLAIN)


def test_names_decide_the_delimiter():
    text = io.StringIO('Bericht\n\nORT;GRÖSSE\nx,y\n"a;b";1,5\n"1,5";2,5\n', newline="")
    table = find_csv_table(text, {"Ort", "Grösse"})
    assert (table.dialect.delimiter, list(table.header)) == (";", ["ORT", "GRÖSSE"])


def test_another_script_is_not_guessed():
    with pytest.raises(UserError, match="not UTF-8"):
        decoded(io.BytesIO(("Город;x\n" + "Нижний Новгород;1\n" * 5).encode("cp1251")))
