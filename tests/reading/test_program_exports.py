"""Tables as banks, instruments, survey programs and statistical offices export them, with what these write around the table."""

from __future__ import annotations

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import load_cells
from mlops_desktop.engine.data.typed_table import type_cells
from tests.reading.table_case import Case, check_case, typed_text, written

ABOVE = {
    "a bank: pairs of several kinds and a sentence": Case(
        "Umsatzanzeige;Datei erstellt am: 05.03.2024 10:12\n\nIBAN;DE00 5001\nKontoname;Girokonto\nKunde;Erika Muster\n"
        "Zeitraum;01.02.2024 - 29.02.2024\nSaldo;1.234,56;EUR\n\nSortierung;Datum absteigend\n\n"
        "In der Datei finden Sie alle gebuchten Umsätze.\n\nBuchung;Auftraggeber;Saldo;Währung;Betrag;Währung\n"
        "29.02.2024;REWE;1.344,56;EUR;-1.000,50;EUR\n28.02.2024;Meier;2.345,06;EUR;20,00;EUR\n27.02.2024;REWE;325,06;EUR;7,25;EUR\n",
        3,
        "Buchung date 2024-02-29 | Auftraggeber category REWE | Saldo number 1344.56 | Währung category EUR | Betrag number -1000.5 | "
        "Währung_2 category EUR",
        notes="above file",
    ),
    "an oscilloscope: pairs without colons above two columns": Case(
        "Model,TDS2024\nFirmware,1.30\n\nPoint Format,Y,\nScale,0.0004,\nLength,2500,\nUnits,V,\n\nTIME,CH1\n-0.002,1.5\n-0.001,1.25\n"
        "0,2.5\n0.001,1.75\n0.002,2.25\n",
        5,
        "TIME number -0.002 | CH1 number 1.5",
        notes="above",
    ),
    "LabVIEW: two headers, each up to a line that ends it": Case(
        "LabVIEW Measurement\t\nSeparator\tTab\nDate\t2024/03/05\n***End_of_Header***\t\n\t\nChannels\t2\t\t\nSamples\t5\t5\t\n"
        "Date\t2024/03/05\t2024/03/05\t\nY_Unit_Label\tVolts\tVolts\t\nX0\t0.0E+0\t0.0E+0\t\n***End_of_Header***\t\t\t\n"
        "X_Value\tVoltage_0\tVoltage_1\tComment\n" + "".join(f"0.00{i}\t1.{i}\t2.{i}\t\n" for i in range(1, 6)),
        5,
        "X_Value number 0.001 | Voltage_0 number 1.1 | Voltage_1 number 2.1 | Comment category –",
        notes="above",
        ending=".lvm",
    ),
    "a reader of plates: wavelengths as names beside dilutions": Case(
        "Software Version,3.08.01\n\nDate,3/5/2024\nReader Type:,H1\n\nWell,Conc/Dil,450,540\n"
        + "".join(f"A{i},1:{i}0,0.{i}74,0.0{i}2\n" for i in range(1, 9)),
        8,
        "Well category A1 | Conc/Dil category 1:10 | 450 number 0.174 | 540 number 0.012",
        notes="above",
        doubts="Conc/Dil: not_date",
    ),
    "a logger: # for the numbers of rows": Case(
        '"Plot Title: pond 3"\n"#","Date Time, GMT+01:00","Temp, °C"\n1,03/14/24 02:00:00 AM,5.448\n2,03/14/24 03:00:00 AM,5.551\n'
        "3,03/14/24 04:00:00 AM,5.6\n",
        3,
        "# integer 1 | Date Time, GMT+01:00 date 2024-03-14T02:00:00 | Temp, °C number 5.448",
        notes="above",
    ),
    "a pair with a colon and one without above two columns": Case(
        "Site;Kiel\nAs of:;05.03.2024\nplace;weight\nRom;3,5\nUlm;\nBonn;4,25\nUlm;5,5\n",
        4,
        "place category Rom | weight number 3.5",
        notes="above",
    ),
    "a pair above a table with few values in its rows": Case(
        "As of:,05.03.2024\n\nremark,2023,x1,note\n258,3581,2021-12-07,2.5\n173,5786,,\n1,3872,,\n88,2965,,10.25\n0,4422,,\n17,9662,,\n",
        6,
        "remark integer 258 | 2023 integer 3581 | x1 date 2021-12-07 | note number 2.5",
        notes="above",
    ),
    "a survey: answers named below their question": Case(
        "Respondent,Start,How old?,What do you use?,,,Remarks\n,,Response,Email,Phone,Other,Open-Ended Response\n"
        + "".join(f"118{i},2024-03-0{i} 10:10:30,18-24,Email,,,\n119{i},2024-03-0{i} 11:10:30,65+,,Phone,fax,fine\n" for i in range(1, 5)),
        8,
        "Respondent integer 1181 | Start date 2024-03-01T10:10:30 | How old? Response category 18-24 | "
        "What do you use? Email category Email | What do you use? Phone category – | What do you use? Other category – | "
        "Remarks Open-Ended Response category –",
        notes="names",
    ),
}
BELOW = {
    "an office: remarks in a column that is empty else": Case(
        "State,Year,Deaths,Notes\n"
        + "".join(f"Ohio,{year},{year - 1901},\nUtah,{year},{year - 1950},\n" for year in range(2010, 2014))
        + ',,,"---"\n,,,"Dataset: Underlying Cause of Death"\n,,,"Query Parameters:"\n',
        8,
        "State category Ohio | Year integer 2010 | Deaths integer 109 | Notes category –",
        notes="below",
    ),
    "rows that begin with the number of a ticket": Case(
        "ticket,city,closed\n#1,Ulm,\n#2,Rom,2024-01-02\n#1,,2024-01-03\n#3,Ulm,2024-01-05\n#4,,\n",
        5,
        "ticket category #1 | city category Ulm | closed date –",
    ),
}
R = {
    "NA among codes of two letters and among numbers": Case(
        '"","state","n"\n"1","TX",5\n"2","NA",NA\n"3","CA",7\n"4","NY",8\n"5","WA",9\n"6","OR",1\n',
        6,
        "column_1 integer 1 | state category TX | n integer 5",
        notes="file",
        doubts="state: missing_na",
    ),
}
FIXED = {
    "a day with its clock in one column": Case(
        "when                 n  place\n"
        + "".join(f"2024-03-{i:02} 10:{i}:30  {i:2}  {'Bad Ems' if i % 2 else 'Ulm'}\n" for i in range(10, 31)),
        21,
        "when date 2024-03-10T10:10:30 | n integer 10 | place category Ulm",
        notes="fixed",
        ending=".txt",
    ),
    "names that begin left of their numbers": Case(
        "place    Running Time min  US Sales\n"
        + "".join(f"{'Bad Ems' if i % 2 else 'Ulm':<7}{i:>18}{i * 37:>10}\n" for i in range(10, 31)),
        21,
        "place category Ulm | Running Time min integer 10 | US Sales integer 370",
        notes="fixed",
        ending=".txt",
    ),
    "a number wider than its column in the first lines": Case(
        "place     fare     n\n"
        + "".join(f"{'Bad Ems' if i % 2 else 'Ulm':<7}  {i / 8:5.2f}  {i:4}\n" for i in range(10, 251))
        + "Ulm      107.16   251\nRom       12.50  1251\nRom       12.50 11251\nNieder-Olm  1.50     1\n",
        245,
        "place category Ulm | fare number 1.25 | n integer 10",
        notes="fixed",
        ending=".txt",
    ),
    "single blanks in cells of a table of words": Case(
        "kind       contract           n\n"
        + "".join(f"{'two words' if i % 3 else 'one':<9}  {'month to month' if i % 2 else 'two years':<14}{i:>6}\n" for i in range(10, 41)),
        31,
        "kind category two words | contract category two years | n integer 10",
        notes="fixed",
        ending=".txt",
    ),
}
CASES = {**ABOVE, **BELOW, **R, **FIXED}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_export_is_read(case, tmp_path):
    check_case(case, tmp_path)


def test_na_is_no_level_where_it_stands_among_numbers(tmp_path):
    cells = load_cells(written(tmp_path, R["NA among codes of two letters and among numbers"].text), None, Silent())[1]
    assert type_cells(cells, {}, Silent()).frame.texts("state") == ["TX", None, "CA", "NY", "WA", "OR"]


def test_words_across_fixed_places_stay_whole(tmp_path):
    path = written(tmp_path, FIXED["a number wider than its column in the first lines"].text, "x.txt")
    table = type_cells(load_cells(path, None, Silent())[1], {}, Silent())
    assert [[typed_text(table, name, row) for name in ("place", "fare", "n")] for row in range(241, 245)] == [
        ["Ulm", "107.16", "251"],
        ["Rom", "12.5", "1251"],
        ["Rom", "12.5", "11251"],
        ["Nieder-Olm", "1.5", "1"],
    ]
