"""A new file under an old project is found anew, and what is unusual in it is reported."""

from __future__ import annotations

import csv
import datetime
import io
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import openpyxl
import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_anew, load_cells
from mlops_desktop.engine.data.new_file import read_new_file
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.csv_io import CsvInput
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


@pytest.mark.parametrize("cells", [["6", "0,05"], ["7,5", "0,05 %"]])
def test_percentages_without_their_mark_are_refused_by_program_and_bundle(tmp_path, cells):
    schema = Schema((Column("Wert", "number", Grammar(decimal=",", percent=True), low=0.001, high=0.09), Column("Ort", "category")))
    data = "Ort;Wert\n" + "".join(f"Rom;{cell}\n" for cell in ["0", "1", *cells])
    for read_it in (lambda: read(tmp_path, data, schema), lambda: CsvInput(io.StringIO(data, newline=""), schema)):
        with pytest.raises(UserError, match="Numbers of “Wert” stand without “%”"):
            read_it()
    fractions = data.replace("1\n", "0,01\n").replace(cells[0], "0,06")
    assert any("as fractions" in note for note in read(tmp_path, fractions, schema).notes)
    assert any("as fractions" in note for note in CsvInput(io.StringIO(fractions, newline=""), schema).notes)


@pytest.mark.parametrize("data", ["Ort;Wert;Wert\nRom;1;2\n", "Ort;WERT;WERT\nRom;1;2\n", "Ort;Wert\n"])
def test_a_repeated_name_and_a_header_alone_are_refused_by_program_and_bundle(tmp_path, data):
    schema = Schema(SCHEMA.columns[:2])
    for read_it in (lambda: read(tmp_path, data, schema), lambda: CsvInput(io.StringIO(data, newline=""), schema)):
        with pytest.raises(UserError, match="twice: “Wert”" if "1" in data else "no row of data"):
            read_it()


def test_names_that_the_training_data_repeated_are_read(tmp_path):
    schema = Schema((SCHEMA.columns[1], Column("Wert_2", "integer")))
    assert read(tmp_path, "Wert;Wert\n1,5;2\n", schema).checked.frame.number("Wert_2").tolist() == [2]


def test_rows_of_another_length_are_refused_and_counted(tmp_path):
    rows = "".join(f"Rom;{at},5;{at}\n" for at in range(40))
    found = read(tmp_path, f"Ort;Wert;Nr\n{rows}Rom;1\nRom;1,5;2;3\n")
    assert sorted(found.problems()) == [40, 41]
    assert "2 rows are refused because they have another number of cells than the header." in found.notes
    assert found.checked.frame.rows == 42


def test_what_is_no_row_and_what_is_unusual_is_reported(tmp_path):
    rows = "".join(f"Rom;{at},5;{at}\n" for at in range(40))
    found = read(tmp_path, f"Bericht\n\nOrt;Wert;Nr;x\n{rows.replace(chr(10), ';z' + chr(10))}Paris;100,5;1;z\n;;2;z\nSumme;900,5;;\n")
    assert found.checked.frame.rows == 42
    for part in ("“Bericht”", "marked as a total", "was left out: “x”", "“Paris” (1)", "outside the range", "“Ort” is missing in 1 row"):
        assert sum(part in note for note in found.notes) == 1, (part, found.notes)


@pytest.mark.parametrize("encoding", ["cp1250", "cp852", "mac_latin2", "utf-16", "iso8859-2"])
def test_texts_of_the_model_decide_the_encoding(encoding, tmp_path):
    found = read(tmp_path, "Ort;Wert;Nr\nŁódź;1,5;1\nŁódź;2,5;2\n".encode(encoding), words=["Łódź", "Köln"])
    assert found.checked.frame.texts("Ort") == ["Łódź", "Łódź"]


def test_names_decide_the_delimiter_and_the_sheet(tmp_path):
    found = read(tmp_path, 'Ort,Wert,Nr\nx,y\n"Rom;a;b","18,5",1\n"Köln;a;b","44,5",2\n')
    assert found.checked.frame.number("Wert")[1:].tolist() == [18.5, 44.5]
    book = openpyxl.Workbook()
    book.active.append(["made", "by"])
    book.active.append(["me", "today"])
    for row in (["Ort", "Wert", "Nr"], ["Rom", 1.5, 1], ["Köln", 2.5, 2]):
        (book["data"] if "data" in book.sheetnames else book.create_sheet("data")).append(row)
    book.save(tmp_path / "new.xlsx")
    cells = load_anew(tmp_path / "new.xlsx", None, NAMES, Silent())[1]
    assert cells.names == ["Ort", "Wert", "Nr"]
    assert any("“data” was read" in note.message for note in cells.notes)


