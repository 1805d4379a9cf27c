"""Tables as people have them, from programs of many kinds: each is read rightly, or leaves a doubt."""

from __future__ import annotations

import pytest

from tests.reading.table_case import Case, check_case

CASES = {
    "pairs above names with a year": Case(
        "Site:;Kiel\nReport of the year 2024\n\ncity;q1: age;2023\nRome;Köln;120\nKöln;?;?\nUlm;Rome;98\n",
        3,
        "city category Rome | q1: age category Köln | 2023 integer 120",
        notes="above",
    ),
    "a pair above two names, one of them a year": Case(
        "Report of the year 2024\nSite:;Kiel\n2023;p-value\n66,5;B039-6\n105,25;\n-305;B735-3\n",
        3,
        "2023 number 66.5 | p-value category B039-6",
        notes="above",
    ),
    "fixed places with a currency and cut times": Case(
        "      n  state  seen\n"
        + "".join(
            f"{i + 10:2}.{i % 90 + 10} €  {'AB'[i % 2]}      {f'2021-10-{i % 28 + 1:02} 23:22' if i % 3 else 'NA'}\n" for i in range(24)
        ),
        24,
        "n number 10.1 € | state category A | seen date –",
        notes="fixed",
        ending=".txt",
    ),
    "SAP: a list with bars and a marked total": Case(
        "Dynamische Listausgabe\r\n\r\n----------------------------------------------------------\r\n"
        "|  Kunde     |Name 1        |    Betrag|Whrg |Buch.dat. |\r\n"
        "----------------------------------------------------------\r\n"
        "|  00001000  |Firma A       | 10.000,50 |EUR  |01.03.2024|\r\n"
        "|  00001001  |Firma B       |318.001,00-|EUR  |02.03.2024|\r\n"
        "|  00001002  |Firma C       |635.002,00-|EUR  |03.03.2024|\r\n"
        "|  00001003  |Firma D       | 13.021,50 |EUR  |04.03.2024|\r\n"
        "|  00001004  |Firma E       |369.004,00-|EUR  |05.03.2024|\r\n"
        "|  00001005  |Firma F       |686.005,00-|EUR  |06.03.2024|\r\n"
        "|  00001006  |Firma G       | 16.042,50 |EUR  |07.03.2024|\r\n"
        "|  00001007  |Firma H       |420.007,00-|EUR  |08.03.2024|\r\n"
        "|  00001008  |Firma I       |737.008,00-|EUR  |09.03.2024|\r\n"
        "----------------------------------------------------------\r\n|* |              | 99.999,50|EUR  |          |\r\n"
        "----------------------------------------------------------\r\n",
        9,
        "Kunde category 00001000 | Name 1 category Firma A | Betrag number 10000.5 | Whrg category EUR | Buch.dat. date 2024-03-01",
        notes="above file rule total",
        doubts="Betrag: notation | Kunde: leading_zeros",
        ending=".txt",
    ),
    "a laboratory: limits of detection": Case(
        "Sample;Cd [µg/l];Pb [µg/l];pH;Datum\n"
        + "".join(
            f"P{i:03};{'<0,05' if i % 3 == 0 else f'0,{i + 10}'};{'n.n.' if i % 4 == 0 else f'{i},{i}'};7,{i % 10};2024-05-{i + 1:02}\n"
            for i in range(14)
        ),
        14,
        "Sample category P000 | Cd [µg/l] number 0.05 | Pb [µg/l] number – | pH number 7 | Datum date 2024-05-01",
        doubts="Cd [µg/l]: limits | Pb [µg/l]: missing_words",
    ),
    "a pivot table with empty repeats": Case(
        "Region;Produkt;2022;2023;2024\nNord;A;10;12;14\n;B;11;13;15\n;C;9;8;7\nSüd;A;20;22;24\n;B;21;23;25\n;C;19;18;17\n",
        6,
        "Region category Nord | Produkt category A | 2022 integer 10 | 2023 integer 12 | 2024 integer 14",
    ),
    "a statistical office: title, padding and source": Case(
        "Amt für Statistik;;;\nBevölkerung nach Stadtteilen;;;\n;;;\nStadtteil;Einwohner;darunter weiblich;Fläche (ha)\n"
        + "".join(f"Teil {chr(65 + i)};{i + 1}.{i * 37 % 1000:03};{i * 5 + 100};{i + 10},{i}\n" for i in range(9))
        + ";;;\nQuelle: Einwohnermelderegister, Stand 31.12.2023;;;\n",
        9,
        "Stadtteil category Teil A | Einwohner integer 1000 | darunter weiblich integer 100 | Fläche (ha) number 10",
        notes="above below file",
    ),
    "commas as ditto marks": Case(
        'date,item,qty\n2024-01-05,screws,10\n",,",nails,20\n',
        2,
        "date category 2024-01-05 | item category screws | qty integer 10",
        doubts="date: not_date",
    ),
    "ditto marks": Case(
        "day;shop;item;qty\n05.01.2024;Kiel;screws;10\n″;″;nails;20\n″;″;bolts;5\n06.01.2024;Ulm;screws;12\n″;″;nails;7\ndo.;do.;pins;7\n",
        6,
        "day category 05.01.2024 | shop category Kiel | item category screws | qty integer 10",
    ),
    "seconds since 1970": Case(
        "ts,device,temp\n" + "".join(f"{1709640000 + i * 60},dev{i % 3},{20 + i * 0.1:.1f}\n" for i in range(40)),
        40,
        "ts integer 1709640000 | device category dev0 | temp number 20",
        doubts="ts: maybe_date",
    ),
    "milliseconds since 1970": Case(
        "ts,device,temp\n" + "".join(f"{1709640000000 + i * 60000},dev{i % 3},{20 + i * 0.1:.1f}\n" for i in range(40)),
        40,
        "ts integer 1709640000000 | device category dev0 | temp number 20",
        doubts="ts: maybe_date",
    ),
    "dates in two notations": Case(
        "id,when\n" + "".join(f"{i},{f'2024-03-{i + 1:02}' if i < 8 else f'{i + 1:02}/03/2024'}\n" for i in range(20)),
        20,
        "id id 0 | when date 2024-03-01",
        doubts="id: identifier",
    ),
    "milligrams and grams": Case(
        "sample,mass\n" + "".join(f"s{i},{f'{i + 1} mg' if i % 3 else f'0.{i + 1:03} g'}\n" for i in range(15)),
        15,
        "sample category s0 | mass number 1 mg",
        doubts="mass: converted",
    ),
    "merged names of school subjects": Case(
        "Name,Mathe,,Deutsch,\n,mündlich,schriftlich,mündlich,schriftlich\n"
        + "".join(f"Schüler {chr(65 + i)},{i % 6 + 1},{(i * 2) % 6 + 1},{(i * 3) % 6 + 1},{(i * 5) % 6 + 1}\n" for i in range(10)),
        10,
        "Name category Schüler A | Mathe mündlich integer 1 | Mathe schriftlich integer 1 | "
        "Deutsch mündlich integer 1 | Deutsch schriftlich integer 1",
        notes="names",
    ),
    "codes that a spreadsheet shortened": Case(
        "EAN,name,n\n" + "".join(f"4,0{i}234E+12,thing {i},{i}\n".replace("4,0", "4.0") for i in range(8)),
        8,
        "EAN category 4.00234E+12 | name category thing 0 | n integer 0",
        doubts="EAN: lost_digits",
    ),
    "telephone numbers": Case(
        "name;phone;amount\n" + "".join(f"n{i};0{171 + i} {1234567 + i * 13};{i},5\n" for i in range(10)),
        10,
        "name category n0 | phone category 0171 1234567 | amount number 0.5",
    ),
    "rates with and without per cent": Case(
        "shop,rate\n" + "".join(f"s{i},{f'{i * 3 + 1}%' if i % 2 else f'0.{i:02}'}\n" for i in range(14)),
        14,
        "shop category s0 | rate category 0",
        doubts="rate: not_number",
    ),
    "fractions or scores alone": Case(
        "match,score\n" + "".join(f"m{i},{i % 5 + 1}/{(i * 3) % 4 + 1}\n" for i in range(20)),
        20,
        "match id m0 | score category 1/1",
        doubts="score: pairs",
    ),
    "birthdays without a year": Case(
        "who,birthday\n" + "".join(f"w{i},{i % 28 + 1}/{i % 12 + 1}\n" for i in range(24)),
        24,
        "who id w0 | birthday text 1/1",
        doubts="birthday: pairs",
    ),
    "scores with a dash": Case(
        "match,score\n" + "".join(f"m{i},{i % 5 + 1}-{(i * 3) % 4 + 1}\n" for i in range(20)),
        20,
        "match id m0 | score category 1-1",
        doubts="score: pairs",
    ),
    "scores with a colon": Case(
        "match,score\n" + "".join(f"m{i},{i % 5 + 1}:{(i * 3) % 4 + 1}\n" for i in range(20)),
        20,
        "match id m0 | score category 1:1",
        doubts="score: pairs",
    ),
    "headings that look like rows": Case(
        "Item;Price;Stock\nFruit;;\nApple;1,20;5\nPear;2,50;7\nPlum;3,10;2\nVegetables;;\nLeek;0,90;4\nKale;1,75;9\n"
        "Spices;;\nSalt;0,40;30\nCumin;2,05;3\n",
        10,
        "Item category Fruit | Price number – | Stock integer –",
    ),
    "a total without a word": Case(
        "Filiale;Umsatz;Kunden\nA;100,50;10\nB;200,25;20\nC;300,00;30\nD;50,25;5\nE;25,00;2\nF;74,00;8\n;750,00;75\n",
        6,
        "Filiale category A | Umsatz number 100.5 | Kunden integer 10",
        notes="total",
    ),
    "American dates and dollars": Case(
        "Date,Sales\n" + "".join(f'"Jan {i + 1}, 2024","${1000 + i * 37:,}.00"\n' for i in range(14)),
        14,
        "Date date 2024-01-01 | Sales number 1000 $",
    ),
    "lakhs": Case(
        "Name,Income\n" + "".join(f'N{i},"{i + 1},{i * 7 % 100:02},{(i * 131) % 1000:03}"\n' for i in range(12)),
        12,
        "Name category N0 | Income integer 100000",
    ),
    "Swiss thousands": Case(
        "Ort;Preis CHF\n" + "".join(f"O{i};{i + 1}'{(i * 131) % 1000:03}.50\n" for i in range(12)),
        12,
        "Ort category O0 | Preis CHF number 1000.5",
    ),
    "working hours": Case(
        "Mitarbeiter;Arbeitszeit;Datum\n" + "".join(f"M{i % 4};{7 + i % 3}:{(i * 15) % 60:02};{i + 1:02}.03.2024\n" for i in range(14)),
        14,
        "Mitarbeiter category M0 | Arbeitszeit number 7 h | Datum date 2024-03-01",
        doubts="Arbeitszeit: duration_by_name",
    ),
    "clock times of half days": Case(
        "id,start\n" + "".join(f"{i},{i % 12 + 1}:{(i * 7) % 60:02} {'AM' if i % 2 else 'PM'}\n" for i in range(14)),
        14,
        "id id 0 | start date 13:00:00",
        doubts="id: identifier",
    ),
    "answers in three notations": Case(
        "q,a\n" + "".join(f"{i},{['Y', 'N', 'yes', 'no', '1', '0'][i % 6]}\n" for i in range(30)),
        30,
        "q id 0 | a category Y",
        doubts="q: identifier",
    ),
    "byte order marks inside": Case(
        "\ufeffname,\ufeffvalue\n" + "".join(f"n{i},\ufeff{i}\n" for i in range(8)),
        8,
        "name category n0 | value integer 0",
        doubts="value: invisible",
    ),
    "notes with stars below": Case(
        "a,b\n1,2\n3,4\n5,6\n7,8\n* provisional figures\n** revised\n",
        4,
        "a integer 1 | b integer 2",
        notes="below",
    ),
    "flags of estimates": Case(
        "Land,BIP\n" + "".join(f"L{i},{i * 100 + 7}{['', 'e', 'p', '*'][i % 4]}\n" for i in range(16)),
        16,
        "Land category L0 | BIP category 7",
        doubts="BIP: not_number",
    ),
    "age groups": Case(
        "age group,n\n0-9,10\n10-19,12\n20-29,14\n30-39,9\n40-49,8\n50+,20\n",
        6,
        "age group category 0-9 | n integer 10",
    ),
    "an age group as a date": Case(
        "age group,n\n0-9,10\n19-Oct,12\n20-29,14\n30-39,9\n40-49,8\n50+,20\n",
        6,
        "age group category 0-9 | n integer 10",
        doubts="age group: excel_dates",
    ),
    "degrees and minutes": Case(
        "ort,lat,lon\n" + "".join(f'o{i},"52° {i}\' 30"" N","13° {i + 2}\' 10"" E"\n' for i in range(10)),
        10,
        "ort category o0 | lat category 52° 0' 30\" N | lon category 13° 2' 10\" E",
        doubts="lat: amounts | lon: amounts",
    ),
    "coordinates with a decimal comma": Case(
        "ort;lat;lon\n" + "".join(f"o{i};52,{5123 + i};13,{4045 + i}\n" for i in range(10)),
        10,
        "ort category o0 | lat number 52.5123 | lon number 13.4045",
    ),
    "several words for missing": Case(
        "id,income\n"
        + "".join(f"{i},{['k.A.', '-99', '(none)', '', 'unknown'][i % 5] if i % 7 == 0 else 1000 + i * 13}\n" for i in range(40)),
        40,
        "id id 0 | income integer –",
        doubts="id: identifier | income: missing_words",
    ),
    "kilograms with a decimal comma": Case(
        "n,weight\n" + "".join(f'{i},"{i},{i % 10} kg"\n' for i in range(1, 12)),
        11,
        "n integer 1 | weight number 1.1 kg",
    ),
    "quotes and line ends in cells": Case(
        'id;text;n\n1;"er sagte ""ja; nein""";5\n2;"zwei\nZeilen";6\n3;drei;7\n4;vier;8\n',
        4,
        'id id 1 | text category er sagte "ja; nein" | n integer 5',
        doubts="id: identifier",
    ),
    "inches as quotes": Case(
        'id,size,n\n1,5" pipe,3\n2,7" pipe,4\n3,9" pipe,5\n4,11",6\n',
        4,
        'id id 1 | size category 5" pipe | n integer 3',
        doubts="id: identifier",
    ),
    "folders that end with a backslash": Case(
        "id,path,n\n1,C:\\temp\\,3\n2,D:\\x\\,4\n3,E:\\,5\n",
        3,
        "id id 1 | path category C:\\temp\\ | n integer 3",
        doubts="id: identifier",
    ),
    "JSON in cells": Case(
        "id,payload,n\n" + "".join(f'{i},"{{""a"": {i}, ""b"": ""x""}}",{i}\n' for i in range(6)),
        6,
        'id id 0 | payload category {"a": 0, "b": "x"} | n integer 0',
        doubts="id: identifier",
    ),
    "fixed places with thousands": Case(
        "NAME      CITY        SALARY  START\nAnn       Kiel         1,200  2020-01-05\n"
        "Bob       Bad Tölz     2,300  2019-11-30\nCarla     Ulm         13,400  2021-06-01\n"
        "Dora      Bad Orb        900  2018-02-11\n",
        4,
        "NAME category Ann | CITY category Kiel | SALARY integer 1200 | START date 2020-01-05",
        notes="fixed",
        ending=".txt",
    ),
    "line ends of three kinds": Case(
        "a,b\r\n1,x\n2,y\r\n3,z\r4,w\r\n",
        4,
        "a integer 1 | b category x",
    ),
    "thousands with a blank": Case(
        "Commune;Population\n" + "".join(f"C{i};{i + 1} {(i * 131) % 1000:03}\n" for i in range(10)),
        10,
        "Commune category C0 | Population integer 1000",
    ),
    "ZIP codes": Case(
        "ZIP,sales\n"
        + "".join(f"{z},{i}\n" for i, z in enumerate(["02134", "10001", "94105", "60601", "33101", "02139", "73301", "30301"])),
        8,
        "ZIP category 02134 | sales integer 0",
        doubts="ZIP: leading_zeros",
    ),
    "Italian answers and euros": Case(
        "id;attivo;importo\n" + "".join(f"{i};{'Sì' if i % 2 else 'No'};{i},{i % 10}0 €\n" for i in range(12)),
        12,
        "id id 0 | attivo category No | importo number 0 €",
        doubts="id: identifier",
    ),
    "Portuguese months and reais": Case(
        "Data;Valor (R$);Situação\n"
        + "".join(f"{i + 1:02}/mar/2024;R$ {i + 1}.{i * 71 % 1000:03},{i:02};{'Pago' if i % 2 else 'Aberto'}\n" for i in range(12)),
        12,
        "Data date 2024-03-01 | Valor (R$) number 1000 R$ | Situação category Aberto",
    ),
    "złoty": Case(
        "Miesiąc;Kwota\n"
        + "".join(
            f"{m};{i + 1} {i * 71 % 1000:03},{i:02} zł\n"
            for i, m in enumerate(
                [
                    "styczeń",
                    "luty",
                    "marzec",
                    "kwiecień",
                    "maj",
                    "czerwiec",
                    "lipiec",
                    "sierpień",
                    "wrzesień",
                    "październik",
                    "listopad",
                    "grudzień",
                ]
            )
        ),
        12,
        "Miesiąc category styczeń | Kwota number 1000 zł",
    ),
    "Arabic digits": Case(
        "id,value\n" + "".join(f"{i},{''.join(chr(0x660 + int(c)) for c in str(100 + i * 7))}\n" for i in range(8)),
        8,
        "id id 0 | value integer 100",
        doubts="id: identifier | value: digits",
    ),
    "parentheses beside plain numbers": Case(
        "acct,amt\n" + "".join(f"A{i},{f'({i}.50)' if i % 2 else f'{i}.25'}\n" for i in range(1, 14)),
        13,
        "acct category A1 | amt number -1.5",
        doubts="amt: notation",
    ),
    "quarters": Case(
        "period,gdp\n" + "".join(f"{2019 + i // 4}-Q{i % 4 + 1},{100 + i * 0.5}\n" for i in range(16)),
        16,
        "period date 2019-01-01 | gdp number 100",
    ),
    "calendar weeks": Case(
        "Woche;Umsatz\n" + "".join(f"KW {i + 1}/2024;{100 + i * 7}\n" for i in range(16)),
        16,
        "Woche date 2024-01-01 | Umsatz integer 100",
    ),
    "one name three times": Case(
        "id,value,value,value\n" + "".join(f"{i},{i},{i * 2},{i * 3}\n" for i in range(8)),
        8,
        "id id 0 | value integer 0 | value_2 integer 0 | value_3 integer 0",
        notes="file",
        doubts="id: identifier",
    ),
    "a sensor with errors": Case(
        "time,t1,t2\n"
        + "".join(
            f"2024-01-01 00:{i:02}:00,{'ERR' if i % 9 == 0 else f'{20 + i * 0.1:.1f}'},{'-999' if i % 8 == 0 else f'{30 + i * 0.2:.1f}'}\n"
            for i in range(40)
        ),
        40,
        "time date 2024-01-01 | t1 number – | t2 number -999",
        doubts="t1: missing_words",
    ),
    "children in words": Case(
        "id,children\n" + "".join(f"{i},{['one', '2', '3', 'none', '1', '4+'][i % 6]}\n" for i in range(30)),
        30,
        "id id 0 | children category one",
        doubts="children: not_number | id: identifier",
    ),
    "feet and inches in quotes": Case(
        "name,height\n" + "".join(f"p{i},5'{i % 12}\"\n" for i in range(14)).replace('"\n', '""\n'),
        14,
        'name category p0 | height category 5\'0""',
        doubts="height: amounts",
    ),
    "thousands of euros": Case(
        "firm;rev\n" + "".join(f"f{i};{i + 1},{i % 10} T€\n" for i in range(12)),
        12,
        "firm category f0 | rev number 1 T€",
        doubts="rev: mark",
    ),
    "days as Excel counts them": Case(
        "id,Datum,x\n" + "".join(f"{i},{45300 + i * 3},{i * 0.5}\n" for i in range(20)),
        20,
        "id id 0 | Datum integer 45300 | x number 0",
        doubts="Datum: maybe_date | id: identifier",
    ),
    "counted days among dates": Case(
        "id,Datum\n" + "".join(f"{i},{45300 + i * 3 if i % 4 == 0 else f'{i % 28 + 1:02}.03.2024'}\n" for i in range(20)),
        20,
        "id id 0 | Datum category 45300",
        doubts="Datum: not_date | id: identifier",
    ),
    "years of another calendar": Case(
        "id,date\n" + "".join(f"{i},{1445}-{i % 12 + 1:02}-{i % 28 + 1:02}\n" for i in range(20)),
        20,
        "id id 0 | date date 1445-01-01",
        doubts="date: calendar | id: identifier",
    ),
    "offsets from UTC": Case(
        "id,at\n" + "".join(f"{i},2024-03-{i % 28 + 1:02}T10:00:00{'+01:00' if i % 2 else 'Z'}\n" for i in range(20)),
        20,
        "id id 0 | at date 2024-03-01T10:00:00Z",
        doubts="id: identifier",
    ),
    "names of zones": Case(
        "id,at\n" + "".join(f"{i},2024-03-{i % 28 + 1:02} 10:00 {'CET' if i % 2 else 'CEST'}\n" for i in range(20)),
        20,
        "id id 0 | at date 2024-03-01T08:00:00Z",
        doubts="id: identifier",
    ),
    "credit and debit behind amounts": Case(
        "Konto;Saldo\n" + "".join(f"K{i};{i * 3}.{i:02} {'CR' if i % 2 else 'DR'}\n" for i in range(12)),
        12,
        "Konto category K0 | Saldo number 0",
        doubts="Saldo: debit_credit",
    ),
    "codes as formulas": Case(
        "id,code\n" + "".join(f'{i},="00{i}"\n' for i in range(12)),
        12,
        "id id 0 | code category 000",
        doubts="code: leading_zeros | id: identifier",
    ),
    "stars and standard errors": Case(
        "var,coef,se\n" + "".join(f"v{i},{i * 0.5:.2f}{'*' * (i % 4)},(0.{i:02})\n" for i in range(12)),
        12,
        "var category v0 | coef number 0 | se number 0",
        doubts="coef: footnotes | se: parentheses",
    ),
    "estimates with an interval": Case(
        "var,est (95% CI)\n" + "".join(f'v{i},"{i}.2 ({i - 1}.1-{i + 1}.3)"\n' for i in range(1, 12)),
        11,
        "var category v1 | est (95% CI) category 1.2 (0.1-2.3)",
        doubts="est (95% CI): amounts",
    ),
    "numbers without names": Case(
        "1,2,3\n" + "".join(f"{i},{i * 2},{i * 3}\n" for i in range(10)),
        11,
        "column_1 integer 1 | column_2 integer 2 | column_3 integer 3",
        notes="header",
    ),
    "answers with their code": Case(
        "id,sex,edu\n"
        + "".join(
            f"{i},{['1 = male', '2 = female'][i % 2]},{['1 - low', '2 - mid', '3 - high', '-9 - no answer'][i % 4]}\n" for i in range(30)
        ),
        30,
        "id id 0 | sex category 1 = male | edu category 1 - low",
        doubts="id: identifier",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_table_is_read(name, tmp_path):
    check_case(CASES[name], tmp_path)
