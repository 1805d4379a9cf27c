"""Catalogues of translations as gettext files."""

from __future__ import annotations

import pytest

from mlops_desktop.base.catalogue import Catalogue, Entry, catalogue_folder, read_catalogue, write_catalogue

HEADER = {"Language": "pt_BR", "Plural-Forms": "nplurals=2; plural=(n > 1);", "X-Decimal-Mark": '","', "X-Percent": '" %"'}
ENTRIES = [
    Entry('A “quote” and \\ and "', forms=('Uma „aspa“ e \\ e "',), files=("a.py", "b.py"), notes=("#. for translators",)),
    Entry("First line\nSecond\tline", forms=("Primeira linha\nSegunda\tlinha",)),
    Entry("1 row", "{n} rows", ("{n} linha", "{n} linhas")),
    Entry("Not translated", forms=("",)),
    Entry("Guessed", forms=("Errado",), notes=("#, fuzzy",)),
]


def test_a_catalogue_comes_back_as_it_was_written(tmp_path):
    former = [Entry("Line\nby line", forms=("Linha\npor linha",)), Entry("1 hour", "{n} hours", ("{n} hora", "{n} horas"))]
    made = Catalogue(HEADER, ("# Glossary", "#", "#   row  linha"), ENTRIES, former)
    write_catalogue(tmp_path / "pt_BR.po", made)
    assert read_catalogue(tmp_path / "pt_BR.po") == made


def test_a_language_is_what_its_catalogue_says():
    language = Catalogue(HEADER, entries=ENTRIES).language()
    assert (language.code, language.number("12.5%")) == ("pt-BR", "12,5 %")
    assert [language.plural("{n} rows", count) for count in (0, 1, 2)] == ["{n} linha", "{n} linha", "{n} linhas"]
    assert [language.text(source) for source in ("Not translated", "Guessed")] == ["Not translated", "Guessed"]


def test_a_file_of_another_tool_is_read(tmp_path):
    """Texts in several pieces, without blank lines between entries, with an entry that is out of use."""
    head = 'msgid ""\nmsgstr "Language: de\\n"\n#~ msgid "Old"\n#~ msgstr ""\n#~ "Alt"\n'
    text = head + '#: a.py:3\nmsgid ""\n"Two "\n"pieces"\nmsgstr "Zwei "\n"Stücke"\n'
    (tmp_path / "de.po").write_text(text, encoding="utf-8")
    made = read_catalogue(tmp_path / "de.po")
    assert made.entries == [Entry("Two pieces", forms=("Zwei Stücke",), files=("a.py:3",))]
    assert made.former == [Entry("Old", forms=("Alt",))]


def test_texts_that_are_out_of_use_are_translated_in_what_was_stored():
    former = [Entry("Out of use", forms=("Fora de uso",)), Entry("1 row", "{n} rows", ("antes", "antes"))]
    language = Catalogue(HEADER, entries=ENTRIES, former=former).language()
    assert (language.text("Out of use"), language.plural("{n} rows", 2)) == ("Fora de uso", "{n} linhas")


@pytest.mark.parametrize("path", sorted(catalogue_folder().glob("*.po")), ids=lambda path: path.stem)
def test_catalogues_of_the_program_are_named_by_their_language(path):
    assert read_catalogue(path).header["Language"] == path.stem
