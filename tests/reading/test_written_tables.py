"""Tables as programs write them: delimiters, quotes, names, rows of other lengths, line ends and encodings."""

from __future__ import annotations

import pytest

from tests.reading.table_case import Case, check_case

ROWS = {
    "no header text": Case(
        "Anna,F,33\nBob,M,44\nCarla,F,25\n", 3, "column_1 category Anna | column_2 category F | column_3 integer 33", notes="header"
    ),
    "blank lines between": Case("a,b\n\n1,2.5\n\n2,3.5\n\n3,4.5\n", 3, "a integer 1 | b number 2.5"),
    "trailing delim all": Case("a;b;c;\n1;2,5;x;\n2;3,5;y;\n3;4,5;x;\n", 3, "a integer 1 | b number 2.5 | c category x", notes="file"),
    "leading delim": Case(";a;b;c\n;1;2,5;x\n;2;3,5;y\n;3;4,5;x\n", 3, "a integer 1 | b number 2.5 | c category x", notes="file"),
    "unnamed index": Case(",a,b\n0,1.5,x\n1,2.5,y\n2,3.5,x\n", 3, "column_1 integer 0 | a number 1.5 | b category x", notes="file"),
    "short header": Case(
        "a,b\n1,2,3\n4,5,6\n7,8,9\n", 3, "row_names integer 1 | a integer 2 | b integer 3", notes="row_names split_decimals"
    ),
    "ragged long": Case("a,b,c\n1,2,3\n4,5,6,7\n8,9,10\n", 3, "a integer 1 | b integer 2 | c integer 3", notes="ragged"),
    "dup names": Case("a,a,b\n1,2,3\n4,5,6\n7,8,10\n", 3, "a integer 1 | a_2 integer 2 | b integer 3", notes="file"),
    "dup names with suffix": Case("a,a_2,a\n1,2,3\n4,5,6\n7,8,10\n", 3, "a integer 1 | a_2 integer 2 | a_3 integer 3", notes="file"),
    "empty header cell": Case("a,,c\n1,2,x\n4,5,y\n7,8,x\n", 3, "a integer 1 | column_2 integer 2 | c category x", notes="file"),
    "blank names": Case(" a , b ,c \n1,2,x\n4,5,y\n", 2, "a integer 1 | b integer 2 | c category x"),
    "multiline header": Case(
        '"Temp\n(°C)","Press\n(hPa)",ok\n1.5,1000,yes\n2.5,1001,no\n3.5,1002,no\n',
        3,
        "Temp (°C) number 1.5 | Press (hPa) integer 1000 | ok boolean 1",
    ),
    "quoted newline": Case(
        'id,txt,n\n1,"line one\nline two",5\n2,"x",6\n3,"a\n\nb",7\n',
        3,
        "id id 1 | txt category line one\nline two | n integer 5",
        doubts="id: identifier",
    ),
    "errors of a spreadsheet first": Case("a,b\n#N/A,1.5\nx,2.5\n#NV,3.5\n#WERT!,4.5\n", 4, "a category – | b number 1.5"),
    "a number as a name above units": Case(
        "kind;2023;x\n[-];[€];[m]\na;1,5;2\nb;2,5;3\nc;3,5;4\nd;4,5;5\n",
        4,
        "kind category a | 2023 number 1.5 | x integer 2",
        notes="units",
    ),
    "decimal commas between tabs": Case(
        "kind\tn\tplace\n[€]\t[m]\t\n1,347\t5\tRom\n12,429\t7\tUlm\n-65,776\t8\tRom\n",
        3,
        "kind integer 1347 | n integer 5 | place category Rom",
        notes="units",
        doubts="kind: decimal",
    ),
    "pair with a colon above two columns": Case(
        "As of:\t05.03.2024\nremark\tcity\ngood\tRom\nbad\tUlm\nbad\tRom\n", 3, "remark category good | city category Rom", notes="above"
    ),
    "short pairs above three columns": Case(
        "Site,Kiel\nAs of:,05.03.2024\ncount,city,n\n1,Rom,5.5\n2,Ulm,6.5\n3,Rom,7.5\n",
        3,
        "count integer 1 | city category Rom | n number 5.5",
        notes="above",
    ),
    "pair and title above two columns": Case(
        "Site,Kiel\nExported by the system\nplace,n\nA,1.5\nB,2.5\nC,3.5\n", 3, "place category A | n number 1.5", notes="above"
    ),
    "cells without a value below the names": Case("a;b\n;\n1;2,5\n2;3,5\n", 2, "a integer 1 | b number 2.5", notes="empty"),
    "repeated names of texts": Case(
        "value,kind\n" + "abc,x\nabd,y\n" * 3 + "value,kind\n" + "abe,x\nabf,y\n" * 3,
        12,
        "value category abc | kind category x",
        notes="repeated",
    ),
    "codes below a name": Case("city,code\nRom,B081\nUlm,C103\nRom,NA\ncity2,A777\n", 4, "city category Rom | code category B081"),
    "codes without a name": Case("00:1a:2b:3c\n00:1a:2b:3d\n00:1b:2b:3d\n", 3, "column_1 category 00:1a:2b:3c", notes="header"),
    "decimal commas between broken bars": Case("a¦b¦c\n1¦x¦2,5\n2¦y¦3,5\n", 2, "a integer 1 | b category x | c number 2.5"),
}
DELIMITERS = {
    "pipe": Case("a|b|c\n1|x|2.5\n2|y|3.5\n", 2, "a integer 1 | b category x | c number 2.5"),
    "caret": Case("a^b^c\n1^x^2.5\n2^y^3.5\n3^y^4.5\n", 3, "a integer 1 | b category x | c number 2.5"),
    "tilde": Case("a~b~c\n1~x~2.5\n2~y~3.5\n3~y~4.5\n", 3, "a integer 1 | b category x | c number 2.5"),
    "colon": Case("a:b:c\n1:x:2.5\n2:y:3.5\n3:y:4.5\n", 3, "a integer 1 | b category x | c number 2.5"),
    "double pipe": Case("a||b||c\n1||x||2.5\n2||y||3.5\n3||y||4.5\n", 3, "a integer 1 | b category x | c number 2.5", notes="file"),
    "tab and blanks": Case("a \tb \tc\n1 \tx \t2.5\n2 \ty \t3.5\n", 2, "a integer 1 | b category x | c number 2.5"),
    "comma blank": Case("a, b, c\n1, x, 2.5\n2, y, 3.5\n", 2, "a integer 1 | b category x | c number 2.5"),
    "semicolon decimal comma in quotes": Case('"a";"b"\n"1,5";"x, y"\n"2,5";"z"\n', 2, "a number 1.5 | b category x, y"),
    "comma quoted decimals": Case(
        'a,b,c\n"1,5",x,"2,5"\n"3,25",y,"4,5"\n"3,5",y,"4,75"\n', 3, "a number 1.5 | b category x | c number 2.5"
    ),
    "thousands quoted": Case('a,b\n"1,234",x\n"12,345",y\n"999",y\n', 3, "a integer 1234 | b category x", doubts="a: decimal"),
    "times beside texts with colons": Case(
        '"{""a"": ""b""}",13:31:38,06:00:04\n"{""a"": ""b""}",22:13:29,14:20:11\n"{""a"": ""c""}",04:37:27,22:04:28\n',
        3,
        'column_1 category {"a": "b"} | column_2 date 13:31:38 | column_3 date 06:00:04',
        notes="header",
    ),
    "decimal commas and a notice with a comma": Case(
        "ratio;x1;kind\n1,5;x;u\n2,5;y;v\n3,5;x;u\nSource: the office, 2024\n",
        3,
        "ratio number 1.5 | x1 category x | kind category u",
        notes="below",
    ),
}
ENCODINGS = {
    "cr only": Case("a,b\r1,2.5\r2,3.5\r", 2, "a integer 1 | b number 2.5"),
    "mixed ends": Case("a,b\r\n1,2.5\n2,3.5\r\n3,4.5\n", 3, "a integer 1 | b number 2.5"),
    "utf16be": Case(b"\x00a\x00;\x00b\x00\n\x001\x00;\x00\xe4\x00\n\x002\x00;\x00\xf6\x00\n", 2, "a integer 1 | b category ä"),
    "utf16le nobom": Case(
        b"n\x00a\x00m\x00e\x00;\x00w\x00e\x00r\x00t\x00\n\x00M\x00\xfc\x00l\x00l\x00e\x00r\x00;\x001\x00,\x005\x00\n"
        b"\x00S\x00c\x00h\x00\xf6\x00n\x00;\x002\x00,\x005\x00\n\x00n\x00a\x00m\x00e\x00;\x00w\x00e\x00r\x00t\x00\n"
        b"\x00M\x00\xfc\x00l\x00l\x00e\x00r\x00;\x001\x00,\x005\x00\n"
        b"\x00S\x00c\x00h\x00\xf6\x00n\x00;\x002\x00,\x005\x00\n\x00n\x00a\x00m\x00e\x00;\x00w\x00e\x00r\x00t\x00\n"
        b"\x00M\x00\xfc\x00l\x00l\x00e\x00r\x00;\x001\x00,\x005\x00\n"
        b"\x00S\x00c\x00h\x00\xf6\x00n\x00;\x002\x00,\x005\x00\n\x00n\x00a\x00m\x00e\x00;\x00w\x00e\x00r\x00t\x00\n"
        b"\x00M\x00\xfc\x00l\x00l\x00e\x00r\x00;\x001\x00,\x005\x00\n"
        b"\x00S\x00c\x00h\x00\xf6\x00n\x00;\x002\x00,\x005\x00\n\x00n\x00a\x00m\x00e\x00;\x00w\x00e\x00r\x00t\x00\n"
        b"\x00M\x00\xfc\x00l\x00l\x00e\x00r\x00;\x001\x00,\x005\x00\n"
        b"\x00S\x00c\x00h\x00\xf6\x00n\x00;\x002\x00,\x005\x00\n\x00",
        10,
        "name category Müller | wert number 1.5",
        notes="repeated",
    ),
    "utf32": Case(
        b"\xff\xfe\x00\x00a\x00\x00\x00;\x00\x00\x00b\x00\x00\x00\n"
        b"\x00\x00\x001\x00\x00\x00;\x00\x00\x00\xe4\x00\x00\x00\n"
        b"\x00\x00\x002\x00\x00\x00;\x00\x00\x00\xf6\x00\x00\x00\n\x00\x00\x00",
        2,
        "a integer 1 | b category ä",
    ),
    "cp1252": Case(b"name;preis\nM\xfcller;1,50 \x80\nSch\xf6n;2,75 \x80\n", 2, "name category Müller | preis number 1.5 €", notes="file"),
    "double encoded": Case("name;wert\nMÃ¼ller;1,5\nSchÃ¶n;2,5\nJÃ¤ger;3\n", 3, "name category MÃ¼ller | wert number 1.5", notes="file"),
    "html entities": Case(
        "name,co,x\nA &amp; B,&lt;5,1\nC,&quot;x&quot;,2\n", 2, "name category A &amp; B | co category &lt;5 | x integer 1"
    ),
}
CASES = {**ROWS, **DELIMITERS, **ENCODINGS}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_table_is_read(case, tmp_path):
    check_case(case, tmp_path)
