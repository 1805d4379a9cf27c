"""Lines in and below a table that are none of its rows are noted: heads of groups, totals of groups, statistics, pages, sources."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data.loading import guess_source, load_cells
from tests.reading.table_case import Case, check_case, written

GROUPS = {
    "heads among codes": Case(
        "Artikel;Menge;Preis;Lager\nWarengruppe X;;;\nA1;3;1,50;L0\nA2;6;2,50;L1\nA3;9;3,50;L0\n"
        "Warengruppe Y;;;\nB1;1;1,50;L1\nB2;2;2,50;L0\n",
        5,
        "Artikel category A1 | Menge integer 3 | Preis number 1.5 | Lager category L0",
        notes="heads inside",
    ),
    "heads in a column of their own": Case(
        "Department;Employee;Salary\nSales;;\n;Anna;3.200,00\n;Bert;2.900,00\nIT;;\n;Carl;4.100,00\n;Dora;4.300,50\n;Emil;3.999,99\n",
        5,
        "Department category – | Employee category Anna | Salary number 3200",
        notes="heads inside",
    ),
    "heads above numbers": Case(
        "no,weight,height\nGroup A,,\n1,70.5,170\n2,71.5,171\nGroup B,,\n3,72.5,172\n4,73.5,173\n",
        4,
        "no integer 1 | weight number 70.5 | height integer 170",
        notes="heads inside",
    ),
}
TOTALS = {
    "subtotals in German": Case(
        "Filiale;Monat;Umsatz\nNord;Jan;343\nNord;Feb;706\nZwischensumme Nord;;1049\n"
        "Süd;Jan;478\nSüd;Feb;718\nZwischensumme Süd;;1196\nGesamtsumme;;2245\n",
        4,
        "Filiale category Nord | Monat category Jan | Umsatz integer 343",
        notes="total",
    ),
    "subtotals in English": Case(
        "Region,Product,Sales\nNorth,P0,5\nNorth,P1,15\nNorth Total,,20\nEast,P0,4\nEast,P1,14\nEast Total,,18\nGrand Total,,38\n",
        4,
        "Region category North | Product category P0 | Sales integer 5",
        notes="total",
    ),
    "a star": Case(
        "|Kunde|Werk|Wert|\n|-----|----|----|\n|K1|1000|0,50|\n|K2|1001|11,50|\n|K3|1002|22,50|\n|*    |    |34,50|\n",
        3,
        "Kunde category K1 | Werk integer 1000 | Wert number 0.5",
        notes="file rule total",
    ),
    "statistics": Case(
        "Probe;pH;LF\nP0;7,0;500\nP1;8,1;501\nP2;9,2;502\nP3;7,3;503\nMittelwert;7,9;501,5\nStabw;0,9;1,3\nn;4;4\n",
        4,
        "Probe category P0 | pH number 7 | LF integer 500",
        notes="total",
    ),
}
SUMS = {
    "sums without a word": Case(
        "Page,Users,Views\n/a,10,2\n/b,30,4\n/c,1,600\n/d,2,8\n/e,3,9\n,46,623\n",
        5,
        "Page category /a | Users integer 10 | Views integer 2",
        notes="total",
    ),
    "sums with a decimal comma": Case(
        "Seite;Zeit;Wert\n/a;1,5;1.000,25\n/b;2,5;2\n/c;3,25;3\n/d;4;4\n/e;5;5\n;16,25;1.014,25\n",
        5,
        "Seite category /a | Zeit number 1.5 | Wert number 1000.25",
        notes="total",
    ),
    "no sums in the last row": Case(
        "Page,Users,Views\n/a,10,2\n/b,30,4\n/c,1,600\n/d,2,8\n/e,3,9\n,46,622\n",
        6,
        "Page category /a | Users integer 10 | Views integer 2",
    ),
}
NOTICES = {
    "pages of two columns": Case(
        "Kunde;Betrag\nK0;0,50\nK1;1,50\nSeite 1 von 2;\nKunde;Betrag\nK2;2,50\nK3;3,50\nSeite 2 von 2;\nErstellt am 01.02.2023;\n",
        4,
        "Kunde category K0 | Betrag number 0.5",
        notes="below inside repeated",
    ),
    "source and state": Case(
        "Land;Wert\nL0;0\nL1;3\nL2;6\nL3;9\nQuelle: Destatis;\nStand: 01.02.2023;\n",
        4,
        "Land category L0 | Wert integer 0",
        notes="below",
    ),
}
ROWS = {
    "a row with nothing but its code": Case(
        "code,weight,height,town\nP1,70.5,170,X\nP2,,,\nP3,71.5,171,Y\nP4,72.5,172,X\nP5,,,\n",
        5,
        "code category P1 | weight number 70.5 | height integer 170 | town category X",
    ),
    "names that sound like totals": Case(
        "title,studio,sales\nTotal War,CA,5\nDoom,id,6\nGrand Total,Indie,7\nSum of Us,X,8\nQuake,id,9\n",
        5,
        "title category Total War | studio category CA | sales integer 5",
    ),
    "a last row with a gap": Case(
        "country,value\nChad,1.5\nBosnia and Herzegovina,2.5\nPeru,3.5\nTrinidad and Tobago,\n",
        4,
        "country category Chad | value number 1.5",
    ),
    "stars of significance": Case(
        "mark,term,p\n*,a,0.04\n**,b,0.004\n*,c,0.03\n,d,0.5\n*,e,0.02\n",
        5,
        "mark category * | term category a | p number 0.04",
    ),
    "statistics that are the rows": Case(
        "statistic,x,y\nmean,1.5,2.5\nmedian,1.4,2.4\nn,20,30\nrange,5,6\n",
        4,
        "statistic category mean | x number 1.5 | y number 2.5",
    ),
}
CASES = {**GROUPS, **TOTALS, **SUMS, **NOTICES, **ROWS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_rows_are_distinguished_from_other_lines(case, tmp_path):
    check_case(case, tmp_path)


@pytest.mark.parametrize("name", ["heads among codes", "subtotals in German", "sums without a word"])
def test_the_lines_can_be_kept(name, tmp_path):
    path = written(tmp_path, CASES[name].text)
    source = replace(guess_source(str(path)), keep_all=True)
    assert load_cells(path, source, Silent())[1].rows == CASES[name].text.count("\n") - 1
