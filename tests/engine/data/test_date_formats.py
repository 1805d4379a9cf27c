"""How dates are written, found from a column's cells."""

from __future__ import annotations

import pytest

from mlops_desktop.engine.data.date_formats import find_date_formats
from mlops_desktop.serving.date_formats import CLOCKS, DAYS, WHOLE, day_first, exchanged, format_match, matching_formats


@pytest.mark.parametrize(
    ("cells", "format_", "zone"),
    [
        (["2019-03-23 20:21:09"], "", False),
        (["1949-01"], "", False),
        (["2019-03-23T20:21:09Z"], "", True),
        (["2019-03-23T20:21:09+02:00"], "", True),
        (["9/30/1990 0:00:00"], "%m/%d/%Y %H:%M:%S", False),
        (["28/03/18", "01/02/18"], "%d/%m/%y", False),
        (["12.03.2004", "13.03.2004"], "%d.%m.%Y", False),
        (["18.00.00", "19.30.00"], "%H.%M.%S", False),
        (["18:30"], "%H:%M", False),
        (["10:30 PM"], "%I:%M %p", False),
        (["Jun 12 1998"], "%b %d %Y", False),
        (["June 12, 1998"], "%b %d, %Y", False),
        (["12-Jun-98"], "%d-%b-%y", False),
        (["May 2024"], "%b %Y", False),
        (["13.03.2004 18:30"], "%d.%m.%Y %H:%M", False),
        (["Tue, 12 Mar 2024 10:00:00 +0100"], "%a, %d %b %Y %H:%M:%S %z", True),
    ],
)
def test_found(cells, format_, zone):
    best = find_date_formats(cells)[0]
    assert (best.grammar.date, best.grammar.zone, best.share) == (format_, zone, 1.0)


@pytest.mark.parametrize("cells", [["1.5"], ["12"], ["2024"], ["1-2"], ["abc"], ["18.00"], ["99/99/2001"], []])
def test_no_dates(cells):
    assert find_date_formats(cells) == []


def test_both_orders_are_offered_while_both_can_be():
    found = find_date_formats(["01/02/2018", "03/04/2018"])
    assert {f.grammar.date for f in found} == {"%d/%m/%Y", "%m/%d/%Y"}
    assert [day_first(f.grammar.date) for f in found] == [True, False]
    assert find_date_formats(["2018-02-01"])[0].rival is None
    assert not exchanged(find_date_formats(["Jun 12 1998"])[0].grammar.date)


def test_compact_dates_only_when_asked():
    assert find_date_formats(["20240328"]) == []
    assert find_date_formats(["20240328"], compact=True)[0].grammar.date == "%Y%m%d"


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("2024-01-05", ["%Y-%m-%d"]),
        ("5\u2003Jan. 2020", ["%d %b %Y"]),
        ("1.º de mayo de 2020", []),
        ("10:30", ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]),
        ("上午10:30", ["%p%I:%M", "%p%I:%M:%S"]),
        ("Tue Mar 12 2024", ["%a %b %d %Y"]),
        ("12/Mar/2024", ["%d/%b/%Y"]),
        ("20240105T1011", ["%Y%m%dT%H%M"]),
    ],
)
def test_no_format_is_ruled_out_that_a_text_has(text, formats):
    some = list(dict.fromkeys((*formats, *DAYS[::5], *CLOCKS[::3], *WHOLE[::3])))
    found = matching_formats(some, text)
    assert found == [one for one in some if format_match(one).fullmatch(text)]
    assert {*formats} <= {*found}
