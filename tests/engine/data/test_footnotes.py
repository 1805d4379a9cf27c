"""Marks behind numbers that are no units; the columns themselves are in tests/reading/test_columns.py."""

import pandas as pd
import pytest

from mlops_desktop.engine.data.cell_evidence import Hints
from mlops_desktop.engine.data.footnotes import footnote_format, footnote_marks
from mlops_desktop.engine.data.number_formats import fit_format
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.schema import Column
from tests.imported import raw_of


def marks(cells):
    raw = raw_of("x", pd.Series(cells, dtype="str"))
    present = raw.matching(".+")
    found = footnote_format(raw, present, Hints(), fit_format(raw, present, Hints()))
    return found and found.grammar.affixes


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.5*", "2.5"], ("*",)),
        (["1.5 b", "2.5 p", "3.5"], ("b", "p")),
        (["15 a", "16 b", "17"], None),  # numbers of houses
        (["1.5 H", "2.5"], None),  # henry, where no “L” is beside it
        (["1.5 kg", "2.5 kg"], None),
        (["A*", "B"], None),
    ],
)
def test_marks_are_known(cells, expected):
    assert marks(cells) == expected


def test_a_letter_is_a_unit_in_a_column_with_that_unit():
    column = Column("x", "number", Grammar(affixes=("L", "*")), unit="L")
    assert footnote_marks(column) == ("*",)
    assert footnote_marks(Column("x", "number", Grammar(affixes=("H", "L")))) == ("H", "L")
