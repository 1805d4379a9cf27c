"""Whether a first row names the columns."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.header import is_header


@pytest.mark.parametrize(
    ("first", "body", "header"),
    [
        (["a", "b"], [["1", "x"], ["2", "y"]], True),
        (["1", "x"], [["2", "y"], ["3", "z"]], False),
        (["x", "y"], [["p", "q"], ["r", "s"]], True),
        (["ham", "hello"], [["ham", "a"], ["ham", "b"], ["spam", "c"]], False),
        (["c", "y"], [[c, y] for c in "abcdef" * 3 for y in "uvw"], True),
        (["c", "v"], [[c, y] for c in "abcdef" * 3 for y in "uvw"], False),
        (["2015", "2016"], [["1.5", "2"], ["3", "4"]], True),
        (["2015", "2016"], [["2017", "2018"], ["2019", "2020"]], False),
        (["2020-01-01", "5"], [["2020-01-02", "6"]], False),
        (["day", "5"], [["2020-01-02", "6"]], True),
        (["Q1 2024", "Mar 2024"], [["1.5", "2"], ["3", "4"]], True),
        (["28-Mar-2024", "(5)"], [["29-Mar-2024", "6"]], False),
        (["12:30", "<5"], [["12:45", "7"]], False),
        (["1 kg", "x"], [["2 kg", "y"]], False),
        (["a", "b"], [], True),
        (["", ""], [["1", "2"]], False),
    ],
)
def test_header(first, body, header):
    assert is_header(first, body) is header
