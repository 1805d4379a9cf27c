"""Tables as reports and programs of databases print them: titles, drawn frames, totals, statistics, pages and notices."""

from __future__ import annotations

import pytest

from tests.reading.table_case import Case, check_case

ABOVE = {
    "title blank header": Case(
        "Quarterly report\n\nregion,units,price\nN,5,1.5\nS,6,2.5\nE,7,3.5\n",
        3,
        "region category N | units integer 5 | price number 1.5",
        notes="above",
    ),
    "title comma": Case(
        "Report, created 2024-01-05 by Smith\nregion,units,price\nN,5,1.5\nS,6,2.5\nE,7,3.5\n",
        3,
        "region category N | units integer 5 | price number 1.5",
        notes="above",
    ),
    "worldbank": Case(
        '"Data Source","World Development Indicators",\n\n"Last Updated Date","2024-05-30",\n\n'
        '"Country Name","Country Code","Indicator","1960","1961",\n"Aruba","ABW","Pop","54608","55811",\n'
        '"Chad","TCD","Pop","3002","3061",\n"Peru","PER","Pop","9931","10218",\n',
        3,
        "Country Name category Aruba | Country Code category ABW | Indicator category Pop | 1960 integer 54608 | 1961 integer 55811",
        notes="above file",
    ),
    "three header rows": Case(
        "Sensor;A;A;B\nPosition;top;bottom;top\nUnit;°C;°C;%\n1;20,5;21,5;40\n2;20,6;21,6;41\n3;20,7;21,7;42\n",
        3,
        "Sensor Position integer 1 | A top number 20.5 | A bottom number 21.5 | B top integer 40",
        notes="names units",
    ),
    "merged header csv": Case(
        ",2023,,2024,\nShop,Q1,Q2,Q1,Q2\nA,1.5,2.5,3.5,4.5\nB,2.5,3.5,4.5,5.5\nC,1.2,2.2,3.2,4.2\n",
        3,
        "Shop category A | 2023 Q1 number 1.5 | 2023 Q2 number 2.5 | 2024 Q1 number 3.5 | 2024 Q2 number 4.5",
        notes="names",
    ),
    "limesurvey": Case(
        'id. Response ID,submitdate. Date submitted,"Q1. How old are you?"\n1,2024-01-01 10:00:00,33\n'
        "2,2024-01-02 10:00:00,44\n3,2024-01-03 11:00:00,55\n",
        3,
        "id. Response ID id 1 | submitdate. Date submitted date 2024-01-01T10:00:00 | Q1. How old are you? integer 33",
        doubts="id. Response ID: identifier",
    ),
}
BELOW = {
    "footnotes": Case(
        "state,pop,area\nA,100,5.5\nB,200,6.5\nC,300,7.5\n\n* provisional\n** without islands, see note 3\n",
        3,
        "state category A | pop integer 100 | area number 5.5",
        notes="below",
    ),
    "averages": Case(
        "name,x,y\na,1,2.5\nb,2,3.5\nc,3,4.5\nAverage,2,3.5\nStd Dev,1,1\n",
        3,
        "name category a | x integer 1 | y number 2.5",
        notes="total",
    ),
    "min max rows": Case(
        "name;x;y\na;1;2,5\nb;2;3,5\nc;3;4,5\nMin;1;2,5\nMax;3;4,5\nMittelwert;2;3,5\n",
        3,
        "name category a | x integer 1 | y number 2.5",
        notes="total",
    ),
    "grand total at top": Case(
        "name,x,y\nTotal,6,10.5\na,1,2.5\nb,2,3.5\nc,3,4.5\n", 3, "name category a | x integer 1 | y number 2.5", notes="total"
    ),
    "page breaks": Case(
        "name,x,y\na,1,2.5\nb,2,3.5\nPage 1 of 2\n\nname,x,y\nc,3,4.5\nd,4,5.5\nPage 2 of 2\n",
        4,
        "name category a | x integer 1 | y number 2.5",
        notes="below inside repeated",
    ),
    "titles that each page repeats": Case(
        "".join(
            f"Report SALES01            Page {page}\nRun 15.01.2024\n\nItem|Qty|Amt\n"
            + "".join(f"I{page}{i}|{i}|{i}1,5\n" for i in range(1, 7))
            + "\n"
            for page in range(1, 4)
        ),
        18,
        "Item category I11 | Qty integer 1 | Amt number 11.5",
        notes="above heads inside repeated",
        ending=".txt",
    ),
    "entities of HTML between semicolons": Case(
        "sku;title;stock;price\n" + "".join(f"A{i};cup &amp; plate {i % 3};{i};{i},50\n" for i in range(9)),
        9,
        "sku category A0 | title category cup &amp; plate 0 | stock integer 0 | price number 0.5",
    ),
    "end of report": Case(
        "id;amount;date\n1;5,50;01.02.2024\n2;6,50;15.02.2024\n3;7,50;16.02.2024\n*** End of report ***\n",
        3,
        "id id 1 | amount number 5.5 | date date 2024-02-01",
        notes="below",
        doubts="id: identifier",
    ),
    "record count": Case(
        "id,amount,day\n1,5.5,2024-01-01\n2,6.5,2024-01-02\n3,7.5,2024-01-03\n(3 rows affected)\n",
        3,
        "id id 1 | amount number 5.5 | day date 2024-01-01",
        notes="below",
        doubts="id: identifier",
    ),
    "sqlplus": Case(
        "ID         NAME            AMOUNT\n---------- ---------- ----------\n         1 Anna             12.5\n"
        "         2 Bob               7.25\n         3 Carla           100.75\n\n3 rows selected.\n",
        3,
        "ID id 1 | NAME category Anna | AMOUNT number 12.5",
        notes="below rule",
        doubts="ID: identifier",
    ),
    "psql": Case(
        " id | name  | amount \n----+-------+--------\n  1 | Anna  |   12.5\n  2 | Bob   |   7.25\n(2 rows)\n",
        2,
        "id id 1 | name category Anna | amount number 12.5",
        notes="below rule",
        doubts="id: identifier",
    ),
    "mysql": Case(
        "+----+------+--------+\n| id | name | amount |\n+----+------+--------+\n|  1 | Anna |   12.5 |\n|  2 | Bob  | "
        "  7.25 |\n+----+------+--------+\n2 rows in set (0.00 sec)\n",
        2,
        "id id 1 | name category Anna | amount number 12.5",
        notes="above below file rule",
        doubts="id: identifier",
    ),
    "markdown": Case(
        "| id | name | amount |\n|----|:-----|-------:|\n| 1 | Anna | 12.5 |\n| 2 | Bob | 7.25 |\n",
        2,
        "id id 1 | name category Anna | amount number 12.5",
        notes="file rule",
        doubts="id: identifier",
    ),
}
CASES = {**ABOVE, **BELOW}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_table_is_read(case, tmp_path):
    check_case(case, tmp_path)