def test_a_column_that_is_needed(tmp_path):
    needed = Schema((*SCHEMA.columns[:1], Column("Wert", "number", nullable=False), SCHEMA.columns[2]))
    with pytest.raises(UserError, match="“Wert” is needed"):
        read(tmp_path, "Ort;Nr\nRom;1\nRom;2\n", needed)


@dataclass(frozen=True)
class Locale:
    """How one country writes a table."""

    mark: str
    day: str
    decimal: str
    thousands: Callable[[str], str]
    yes: str
    no: str


def by_threes(mark: str) -> Callable[[str], str]:
    return lambda digits: f"{int(digits):,}".replace(",", mark)


def lakh(digits: str) -> str:
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, at - 2) : at] for at in range(len(head), 0, -2)][::-1]
    return ",".join([*pairs, tail])


LOCALES = {
    "en": Locale(",", "%m/%d/%Y", ".", by_threes(","), "yes", "no"),
    "de": Locale(";", "%d.%m.%Y", ",", by_threes("."), "ja", "nein"),
    "fr": Locale(";", "%d/%m/%Y", ",", by_threes("\u202f"), "oui", "non"),
    "ch": Locale(";", "%d.%m.%Y", ".", by_threes("’"), "ja", "nein"),
    "in": Locale(",", "%d-%m-%Y", ".", lakh, "Yes", "No"),
}
TABLE_NAMES = ["day", "place", "weight", "value", "pieces", "quick"]


def rows_of_a_table() -> list[tuple[datetime.datetime, str, float, float, int, bool]]:
    rng = random.Random(3)
    start = datetime.datetime(2023, 5, 1)
    return [
        (
            start + datetime.timedelta(days=rng.randrange(400)),
            rng.choice(("Köln", "Rom", "Zürich")),
            round(rng.uniform(0.5, 60), 3),
            round(rng.uniform(900, 2_000_000), 2),
            rng.randrange(1, 250_000),
            rng.random() < 0.5,
        )
        for _ in range(60)
    ]


def write(name: str, rows: list[tuple[datetime.datetime, str, float, float, int, bool]], folder):
    if name == "xlsx":
        book = openpyxl.Workbook()
        for row in (TABLE_NAMES, *rows):
            book.active.append(row)
        book.save(folder / "table.xlsx")
        return folder / "table.xlsx"
    way = LOCALES[name]

    def number(value: float, digits: int) -> str:
        whole, _, rest = f"{value:.{digits}f}".partition(".")
        return way.thousands(whole) + (way.decimal + rest if rest else "")

    text = io.StringIO()
    writer = csv.writer(text, delimiter=way.mark, lineterminator="\n")
    writer.writerow(TABLE_NAMES)
    for day, place, weight, value, pieces, quick in rows:
        writer.writerow(
            [day.strftime(way.day), place, number(weight, 3), number(value, 2), number(pieces, 0), way.yes if quick else way.no]
        )
    (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")
    return folder / f"{name}.csv"


@pytest.mark.parametrize("trained", ["xlsx", *LOCALES])
@pytest.mark.parametrize("new", ["xlsx", *LOCALES])
def test_every_locale_under_every_other_is_the_same_table(trained, new, tmp_path):
    rows = rows_of_a_table()
    table = type_cells(load_cells(write(trained, rows, tmp_path), None, Silent())[1], {}, Silent())
    assert [column.type for column in table.schema.columns] == ["date", "category", "number", "number", "integer", "boolean"]
    path = write(new, rows[:25], tmp_path)
    found = read_new_file(load_anew(path, None, set(TABLE_NAMES), Silent())[1], table.schema, table.schema)
    assert not found.checked.errors
    frames = [found.checked.frame]
    if new != "xlsx":  # a bundle reads text files alone
        frames += [
            chunk.checked.frame for chunk in CsvInput(io.StringIO(path.read_text(encoding="utf-8"), newline=""), table.schema).chunks()
        ]
    for frame in frames:
        assert frame.date("day").tolist() == [
            int((row[0] - datetime.datetime(1970, 1, 1)).total_seconds()) * 1_000_000 for row in rows[:25]
        ]
        assert frame.texts("place") == [row[1] for row in rows[:25]]
        for at, name in enumerate(("weight", "value", "pieces", "quick"), 2):
            assert np.array_equal(frame.number(name), [float(row[at]) for row in rows[:25]]), name
