"""Rows of a table that hold no values, or damaged ones: they are neither names nor units, comments nor notices."""

from __future__ import annotations

import pytest

from tests.reading.table_case import Case, check_case

_NUMBERS = "20;1000;0\n21;1007;1\n22;1014;2\n23;1021;3\n24;1028;0\n25;1035;1\n"
WORDS_FOR_MISSING = {
    "first in German": Case(
        f"alter;einkommen;kinder\nkeine Angabe;verweigert;k.A.\n{_NUMBERS}",
        7,
        "alter integer – | einkommen integer – | kinder integer –",
        doubts="alter: missing_words | einkommen: missing_words | kinder: missing_words",
    ),
    "first in English": Case(
        f"age;income;kids\nrefused;refused;none\n{_NUMBERS}",
        7,
        "age integer – | income integer – | kids integer –",
        doubts="age: missing_words | income: missing_words",
    ),
    "behind a name": Case(
        "name,x,y\nAnna,refused,withheld\nBen,1,2.5\nCara,2,3.5\nDora,3,4.5\nEmil,4,5.5\nFay,5,6.5\n",
        6,
        "name category Anna | x integer – | y number –",
        doubts="x: missing_words | y: missing_words",
    ),
    "every third row": Case(
        "a,b,c\n" + "k.A.,n/a,unbekannt\n12,1.5,5\n13,2.5,6\n" * 5,
        15,
        "a integer – | b number – | c integer –",
        doubts="a: missing_words | c: missing_words",
    ),
    "in brackets": Case(
        "a;b;c\n" + "NULL;(null);<NA>\n5;5;x\n6;6;y\n" * 5,
        15,
        "a integer – | b integer – | c category –",
        doubts="b: missing_words",
    ),
    "first and last": Case(
        f"a;b;c\n(null);(null);(null)\n{_NUMBERS}(null);(null);(null)\n",
        8,
        "a integer – | b integer – | c integer –",
        doubts="a: missing_words | b: missing_words | c: missing_words",
    ),
    "unknown words that occur below": Case(
        "a;b;c\ngesperrt;zu;defekt\n1;5;2\n2;zu;3\n3;7;4\n4;8;5\n5;9;6\n6;8;7\n7;6;8\n",
        8,
        "a category gesperrt | b category zu | c category defekt",
        doubts="a: not_number | b: not_number | c: not_number",
    ),
}
TOO_NARROW = {
    "a value wider than its column": Case(
        "a,b\n########,1.5\n1,2.5\n2,3.5\n########,4.5\n4,5.5\n5,1.5\n6,2.5\n",
        7,
        "a integer – | b number 1.5",
        doubts="a: missing_words",
    ),
    "a box of comments": Case(
        "########\n# Title\n########\na,b\n1,1.5\n2,2.5\n########\n3,3.5\n",
        3,
        "a integer 1 | b number 1.5",
        notes="above comment",
    ),
}
STILL_NAMES = {
    "units and dashes": Case(
        "a;b;c\n-;kg;-\n1;2;3\n4;5;6\n7;9;1\n",
        3,
        "a integer 1 | b integer 2 | c integer 3",
        notes="units",
    ),
    "two rows of names on every page": Case(
        "id;Q1;Q2\nNo.;Age;Size\n" + "1;30;170\n2;40;180\n3;50;175\n" + "id;Q1;Q2\nNo.;Age;Size\n" + "4;31;171\n5;42;182\n6;53;172\n",
        6,
        "No. integer 1 | Age integer 30 | Size integer 170",
        notes="names repeated",
    ),
}
CASES = {**WORDS_FOR_MISSING, **TOO_NARROW, **STILL_NAMES}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_rows_are_kept(case, tmp_path):
    check_case(case, tmp_path)
