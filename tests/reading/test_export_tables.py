"""Tables as programs of trade, laboratories, surveys and offices export them: what is read in each, and which doubts are raised."""

from __future__ import annotations

import pytest

from tests.reading.table_case import Case, check_case

POINTS = {
    "points before three digits, tabs": Case(
        "art\twert\nA\t15.716\nB\t1.250\nC\t3.115\n",
        3,
        "art category A | wert number 15.716",
        doubts="wert: decimal",
        ending=".tsv",
    ),
    "points before three digits, bars": Case(
        "art|wert\nA|15.716\nB|1.250\nC|3.115\n", 3, "art category A | wert number 15.716", doubts="wert: decimal"
    ),
    "points before three digits beside decimal commas": Case(
        "art\twert\tpreis\nA\t15.716\t1,5\nB\t1.250\t2,25\nC\t3.115\t7,5\n",
        3,
        "art category A | wert integer 15716 | preis number 1.5",
        ending=".tsv",
    ),
    "points before three digits beside decimal points": Case(
        "art\twert\tpreis\nA\t15.716\t1.5\nB\t1.250\t2.25\nC\t3.115\t7.5\n",
        3,
        "art category A | wert number 15.716 | preis number 1.5",
        ending=".tsv",
    ),
    "points before three digits in some, beside decimal points": Case(
        "art;stück;preis\nA;2.037;1.5\nB;93;2.25\nC;4.111;7.5\nD;14;3.5\nE;1.006;2.5\n",
        5,
        "art category A | stück number 2.037 | preis number 1.5",
        doubts="stück: decimal",
    ),
    "points before three digits beside marks of both kinds": Case(
        "art;wert;v\nA;15.716;1.5\nB;1.250;2,5\nC;3.115;7.5\n",
        3,
        "art category A | wert number 15.716 | v category 1.5",
        doubts="v: not_number | wert: decimal",
    ),
    "three decimals, commas": Case("art,wert\nA,15.716\nB,1.250\nC,3.115\n", 3, "art category A | wert number 15.716"),
    "three decimals below one": Case("art\twert\nA\t0.716\nB\t1.250\nC\t3.115\n", 3, "art category A | wert number 0.716", ending=".tsv"),
}
SPLIT = {
    "decimal commas between commas": Case("x,y\n1,5,2,7\n2,5,3,7\n,,5,2\n", 3, "x number 1.5 | y number 2.7", notes="split_decimals"),
    "one decimal comma between commas": Case(
        "ort,temp,bem\nA,-20,5,ok\nB,21,5,ok\nA,22,7,no\n",
        3,
        "ort category A | temp number -20.5 | bem category ok",
        notes="split_decimals",
    ),
    "decimal commas or names of rows": Case(
        "ort,temp\nA,20,5\nB,21,5\nC,22,7\n",
        3,
        "row_names category A | ort integer 20 | temp integer 5",
        notes="row_names split_decimals",
    ),
    "decimal commas in some rows": Case(
        "x,y\n1,5,2,7\n2,3,7\n4,1,5,2\n5,2,3,3\n",
        4,
        "x integer 1 | y integer 5 | column_3 integer 2 | column_4 integer 7",
        notes="file ragged split_decimals",
    ),
    "names of rows": Case(
        "x,y\nA,20,0.5\nB,21,0.25\nC,22,7.5\n", 3, "row_names category A | x integer 20 | y number 0.5", notes="row_names"
    ),
}
ENCODINGS = {
    "Czech, Windows": Case(
        "Částka;Měna\n1 037,50;Kč\n250,00;Kč\n".encode("cp1250"), 2, "Částka number 1037.5 | Měna category Kč", notes="file"
    ),
    "German, DOS": Case(
        "Straße;Größe;Ort\nWeg 1;1,5;München\nAllee 2;2,5;Köln\n".encode("cp850"),
        2,
        "Straße category Weg 1 | Größe number 1.5 | Ort category München",
        notes="file",
    ),
    "German, Mac": Case(
        "Straße;Größe\nWeg 1;1,5\nGäßchen 2;2,5\n".encode("mac-roman"), 2, "Straße category Weg 1 | Größe number 1.5", notes="file"
    ),
    "one word of Czech": Case("a;b\n1;Kč\n2;Kč\n".encode("cp1250"), 2, "a integer 1 | b category Kè", notes="encodings file"),
    "French": Case("ville;prix\nSète;1,5\nBéziers;2,5\n".encode("cp1252"), 2, "ville category Sète | prix number 1.5", notes="file"),
}
EXPORTS = {
    "DATEV": Case(
        "Umsatz;Soll/Haben-Kennzeichen;Konto;Belegdatum\n" + "".join(f"{i},50;{'SH'[i % 2]};8400;{i}03\n" for i in range(10, 29)),
        19,
        "Umsatz number 10.5 | Soll/Haben-Kennzeichen category S | Konto integer 8400 | Belegdatum integer 1003",
        doubts="Belegdatum: unread_dates",
    ),
    "Eurostat": Case(
        "geo\\TIME\t2019 \t2020 \nAT\t4.8 b\t6.0 \nBE\t5.5 \t: c\nCH\t: \t4.8 p\n",
        3,
        "geo\\TIME category AT | 2019 number 4.8 | 2020 number 6",
        doubts="2019: footnotes | 2019: missing_words | 2020: footnotes | 2020: missing_words",
        ending=".tsv",
    ),
    "a laboratory": Case(
        "Probe;Cl;E. coli\nP1;< 0,5;n.n.\nP2;1,5;12\nP3;2,5;> 300\nP4;3,5;7\n",
        4,
        "Probe category P1 | Cl number 0.5 | E. coli integer –",
        doubts="Cl: limits | E. coli: limits | E. coli: missing_words",
    ),
    "a race": Case(
        "Platz;Zeit;Rückstand\n1;30:07;+0:00\n2;31:14;+1:07\n3;1:02:30;+32:23\n",
        3,
        "Platz integer 1 | Zeit number 30.1167 min | Rückstand number 0 h".replace("30.1167", str(1807 / 60)),
        doubts="Rückstand: duration | Zeit: duration",
    ),
    "a shop in Japan": Case(
        '日付,売上\n2024年3月5日,"1,037円"\n2024年12月15日,"22,074円"\n',
        2,
        "日付 date 2024-03-05 | 売上 integer 1037 円",
        doubts="売上: decimal",
    ),
    "a shift plan": Case(
        "shift;start;end;hours\nA;7:00;15:30;8:30\nB;8:00;12:00;4:00\n",
        2,
        "shift category A | start date 07:00:00 | end date 15:30:00 | hours date 08:30:00",
        doubts="hours: clock",
    ),
}
CASES = {**EXPORTS, **POINTS, **SPLIT, **ENCODINGS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_exported_table(case, tmp_path):
    check_case(case, tmp_path)
