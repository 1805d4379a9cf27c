"""Extraction of the texts that can be translated: every template is found, and a catalogue keeps what is translated."""

from __future__ import annotations

import ast
import xml.etree.ElementTree as ElementTree

from scripts import translations


def test_every_template_is_found():
    """The template of a message is a text in the code, or one of several that its module lists."""
    lacking = []
    for path in translations.PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        values = translations._assigned(tree)
        takers = [node for node in ast.walk(tree) if getattr(node, "name", "") in translations.SENTENCES]
        forwarded = {id(one) for node in takers for one in ast.walk(node)}
        for node in ast.walk(tree):
            if (
                id(node) not in forwarded
                and isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("msg", "plural_msg")
            ):
                for at in translations.SENTENCES[node.func.id]:
                    if not list(translations._constants(node.args[at], values)):
                        lacking.append(f"{path}:{node.lineno}")
    assert lacking == []


def test_texts_have_the_context_in_which_they_are_looked_up(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "class Panel:\n"
        "    label = ''\n"
        "    def show(self, n, many):\n"
        "        self.tr('Rows' if many else 'Row')\n"
        "        tr('Findings', 'A leak')\n"
        "        raise UserError(msg('{n} rows', n=n), 'Choose another file.')\n"
        "        job.step(0.5, 'Reading')\n",
        encoding="utf-8",
    )
    assert set(translations.texts_of(module)) == {
        ("Panel", "Rows"),
        ("Panel", "Row"),
        ("Findings", "A leak"),
        ("messages", "{n} rows"),
        ("messages", "Choose another file."),
        ("messages", "Reading"),
    }


def test_a_catalogue_keeps_what_is_translated(tmp_path):
    path = tmp_path / "mlops_desktop_de.ts"
    count, lacking = translations.write(path, "de")
    assert count == lacking > 1000
    tree = ElementTree.parse(path)
    message = next(tree.getroot().iter("message"))
    source, translation = message.findtext("source"), message.find("translation")
    translation.text = "übersetzt"
    tree.write(path, encoding="utf-8")
    assert translations.write(path, "de") == (count, count - 1)
    kept = next(ElementTree.parse(path).getroot().iter("message"))
    assert (kept.findtext("source"), kept.findtext("translation"), kept.find("translation").get("type")) == (source, "übersetzt", None)
