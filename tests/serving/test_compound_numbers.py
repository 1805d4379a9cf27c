"""Numbers in several parts by the notations of their column."""

import pytest

from mlops_desktop.serving.cells import Grammar, Scale
from mlops_desktop.serving.compound_numbers import compound_reader

CLOCK = (Scale("h", 60.0), Scale("m"), Scale("s", 1.0, 60.0))


@pytest.mark.parametrize(
    ("notation", "text", "expected"),
    [
        ("hours", "25:30", 25.5),
        ("hours", "-1:15:36", -1.26),
        ("hours", "2 days, 1:00:00", 49.0),
        ("hours", "1h30", 1.5),
        ("feet", "5'11\"", 71.0),
        ("feet", "5′", 60.0),
        ("feet", "11.5 in", 11.5),
        ("compound", "1h 30m", 90.0),
        ("compound", "- 1h, 30m and 15s", -90.25),
        ("iso_hours", "PT1H30M", 1.5),
        ("iso_hours", "-P1DT0.5H", -24.5),
        ("iso_months", "P1Y6M", 18.0),
    ],
)
def test_parts_are_added(notation, text, expected):
    assert compound_reader(Grammar(notations=(notation,), scales=CLOCK))(text) == expected


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        *(("hours", "1:60"), ("hours", "90"), ("feet", "5'12\""), ("feet", "5"), ("compound", "1h 2h"), ("compound", "1h 30")),
        *(("iso_hours", "P"), ("iso_hours", "PT"), ("iso_hours", "P1Y"), ("iso_months", "P1D"), ("iso_months", "PT1M")),
    ],
)
def test_other_texts_are_refused(notation, text):
    with pytest.raises(ValueError, match="not a number"):
        compound_reader(Grammar(notations=(notation,), scales=CLOCK))(text)


def test_a_grammar_without_such_a_notation_has_no_reader():
    assert compound_reader(Grammar(notations=("limits",))) is None
