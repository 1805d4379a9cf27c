"""A quote that is never closed, wherever it stands, is a letter; one that is closed is a quote."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.dialect import Dialect
from mlops_desktop.serving.unclosed_quote import beginning_rows

COMMAS = Dialect(",", '"')


@pytest.mark.parametrize(
    ("text", "more", "first"),
    [
        ('a,"b,c\n1,2,3\n4,5,6\n', False, ["a", '"b', "c"]),
        ('a,"b,c\n' + "1,2,3\n" * 30, True, ["a", '"b', "c"]),
        ('a,b\n1,"x\ny"\n2,z\n', False, ["a", "b"]),
        ('a,"b\nc"\n1,2\n', False, ["a", "b\nc"]),
    ],
    ids=["names", "names of a long text", "a cell of two lines", "a name of two lines"],
)
def test_the_first_rows_of_a_text(text, more, first):
    rows, dialect = beginning_rows(text, COMMAS, 300, more=more)
    assert rows[0][1] == first
    assert dialect.quote == ("" if '"b' in first else '"')
