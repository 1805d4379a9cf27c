"""Units, per cent and days without a date in a new file: mapped to the training data and noted, or refused, never another number."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.column_summary import describe_columns
from mlops_desktop.engine.data.loading import load_anew, load_cells
from mlops_desktop.engine.data.new_file import read_new_file
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.column_units import may_be_same, split_unit
from mlops_desktop.serving.csv_io import CsvInput, decoded
from mlops_desktop.serving.errors import UserError
from tests.reading.table_case import written

EURO, DOLLAR = "#,##0.00\\ [$€-407]", "[$$-409]#,##0.00"


def text(values, name="x", unit="", mark=","):
    """A CSV text of a column beside another, with a row of units where one is given."""
    rows = [f"shop{mark}{name}", *([f"{mark}{unit}"] if unit else []), *(f"s{at % 3}{mark}{value}" for at, value in enumerate(values))]
    return "\n".join(rows) + "\n"


def sheet(values, code="General"):
    """The same as the rows of a sheet, with the number format of the values."""
    return [["shop", "x"], *([f"s{at % 3}", value] for at, value in enumerate(values))], code


def saved(folder, content, name):
    """The file of a CSV text, or of a sheet."""
    if isinstance(content, str):
        return written(folder, content, f"{name}.csv")
    book = openpyxl.Workbook()
    for row in content[0]:
        book.active.append(row)
    for at in range(2, len(content[0]) + 1):
        book.active.cell(at, 2).number_format = content[1]
    book.save(folder / f"{name}.xlsx")
    return folder / f"{name}.xlsx"


def trained(path):
    """The schema of a model that was trained on a file."""
    cells = load_cells(path, None, Silent())[1]
    notes = {name: ColumnNote(unit=unit) for name, unit in cells.units.items()}
    table = type_cells(cells, notes, Silent())
    return describe_columns(table, table.frame, notes)


def shown(schema, frame, errors):
    """The values of the second column; “refused” where the row is."""
    column = schema.columns[1]
    values = frame.date(column.name) if column.type == "date" else frame.number(column.name)
    return ["refused" if at in errors else value for at, value in enumerate(values.tolist())]


def both(folder, training, new):
    """The values and the notes of a new file by the program and, of a text, by a bundle, which must be the same values."""
    schema, path = trained(saved(folder, training, "training")), saved(folder, new, "new")
    try:
        found = read_new_file(load_anew(path, None, {column.name for column in schema.columns}, Silent())[1], schema, schema)
    except UserError as error:
        program, notes = str(error), ""
    else:
        program, notes = shown(schema, found.checked.frame, found.problems()), " ".join(found.notes)
    if path.suffix == ".csv":
        assert bundle(path, schema) == program
    return program, notes


def bundle(path, schema):
    """The values of a new file by a bundle, or the sentence that refuses it."""
    try:
        (chunk,) = CsvInput(decoded(io.BytesIO(path.read_bytes()), schema)[0], schema).chunks()
    except UserError as error:
        return str(error)
    return shown(schema, chunk.checked.frame, chunk.errors())


PLAIN, KILOS = text([10.5, 20.5, 30.5] * 4), text(["10.5 kg", "20.5 kg", "30.5 kg"] * 4)
PERCENT, SHARES = text(["10 %", "20 %", "40 %"] * 4), text([0.1, 0.2, 0.4] * 4)
DAYS = text([f"2024-01-{at:02}" for at in range(1, 13)])
FIFTH = datetime.datetime(2024, 1, 5)
DAY = int(FIFTH.replace(tzinfo=datetime.UTC).timestamp() * 1e6)
NONE = -(2**63)


@pytest.mark.parametrize(
    ("training", "new", "values", "note"),
    [
        (PLAIN, text([12.5, 13.5], "x (€)"), [12.5, 13.5], "“x (€)” as “x”"),
        (text([10.5, 20.5, 30.5] * 4, "x [EUR]"), text([12.5, 13.5]), [12.5, 13.5], "“x” as “x [EUR]”"),
        (text([10.5, 20.5, 30.5] * 4, "x [EUR]"), text([12.5, 13.5], "x (€)"), [12.5, 13.5], "“x (€)” as “x [EUR]”"),
        (PLAIN, text(["12 kg", "13 kg"]), ["refused"] * 2, "says no unit"),
        (PLAIN, text(["12.5 €", "13.5 €"]), [12.5, 13.5], "“€”"),
        (PLAIN, text(["12K", "13K"]), ["refused"] * 2, "refused"),
        (KILOS, text([12.5, 13.5]), [12.5, 13.5], "without “kg”"),
        (text(["0 kg", "20.5 kg", "30.5 kg"] * 4), text(["12.5 kg", 0]), [12.5, 0], ""),
        (KILOS, text([1500, 2500], unit="g"), "“x” is in g in this file, but the training data is in kg. Convert the values to kg.", ""),
        (KILOS, text([1500, 2500], "x (g)"), "“x” is in g in this file, but the training data is in kg. Convert the values to kg.", ""),
        (KILOS, text([15, 25], "x in kg"), [15, 25], "“x in kg” as “x”"),
        (text([1.5, 2.5, 3.5] * 4, unit="kg"), text(["1500 g", "2500 g"]), [1.5, 2.5], "converted to kg"),
        (PERCENT, sheet([0.12, 0.25], "0%"), [0.12, 0.25], ""),
        (PERCENT, sheet([0.12, 0.25]), [0.12, 0.25], "read as fractions"),
        (PERCENT, sheet([12, 25]), "Numbers of “x” stand without “%” in this file", ""),
        (SHARES, sheet([0.12, 0.25], "0%"), [0.12, 0.25], "percentages"),
        (SHARES, text(["12,0 %", "25,5 %"], mark=";"), [0.12, 0.255], "percentages"),
        (text([0.001, 0.002, 0.004] * 4), text(["0.1 %", "0.3 %"]), [0.001, 0.003], "percentages"),
        (PLAIN, sheet([0.12, 0.25], "0%"), ["refused"] * 2, "“%”"),
        (sheet([0.1, 0.2, 0.4] * 4, "0%"), text(["12,0 %", "25,5 %"], mark=";"), [0.12, 0.255], "decimal comma"),
        (sheet([10.5, 20.5, 30.5] * 4, EURO), sheet([12.5, 13.5], DOLLAR), ["refused"] * 2, "in €"),
        (sheet([10.5, 20.5, 30.5] * 4, EURO), sheet([12.5, 13.5]), [12.5, 13.5], "without “€”"),
        (sheet([10.5, 20.5, 30.5] * 4, EURO), text(["1.012,50 €", "13,50 €"], mark=";"), [1012.5, 13.5], "decimal comma"),
        (DAYS, text(["2024-01-05", "9999-12-31"]), [DAY, NONE], "9999-12-31 means “no date”"),
        (DAYS, text(["05.01.2024", "31.12.9999"]), [DAY, NONE], "9999-12-31 means “no date”"),
        (
            DAYS,
            sheet([datetime.datetime(2024, 1, 5), datetime.datetime(9999, 12, 31)], "yyyy-mm-dd"),
            [DAY, NONE],
            "9999-12-31 means “no date”",
        ),
    ],
)
def test_a_new_file(training, new, values, note, tmp_path):
    found, notes = both(tmp_path, training, new)
    if isinstance(values, str):
        assert isinstance(found, str)
        assert found.startswith(values)
    else:
        assert found == pytest.approx(values) if "refused" not in values else found == values
    assert note in notes if note else not notes


def test_a_day_that_the_training_data_comes_near_to_is_a_date(tmp_path):
    training = text([f"{1890 + at}-01-05" for at in range(12)])
    assert both(tmp_path, training, text(["1900-01-01", "1895-02-03"]))[0] == [-2208988800000000, -2363904000000000]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Price (€)", ("Price", "€")),
        ("Weight [kg]", ("Weight", "kg")),
        ("Weight in kg", ("Weight", "kg")),
        ("Rate(%)", ("Rate", "%")),
        ("Price (net)", ("Price (net)", "")),
        ("Born in Rome", ("Born in Rome", "")),
        ("(€)", ("(€)", "")),
    ],
)
def test_the_unit_in_a_name(name, parts):
    assert split_unit(name) == parts


def test_units_that_are_the_same():
    assert may_be_same("€", "EUR")
    assert may_be_same("kg", "Kg")
    assert may_be_same("kg", "boxes")
    assert not may_be_same("kg", "g")
    assert not may_be_same("€", "$")
    assert not may_be_same("%", "kg")
