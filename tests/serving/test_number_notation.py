"""Which decimal mark the cells of one column of numbers prove, by themselves."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_desktop.serving import number_notation
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.number_notation import NumberNotation
from tests.hostile_texts import hostile_text


@pytest.mark.parametrize(
    ("cells", "proven"),
    [
        (["4,5", "2,25"], {","}),
        (["0.125"], {"."}),
        (["1234.500"], {"."}),
        (["1.234,5"], {","}),
        (["1,234,567.125"], {"."}),
        (["1.234.567"], {","}),
        ([".5", "-3."], {"."}),
        (["$0.125", "$ 12.50"], {"."}),
        (["1.234", "12.345", "-1.000"], set()),
        (["1,234", "7", "-12"], set()),
        (["4,5", "4.5"], {",", "."}),
        (["", "NA", "no number", "1 234"], set()),
    ],
)
def test_decimal_marks_that_cells_prove(cells, proven):
    notation = NumberNotation(Column("x", "number", Grammar(affixes=("$",), missing=("", "NA"))))
    notation.add(cells)
    assert notation.proven == proven


def test_the_order_of_the_cells_changes_nothing():
    cells = ["1.234", "12.345,5", "7", "0,5", "1 €"]
    found = set()
    for at in range(len(cells)):
        notation = NumberNotation(Column("x", "number"))
        notation.add(cells[at:] + cells[:at])
        found.add(notation.grammar(notation.proven, ""))
    assert found == {Grammar(decimal=",", thousands=".", affixes=("€",))}


def test_a_given_mark_settles_numbers_that_read_both_ways():
    notation = NumberNotation(Column("x", "number", Grammar(decimal=",", thousands=".")))
    notation.add(["950.250"])
    assert notation.grammar((), ".") is None
    assert notation.grammar({"."}, "") == Grammar()
    assert notation.grammar({","}, ".") == Grammar(decimal=",", thousands=".")


@pytest.mark.parametrize("seed", range(10))
def test_cells_together_show_what_they_show_one_by_one(seed):
    draw = random.Random(seed)
    plain = ("7", "0", "-1", "1.5", "0.1234", "1,25", "1.234", "", "+3", "1\n2")
    texts = [draw.choice(plain) if draw.random() < draw.choice((0.5, 1.0)) else hostile_text(draw) for _ in range(60)]
    together, alone = NumberNotation(Column("x", "number")), NumberNotation(Column("x", "number"))
    together.add(texts)
    for text in texts:
        alone.add([text])
    left_aside = ("_own", "_readers")
    states = ({name: value for name, value in vars(one).items() if name not in left_aside} for one in (together, alone))
    assert next(states) == next(states)


SIDES = st.sampled_from([None, -2000.0, -3.5, 0.0, 2.0, 150.0, 99_000.0])
BOTH_WAYS = st.from_regex(r"\A-?[1-9][0-9]{0,2}[.,][0-9]{3}\Z")
MANY = st.lists(BOTH_WAYS | st.sampled_from(["1.000", "12", "0.125", "-7,000", "4,5"]), min_size=1, max_size=8)


@given(texts=MANY, sides=st.tuples(SIDES, SIDES), kind=st.sampled_from(["number", "integer"]), decimal=st.sampled_from(".,"))
def test_of_numbers_that_read_both_ways_the_extremes_prove_as_much_as_all(texts, sides, kind, decimal):
    low, high = (None, None) if None in sides else sorted(sides)
    column = Column("x", kind, low=low, high=high, grammar=Grammar(decimal=decimal))

    def found(few):
        notation = NumberNotation(column)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(number_notation, "_FEW", few)
            notation.add(texts)
        readers = ("_own", "_readers", "column")
        return {name: value for name, value in vars(notation).items() if name not in readers}

    assert found(0) == found(1000)
