"""Columns as people write them: their type, values, unit and doubts, the same for few rows and many, in training, scoring and service."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import MISSING_DATE
from tests.hostile_texts import hostile_text
from tests.imported import cells_of


@dataclass(frozen=True)
class Case:
    """The cells of a column and what a person expects: `values` are numbers, ISO texts of dates or texts, None where missing; `doubts` are
    the rules of the evidence beside the type. `name` is the column's, `semicolons` whether they are between the cells of the file.
    """

    cells: tuple[str, ...]
    type: str
    values: tuple[float | str | None, ...]
    unit: str = ""
    doubts: frozenset[str] = frozenset()
    name: str = "x"
    semicolons: bool = False


def case(cells, type_, values, *doubts, unit="", name="x", semicolons=False):
    return Case(tuple(cells), type_, tuple(values), unit, frozenset(doubts), name, semicolons)


ORDER = "date_order_known"
NUMBERS = {
    "trailing minus": case(["546,68-", "1.363,06", "874,54 -"], "number", [-546.68, 1363.06, -874.54], "notation"),
    "trailing minus before the currency": case(["5,20- EUR", "7,00 EUR", "1,00 EUR-"], "number", [-5.2, 7, -1], "notation", unit="EUR"),
    "parentheses": case(["(37223.02)", "49939.87", "0.50"], "number", [-37223.02, 49939.87, 0.5], "notation"),
    "only negatives in parentheses": case(["(1.50)", "(2.25)"], "number", [-1.5, -2.25], "parentheses"),
    "numbered items": case(["(1)", "(2)", "(3)"], "category", ["(1)", "(2)", "(3)"]),
    "apostrophe": case(["39.66", "'-76.83", "'12.00"], "number", [39.66, -76.83, 12], "notation"),
    "accounting": case([" $ (1,234.50)", "$ -", "$ 5.00 "], "number", [-1234.5, 0, 5], "notation", unit="$"),
    "accounting without currency": case(["(1,234.50)", "-", "5.00"], "number", [-1234.5, None, 5], "notation", "missing_words"),
    "blank after the sign": case(["- 5.5", "+3.25", "− 7.0"], "number", [-5.5, 3.25, -7]),
    "swiss": case(["CHF 1'234.50", "CHF 12.-", "CHF 12’000.–"], "number", [1234.5, 12, 12000], unit="CHF"),
    "lakh": case(["5,00,109", "24,86,966", "1,234"], "integer", [500109, 2486966, 1234]),
    "lakh with decimals": case(["₹ 12,34,567.50", "₹ 7.25"], "number", [1234567.5, 7.25], unit="₹"),
    "thin blanks": case(["1\u202f234,5", "1\u00a0000\u2009000,25", "7,5"], "number", [1234.5, 1000000.25, 7.5]),
    "zero width": case(["1\u200b2", "\ufeff7", "3\u2060"], "integer", [12, 7, 3], "invisible"),
    "per cent": case(["12 %", "3.5%", "0"], "number", [0.12, 0.035, 0]),
    "per cent and bare": case(["12 %", "3.5 %", "7"], "category", ["12 %", "3.5 %", "7"], "not_number"),
    "magnitudes": case(["€1.5M", "€500K", "€0", "€2.3bn"], "number", [1.5e6, 5e5, 0, 2.3e9], "converted", unit="€"),
    "three digits behind the point of money": case(["12.500 €", "1.250 €"], "integer", [12500, 1250], "decimal", unit="€"),
    "three decimals of money": case(["1.459 €", "1.509 €"], "number", [1.459, 1.509], "decimal", unit="€"),
    "small magnitudes": case(["950", "1.2k", "3k"], "number", [950, 1200, 3000], "converted"),
    "german magnitudes": case(["1,5 Mio. €", "2 Mrd. €", "300 Tsd. €"], "number", [1.5e6, 2e9, 3e5], "converted", unit="€"),
    "millions as m": case(["$3.2m", "$500k"], "number", [3.2e6, 5e5], "converted", unit="$"),
    "metres": case(["3 m", "12 m"], "integer", [3, 12], unit="m"),
    "kg and g": case(["1 kg", "1000 g", "2.5 kg"], "number", [1, 1, 2.5], "converted", unit="kg"),
    "kg and lbs": case(["17.5 kg", "30 kg", "10 lbs"], "number", [17.5, 30, 4.5359237], "converted", unit="kg"),
    "GB and TB": case(["500 GB", "1 TB", "250 GB"], "number", [500, 1000, 250], "converted", unit="GB"),
    "min and h": case(["110 min", "3 h", "90 min"], "number", [110, 180, 90], "converted", unit="min"),
    "degrees": case(["68 °F", "21.5 °C"], "number", [20, 21.5], "converted", unit="°C"),
    "one unit": case(["5.5 kg", "7.2kg"], "number", [5.5, 7.2], unit="kg"),
    "a unit left out": case(["5.5 kg", "7.2 kg", "6.1"], "number", [5.5, 7.2, 6.1], "unmarked", unit="kg"),
    "units that do not convert": case(["5 kg", "30 cm"], "category", ["5 kg", "30 cm"], "units"),
    "currencies": case(["$5.10", "€5.20", "¥700"], "category", ["$5.10", "€5.20", "¥700"], "currencies"),
    "a unit and a magnitude": case(["5 kg", "3M", "7 kg"], "category", ["5 kg", "3M", "7 kg"], "marks"),
    "a letter that is no magnitude": case(["12b", "3", "4", "7"], "category", ["12b", "3", "4", "7"], "not_number"),
    "one currency in two ways": case(["$5.10", "5.20 USD"], "number", [5.1, 5.2], unit="$"),
    "limits": case(["<3,0", "20,2", "3,3", ">200"], "number", [3, 20.2, 3.3, 200], "limits"),
    "limits beside one number": case(["> 100", "12", "≤ 5"], "integer", [100, 12, 5], "limits"),
    "amounts that count the rows": case([f"{i} kg" for i in range(1, 25)], "integer", range(1, 25), unit="kg"),
    "years in parentheses": case(["(1991)", "(1992)"], "category", ["(1991)", "(1992)"], "amounts"),
    "ranges of prices": case(["$ 1 - $ 11", "$ 2 - $ 12"], "category", ["$ 1 - $ 11", "$ 2 - $ 12"], "amounts"),
    "points of ten": case(["7,3/10", "8/10"], "category", ["7,3/10", "8/10"], "amounts"),
    "stars of five": case(["4.5 out of 5 stars", "3 out of 5 stars"], "category", ["4.5 out of 5 stars", "3 out of 5 stars"], "amounts"),
    "coordinates": case(["48.137, 11.575", "52.520, 13.405"], "category", ["48.137, 11.575", "52.520, 13.405"], "amounts"),
    "negative whole numbers in parentheses": case(["(25)", "(120)"], "category", ["(25)", "(120)"], "amounts"),
    "lengths of two sides": case(["1x11 cm", "2x12 cm"], "category", ["1x11 cm", "2x12 cm"], "amounts"),
    "a flag in parentheses": case(["131", "135 (L)"], "integer", [131, 135], "footnotes"),
    "durations with a sign": case(["+0:30", "-1:15"], "number", [0.5, -1.25], "duration", unit="h"),
    "days and months as numbers": case(["202", "3112"], "integer", [202, 3112], "unread_dates", name="Belegdatum"),
    "classes of a scale": case(["0", "1", "0", "2-10", "11-100", "Over 100"], "category", ["0", "1", "0", "2-10", "11-100", "Over 100"]),
    "an open class among numbers": case(["64", "23", "65+"], "category", ["64", "23", "65+"], "not_number"),
    "classes of incomes": case([">50K", "<=50K", ">50K"], "category", [">50K", "<=50K", ">50K"]),
    "three decimals of powers of ten": case(["3.410e+30", "1e5", "2e7", "1.250e+2", "7.125e+3"], "number", [3.41e30, 1e5, 2e7, 125, 7125]),
    "infinite": case(["inf", "1.5", "-Infinity", "2.5"], "number", [None, 1.5, None, 2.5], "infinite"),
    "too large": case(["1e400", "1.5", "2.5"], "number", [None, 1.5, 2.5], "infinite"),
    "a word for missing": case(["1.5", "unknown", "2.5"], "number", [1.5, None, 2.5], "missing_words"),
    "an abbreviation for missing": case(["5", "k.A.", "7"], "integer", [5, None, 7], "missing_words"),
    "an odd cell": case(["1.5", "abc", "2.5", "7.25"], "category", ["1.5", "abc", "2.5", "7.25"], "not_number"),
    "an odd cell with a digit": case(["1.5", "3a", "3a", "2.5", "7"], "category", ["1.5", "3a", "3a", "2.5", "7"], "not_number"),
    "codes with leading zeros": case(["00501", "12345"], "category", ["00501", "12345"], "leading_zeros"),
    "codes behind apostrophes": case(["'00501", "'12345"], "category", ["'00501", "'12345"], "leading_zeros"),
    "codes in formulas": case(['="00501"', '="12345"'], "category", ["00501", "12345"], "leading_zeros"),
    "numbers in formulas": case(['="6,52"', '="7,5"'], "number", [6.52, 7.5]),
    "telephone numbers": case(["+4917409259682", "+4917718791856"], "category", ["+4917409259682", "+4917718791856"], "code_texts"),
    "telephone numbers by name": case(["634 353 788", "573205554"], "category", ["634 353 788", "573205554"], "code_texts", name="Telefon"),
    "telephone numbers at home": case(
        ["5551234567", "5559876543"], "category", ["5551234567", "5559876543"], "code_texts", name="home_phone"
    ),
    "revenue of telephones": case(["5551234", "5559876"], "integer", [5551234, 5559876], name="revenue_mobile"),
    "one power of ten": case(["1E5", *map(str, range(2000, 2100))], "number", [100000, *range(2000, 2100)]),
    "signed numbers": case(["+5", "-7"], "integer", [5, -7]),
    "codes with an E": case(["23E6", "17E4", "1204"], "category", ["23E6", "17E4", "1204"], "code_texts"),
    "versions": case(["1.10", "1.1", "2"], "category", ["1.10", "1.1", "2"], "code_texts", name="version"),
    "rates of conversion": case(["1.10", "1.1"], "number", [1.1, 1.1], name="conversion"),
    "clocks with a point": case(["8.15", "17.45"], "number", [8.15, 17.45], "unread_dates", name="Uhrzeit"),
    "many thousands beside bare numbers": case(
        [*(f"{i}.{i}0" for i in range(11, 23)), "214", "37"], "integer", [*(i * 1000 + i * 10 for i in range(11, 23)), 214, 37], "decimal"
    ),
    "codes of many digits": case(["12345678901234567890", "5"], "category", ["12345678901234567890", "5"], "long_numbers"),
    "three decimals with semicolons": case(["2,296", "80,781"], "number", [2.296, 80.781], "decimal", semicolons=True),
    "three digits behind a comma": case(["2,296", "80,781"], "integer", [2296, 80781], "decimal"),
    "durations": case(["25:30:00", "1:15:00", "100:00:36"], "number", [25.5, 1.25, 100.01], "duration", unit="h"),
    "minutes and hours": case(["15m", "1.5h", "1h 30m", "90 min"], "number", [15, 90, 90, 90], "converted", unit="min"),
    "minutes in one unit": case(["15m", "90m"], "integer", [15, 90], unit="m"),
    "hours in words": case(["1 hour 30 minutes", "45 minutes", "2 hours"], "number", [90, 45, 120], "converted", unit="min"),
    "Stunden": case(["1 Std. 30 Min.", "45 Min.", "-2 Std."], "number", [90, 45, -120], "converted", unit="min"),
    "weeks and days": case(["1w 2d 4h", "3h 30m", "0"], "number", [13200, 210, 0], "converted", unit="min"),
    "milliseconds": case(["1m30.5s", "250ms"], "number", [90500, 250], "converted", unit="ms"),
    "durations of ISO 8601": case(["PT1H30M", "PT45M", "P1DT2H"], "number", [1.5, 0.75, 26], "converted", unit="h"),
    "months of ISO 8601": case(["P1Y", "P2Y6M", "P3M"], "number", [12, 30, 3], "converted", unit="months"),
    "months and days of ISO 8601": case(["P1Y2M10DT2H", "P1M1D"], "category", ["P1Y2M10DT2H", "P1M1D"], "amounts"),
    "years and months": case(["5y 3m", "7y"], "number", [63, 84], "converted", unit="months"),
    "terms of bonds": case(["3M", "1Y", "10Y"], "number", [3, 12, 120], "converted", unit="months"),
    "hours by name": case(["1:30:00", "0:45:36"], "number", [1.5, 0.76], "duration_by_name", name="duration", unit="h"),
    "minutes and seconds by name": case(
        ["3:45", "12:30", "0:57"], "number", [3.75, 12.5, 0.95], "duration_by_name", name="len", unit="min"
    ),
    "minutes and seconds, and hours": case(["45:30", "1:02:15", "58:00"], "number", [45.5, 62.25, 58], "duration", name="Zeit", unit="min"),
    "minutes and tenths of seconds": case(
        ["05:12.3", "04:59.7", "05:01.0"], "number", [5.205, 299.7 / 60, 301 / 60], "duration", unit="min"
    ),
    "hours and minutes beyond a day": case(["36:15", "12:30"], "number", [36.25, 12.5], "duration", unit="h"),
    "days with a point": case(["1.02:03:36", "00:15:00"], "number", [26.06, 0.25], "duration", unit="h"),
    "feet and inches": case(["5'11\"", "6'2\"", "5'"], "number", [71, 74, 60], "converted", unit="in"),
    "feet without a mark for inches": case(["6'5", "5'11"], "number", [77, 71], "converted", unit="in"),
    "feet in words": case(["5 ft 11 in", "6 ft 2.5 in"], "number", [71, 74.5], "converted", unit="in"),
    "inches": case(['15.6"', '13"'], "number", [15.6, 13], unit="in"),
    "pounds and ounces": case(["7 lb 3 oz", "8 lbs"], "number", [115, 128], "converted", unit="oz"),
    "minutes with apostrophes": case(["1'30\"", "2'45\""], "category", ["1'30\"", "2'45\""], "amounts"),
    "per mille": case(["5 ‰", "12.5‰"], "number", [0.005, 0.0125], "converted"),
    "per mille and per cent": case(["5 ‰", "1 %"], "number", [0.005, 0.01], "converted"),
    "per mille and bare": case(["5 ‰", "7", "3"], "category", ["5 ‰", "7", "3"], "not_number"),
    "basis points": case(["25 bp", "50bp"], "integer", [25, 50], unit="bp"),
    "basis points and per cent": case(["25 bp", "0.5 %"], "number", [0.0025, 0.005], "converted"),
    "footnotes": case(["12.5*", "13.1", "14.2†", "9.9¹²"], "number", [12.5, 13.1, 14.2, 9.9], "footnotes"),
    "numbers of footnotes": case(["12.5 1)", "13.1", "14.2 [a]"], "number", [12.5, 13.1, 14.2], "footnotes"),
    "a footnote behind a currency": case(["12.50 €*", "13.00 €"], "number", [12.5, 13], "footnotes", unit="€"),
    "a footnote behind per cent": case(["12.5 %*", "13 %"], "number", [0.125, 0.13], "footnotes"),
    "flags of Eurostat": case(["12.3 e", ":", "14.2 bp"], "number", [12.3, None, 14.2], "footnotes", "missing_words"),
    "high and low": case(["12.3 H", "13.1", "1.2 L"], "number", [12.3, 13.1, 1.2], "footnotes"),
    "numbers of houses": case(["12 a", "13", "14 b", "15"], "category", ["12 a", "13", "14 b", "15"], "not_number"),
    "a second number in parentheses": case(["1.1 (2)", "2.2 (3)"], "category", ["1.1 (2)", "2.2 (3)"], "amounts"),
    "free of charge": case(["1.50 €", "kostenlos", "2.50 €", "Free"], "number", [1.5, 0, 2.5, 0], "free", unit="€"),
    "free of charge by name": case(["1.50", "Free", "0.99"], "number", [1.5, 0, 0.99], "free", name="price"),
    "grades with a tendency": case(["1", "1-", "2+", "3"], "category", ["1", "1-", "2+", "3"], "grades"),
    "below detection": case(["1.5", "< LOD", "n.n.", "2.5"], "number", [1.5, None, None, 2.5], "missing_words"),
    "words for missing": case(["(leer)", "6", "k.A.", "7", "(blank)", "fehlt"], "integer", [None, 6, None, 7, None, None], "missing_words"),
    "codes that a spreadsheet shortened": case(
        ["4.00638E+12", "4.01234E+12"], "category", ["4.00638E+12", "4.01234E+12"], "lost_digits", name="EAN"
    ),
    "large numbers of a measurement": case(["1.5E+06", "2.3E+05"], "number", [1.5e6, 2.3e5]),
    "yen": case(["1,037円", "12,074円"], "integer", [1037, 12074], "decimal", unit="円"),
    "pieces in Japanese": case(["1個", "3個"], "integer", [1, 3], "mark", unit="個"),
    "full-width digits": case(["１２", "３．５"], "number", [12, 3.5], "digits"),
    "Arabic digits": case(["٣٧", "١٬١١١"], "integer", [37, 1111], "digits", "decimal"),
    "debit and credit": case(["1,200.00 CR", "250.50 DR", "10.00CR"], "number", [1200, -250.5, 10], "debit_credit"),
    "Indian debit and credit": case(["1,00,200.00 Cr", "250.50 Dr"], "number", [100200, -250.5], "debit_credit"),
    "Indian credit alone": case(["1,00,200.00 Cr", "250.50 Cr"], "number", [100200, 250.5], "debit_credit"),
    "crores": case(["5 Cr", "7.5 Cr"], "number", [5e7, 7.5e7], "converted"),
    "only credit": case(["100.00 CR", "250.50"], "number", [-100, 250.5], "debit_credit"),
    "Soll and Haben": case(["1.100,00 S", "250,50 H"], "number", [1100, -250.5], "debit_credit"),
    "Soll and Haben behind a currency": case(["100,00 EUR S", "20,00 EUR H"], "number", [100, -20], "debit_credit", unit="EUR"),
    "sizes": case(["5 S", "6 M", "7 L"], "category", ["5 S", "6 M", "7 L"], "marks"),
    "trailing plus": case(["100,00+", "50,00-"], "number", [100, -50], "notation"),
    "an unknown mark": case(["5 people", "7 people"], "integer", [5, 7], "mark", unit="people"),
    "an unknown mark in some": case(["5 people", "seven"], "category", ["5 people", "seven"]),
    "days of May": case(["5 May", "7 May"], "category", ["5 May", "7 May"], "excel_dates"),
    "decades": case(["1990s", "2000s"], "category", ["1990s", "2000s"]),
    "ordinals": case(["4th", "5th"], "category", ["4th", "5th"]),
    "laboratory units": case(["5 U/L", "7 U/L"], "integer", [5, 7], unit="U/L"),
    "blood pressure": case(["120/80", "135/85"], "category", ["120/80", "135/85"], "pairs"),
    "with their error": case(["5.1 ± 0.2", "6.3 ± 0.1"], "category", ["5.1 ± 0.2", "6.3 ± 0.1"], "amounts"),
    "powers of ten": case(["1.2x10^5", "3.4x10^2"], "category", ["1.2x10^5", "3.4x10^2"], "amounts"),
    "fractions": case(["1 1/2", "2 3/4", "3"], "category", ["1 1/2", "2 3/4", "3"], "amounts"),
    "odds": case(["5/2", "7/4", "3"], "category", ["5/2", "7/4", "3"], "pairs"),
    "calendar weeks without a year": case(["KW25", "KW 26"], "category", ["KW25", "KW 26"], "amounts"),
    "wind": case(["SW 3", "N 4"], "category", ["SW 3", "N 4"], "amounts"),
    "fractions, scores or days": case(["1/2", "3/4"], "category", ["1/2", "3/4"], "pairs"),
    "scores": case(["2:1", "0:3"], "category", ["2:1", "0:3"], "pairs"),
    "scores with a dash": case(["2-1", "0-3", "1-4"], "category", ["2-1", "0-3", "1-4"], "pairs"),
    "ages": case(["0-9", "10-19", "20-29"], "category", ["0-9", "10-19", "20-29"]),
    "estimates with an interval": case(["1.2 (0.1-2.3)", "4 (3; 5)"], "category", ["1.2 (0.1-2.3)", "4 (3; 5)"], "amounts"),
    "one number with three decimals": case(["0", "125.594", "980"], "number", [0, 125.594, 980], "decimal"),
    "durations in days": case(["2 days, 0:45:00", "11:30:00"], "number", [48.75, 11.5], "duration", unit="h"),
}
DATES = {
    "two-digit years that lead": case(
        [f"23-01-{day:02}" for day in range(1, 13)],
        "date",
        [f"2023-01-{day:02}" for day in range(1, 13)],
        "year_order",
        "two_digit_years",
    ),
    "first days of months with two-digit years": case(
        [f"01-{month:02}-{year}" for year in (21, 22, 23) for month in range(1, 13)],
        "date",
        [f"20{year}-{month:02}-01" for year in (21, 22, 23) for month in range(1, 13)],
        "date_order_known",
        "two_digit_years",
    ),
    "points and two digits": case(["04.09.24", "19.05.23"], "date", ["2024-09-04", "2023-05-19"], ORDER, "two_digit_years"),
    "times with points": case(["18.00.00", "10.11.12"], "date", ["18:00:00", "10:11:12"]),
    "german months": case(["1. Jan 2023", "3. März 2023", "15. Dez. 2023"], "date", ["2023-01-01", "2023-03-03", "2023-12-15"]),
    "french months": case(["1er mai 2023", "14 févr. 2023", "2 août 2023"], "date", ["2023-05-01", "2023-02-14", "2023-08-02"]),
    "spanish months": case(["1 de enero de 2023", "3 de agosto de 2023"], "date", ["2023-01-01", "2023-08-03"]),
    "italian months": case(["1 gennaio 2023", "3 ott 2023"], "date", ["2023-01-01", "2023-10-03"]),
    "portuguese months": case(["1 de março de 2023", "3 de outubro de 2023"], "date", ["2023-03-01", "2023-10-03"]),
    "dutch months": case(["12 mrt 2023", "3 mei 2023"], "date", ["2023-03-12", "2023-05-03"]),
    "polish months": case(["12 stycznia 2023", "3 października 2023"], "date", ["2023-01-12", "2023-10-03"]),
    "day or month": case(["01/02/2018", "03/04/2018"], "date", ["2018-01-02", "2018-03-04"], "date_order"),
    "may first": case(["May 1, 2024", "May 12, 2024"], "date", ["2024-05-01", "2024-05-12"]),
    "midnight without a clock": case(
        ["31.07.2024", "31.07.2024 01:00", "31.07.2024 24:00"],
        "date",
        ["2024-07-31", "2024-07-31T01:00:00", "2024-08-01"],
        ORDER,
        "no_clock",
    ),
    "midnight in ISO": case(["2024-07-01", "2024-07-01T01:00:00"], "date", ["2024-07-01", "2024-07-01T01:00:00"], "no_clock"),
    "UTC behind": case(["2024-05-01 00:00:00 UTC", "2024-05-01 01:30:00 UTC"], "date", ["2024-05-01T00:00:00Z", "2024-05-01T01:30:00Z"]),
    "zones in several ways": case(
        ["2024-05-01 10:00:00+00:00", "2024-05-01 11:00:00 UTC", "2024-05-01T12:00:00Z"],
        "date",
        ["2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z", "2024-05-01T12:00:00Z"],
    ),
    "short offsets": case(["2024-05-01 00:00:00+00", "2024-05-01 01:00:00+02"], "date", ["2024-05-01T00:00:00Z", "2024-04-30T23:00:00Z"]),
    "names of zones": case(
        ["31.05.2024 10:00 MESZ", "31.01.2024 10:00 CET"], "date", ["2024-05-31T08:00:00Z", "2024-01-31T09:00:00Z"], ORDER
    ),
    "no zone in some": case(
        ["2024-05-01 10:00:00Z", "2024-05-01 11:00:00"], "date", ["2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z"], "no_zone"
    ),
    "zeros": case(["19.03.2024", "00.00.0000"], "date", ["2024-03-19", None], ORDER, "no_date"),
    "zeros of a database": case(["2024-04-15 08:00:00", "0000-00-00 00:00:00"], "date", ["2024-04-15T08:00:00", None], "no_date"),
    "nines": case(["19.03.2024", "99.99.9999"], "date", ["2024-03-19", None], ORDER, "no_date"),
    "the last day": case(["2024-04-15", "9999-12-31"], "date", ["2024-04-15", None], "no_date"),
    "the first day of a program": case(["2024-04-15", "1900-01-01", "2024-05-01"], "date", ["2024-04-15", None, "2024-05-01"], "no_date"),
    "births": case(["04/25/36", "05/03/83", "07/09/02"], "date", ["1936-04-25", "1983-05-03", "2002-07-09"], ORDER, "century"),
    "births all before 1969": case(["04/25/38", "05/03/61"], "date", ["1938-04-25", "1961-05-03"], ORDER, "century", name="born"),
    "maturities": case(["31.01.24", "31.01.30", "31.05.37"], "date", ["2024-01-31", "2030-01-31", "2037-05-31"], ORDER, "century"),
    "weeks": case(["2024-W05", "2024-W06"], "date", ["2024-01-29", "2024-02-05"]),
    "quarters": case(["2024-Q1", "2023-Q4"], "date", ["2024-01-01", "2023-10-01"]),
    "year and month": case(["2024-03", "2024-12"], "date", ["2024-03-01", "2024-12-01"]),
    "seasons": case(["2001-02", "2010-11"], "category", ["2001-02", "2010-11"]),
    "dates that Excel made": case(["30-34", "14-Oct", "5-9"], "category", ["30-34", "14-Oct", "5-9"], "excel_dates"),
    "days without a year": case(["5-Mar", "14-Oct"], "category", ["5-Mar", "14-Oct"], "excel_dates"),
    "months and years": case(["05.2024", "12.2023"], "date", ["2024-05-01", "2023-12-01"]),
    "months without a zero": case(["2024-5-3", "2024-11-12 7:05"], "date", ["2024-05-03", "2024-11-12T07:05:00"], "no_clock"),
    "a known word among dates": case(["2024-01-05", "unknown", "2024-02-01"], "date", ["2024-01-05", None, "2024-02-01"], "missing_words"),
    "a word among dates": case(["2024-01-05", "never", "2024-02-01"], "category", ["2024-01-05", "never", "2024-02-01"], "not_date"),
    "zone before the year": case(
        ["Wed May 01 10:00:00 UTC 2024", "Thu May 02 11:30:00 UTC 2024"], "date", ["2024-05-01T10:00:00Z", "2024-05-02T11:30:00Z"]
    ),
    "year last": case(["Wed May  1 10:00:00 2024", "Thu May 12 11:00:00 2024"], "date", ["2024-05-01T10:00:00", "2024-05-12T11:00:00"]),
    "JavaScript": case(
        ["Wed May 01 2024 10:00:00 GMT+0200 (Central European Summer Time)", "Fri Mar 01 2024 10:00:00 GMT+0100 (CET)"],
        "date",
        ["2024-05-01T08:00:00Z", "2024-03-01T09:00:00Z"],
    ),
    "web log": case(["01/May/2024:10:00:00 +0200", "02/May/2024:11:00:00 +0000"], "date", ["2024-05-01T08:00:00Z", "2024-05-02T11:00:00Z"]),
    "compact with T": case(["20240501T101500", "20240502T111500"], "date", ["2024-05-01T10:15:00", "2024-05-02T11:15:00"]),
    "compact in UTC": case(["20240501T101500Z", "20240502T111500Z"], "date", ["2024-05-01T10:15:00Z", "2024-05-02T11:15:00Z"]),
    "compact with a blank": case(["20240501 10:15", "20240502 23:15"], "date", ["2024-05-01T10:15:00", "2024-05-02T23:15:00"]),
    "fourteen digits": case(["20240501101500", "20240502111530"], "date", ["2024-05-01T10:15:00", "2024-05-02T11:15:30"]),
    "Chinese days": case(["2024年3月5日", "2024年12月15日"], "date", ["2024-03-05", "2024-12-15"]),
    "Chinese clock times": case(["2024/3/5 下午2:05", "2024/3/6 上午11:05"], "date", ["2024-03-05T14:05:00", "2024-03-06T11:05:00"]),
    "Czech days": case(["2. 2. 2023", "15. 12. 2023"], "date", ["2023-02-02", "2023-12-15"], ORDER),
    "Hungarian days": case(["2024.03.05.", "2024.12.15."], "date", ["2024-03-05", "2024-12-15"]),
    "Oracle": case(
        ["03-MAR-24 12.00.00.000000 PM", "13-APR-24 01.30.00.000000 AM"],
        "date",
        ["2024-03-03T12:00:00", "2024-04-13T01:30:00"],
        "two_digit_years",
    ),
    "the Buddhist calendar": case(["01/01/2560", "29/02/2563"], "date", ["2017-01-01", "2020-02-29"], ORDER, "calendar"),
    "the Persian calendar": case(["1402-05-12", "1403-01-30"], "date", ["1402-05-12", "1403-01-30"], "calendar"),
    "Arabic digits in dates": case(["٠٥/٠٣/٢٠٢٤", "١٥/٠٣/٢٠٢٤"], "date", ["2024-03-05", "2024-03-15"], ORDER, "digits"),
    "ten digits by name": case(["2023010112", "2023010113"], "date", ["2023-01-01T12:00:00", "2023-01-01T13:00:00"], name="MESS_DATUM"),
    "ten digits": case(["2023010112", "2023010113"], "integer", [2023010112, 2023010113], "maybe_date", name="timestamp"),
    "days of the year": case(["2023001", "2023365"], "integer", [2023001, 2023365], "maybe_date", name="julian"),
    "six digits of a day by name": case(
        ["220101", "230415"], "date", ["2022-01-01", "2023-04-15"], "year_order", "two_digit_years", name="date"
    ),
    "six digits of a day in German": case(
        ["010124", "150124", "311223"], "date", ["2024-01-01", "2024-01-15", "2023-12-31"], "year_order", "two_digit_years", name="Datum"
    ),
    "six digits of a lot": case(["220101", "230415"], "integer", [220101, 230415], name="lot"),
    "eight digits by name": case(["20240501", "20240502"], "date", ["2024-05-01", "2024-05-02"], name="Buchungsdatum"),
    "eight digits": case(["20240501", "20240502"], "integer", [20240501, 20240502], "maybe_date"),
    "day first without marks": case(["01052024", "15052024"], "date", ["2024-05-01", "2024-05-15"], ORDER, name="Datum"),
    "months of six digits": case(["202401", "202312"], "date", ["2024-01-01", "2023-12-01"], name="period"),
    "six digits": case(["202401", "202312"], "integer", [202401, 202312], "maybe_date"),
    "seconds since 1970": case(["1714557600", "1714561200"], "integer", [1714557600, 1714561200], "maybe_date"),
    "milliseconds since 1970": case(["1714557600123", "1714561200456"], "integer", [1714557600123, 1714561200456], "maybe_date"),
    "numbers of phones": case(["1512345678", "1523456789"], "category", ["1512345678", "1523456789"], "code_texts", name="phone"),
    "serial days": case(["45413", "45414.5"], "number", [45413, 45414.5], "maybe_date", name="order date"),
    "salaries": case(["45413", "52000"], "integer", [45413, 52000], name="salary"),
    "years": case(["2023", "2024"], "integer", [2023, 2024], name="year"),
    "clock with h": case(["12h30", "24h00", "8h05"], "date", ["12:30:00", "00:00:00", "08:05:00"]),
    "Uhr": case(["01.05.2024 12:00 Uhr", "13.05.2024 09:30 Uhr"], "date", ["2024-05-01T12:00:00", "2024-05-13T09:30:00"], ORDER),
    "short clock times": case(["3:45", "12:45", "0:59"], "date", ["03:45:00", "12:45:00", "00:59:00"], "clock"),
    "clock times in the first hours": case(["00:03:10", "00:59:01"], "date", ["00:03:10", "00:59:01"], "clock", name="time"),
    "times of a day": case(["8:05", "12:45", "17:30"], "date", ["08:05:00", "12:45:00", "17:30:00"], name="time"),
    "times by name": case(["3:45", "0:59"], "date", ["03:45:00", "00:59:00"], name="Uhrzeit"),
    "24:00": case(["24:00", "08:30"], "date", ["00:00:00", "08:30:00"]),
    "quarters in words": case(["1. Quartal 2024", "3. Quartal 2023"], "date", ["2024-01-01", "2023-07-01"]),
    "quarters in several ways": case(["2024Q1", "2024Q2"], "date", ["2024-01-01", "2024-04-01"]),
    "weeks in words": case(["Week 5 2024", "Week 12 2024"], "date", ["2024-01-29", "2024-03-18"]),
    "calendar weeks": case(["KW 05/2024", "KW 12/2024"], "date", ["2024-01-29", "2024-03-18"]),
    "month and short year": case(["Jan-24", "Dez-23"], "date", ["2024-01-01", "2023-12-01"], "two_digit_years"),
    "month and short year with a blank": case(["Jan 24", "Feb 23"], "date", ["2024-01-01", "2023-02-01"], "month_or_day"),
    "month and short year by name": case(["Jan 24", "Feb 23"], "date", ["2024-01-01", "2023-02-01"], "two_digit_years", name="month"),
    "month and year in digits": case(["01-2024", "12-2023"], "date", ["2024-01-01", "2023-12-01"]),
    "month and short year in digits": case(["01/24", "12/23"], "date", ["2024-01-01", "2023-12-01"], "two_digit_years"),
    "days without a year and with points": case(["02.03.", "31.12."], "category", ["02.03.", "31.12."], "unread_dates"),
    "short years behind an apostrophe": case(
        ["Mon, Jan 1, '22", "Tue, Feb 2, '23"], "category", ["Mon, Jan 1, '22", "Tue, Feb 2, '23"], "unread_dates"
    ),
    "Polish years": case(["2 lutego 2021 r.", "13 marca 2022 r."], "date", ["2021-02-02", "2022-03-13"]),
    "Japanese eras": case(["令和6年2月2日", "平成30年1月5日"], "category", ["令和6年2月2日", "平成30年1月5日"], "unread_dates"),
    "genes": case(["TP53", "1-Mar", "BRCA1"], "category", ["TP53", "1-Mar", "BRCA1"], "excel_dates"),
    "numbers of things": case(["80 blue", "75 red", "3 blue"], "category", ["80 blue", "75 red", "3 blue"]),
    "zero width in dates": case(["2024-01-05\u200b", "2024-02-01"], "date", ["2024-01-05", "2024-02-01"], "invisible"),
}
TEXTS = {
    "zero width": case(["yes", "no\u200b", "no"], "boolean", [1, 0, 0], "invisible"),
    "blanks of other widths": case(["New York", "New\u00a0York", "Rome"], "category", ["New York", "New York", "Rome"]),
}
TABLES = {"number": NUMBERS, "date": DATES, "text": TEXTS}
CASES = {f"{kind}: {trait}": one for kind, table in TABLES.items() for trait, one in table.items()}


def typed(one: Case, cells: tuple[str, ...]) -> Table:
    imported = cells_of({one.name: pd.Series(cells, dtype="str")})
    return type_cells(replace(imported, likely_decimal="," if one.semicolons else ""), {}, Silent())


def values_of(table: Table, rows: int) -> list[float | str | None]:
    column = table.schema.columns[0]
    values = table.values(column.name)[:rows].tolist()
    if column.type == "date":
        return [date_text(value, column.grammar.date, column.grammar.zone) or None for value in values]
    return [None if isinstance(value, float) and math.isnan(value) else value for value in values]


@pytest.mark.parametrize("one", CASES.values(), ids=CASES)
def test_a_column(one):
    table = typed(one, one.cells)
    column = table.schema.columns[0]
    assert (column.type, column.unit) == (one.type, one.unit)
    assert values_of(table, len(one.cells)) == [pytest.approx(v, rel=1e-15) if isinstance(v, float) else v for v in one.values]
    assert {e.rule for e in table.evidence} - {"type"} == one.doubts


@pytest.mark.parametrize("one", CASES.values(), ids=CASES)
def test_many_rows_are_read_as_few(one):
    few, many = typed(one, one.cells), typed(one, one.cells * 2000)
    assert few.schema == many.schema
    assert values_of(many, len(one.cells)) == values_of(few, len(one.cells))
    assert {e.rule for e in many.evidence} == {e.rule for e in few.evidence}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES)
def test_the_service_reads_the_same(one):
    table = typed(one, one.cells)
    checked = table.schema.from_texts({one.name: one.cells}, len(one.cells))
    assert checked.errors == []
    again = Table(table.schema, checked.frame)
    assert values_of(again, len(one.cells)) == values_of(table, len(one.cells))
    for row, text in enumerate(one.cells):
        single = table.schema.from_rows([{one.name: text}])
        if table.schema.columns[0].type not in ("number", "integer"):  # a number of JSON is a number
            assert single.errors == []
            assert values_of(Table(table.schema, single.frame), 1) == values_of(table, row + 1)[row:]


def test_a_table_that_is_repeated_keeps_its_types():
    rows = 60
    columns = {"id": [*range(rows)], "code": [f"A{i}" for i in range(rows)], "who": [f"name {i * 7} of {i}" for i in range(rows)]}
    columns |= {"customer_id": [5000 + i // 2 for i in range(rows)], "kind": [f"k{i % 4}" for i in range(rows)]}
    once, often = (
        type_cells(cells_of({name: [*map(str, cells)] * times for name, cells in columns.items()}), {}, Silent()) for times in (1, 500)
    )
    assert [column.type for column in once.schema.columns] == ["id", "id", "text", "id", "category"]
    assert [column.type for column in often.schema.columns] == [column.type for column in once.schema.columns]


def test_a_design_with_every_pair_of_settings_is_no_repeated_table():
    pairs = [(str(a), str(b)) for a in range(30) for b in range(30)]
    table = type_cells(cells_of({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]}), {}, Silent())
    assert [column.type for column in table.schema.columns] == ["integer", "integer"]


def test_a_rare_notation_is_found_among_many_cells():
    cells = [f"{i / 4:.2f}" for i in range(30_000)]
    cells[17_001] = "(12.25)"
    cells[29_998] = "7.50-"
    table = typed(case(cells, "number", []), tuple(cells))
    values = table.frame.number("x")
    assert (values[17_001], values[29_998]) == (-12.25, -7.5)
    assert not np.isnan(values).any()


def test_a_rare_time_is_found_among_many_days():
    days = [d.strftime("%d.%m.%Y") for d in pd.date_range("1950-01-01", periods=20_000)]
    days[11_111] += " 13:45"
    table = typed(case(days, "date", []), tuple(days))
    assert table.schema.columns[0].grammar.date == "%d.%m.%Y %H:%M"
    assert MISSING_DATE not in table.frame.date("x")


@pytest.mark.parametrize("zoned", ["2024-07-01T10:00:00Z", "2024-07-01 10:00+02:00", "01.07.2024 10:00 UTC"])
def test_a_zone_in_a_column_of_local_times_is_named_as_the_fault(zoned):
    iso = typed(case([], "date", []), ("2024-07-01 09:00:00", "2024-07-02 09:00:00"))
    german = typed(case([], "date", []), ("31.07.2024 09:00", "30.07.2024 09:00"))
    table = german if zoned.startswith("01.") else iso
    for checked in (table.schema.from_rows([{"x": zoned}]), table.schema.from_texts({"x": [zoned]}, 1)):
        assert [issue.code for issue in checked.errors] == ["with_zone"]
        assert "time zone" in checked.errors[0].message


def test_amounts_that_do_not_read_are_no_identifier():
    cells = [f"{i * 1.37:.2f}" for i in range(1, 200)] + ["17.x", "18.y", "19.z"]
    table = typed(case(cells, "text", []), tuple(cells))
    assert table.schema.columns[0].type == "text"
    evidence = next(e for e in table.evidence if e.rule == "not_number")
    assert evidence.rows == (200, 201, 202)
    assert "“17.x”" in evidence.message


def hostile_column(draw: random.Random) -> tuple[str, ...]:
    """Hostile texts, or cells of one of the cases with a few of them or of other cases between."""
    every = [text for one in CASES.values() for text in one.cells]
    if draw.random() < 0.3:
        return tuple(hostile_text(draw) for _ in range(draw.randint(1, 30)))
    usual = draw.choice(list(CASES.values())).cells
    odd = [draw.choice(every) if draw.random() < 0.5 else hostile_text(draw) for _ in range(draw.randint(0, 3))]
    cells = [*(draw.choice(usual) for _ in range(draw.randint(2, 200))), *odd]
    draw.shuffle(cells)
    return tuple(cells)


@pytest.mark.parametrize("seed", range(4))
def test_hostile_columns_get_a_type_whatever_their_length_and_are_served_as_they_were_read(seed):
    draw = random.Random(seed)
    for _ in range(25):
        cells = hostile_column(draw)
        few, many = typed(case(cells, "", []), cells), typed(case(cells, "", []), cells * 40)
        assert few.schema == many.schema
        served = few.schema.from_texts({"x": cells}, len(cells)).frame
        assert values_of(Table(few.schema, served), len(cells)) == values_of(few, len(cells))


@pytest.mark.parametrize(("cells", "hours"), [(["8:30", "12:45"], [8.5, 12.75]), (["08:30:00", "14:45:00"], [8.5, 14.75])])
def test_clock_times_are_durations_where_a_person_says_so(cells, hours):
    table = type_cells(cells_of({"start": pd.Series(cells, dtype="str")}), {"start": ColumnNote(type="number")}, Silent())
    assert table.frame.number("start").tolist() == hours
    assert table.schema.columns[0].unit == "h"


def test_durations_by_name_are_times_of_day_where_a_person_says_so():
    table = type_cells(cells_of({"call": pd.Series(["8:30", "12:45"], dtype="str")}), {"call": ColumnNote(type="date")}, Silent())
    assert values_of(table, 2) == ["08:30:00", "12:45:00"]


AS_DATES = {
    "seconds": (("1714557600", "1714561200.5"), ("2024-05-01T10:00:00Z", "2024-05-01T11:00:00.500000Z")),
    "milliseconds": (("1714557600000", "1714561200250"), ("2024-05-01T10:00:00Z", "2024-05-01T11:00:00.250000Z")),
    "microseconds": (("1714557600000001", "1714561200000000"), ("2024-05-01T10:00:00.000001Z", "2024-05-01T11:00:00Z")),
    "serial days": (("45413", "45414.75"), ("2024-05-01", "2024-05-02T18:00:00")),
    "eight digits": (("20240501", "20231231"), ("2024-05-01", "2023-12-31")),
    "six digits": (("202405", "202312"), ("2024-05-01", "2023-12-01")),
    "years": (("2019", "2024"), ("2019-01-01", "2024-01-01")),
    "hours": (("2024050110", "2024050123"), ("2024-05-01T10:00:00", "2024-05-01T23:00:00")),
    "days of the year": (("2024122", "2023365"), ("2024-05-01", "2023-12-31")),
}


@pytest.mark.parametrize(("cells", "dates"), AS_DATES.values(), ids=AS_DATES)
@pytest.mark.parametrize("of_texts", [True, False], ids=["texts", "numbers"])
def test_numbers_are_dates_where_a_person_says_so(cells, dates, of_texts):
    column = pd.Series(cells, dtype="str") if of_texts else pd.Series([float(cell) for cell in cells])
    table = type_cells(cells_of({"x": column}), {"x": ColumnNote(type="date")}, Silent())
    assert values_of(table, 2) == list(dates)
    row = table.schema.from_rows([{"x": float(cells[0]) if "." in cells[0] else int(cells[0])}])
    assert row.errors == []
    assert values_of(Table(table.schema, row.frame), 1) == [dates[0]]
