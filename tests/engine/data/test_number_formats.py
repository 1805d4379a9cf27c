"""How numbers are written, found from a column's cells."""

from __future__ import annotations

import re

import pytest

from mlops_desktop.engine.data.number_formats import decimal_vote, find_format
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.number_notation import NumberNotation
from mlops_desktop.serving.numbers import NOTATIONS, Notation, number_reader


@pytest.mark.parametrize(
    ("cells", "decimal", "thousands", "affixes", "percent"),
    [
        (["1", "2.5"], ".", "", (), False),
        (["1e-3", "5"], ".", "", (), False),
        (["2,6", "11,9", "1360"], ",", "", (), False),
        (["3,995.383", "599.994"], ".", ",", (), False),
        (["1.234,56", "7"], ",", ".", (), False),
        (["1 234,5", "7,1"], ",", " ", (), False),
        (["1'234.50", "7"], ".", "'", (), False),
        (["1,234", "12"], ".", ",", (), False),
        (["0,123", "1,234"], ",", "", (), False),
        (["$2.39", "$12.00"], ".", "", ("$",), False),
        (["5 kg", "7 kg"], ".", "", ("kg",), False),
        (["€ 1.234,50", "€ 7,00"], ",", ".", ("€",), False),
        (["12 %", "3.5%"], ".", "", (), True),
        (["-$5", "$-6"], ".", "", ("$",), False),
    ],
)
def test_found(cells, decimal, thousands, affixes, percent):
    found = find_format(cells)
    assert found is not None
    assert found.share == 1
    grammar = found.grammar
    assert (grammar.decimal, grammar.thousands, grammar.affixes, grammar.percent) == (decimal, thousands, affixes, percent)


@pytest.mark.parametrize("cells", [["a", "b"], ["A12", "A13"], ["SKU1", "SKU2"], ["1-2", "3-4"], ["12.03.2004", "1.1.2004"], []])
def test_no_numbers(cells):
    found = find_format(cells)
    assert found is None or found.share < 0.99


def test_the_file_settles_what_reads_both_ways():
    assert find_format(["1.234", "5.678"]).grammar.decimal == "."
    assert find_format(["1.234", "5.678"], ",").grammar.thousands == "."
    assert find_format(["1,234", "5,678"], ",").grammar.decimal == ","
    assert find_format(["1,234", "5,678"]).doubt
    assert not find_format(["1,234", "5,678"], ".").doubt


def test_votes():
    assert decimal_vote(["1,5", "2,25"]) == ","
    assert decimal_vote(["1.5", "2.25"]) == "."
    assert decimal_vote(["1,234", "2,345"]) == ""
    assert decimal_vote(["1", "2"]) == ""
    assert decimal_vote(["a", "b"]) == ""


@pytest.mark.parametrize("notation", NOTATIONS.values(), ids=NOTATIONS)
def test_every_notation_is_found_and_read(notation: Notation):
    text, value = notation.example
    found = find_format([text, "7", "8.5", *(["$9"] if "$" in text else [])])
    assert found is not None
    assert notation.id in found.grammar.notations
    assert number_reader(found.grammar)(text) == value
    assert not notation.cells or re.fullmatch(notation.cells, text)
    if notation.around:
        new = NumberNotation(Column("x", "number"))
        new.add([text, "7"])
        grammar = new.grammar((), "")
        assert grammar is not None
        assert grammar.notations == (notation.id,)
