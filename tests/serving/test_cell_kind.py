"""The kind of a cell at a glance."""

from __future__ import annotations

import datetime

import pytest

from mlops_desktop.serving.cell_kind import cell_kind, cell_text


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (
            "number",
            [
                "1",
                "-1.5",
                "1,234.50",
                "1.234,50",
                "1 234",
                "1'234",
                "$5",
                "(25.00)",
                "03.2024",
                "5.00-",
                "12 %",
                "12 kg",
                "<5",
                "1e-3",
                ".5",
                3,
                2.5,
            ],
        ),
        ("date", ["2024-01-02", "02.01.24", "1/2/2024 10:00", "2024-01", "10:30", "10:30:05.5 pm", "3. Mai 2024", "May 3, 2024"]),
        ("number", ["03.2024", "1.", "+5"]),
        ("date", ["Q1 2024", "KW 12/2024", "12:30 Uhr", "Mo, 03.04.2024", "März 2024", "28-Mar-2024 14:05", "20240328T1405", "0000-00-00"]),
        ("date", [datetime.datetime(2024, 1, 2), datetime.date(2024, 1, 2), datetime.time(1), datetime.timedelta(1)]),
        ("boolean", ["TRUE", "false", True]),
        ("text", ["a", "24h", "Q1", "Zone 2024", "abc12", "3 rooms 2024", "12 apples", "DE00 0000", "x" * 100, b"1"]),
        ("", ["", "  ", "NA", "-", "n.a.", "\\N", "#DIV/0!", None, float("nan")]),
    ],
)
def test_kinds(kind, cells):
    assert [cell_kind(cell) for cell in cells] == [kind] * len(cells)


def test_the_text_of_a_cell():
    assert [cell_text(cell) for cell in (None, " a ", 1.5, 2015.0)] == ["", "a", "1.5", "2015"]
    assert cell_text(datetime.datetime(2024, 1, 2)) == "2024-01-02"
