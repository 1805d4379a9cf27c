"""Extraction of the texts that can be translated: every template is found, and a catalogue keeps what is translated."""

from __future__ import annotations

import ast
import dataclasses
import xml.etree.ElementTree as ElementTree

import pytest

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices, tasks
from mlops_desktop.engine.data import type_cells
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.project import Brief, Costs, Goals, Search
from mlops_desktop.serving.message import Message
from scripts import translations
from tests.imported import cells_of


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


def test_labels_and_helps_of_the_catalogue_settings_and_metrics_are_found():
    known = {text for context, text in translations.all_texts() if context == translations.CONTEXT}
    registries = [getattr(choices(), field.name) for field in dataclasses.fields(choices())]
    members = [member for registry in registries for member in registry.values()]
    shown = [text for member in (*members, Brief, Costs, Goals, Search) for text in texts_of(member)]
    for metric in (metric for task in tasks() for metric in metrics_for(task)):
        shown += [metric.label, metric.sentence, metric.purpose_for("x"), metric.describe(0.5)]
    templates = {template for text in shown for template in templates_of(text)}
    assert len(templates) > 500
    assert templates - known == set()


@pytest.mark.parametrize("name", ["x", "dauer"])
def test_what_is_noted_on_durations_is_extracted_whole(name):
    table = type_cells(cells_of({name: ["1:30", "25:10" if name == "x" else "2:05"]}), {}, Silent())
    (message,) = (one.message for one in table.evidence if one.rule.startswith("duration"))
    assert message.endswith(".5. If they are minutes and seconds, note “min” as the unit of the column.")
    assert {*templates_of(message)} - {text for _, text in translations.all_texts()} == set()


def texts_of(settings):
    """The texts of a component or of settings that people read."""
    for name in getattr(settings, "shown_texts", ()):
        yield getattr(settings, name, "")
    for param in settings.params().values():
        yield from (param.label, param.help, getattr(param, "nothing", ""), *getattr(param, "options", {}).values())


def templates_of(text):
    """The templates of a message and of those in its arguments; a message that only joins others has none of its own."""
    if text:
        assert isinstance(text, Message)
        inner = [arg for arg in text.args.values() if isinstance(arg, Message)]
        yield from ([] if text.template.startswith("{part0}") else [text.template])
        for one in inner:
            yield from templates_of(one)


def test_texts_have_the_context_in_which_they_are_looked_up(tmp_path):
    module = tmp_path / "module.py"
    module.write_text(
        "from mlops_desktop.base.params import choice, number\n"
        "class Panel:\n"
        "    label = 'A panel'\n"
        "    count: int = number(5, 1, 9, 'Count', help='How many.', whole=True)\n"
        "    kind: str = choice('a', {'a': 'First'}, 'Kind')\n"
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
        *(("messages", text) for text in ("A panel", "Count", "How many.", "First", "Kind")),
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
