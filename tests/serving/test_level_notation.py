"""Levels that a new file spells otherwise are read as the one level that they are alike, and no others."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.file_notation import NotationFinder
from mlops_desktop.serving.schema import Schema


@pytest.mark.parametrize(
    ("levels", "cells", "read", "note"),
    [
        (("female", "male"), ["MALE", "male ", "Female", "", "other"], ["male", "male", "female", None, "other"], "“Female” as “female”"),
        (("St. Gallen",), ["ST.GALLEN", "St.  Gallen"], ["St. Gallen", "St. Gallen"], "“ST.GALLEN” as “St. Gallen”"),
        (("us", "US"), ["Us", "us", "US"], ["Us", "us", "US"], ""),  # two levels are alike
        (("a",), ["a", "b"], ["a", "b"], ""),
    ],
)
@pytest.mark.parametrize("kind", ["category", "ordered"])
def test_spellings_of_levels(levels, cells, read, note, kind):
    finder = NotationFinder(Schema((Column("x", kind, levels=levels),)))
    assert finder.wants("x")
    for cell in cells:
        finder.add({"x": [cell]})
    found = finder.found()
    assert found.schema.from_texts({"x": cells}, len(cells)).frame.texts("x") == read
    assert [note in text for text in found.notes] == ([True] if note else [])


def test_what_a_person_recoded_stays():
    column = Column("x", "category", Grammar(recoded=(("M", "male"),)), levels=("male",))
    finder = NotationFinder(Schema((column,)))
    finder.add({"x": ["M", "MALE"]})
    assert finder.found().schema.columns[0].grammar.recoded == (("M", "male"), ("MALE", "male"))


def test_texts_have_no_levels():
    assert not NotationFinder(Schema((Column("x", "text", levels=("a",)), Column("y", "category")))).wants("x")
