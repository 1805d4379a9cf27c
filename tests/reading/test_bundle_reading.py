"""A bundle reads a CSV file as the program does: the same rows, names and cells, and the same rows refused."""

from __future__ import annotations

import io

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_anew, load_cells
from mlops_desktop.engine.data.new_file import read_new_file
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.serving.csv_io import CsvInput, decoded, non_ascii_texts
from mlops_desktop.serving.errors import UserError
from tests.reading import (
    test_export_tables,
    test_instrument_tables,
    test_office_tables,
    test_program_exports,
    test_report_tables,
    test_reported_tables,
    test_stacked,
    test_table_place,
    test_trait_pairs,
)
from tests.reading.table_case import written

_TABLES = (
    test_table_place,
    test_report_tables,
    test_reported_tables,
    test_trait_pairs,
    test_export_tables,
    test_program_exports,
    test_office_tables,
    test_instrument_tables,
)
_USUAL = '1,"some words",2.5\n'
TEXTS: dict[str, str | bytes] = {
    **{name: case.text for tables in _TABLES for name, case in tables.CASES.items() if case.ending in (".csv", ".txt")},
    **{f"stacked: {name}": text for name, (text, _, _) in test_stacked.STACKED.items()},
    **{f"one table: {name}": text for name, (text, _) in test_stacked.ONE.items()},
    "row names": "a,b\n" + "".join(f"r{i},{i},{i % 7}.5\n" for i in range(40)),
    "a long text at the end": "n,t\n"
    + "".join(f"{i},x{i % 9}\n" for i in range(400))
    + '400,"'
    + "\n".join(f"l{i}" for i in range(25))
    + '"\n',
    "an unclosed quote": "n,ok\n" + "1,ja\n2,nein\n" * 35 + '70,"ja\n' + "71,nein\n72,ja\n" * 30,
    "an unclosed quote in the names": 'n,"ok,z\n' + "1,ja,7\n2,nein,8\n" * 5,
    "sums without a word": "shop;sales;n\n" + "".join(f"{one};{at},5;{at}\n" for at, one in enumerate("abcdefg")) + ";24,5;21\n;;\n",
    "late escapes": "a,b,c\n" + _USUAL * 20_000 + '2,"he said \\"yes, no\\" twice",3.5\n' * 30 + _USUAL,
    "late stacked": "a,b\n" + "1,2\n" * 300 + "\nc,d,e\n" + "5,6,x\n" * 30,
    "Western European": "Straße;Größe\n".encode("cp1252") + "Köln;1,5\nÖls;2,5\n".encode("cp1252") * 9,
    "Cyrillic": "Город;x\n".encode("cp1251") + "Нижний Новгород;1\nМосква;2\n".encode("cp1251") * 9,
}


def program_reading(path, schema):
    """The frame of a file as the program reads a new one, with the refused rows; a sentence where it is refused."""
    names = {column.name for column in schema.columns}
    try:
        found = read_new_file(load_anew(path, None, names, Silent(), [*non_ascii_texts(schema)])[1], schema, schema)
    except UserError as error:
        return str(error)
    return [found.checked.frame], sorted({issue.row for issue in found.checked.errors})


def bundle_reading(path, schema):
    """As `program_reading`, by the code of a bundle."""
    try:
        table = CsvInput(decoded(io.BytesIO(path.read_bytes()), schema)[0], schema)
    except UserError as error:
        return str(error)
    assert (table.absent, table.unknown) == (set(), [])
    refused: list[int] = []
    start, chunks = 0, list(table.chunks())
    for chunk in chunks:
        refused += [start + row for row in chunk.errors()]
        start += chunk.rows
    return [chunk.checked.frame for chunk in chunks], sorted(refused)


def values(frames, column):
    """The values of a column over frames; gaps are equal to each other."""
    read = "date" if column.type == "date" else "number" if column.type in ("number", "integer", "boolean") else "texts"
    return [str(value) for frame in frames for value in getattr(frame, read)(column.name)]


@pytest.mark.parametrize("name", TEXTS)
def test_the_bundle_reads_what_the_program_reads(name, tmp_path):
    path = written(tmp_path, TEXTS[name])
    assert_read_alike(path, type_cells(load_cells(path, None, Silent())[1], {}, Silent()).schema)


def assert_read_alike(path, schema):
    """AssertionError unless program and bundle read or refuse a new file alike."""
    program, bundle = program_reading(path, schema), bundle_reading(path, schema)
    if isinstance(program, str) or isinstance(bundle, str):
        assert program == bundle
        return
    assert bundle[1] == program[1]
    for column in schema.columns:
        read, expected = values(bundle[0], column), values(program[0], column)
        refused = dict.fromkeys(program[1], "")  # a bundle keeps no cell of these
        assert {**dict(enumerate(read)), **refused} == {**dict(enumerate(expected)), **refused}, column.name
