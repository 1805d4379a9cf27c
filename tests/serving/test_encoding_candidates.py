"""Words tell encodings of one byte a letter apart, also in a few lines; where they do not, the other encodings are named."""

import pytest

from mlops_desktop.serving.encoding_candidates import CANDIDATES, guess_encoding
from mlops_desktop.serving.text_encoding import western_encoding

CERTAIN = {
    "Czech": ("Datum;Částka;Měna\n1;5;Kč\n", "cp1250"),
    "Polish": ("Miasto;Województwo\nŁódź;łódzkie\nGdańsk;pomorskie\n", "cp1250"),
    "Polish, ISO": ("zażółć\ngęślą jaźń\n", "iso8859-2"),
    "Hungarian": ("idő;név\nhűség\n", "cp1250"),
    "Romanian": ("Bucureşti;Iaşi;Braşov\n", "cp1250"),
    "Turkish": ("Ödendi;Şehir;İstanbul;Ağrı\n", "cp1254"),
    "Greek": ("Ημερομηνία;Ποσό;ΑΘΗΝΑ\n", "cp1253"),
    "Russian": ("Город;Москва\n", "cp1251"),
    "German, Mac": ("Straße;Größe\nKönigstraße;1\n", "mac-roman"),
    "German, DOS": ("Straße;Größe;Ort\nKönigstraße;1;München\n", "cp850"),
    "German": ("Straße;Größe\nKönigstraße;München\n", "cp1252"),
    "French": ("Région;Évolution\nGuadeloupe très;Île-de-France\nHélène;l’été\n", "cp1252"),
    "one French name": ("a\nHélène\n", "cp1252"),
    "Spanish": ("año;niño\nGarcía;Muñoz;Peña\n", "cp1252"),
    "Portuguese": ("João;São Paulo;preço;informação\n", "cp1252"),
    "one Portuguese word": ("a\nSão\n", "cp1252"),
    "Swedish": ("Malmö;Åre;Växjö\n", "cp1252"),
    "Danish": ("Ærø;Sønderborg;Århus\n", "cp1252"),
    "Italian": ("città;perché;più\n", "cp1252"),
    "Dutch": ("België;coördinaat\n", "cp1252"),
    "signs": ("m²;20 °C;50 €;µg/l;½\n", "cp1252"),
    "names of many countries": ("Müller;García;Françoise;Øyvind;João;Zoë\n", "cp1252"),
}


@pytest.mark.parametrize(("text", "encoding"), CERTAIN.values(), ids=CERTAIN)
def test_the_encoding_is_found_by_its_words(text, encoding):
    data = text.encode(encoding)
    found = guess_encoding(data, western_encoding(data))
    assert (data.decode(found.encoding), found.rivals) == (text, ())


@pytest.mark.parametrize(
    ("text", "encoding", "rivals"),
    [("5 Kč\n", "cp1250", {"cp1250"}), ("ΑΘΗΝΑ;ΠΑΤΡΑ\n", "cp1253", {"cp1251"}), ("日付,金額\n", "cp932", {"cp932", "gb18030"})],
)
def test_other_encodings_are_named_where_they_fit_as_well(text, encoding, rivals):
    data = text.encode(encoding)
    found = guess_encoding(data, western_encoding(data))
    assert set(found.rivals) == rivals
    assert found.words == tuple(dict.fromkeys(found.words))
    assert encoding in (found.encoding, *found.rivals)


def test_every_candidate_is_an_encoding_and_a_foreign_first_one_stays():
    assert all("a".encode(one) == b"a" for one in CANDIDATES)
    assert guess_encoding("Köln".encode("utf-16"), "utf-16").encoding == "utf-16"
