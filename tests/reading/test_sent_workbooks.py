"""Workbooks as people send them: exports of SAP, a bank and a laboratory, pivots, surveys, forms; each read as a person reads it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import openpyxl
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from tests.reading.table_case import columns_text, doubts_text, notes_text


@dataclass(frozen=True)
class Sent:
    """The rows of a sheet, the cells that are merged, the number formats by column; and what a person reads, as in `table_case.Case`."""

    cells: list[list[object]]
    columns: str
    rows: int
    notes: str = ""
    doubts: str = ""
    merged: tuple[str, ...] = ()
    formats: dict[int, str] = field(default_factory=dict)


def day(number, month=3):
    return datetime.datetime(2024, month, number)


EURO = '#,##0.00\\ "€";[Red]\\-#,##0.00\\ "€"'
REGIONS = [[name, f"{name}{at}", 100 + at] for name in ("Nord", "Süd") for at in range(4)]
SENT = {
    "SAP with totals by stars": Sent(
        [
            [None, "Einzelposten Kreditoren"],
            [],
            [None, "Belegnr", "Datum", "Betrag", "Währg"],
            [],
            *([None, f"51000{at:04}", f"{at + 1:02}.03.2024", f"1.{at + 100},50{'-' if at % 3 else ''}", "EUR"] for at in range(9)),
            [],
            [None, "*", None, "12.345,00-", "EUR"],
        ],
        "Belegnr integer 510000000 | Datum date 2024-03-01 | Betrag number 1100.5 | Währg category EUR",
        9,
        "above file total",
        "Betrag: notation",
    ),
    "bank": Sent(
        [
            ["Kontoauszug"],
            ["Konto:", "DE02 1203 0000 0000 2020 51"],
            ["Kontostand:", 1234.56],
            [],
            ["Buchungstag", "Text", "Betrag"],
            *([day(at + 1), ("Miete", "Gehalt")[at % 2], -10.5 * at + 3] for at in range(12)),
        ],
        "Buchungstag date 2024-03-01 | Text category Miete | Betrag number 3 €",
        12,
        "above",
        formats={3: EURO},
    ),
    "laboratory with limits": Sent(
        [
            ["Sample", "Pb", "pH"],
            [None, "µg/l", None],
            *([f"S-{at:03}", "<0.5" if at % 5 == 4 else 0.75 + at, 7 + at / 50] for at in range(15)),
        ],
        "Sample category S-000 | Pb number 0.75 | pH number 7",
        15,
        "units",
        "Pb: limits",
    ),
    "survey with groups": Sent(
        [
            ["ID", "How satisfied?", None, "Age"],
            [None, "Product", "Service", None],
            *([at + 1, at % 5, at % 4, ("18-29", "30-49")[at % 2]] for at in range(12)),
        ],
        "ID id 1 | Product integer 0 | Service integer 0 | Age category 18-29",
        12,
        "names",
        "ID: identifier",
        merged=("B1:C1", "A1:A2", "D1:D2"),
    ),
    "groups of years": Sent(
        [
            ["Region", "2023", None, "2024", None],
            [None, "Plan", "Ist", "Plan", "Ist"],
            *([f"R{at % 4}", at, 2, 3, at % 5] for at in range(9)),
        ],
        "Region category R0 | 2023 Plan integer 0 | 2023 Ist integer 2 | 2024 Plan integer 3 | 2024 Ist integer 0",
        9,
        "names",
        merged=("B1:C1", "D1:E1", "A1:A2"),
    ),
    "groups of years that are not merged": Sent(
        [
            ["Region", "2023", None, "2024", None],
            [None, "Plan", "Ist", "Plan", "Ist"],
            *([f"R{at % 4}", at, 2, 3, at % 5] for at in range(9)),
        ],
        "Region category R0 | 2023 Plan integer 0 | 2023 Ist integer 2 | 2024 Plan integer 3 | 2024 Ist integer 0",
        9,
        "names",
    ),
    "form with a title block and signatures": Sent(
        [
            [None, "ACME GmbH"],
            [],
            [None, "Prüfer", "Meier", None, "Datum", day(1)],
            [],
            [None, "Nr", "Teil", "Länge [mm]", "Breite [mm]", "i.O."],
            *([None, at * 3 % 7, f"T{at % 3}", 10.1 + at, 5.2, "ja" if at % 4 else "nein"] for at in range(9)),
            [],
            [None, "Unterschrift:", None, None, "geprüft"],
        ],
        "Nr integer 0 | Teil category T0 | Länge [mm] number 10.1 | Breite [mm] number 5.2 | i.O. boolean 0",
        9,
        "above below file",
    ),
    "pivot": Sent(
        [
            ["Summe von Umsatz", "Spaltenbeschriftungen"],
            ["Zeilenbeschriftungen", "2022", "2023", "(leer)", "Gesamtergebnis"],
            *([f"Filiale {at % 4}", 100 + at, 200 + at, 3, 303 + 2 * at] for at in range(8)),
            ["Gesamtergebnis", 828, 1628, 12, 2480],
        ],
        "Zeilenbeschriftungen category Filiale 0 | 2022 integer 100 | 2023 integer 200 | (leer) integer 3 | Gesamtergebnis integer 303",
        8,
        "above file total",
    ),
    "subtotals with names": Sent(
        [["Region", "Filiale", "Umsatz"], *REGIONS[:4], ["Nord Ergebnis", None, 406], *REGIONS[4:], ["Süd Ergebnis", None, 406]],
        "Region category Nord | Filiale category Nord0 | Umsatz integer 100",
        8,
        "total",
    ),
    "sums without a word": Sent(
        [["Monat", "Umsatz", "Kosten"], *([f"M{at}", 100 + at, 0.1 * at] for at in range(9)), [None, 936, 3.6]],
        "Monat category M0 | Umsatz integer 100 | Kosten number 0",
        9,
        "total",
    ),
    "sums with another word": Sent(
        [["Shop", "Sales", "Cost"], *([f"S{at}", at * 10, at * 7] for at in range(1, 9)), ["Gesamtbetrag", 360, 252]],
        "Shop category S1 | Sales integer 10 | Cost integer 7",
        8,
        "total",
    ),
    "sums below dates": Sent(
        [["Monat", "Umsatz"], *([day(1, at + 1), 100 + at % 4] for at in range(9)), [None, 912]],
        "Monat date 2024-01-01 | Umsatz integer 100",
        9,
        "total",
    ),
    "no sum in the last row": Sent(
        [["Monat", "Umsatz"], *([f"M{at % 4}", 100 + at % 4] for at in range(9)), [None, 913]],
        "Monat category M0 | Umsatz integer 100",
        10,
    ),
    "a legend below": Sent(
        [["k", "v"], *([f"x{at % 4}", at * 1.5] for at in range(12)), [], ["Legende:"], ["x0 = Nord"], ["x1 = Süd"]],
        "k category x0 | v number 0",
        12,
        "below",
    ),
    "headings between": Sent(
        [["Artikel", "Menge", "Preis"], *([f"A{at % 3}", at, 2.5] if at % 6 else [f"Gruppe {at}"] for at in range(24))],
        "Artikel category A1 | Menge integer 1 | Preis number 2.5",
        20,
        "heads inside",
        merged=("A2:C2", "A8:C8", "A14:C14", "A20:C20"),
    ),
    "dates that were exchanged": Sent(
        [["d", "v"], *([day(3, at + 1) if at < 12 else f"{at + 1}/03/2024", at * 1.5] for at in range(20))],
        "d date 2024-01-03 | v number 0",
        20,
        "exchanged",
    ),
    "typed and written dates": Sent(
        [["d", "v"], *([day(at + 1) if at % 2 else f"{at + 1:02}.03.2024", at * 1.5] for at in range(20))],
        "d date 2024-03-01 | v number 0",
        20,
    ),
    "per cent as a text": Sent(
        [["k", "p"], *([f"x{at % 4}", at + 1.5] for at in range(12))], "k category x0 | p number 0.015", 12, formats={2: '0.0"%"'}
    ),
    "thousands of euros": Sent(
        [["k", "p"], *([f"x{at % 4}", at * 500] for at in range(12))], "k category x0 | p integer 0 €", 12, formats={2: '#,##0,"k€"'}
    ),
    "years as names": Sent(
        [["Land", 2021, 2022], *([f"L{at % 4}", at * 1.5, at * 2.5] for at in range(9))],
        "Land category L0 | 2021 number 0 | 2022 number 0",
        9,
    ),
    "errors as texts": Sent(
        [["k", "v"], *([f"x{at % 4}", at * 1.5 if at != 4 else "#NV"] for at in range(9))],
        "k category x0 | v number 0",
        9,
        "",
        "v: missing_words",
    ),
    "a word among dates": Sent(
        [["k", "d"], *([f"x{at % 4}", day(at + 1) if at % 6 else "unbekannt"] for at in range(19))],
        "k category x0 | d date –",
        19,
        "",
        "d: missing_words",
    ),
}


@pytest.mark.parametrize("name", SENT)
def test_a_workbook_as_people_send_it(name, tmp_path):
    case, book = SENT[name], openpyxl.Workbook()
    for row in case.cells:
        book.active.append(row)
    for area in case.merged:
        book.active.merge_cells(area)
    for column, code in case.formats.items():
        for at in range(1, len(case.cells) + 1):
            book.active.cell(at, column).number_format = code
    book.save(tmp_path / "x.xlsx")
    cells = load_cells(tmp_path / "x.xlsx", None, Silent())[1]
    table = type_cells(cells, {}, Silent())
    assert (columns_text(table), cells.rows) == (case.columns, case.rows)
    assert (notes_text(cells), doubts_text(table)) == (case.notes, case.doubts)
