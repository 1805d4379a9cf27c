"""Further tables as people have them, of instruments, banks and statistical offices: each is read rightly, or leaves a doubt."""

from __future__ import annotations

import pytest

from tests.reading.table_case import Case, check_case

CASES = {
    "a payment service": Case(
        '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net"\n'
        '"01/03/2024","10:00:00","CET","N0","Payment","Completed","EUR","1.000,00","-0,35","1.000,00"\n'
        '"02/03/2024","10:01:00","CET","N1","Payment","Completed","EUR","2.001,01","-1,35","2.001,00"\n'
        '"03/03/2024","10:02:00","CET","N2","Payment","Completed","EUR","3.002,02","-2,35","3.002,00"\n'
        '"04/03/2024","10:03:00","CET","N3","Payment","Completed","EUR","4.003,03","-3,35","4.003,00"\n'
        '"05/03/2024","10:04:00","CET","N4","Payment","Completed","EUR","5.004,04","-4,35","5.004,00"\n'
        '"06/03/2024","10:05:00","CET","N5","Payment","Completed","EUR","6.005,05","-5,35","6.005,00"\n'
        '"07/03/2024","10:06:00","CET","N6","Payment","Completed","EUR","7.006,06","-6,35","7.006,00"\n'
        '"08/03/2024","10:07:00","CET","N7","Payment","Completed","EUR","8.007,07","-7,35","8.007,00"\n'
        '"09/03/2024","10:08:00","CET","N8","Payment","Completed","EUR","9.008,08","-8,35","9.008,00"\n'
        '"10/03/2024","10:09:00","CET","N9","Payment","Completed","EUR","10.009,09","-9,35","10.009,00"\n'
        '"11/03/2024","10:00:00","CET","N10","Payment","Completed","EUR","11.010,10","-10,35","11.010,00"\n'
        '"12/03/2024","10:01:00","CET","N11","Payment","Completed","EUR","12.011,11","-11,35","12.011,00"\n'
        '"13/03/2024","10:02:00","CET","N12","Payment","Completed","EUR","13.012,12","-12,35","13.012,00"\n'
        '"14/03/2024","10:03:00","CET","N13","Payment","Completed","EUR","14.013,13","-13,35","14.013,00"\n'
        '"15/03/2024","10:04:00","CET","N14","Payment","Completed","EUR","15.014,14","-14,35","15.014,00"\n'
        '"16/03/2024","10:05:00","CET","N15","Payment","Completed","EUR","16.015,15","-15,35","16.015,00"\n'
        '"17/03/2024","10:06:00","CET","N16","Payment","Completed","EUR","17.016,16","-16,35","17.016,00"\n'
        '"18/03/2024","10:07:00","CET","N17","Payment","Completed","EUR","18.017,17","-17,35","18.017,00"\n'
        '"19/03/2024","10:08:00","CET","N18","Payment","Completed","EUR","19.018,18","-18,35","19.018,00"\n'
        '"20/03/2024","10:09:00","CET","N19","Payment","Completed","EUR","20.019,19","-19,35","20.019,00"\n',
        20,
        "Date date 2024-03-01 | Time date 10:00:00 | TimeZone category CET | Name id N0 | Type category Payment | "
        "Status category Completed | Currency category EUR | Gross number 1000 | Fee number -0.35 | Net number 1000",
    ),
    "DATEV: a line of the program above": Case(
        '"EXTF";700;21;"Buchungsstapel";9;20240301;;"RE";"";"";1001;1;20240101;4;20240101;20240131\n'
        "Umsatz;Soll/Haben-Kennzeichen;WKZ Umsatz;Konto;Gegenkonto;Belegdatum;Buchungstext\n"
        '100,00;"H";"EUR";8400;1200;0101;"Text 0"\n101,01;"S";"EUR";8401;1200;0201;"Text 1"\n'
        '102,02;"H";"EUR";8402;1200;0301;"Text 2"\n103,03;"S";"EUR";8403;1200;0401;"Text 3"\n'
        '104,04;"H";"EUR";8404;1200;0501;"Text 4"\n105,05;"S";"EUR";8405;1200;0601;"Text 5"\n'
        '106,06;"H";"EUR";8406;1200;0701;"Text 6"\n107,07;"S";"EUR";8407;1200;0801;"Text 7"\n'
        '108,08;"H";"EUR";8408;1200;0901;"Text 8"\n109,09;"S";"EUR";8409;1200;0101;"Text 9"\n'
        '110,10;"H";"EUR";8410;1200;0201;"Text 10"\n111,11;"S";"EUR";8411;1200;0301;"Text 11"\n',
        12,
        "Umsatz number 100 | Soll/Haben-Kennzeichen category H | WKZ Umsatz category EUR | Konto integer 8400 | "
        "Gegenkonto integer 1200 | Belegdatum category 0101 | Buchungstext category Text 0",
        notes="above",
        doubts="Belegdatum: leading_zeros",
    ),
    "a logger: pairs above tabs": Case(
        "Device: ACME 12\r\nSerial: 00123\r\nStart: 01/03/2024 10:00\r\n\r\nDate\tTime\tpH\tTemp\r\n"
        "01/03/2024\t10:00:00\t7,0\t20,5\r\n01/03/2024\t10:01:00\t7,1\t21,5\r\n01/03/2024\t10:02:00\t7,2\t22,5\r\n"
        "01/03/2024\t10:03:00\t7,3\t23,5\r\n01/03/2024\t10:04:00\t7,4\t24,5\r\n01/03/2024\t10:05:00\t7,5\t25,5\r\n"
        "01/03/2024\t10:06:00\t7,6\t26,5\r\n01/03/2024\t10:07:00\t7,7\t27,5\r\n01/03/2024\t10:08:00\t7,8\t28,5\r\n"
        "01/03/2024\t10:09:00\t7,9\t29,5\r\n01/03/2024\t10:10:00\t7,0\t20,5\r\n01/03/2024\t10:11:00\t7,1\t21,5\r\n"
        "01/03/2024\t10:12:00\t7,2\t22,5\r\n01/03/2024\t10:13:00\t7,3\t23,5\r\n01/03/2024\t10:14:00\t7,4\t24,5\r\n"
        "01/03/2024\t10:15:00\t7,5\t25,5\r\n01/03/2024\t10:16:00\t7,6\t26,5\r\n01/03/2024\t10:17:00\t7,7\t27,5\r\n"
        "01/03/2024\t10:18:00\t7,8\t28,5\r\n01/03/2024\t10:19:00\t7,9\t29,5\r\n01/03/2024\t10:20:00\t7,0\t20,5\r\n"
        "01/03/2024\t10:21:00\t7,1\t21,5\r\n01/03/2024\t10:22:00\t7,2\t22,5\r\n01/03/2024\t10:23:00\t7,3\t23,5\r\n"
        "01/03/2024\t10:24:00\t7,4\t24,5\r\n01/03/2024\t10:25:00\t7,5\t25,5\r\n01/03/2024\t10:26:00\t7,6\t26,5\r\n"
        "01/03/2024\t10:27:00\t7,7\t27,5\r\n01/03/2024\t10:28:00\t7,8\t28,5\r\n01/03/2024\t10:29:00\t7,9\t29,5\r\n",
        30,
        "Date date 2024-03-01 | Time date 10:00:00 | pH number 7 | Temp number 20.5",
        notes="above",
        ending=".txt",
    ),
    "a summary of R": Case(
        "             Estimate Std. Error t value Pr(>|t|)    \n(Intercept)   1.23400    0.12300   10.03  < 2e-16 ***\n"
        "age           0.04500    0.01200    3.75  0.00021 ***\nsexmale      -0.23000    0.11000   -2.09  0.03700 *  \n"
        "income        0.00012    0.00008    1.50  0.13400    \n",
        4,
        "Estimate Std. Error t value Pr(>|t|) category (Intercept)   1.23400    0.12300   10.03  < 2e-16 ***",
        notes="delimiter",
        ending=".txt",
    ),
    "a survey with 99 for no answer": Case(
        "ID;Alter;Geschlecht;Zufriedenheit (1=sehr, 5=gar nicht)\n0;20;m;99\n1;21;w;2\n2;22;d;3\n3;23;m;4\n4;24;w;5\n5;25;d;1\n"
        "6;26;m;2\n7;27;w;99\n8;28;d;4\n9;29;m;5\n10;30;w;1\n11;31;d;2\n12;32;m;3\n13;33;w;4\n14;34;d;99\n15;35;m;1\n"
        "16;36;w;2\n17;37;d;3\n18;38;m;4\n19;39;w;5\n20;40;d;1\n21;41;m;99\n22;42;w;3\n23;43;d;4\n24;44;m;5\n25;45;w;1\n"
        "26;46;d;2\n27;47;m;3\n28;48;w;99\n29;49;d;5\n",
        30,
        "ID id 0 | Alter integer 20 | Geschlecht category m | Zufriedenheit (1=sehr, 5=gar nicht) integer 99",
        doubts="ID: identifier",
    ),
    "dollars in words": Case(
        "deal,size\nd0,$1.2 million\nd1,$850 thousand\nd2,$3 billion\nd3,$400 million\nd4,$1.2 million\nd5,$850 thousand\n"
        "d6,$3 billion\nd7,$400 million\nd8,$1.2 million\nd9,$850 thousand\nd10,$3 billion\nd11,$400 million\n",
        12,
        "deal category d0 | size number 1200000 $",
        doubts="size: converted",
    ),
    "ages in years, months and weeks": Case(
        "pid,age\n" + "".join(f"p{i},{['34 years', '5 months', '2 weeks', '71 years', '3 days'][i % 5]}\n" for i in range(20)),
        20,
        "pid id p0 | age category 34 years",
        doubts="age: units",
    ),
    "grades in letters": Case(
        "s,grade\n" + "".join(f"s{i},{['A', 'A-', 'B+', 'B', 'C'][i % 5]}\n" for i in range(20)),
        20,
        "s id s0 | grade category A",
    ),
    "units below names": Case(
        "time,temp,pressure\ns,degC,hPa\n" + "".join(f"{i},{20 + i * 0.1:.1f},{1000 + i}\n" for i in range(12)),
        12,
        "time integer 0 | temp number 20 | pressure integer 1000",
        notes="units",
    ),
    "months as columns": Case(
        "metric,Jan,Feb,Mar,Apr\nsales,1,2,3,4\ncost,2.5,3.5,4.5,5.5\nunits,10,20,30,40\n",
        3,
        "metric category sales | Jan number 1 | Feb number 2 | Mar number 3 | Apr number 4",
    ),
    "per cent in parentheses": Case(
        "fund,ret\n" + "".join(f"f{i},{f'({i}.5%)' if i % 2 else f'{i}.25%'}\n" for i in range(1, 14)),
        13,
        "fund category f1 | ret number -0.015",
        doubts="ret: notation",
    ),
    "weeks of ISO 8601": Case(
        "w,v\n" + "".join(f"2024-W{i + 1:02},{i}\n" for i in range(16)),
        16,
        "w date 2024-01-01 | v integer 0",
    ),
    "school years": Case(
        "year,v\n" + "".join(f"{2010 + i}/{11 + i},{i * 3}\n" for i in range(10)),
        10,
        "year category 2010/11 | v integer 0",
    ),
    "years before Christ": Case(
        "ruler,from\n" + "".join(f"r{i},{['100 BC', '50 AD', '27 BC', '14 AD'][i % 4]}\n" for i in range(12)),
        12,
        "ruler category r0 | from category 100 BC",
        doubts="from: unread_numbers",
    ),
    "addresses of the network": Case(
        "ip,hits\n" + "".join(f"10.0.{i}.{i * 3},{i * 5}\n" for i in range(20)),
        20,
        "ip id 10.0.0.0 | hits integer 0",
    ),
    "laps of a race": Case(
        "lap,t\n" + "".join(f"{i},1:{20 + i}.{i * 37 % 1000:03}\n" for i in range(12)),
        12,
        "lap integer 0 | t number 1.3333333333333333 min",
        doubts="t: duration",
    ),
    "times of a race": Case(
        "runner,time\nr0,58:00\nr1,1:07:11\nr2,1:14:22\nr3,59:33\nr4,1:28:44\nr5,1:35:55\nr6,58:06\nr7,1:49:17\nr8,1:56:28\n"
        "r9,59:39\nr10,1:10:50\nr11,1:17:01\nr12,58:12\nr13,1:31:23\n",
        14,
        "runner category r0 | time number 58 min",
        doubts="time: duration",
    ),
    "French words for missing": Case(
        "id;val\n" + "".join(f"{i};{'n.c.' if i % 5 == 0 else 'ND' if i % 7 == 0 else str(i) + ',5'}\n" for i in range(30)),
        30,
        "id id 0 | val number –",
        doubts="id: identifier | val: missing_words",
    ),
    "remarks behind cells": Case(
        "a,b # comment\n1,2 # first\n3,4\n5,6 # third\n7,8\n9,1\n",
        5,
        "a integer 1 | b # comment category 2 # first",
        doubts="b # comment: not_number",
    ),
    "line ends of old Macs": Case(
        "a;b\r1;x\r2;y\r3;z\r",
        3,
        "a integer 1 | b category x",
    ),
    "a row of means": Case(
        "p;q1;q2\n" + "".join(f"P{i};{i};{i + 1}\n" for i in range(10)) + "Ø;4,5;5,5\n",
        10,
        "p category P0 | q1 integer 0 | q2 integer 1",
        notes="total",
    ),
    "years as names beside a change": Case(
        "Land;2022;2023;Veränd. in %\nL0;1.000;1.000;−0,0\nL1;2.013;2.017;+1,1\nL2;3.026;3.034;−2,2\nL3;4.039;4.051;+3,3\n"
        "L4;5.052;5.068;−4,4\nL5;6.065;6.085;+5,5\nL6;7.078;7.102;−6,6\nL7;8.091;8.119;+7,7\nL8;9.104;9.136;−8,8\n"
        "L9;10.117;10.153;+9,9\nL10;11.130;11.170;−10,10\nL11;12.143;12.187;+11,11\n",
        12,
        "Land category L0 | 2022 integer 1000 | 2023 integer 1000 | Veränd. in % number 0",
    ),
    "symbols of statistical offices": Case(
        "Land;Wert\n" + "".join(f"L{i};{['.', 'x', '-', '...', '/'][i % 5] if i % 4 == 0 else str(i * 10)}\n" for i in range(24)),
        24,
        "Land id L0 | Wert text .",
        doubts="Wert: dash | Wert: not_number",
    ),
    "a point for nothing": Case(
        "Kreis;Geb.;Gest.\n" + "".join(f"K{i};{i * 10};{'·' if i % 6 == 0 else i * 9}\n" for i in range(24)),
        24,
        "Kreis id K0 | Geb. integer 0 | Gest. integer –",
        doubts="Gest.: missing_words",
    ),
    "Korean dates and won": Case(
        "날짜,금액\n" + "".join(f'2024년 3월 {i + 1}일,"{i + 1},000원"\n' for i in range(12)),
        12,
        "날짜 date 2024-03-01 | 금액 integer 1000 원",
        doubts="금액: decimal",
    ),
    "Buddhist years": Case(
        "date,v\n" + "".join(f"{i + 1:02}/03/2567,{i}\n" for i in range(14)),
        14,
        "date date 2024-03-01 | v integer 0",
        doubts="date: calendar",
    ),
    "French dates and euros": Case(
        "Date;Montant HT;TVA\n" + "".join(f"{i + 1} mars 2024;{i + 1} 2{i:02},50 €;20,0 %\n" for i in range(12)),
        12,
        "Date date 2024-03-01 | Montant HT number 1200.5 € | TVA number 0.2",
    ),
    "debit and credit in two columns": Case(
        "Date,Description,Debit,Credit,Balance\n01/15/2024,d0,,0.25,1000.00\n02/15/2024,d1,1.50,,1001.00\n"
        "03/15/2024,d2,,2.25,1002.00\n04/15/2024,d3,3.50,,1003.00\n05/15/2024,d4,,4.25,1004.00\n06/15/2024,d5,5.50,,1005.00\n"
        "07/15/2024,d6,,6.25,1006.00\n08/15/2024,d7,7.50,,1007.00\n09/15/2024,d8,,8.25,1008.00\n01/15/2024,d9,9.50,,1009.00\n"
        "02/15/2024,d10,,10.25,1010.00\n03/15/2024,d11,11.50,,1011.00\n",
        12,
        "Date date 2024-01-15 | Description category d0 | Debit number – | Credit number 0.25 | Balance number 1000",
    ),
    "a signature below": Case(
        "name;val\n" + "".join(f"n{i};{i}\n" for i in range(8)) + "\n\nErstellt von: Max Muster\nUnterschrift: ____________\n",
        8,
        "name category n0 | val integer 0",
        notes="below",
    ),
    "a total with another word": Case(
        "Nr;Artikel;Preis\n1;A;10,50\n2;B;20,25\n3;C;5,00\n;Gesamtbetrag;35,75\n",
        3,
        "Nr integer 1 | Artikel category A | Preis number 10.5",
        notes="total",
    ),
    "degrees of two scales": Case(
        "city,temp\n" + "".join(f"c{i},{f'{60 + i}°F' if i % 2 else f'{15 + i}°C'}\n" for i in range(12)),
        12,
        "city category c0 | temp number 15 °C",
        doubts="temp: converted",
    ),
    "miles and kilometres": Case(
        "run,dist\n" + "".join(f"r{i},{f'{i + 1} km' if i % 2 else f'{i + 1} mi'}\n" for i in range(12)),
        12,
        "run category r0 | dist number 1.609344 km",
        doubts="dist: converted",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_table_is_read(name, tmp_path):
    check_case(CASES[name], tmp_path)
