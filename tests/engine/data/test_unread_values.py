"""Texts that look like numbers or dates are reported; ordinary texts and codes are not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.engine.data.unread_values import _ASCII_DATES, _DATES, unread_evidence
from tests.imported import raw_of

NUMBERS = (
    *(["5.1 ± 0.2", "6.3 ± 0.1"], ["12 ‰", "3 ‰"], ["~5", "~7"], ["50¢", "75¢"], ["1.5*", "2.5**", "3.5"], ["100,00 S", "50,00 H"]),
    *(["1½", "2¼"], ["١٢٫٥", "٣٤٫٢"], ["１２", "３４"], ["1.5×10³", "2.5×10²"], ["3 doors", "4 doors", "5 doors", "2 doors"]),
    *(["from 5.50", "from 7.25"], ["1,234.50 pcs/box", "950.00 pcs/box"]),
)
DATES = (
    *(["2024年1月5日", "2024年2月14日"], ["05.01.2024 r.", "14.02.2024 r."], ["2024.01.05.", "2024.02.14."]),
    *(
        ["5 Ocak 2024", "14 Şubat 2024"],
        ["2024-01-05 10:00 Europe/Berlin", "2024-07-05 10:00 Europe/Berlin"],
        ["/Date(1704164645000)/", "/Date(1704164646000)/"],
    ),
)
TEXTS = (
    *(["A00.1", "B12.5"], ["v1.2", "v1.10"], ["1.2.3", "1.10.0"], ["192.168.0.1", "10.0.0.1"], ["+49 30 123456", "+49 89 654321"]),
    *(["4111 1111 1111 1111", "5500 0000 0000 0004"], ["(1)", "(2)", "(3)"], ["Room 5", "Room 7"], ["01067", "80331"], ["10-20", "20-30"]),
    *(["3 doors", "5 doors"], ["1st", "2nd", "3rd"], ["2001-02", "2010-11"], ["MD-80", "B-727"], ["1:2", "3:4"], ["5a", "12b", "7c", "8d"]),
    *(["Toy Story 2 (1995)", "Ford 7 (1967)", "no digits", "none"], ["12 High Street", "7 Low Road", "3 Mill Lane", "9 Park Row"]),
)


def rules(texts: list[str]) -> list[str]:
    raw = raw_of("x", pd.Series(texts, dtype="str"))
    return [one.rule for one in unread_evidence(raw, np.ones(len(raw.counts), dtype=bool))]


@pytest.mark.parametrize("texts", NUMBERS, ids=str)
def test_numbers_in_an_unknown_notation_are_reported(texts):
    assert rules(texts) == ["unread_numbers"]
    assert rules(texts * 500) == ["unread_numbers"]


@pytest.mark.parametrize("texts", DATES, ids=str)
def test_dates_in_an_unknown_notation_are_reported(texts):
    assert rules(texts) == ["unread_dates"]


@pytest.mark.parametrize("texts", TEXTS, ids=str)
def test_texts_and_codes_are_not_reported(texts):
    assert rules(texts) == []


def test_texts_of_ascii_are_held_against_an_equal_pattern():
    texts = [
        "5 Jan, 2024",
        "Mo 5-Jan-2024 10:00",
        "Jan 5 '24",
        "5Jan2024 10:30",
        "2024.01.05.",
        "31.12.",
        "H5.1.2",
        "5 J4n 2024",
        "May, 2024",
    ]
    raw = raw_of("x", pd.Series(texts, dtype="str"))
    assert raw.is_ascii
    assert raw.matching(_ASCII_DATES).tolist() == raw.matching(_DATES).tolist()
    assert not raw_of("x", pd.Series([*texts, "5 Jän 2024"], dtype="str")).is_ascii
