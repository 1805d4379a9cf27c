"""Small tables with the traits of files that people reported as read wrongly by one program or another."""

from __future__ import annotations

import pytest

from tests.reading.table_case import Case, check_case

CASES = {
    "bank export": Case(
        '"Girokonto";"DE00 0000"\n"Zeitraum:";"02.01.2024 - 31.12.2024"\n"Kontostand:";"4.217,90 €"\n""\n'
        '"Tag";"Empfänger";"Betrag (€)"\n"02.01.24";"Tankhof";"-94,49"\n"14.01.24";"Kino";"-1.862,55"\n',
        2,
        "Tag date 2024-01-02 | Empfänger category Tankhof | Betrag (€) number -94.49",
        notes="above",
    ),
    "padded titles": Case(
        "Umsatzbericht;;\nStand: 31.12.2024;;\n;;\nFiliale;Zone;Umsatz\n1001;A;1.844,54\n1002;B;814,98\n",
        2,
        "Filiale integer 1001 | Zone category A | Umsatz number 1844.54",
        notes="above",
    ),
    "sep line": Case(
        "sep=;\nFiliale;Zone;Umsatz\n1001;A;1.844,54\n1002;B;814,98\n",
        2,
        "Filiale integer 1001 | Zone category A | Umsatz number 1844.54",
        notes="above",
    ),
    "files joined with their names": Case(
        "monat,alter,bestellt\n1,57,ja\n1,62,nein\nmonat,alter,bestellt\n2,47,ja\n2,28,nein\n",
        4,
        "monat integer 1 | alter integer 57 | bestellt boolean 1",
        notes="repeated",
    ),
    "units below the names": Case(
        "Zeit;Temperatur;Leistung\n;[°C];[kW]\n2024-06-01 00:00:00;18.50;6.829\n2024-06-01 01:00:00;21.55;9.362\n",
        2,
        "Zeit date 2024-06-01 | Temperatur number 18.5 | Leistung number 6.829",
        notes="units",
    ),
    "comments with commas": Case(
        "#Logger Report\n#Device: LX200, firmware 2.1\n#Channels: a, b, c\n\nTime (s),Intake (C),State\n0.0,42.56,ok\n"
        "0.5,35.35,warn\n1.0,42.12,ok\n",
        3,
        "Time (s) number 0 | Intake (C) number 42.56 | State category ok",
        notes="above",
    ),
    "total and notices": Case(
        "Date,Account,Quantity,Amount\n2024-01-02,Cash,15,317.17\n2024-01-03,Cash,6,134.64\nTotal,,21,451.81\n\n"
        '"The figures are for your use only, and are no offer."\n"Fees are not included, see page 4."\n',
        2,
        "Date date 2024-01-02 | Account category Cash | Quantity integer 15 | Amount number 317.17",
        notes="below total",
    ),
    "minus behind": Case(
        "Kunde;Saldo\n0000145270;546,68-\n0000941934;1.363,06\n0000042883;874,54-\n",
        3,
        "Kunde category 0000145270 | Saldo number -546.68",
        doubts="Kunde: leading_zeros | Saldo: notation",
    ),
    "parentheses": Case(
        "Branch,Cash Balance,Watch\nEast,(37223.02),yes\nSouth,49939.87,no\nNorth,88016.21,no\n",
        3,
        "Branch category East | Cash Balance number -37223.02 | Watch boolean 1",
        doubts="Cash Balance: notation",
    ),
    "few refunds": Case(
        "Branch,Fee\nSouth,155.27\nSouth,155.27\nSouth,155.27\nSouth,155.27\nSouth,155.27\nSouth,155.27\nSouth,155.27\n"
        "South,155.27\nEast,(25.00)\nEast,(50.00)\n",
        10,
        "Branch category South | Fee number 155.27",
        doubts="Fee: notation",
    ),
    "apostrophe": Case(
        "order,amount\nA0000,39.66\nA0001,'-76.83\nA0002,42.77\n",
        3,
        "order category A0000 | amount number 39.66",
        doubts="amount: notation",
    ),
    "lakh": Case(
        'City,Income,Price\nChennai,"5,00,109","24,86,966.00"\nDelhi,"74,857","6,32,459.00"\n',
        2,
        "City category Chennai | Income integer 500109 | Price number 2486966",
    ),
    "limits of detection": Case(
        "Probe;CRP (mg/l);Ferritin\nP0000;20,2;23\nP0001;<3,0;240\nP0002;<0,6;>500\nP0003;4,1;98\n",
        4,
        "Probe category P0000 | CRP (mg/l) number 20.2 | Ferritin integer 23",
        doubts="CRP (mg/l): limits | Ferritin: limits",
    ),
    "kg and lbs": Case(
        "exercise,load\nrow,17.5 kg\npress,30 kg\nrow,77.2 lbs\n",
        3,
        "exercise category row | load number 17.5 kg",
        doubts="load: converted",
    ),
    "currencies": Case(
        "part,quote\np0000,¥14085\np0001,€56.97\np0002,$51.86\n",
        3,
        "part category p0000 | quote category ¥14085",
        doubts="quote: currencies",
    ),
    "min and h": Case(
        "film,length\nf000,110 min\nf001,3 h\nf002,90 min\n", 3, "film category f000 | length number 110 min", doubts="length: converted"
    ),
    "UTC behind": Case(
        "event_time,price\n2024-05-01 00:00:00 UTC,29.75\n2024-05-01 00:37:00 UTC,28.47\n",
        2,
        "event_time date 2024-05-01T00:00:00Z | price number 29.75",
    ),
    "midnight without a clock": Case(
        "Zeitpunkt;Verbrauch\n31.07.2024;1,93\n31.07.2024 01:00;2,04\n31.07.2024 02:00;1,94\n",
        3,
        "Zeitpunkt date 2024-07-31 | Verbrauch number 1.93",
        doubts="Zeitpunkt: no_clock",
    ),
    "midnight in ISO 8601": Case(
        "at,load\n2024-07-01,2.07\n2024-07-01T01:00:00,2.02\n", 2, "at date 2024-07-01 | load number 2.07", doubts="at: no_clock"
    ),
    "births": Case(
        "Nr;Geburtsdatum\n1;04.09.41\n2;19.05.03\n3;11.07.69\n4;01.05.36\n",
        4,
        "Nr integer 1 | Geburtsdatum date 1941-09-04",
        doubts="Geburtsdatum: century",
    ),
    "births in America": Case(
        "member,born\n1,05/03/83\n2,07/19/68\n3,07/06/36\n", 3, "member integer 1 | born date 1983-05-03", doubts="born: century"
    ),
    "zeros of SAP": Case(
        "Beleg;Ausgleich\n4901703165;25.03.2024\n4901732211;00.00.0000\n4903500610;27.09.2024\n",
        3,
        "Beleg integer 4901703165 | Ausgleich date 2024-03-25",
        doubts="Ausgleich: no_date",
    ),
    "zeros of MySQL": Case(
        "plan,last_login\npro,2024-04-15 08:00:00\nfree,0000-00-00 00:00:00\npro,2024-01-16 08:00:00\n",
        3,
        "plan category pro | last_login date 2024-04-15T08:00:00",
        doubts="last_login: no_date",
    ),
    "heat index": Case("site,heat_index\npier,97\npier,108\npark,84\npark,63\n", 4, "site category pier | heat_index integer 97"),
    "patients": Case(
        "patient_id,visit,marker\n" + "".join(f"P{i // 3:03},{i % 3},{i}.5\n" for i in range(75)),
        75,
        "patient_id id P000 | visit integer 0 | marker number 0.5",
    ),
    "special names": Case(
        '"dist [km], ""air""",a:b,{json},prediction,rows,__class__,=SUM,🚗 cars\n-1.637,1.597,0.384,1,2,3,4,5\n'
        "0.386,-1.346,-0.464,6,7,8,9,11\n",
        2,
        'dist [km], "air" number -1.637 | a:b number 1.597 | {json} number 0.384 | prediction integer 1 | '
        "rows integer 2 | __class__ integer 3 | =SUM integer 4 | 🚗 cars integer 5",
    ),
    "three decimals": Case(
        "Wort;Valenz;Erregung\nw0;5,434;3,059\nw1;1,842;5\nw2;5,335;6,87\n",
        3,
        "Wort category w0 | Valenz number 5.434 | Erregung number 3.059",
    ),
    "nothing but three decimals": Case(
        "Probe;Dichte\ns0;2,296\ns1;2,125\ns2;80,050\n", 3, "Probe category s0 | Dichte number 2.296", doubts="Dichte: decimal"
    ),
    "one bad byte": Case(
        b"Stadt;Kanal\nM\xc3\xbcnchen;L\xe4den\nK\xc3\xb6ln;L\xc3\xa4den\nD\xc3\xbcsseldorf;App\n",
        3,
        "Stadt category München | Kanal category L�den",
        notes="encoding",
    ),
    "zero width": Case(
        "team,won\nred,yes\nblue\u200b,no\u200b\nblue,yes\n",
        3,
        "team category red | won boolean 1",
        doubts="team: invisible | won: invisible",
    ),
    "runs of blanks": Case(
        "  mpg  cyl  disp\n 43.2    4   147.5\n 32.5    8   269.5\n 48.2    4   104.3\n",
        3,
        "mpg number 43.2 | cyl integer 4 | disp number 147.5",
        ending=".dat",
    ),
    "classes of one row": Case("t,kind\n-0.639,a\n0.165,a\n-0.609,b\n0.270,a\n", 4, "t number -0.639 | kind category a"),
    "single quotes": Case("'stadt';'wert'\n'Kiel; Nord';'4,76'\n'Bonn';'7,59'\n", 2, "stadt category Kiel; Nord | wert number 4.76"),
    "tick boxes": Case("Alter;Musik;Reisen\n73;;x\n51;x;\n63;x;x\n50;;x\n", 4, "Alter integer 73 | Musik category – | Reisen category x"),
    "byte order mark twice": Case(
        '\ufeff\ufeff"plz";"umsatz"\n"01067";"3,63"\n"20095";"7,32"\n',
        2,
        "plz category 01067 | umsatz number 3.63",
        doubts="plz: leading_zeros",
    ),
    "infinite": Case(
        "n,ratio,huge\n80,3.410,3.410e+30\n57,inf,1e400\n77,0.539,5.393e+29\n",
        3,
        "n integer 80 | ratio number 3.41 | huge number 3.41e+30",
        doubts="huge: infinite | ratio: infinite",
    ),
    "german months": Case(
        "Tag;Besucher\n1. Jan 2023;10\n3. März 2023;60\n15. Dez 2023;78\n", 3, "Tag date 2023-01-01 | Besucher integer 10"
    ),
    "thousands and millions": Case(
        "club,value,wage\nc6,€572K,€296K\nc9,€3.0M,€80K\nc1,€0,€1.2M\n",
        3,
        "club category c6 | value number 572000 € | wage number 296000 €",
        doubts="value: converted | wage: converted",
    ),
    "seasons": Case("season,goals\n2002-03,23\n2010-11,89\n2009-10,74\n", 3, "season category 2002-03 | goals integer 23"),
    "may first": Case(
        "posted,amount\n31-May-2025,25.20\n01-May-2025,44.43\n02-May-2025,8.29\n", 3, "posted date 2025-05-31 | amount number 25.2"
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_table_is_read(case, tmp_path):
    check_case(case, tmp_path)
