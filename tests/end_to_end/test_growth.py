"""Whatever a client sends is read in a time that grows with its length and no faster."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable

import numpy as np
import pytest

from mlops_desktop.serving.batch_notes import BatchNotes
from mlops_desktop.serving.cells import Grammar, Scale
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.compound_numbers import COMPOUND
from mlops_desktop.serving.csv_io import CsvInput, decoded
from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.formula.functions import FUNCTIONS
from mlops_desktop.serving.formula.values import Texts
from mlops_desktop.serving.numbers import NOTATIONS
from mlops_desktop.serving.schema import Schema
from mlops_desktop.serving.transforms.split_column import SplitColumn
from mlops_desktop.serving.transforms.tf_idf import Analyzer

QUICK, WIDE = (2_000, 16_000), (10_000, 1_000_000)
MOST = 1.2  # exponent of the time in the length
SCALES = (Scale("k", 1000.0), Scale("min", 1.0, 60.0), Scale("h"), Scale("DR", -1.0))
EVERY = Grammar(affixes=("$", "€"), percent=True, thousands=",", notations=(*NOTATIONS, *COMPOUND), scales=SCALES)
COLUMNS = (
    Column("number", "number"),
    Column("every", "number", grammar=EVERY),
    Column("whole", "integer", grammar=Grammar(thousands=" ", decimal=",")),
    Column("flag", "boolean", grammar=Grammar(true=("yes",), false=("no",))),
    Column("city", "category", levels=("Rome", "Zürich")),
    Column("size", "ordered", levels=("low", "high")),
    Column("note", "text"),
    Column("key", "id"),
    Column("day", "date"),
    Column("moment", "date", grammar=Grammar(date="%a, %o de %b de %Y %I:%M:%S.%f %p %z", zone=True)),
)
SCHEMA, FILE_SCHEMA = Schema(COLUMNS), Schema(COLUMNS[::4])
# Texts of about n characters, each of which was read in a time that grew with the square of n, or might be.
TEXTS: dict[str, Callable[[int], str]] = {
    "marks": lambda n: "a" + "\u0315\u0300\u0323" * (n // 3),
    "composed marks": lambda n: "\u0f73\u0344" * (n // 2),
    "marks and invisible characters": lambda n: "a" + "\u0315\u200b\u0300" * (n // 3),
    "marks and joiners": lambda n: "a" + "\u200d\u0315\u0300" * (n // 3) + "a",
    "joiners": lambda n: "é" + "\u200d" * n + "é",
    "blanks behind a sign": lambda n: "+" + " " * n + "x",
    "digits": lambda n: "1" * n + "x",
    "grouped digits": lambda n: "1" + ",111" * (n // 4) + "x",
    "parentheses": lambda n: "(" * n,
    "parts": lambda n: "1h " * (n // 3) + "x",
    "days": lambda n: "1 jan 2024 12:00 " * (n // 17),
}
FILES: dict[str, Callable[[int], str]] = {
    "names without a letter": lambda n: "number,city" + "," * n + "\n1,Rome\n",
    "one name again and again": lambda n: "number,city" + ",x" * (n // 2) + "\n1,Rome\n",
    "rows of another length": lambda n: "number,city" + ",x" * (n // 4) + "\n" + "1\n" * (n // 4),
    "tables under one another": lambda n: 'a,b\n"1,2\n\nc,d\n3,4\n\n' * (n // 20),
    "blanks": lambda n: "number,city\n+" + " " * n + "x,Rome\n",
    "blanks before quotes": lambda n: 'number,city\n1,"' + " " * n + 'x"\n',
    "marks": lambda n: "number,city\n1,a" + "\u0315\u0300" * (n // 2) + "\n",
    "a name of marks": lambda n: "number,city,a" + "\u0315\u0300" * (n // 2) + "\n1,Rome,x\n",
}


def exponent(work: Callable[[str], object], text: Callable[[int], str], sizes: tuple[int, int]) -> float:
    """The exponent with which the processor time grows between two sizes: the least of some tries, as others use the machine too."""
    texts = [text(size) for size in sizes]
    work(texts[0])
    least = [math.inf, math.inf]
    for _ in range(5):
        for i, one in enumerate(texts):
            started = time.process_time()
            work(one)
            least[i] = min(least[i], time.process_time() - started)
        if (found := _exponent(least, sizes)) <= MOST:
            break
    return found


def _exponent(seconds: list[float], sizes: tuple[int, int]) -> float:
    return math.log(max(seconds[1], 1e-3) / max(seconds[0], 1e-3)) / math.log(sizes[1] / sizes[0])


def read_row(text: str) -> None:
    SCHEMA.from_rows([{text: 1, **{column.name: text for column in COLUMNS}}])


def read_file(text: str) -> None:
    try:
        table = CsvInput(decoded(io.BytesIO(text.encode()))[0], FILE_SCHEMA, most=1_000_000)
        notes = BatchNotes(table.schema, table.absent, table.unknown)
        for chunk in table.chunks():
            notes.add(chunk.checked, chunk.ragged)
        notes.messages()
    except UserError:
        pass


def transform(text: str) -> None:
    for analyzer in (Analyzer("word", 1, 2, True), Analyzer("char", 2, 4, True), Analyzer("char_wb", 2, 4, False)):
        list(analyzer.terms(text))
    SplitColumn("note", ("a", "b"), " ", "", True, False, True).parts()(text)
    for name in ("lower", "trim", "words"):
        FUNCTIONS[name].apply(Texts(np.zeros(1, dtype=np.intp), (text,)))


@pytest.mark.parametrize("kind", TEXTS)
def test_cells_names_and_transforms(kind):
    assert exponent(read_row, TEXTS[kind], QUICK) <= MOST
    assert exponent(transform, TEXTS[kind], QUICK) <= MOST


@pytest.mark.parametrize("kind", FILES)
def test_files(kind):
    assert exponent(read_file, FILES[kind], QUICK) <= MOST


@pytest.mark.proof
@pytest.mark.parametrize(("work", "kinds"), [(read_row, TEXTS), (transform, TEXTS), (read_file, FILES)])
def test_up_to_a_megabyte(work, kinds):
    grown = {kind: exponent(work, text, WIDE) for kind, text in kinds.items()}
    assert max(grown.values()) <= MOST, grown
