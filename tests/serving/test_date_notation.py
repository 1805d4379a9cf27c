"""Which format and which order of day and month the cells of one column of dates prove, by themselves."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.date_notation import DateNotation, order_text


def found(cells, own=""):
    notation = DateNotation(Column("d", "date", Grammar(date=own)))
    notation.add(cells)
    return notation


@pytest.mark.parametrize(
    ("cells", "order", "format_"),
    [
        (["2024-02-27", "2024-03-01 14:05:00"], None, ""),
        (["27.02.2024", "01.03.2024"], True, "%d.%m.%Y"),
        (["01.02.2024"], None, "%d.%m.%Y"),
        (["2/27/24", "3/1/24 2:05 PM"], False, "%m/%d/%y %I:%M:%S %p"),
        (["27-Feb-2024", "3-Mär-2024"], None, "%d-%b-%Y"),
        (["2024/02/27"], None, "%Y/%m/%d"),
        (["27.02.2024", "2024-03-01", "no date", ""], True, "%d.%m.%Y"),
        (["27.02.2024", "02/27/2024"], None, ""),  # no format reads both
        (["3/3/2024"], None, "%d/%m/%Y"),  # the same day in both orders
        (["KW 12/2024", "KW 7/2024"], None, "KW %V/%G"),
        (["Mar 2024", "Dezember 2023"], None, "%b %Y"),
        (["Q1 2024"], None, "Q%q %Y"),
        (["Mo, 03.04.2024"], None, "%a, %d.%m.%Y"),
        (["27.02.2024", "01.03.2024, 14:05 Uhr"], True, "%d.%m.%Y, %H:%M:%S Uhr"),
        (["20240328T1405"], None, "%Y%m%dT%H%M"),
        (["2024-3-1", "2024-12-24"], None, "%Y-%m-%d"),
        (["12/2024", "Q3 2024"], None, ""),
        (["Ort 2024"], None, ""),
    ],
)
def test_formats_that_cells_prove(cells, order, format_):
    notation = found(cells)
    assert notation.order() == order
    grammar = notation.grammar({order} - {None})
    assert grammar is not None
    assert grammar.date == format_


def test_an_order_is_decided_by_another_column_or_not_at_all():
    assert found(["3/4/2024"]).grammar(()) is None
    assert found(["3/4/2024"]).grammar({True, False}) is None
    assert found(["3/4/2024"]).grammar({False}) == Grammar(date="%m/%d/%Y")
    assert found(["3/4/2024"], "%d/%m/%Y").grammar(()) == Grammar(date="%d/%m/%Y")
    assert found(["3/4/2024"], "%d/%m/%Y").grammar({False}) == Grammar(date="%m/%d/%Y")


def test_an_order_in_words():
    assert order_text("%d.%m.%Y %H:%M:%S.%f") == "day.month.year"
    assert order_text("%b %d, %Y") == "month day, year"
    assert order_text("%a, %d.%m.%Y") == "weekday, day.month.year"
    assert order_text("KW %V/%G") == "as in “KW 13/2024”"
