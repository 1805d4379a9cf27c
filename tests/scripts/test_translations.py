"""Texts that can be translated: every template is found, a catalogue keeps what is translated, and its translations fit their texts."""

from __future__ import annotations

import ast
import dataclasses
import os
import string
import subprocess
import sys

import pytest

from mlops_desktop.base.catalogue import Entry, catalogue_folder, read_catalogue, write_catalogue
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.choices import choices, tasks
from mlops_desktop.engine.data import type_cells
from mlops_desktop.engine.metrics import metrics_for
from mlops_desktop.engine.project import Brief, Costs, Goals, Search
from mlops_desktop.serving.cells import Grammar
from mlops_desktop.serving.column import Column
from mlops_desktop.serving.file_notation import NotationFinder
from mlops_desktop.serving.late_escape import LATE_ESCAPE
from mlops_desktop.serving.message import Message
from mlops_desktop.serving.numbers import NOTATIONS
from mlops_desktop.serving.schema import Schema
from scripts import translations
from tests.imported import cells_of

CATALOGUES = sorted(catalogue_folder().glob("*.po"))


def test_every_template_is_found():
    """The template of a message is a text in the code, or one of several that its module lists."""
    lacking = []
    for path in translations.PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        values = translations._assigned(tree)
        takers = [node for node in ast.walk(tree) if getattr(node, "name", "") in (*translations.SENTENCES, *translations.PLURALS)]
        forwarded = {id(one) for node in takers for one in ast.walk(node)}
        for node in ast.walk(tree):
            if (
                id(node) not in forwarded
                and isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("msg", *translations.PLURALS)
            ):
                for at in (0,) if node.func.id == "msg" else (1, 2):
                    if not list(translations._constants(node.args[at], values)):
                        lacking.append(f"{path}:{node.lineno}")
    assert lacking == []


def test_what_is_reported_of_numbers_in_another_notation_is_found_whole():
    reported = {one.id for one in NOTATIONS.values() if one.cells}
    cells = {"trailing_minus": ["5-", "7-", *"123456"], "parentheses": ["(5)", "(7)", *"123456"], "limits": ["<5", "<7", *"123456"]}
    assert cells.keys() <= reported
    for notation, texts in cells.items():
        found = type_cells(cells_of({"x": texts}), {}, Silent()).evidence
        templates = {template for one in found for template in templates_of(one.message)}
        assert templates, notation
        assert templates <= sources(), notation


def test_the_window_formats_numbers_in_its_language():
    """`ui.translation` has `formatted`, `format_number` and `pluralize` for what is read; the plain ones write English."""
    plain = {("mlops_desktop.serving.plural", "pluralize"), ("mlops_desktop.base.number_format", "format_number")}
    faults = []
    for path in (translations.PACKAGE / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if path.name != "translation.py" else ():
            spec = ast.unparse(node.format_spec) if isinstance(node, ast.FormattedValue) and node.format_spec else ""
            imported = {(node.module, name.name) for name in node.names} if isinstance(node, ast.ImportFrom) else set()
            if imported & plain or "," in spec or "%" in spec:
                faults.append(f"{path}:{node.lineno}")
    assert faults == []


def test_quotation_marks_stand_in_templates():
    """Those of an f-string would stay English in a translated sentence; `quoted_names` has those of the language."""
    english = {"serving/__main__.py", "serving/serve.py", "engine/project/project_file.py", "base/evidence.py", "base/source.py"}
    faults = []
    for path in translations.PACKAGE.rglob("*.py"):
        name = path.relative_to(translations.PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if name not in english and not name.startswith("cli/") else ():
            parts = node.values if isinstance(node, ast.JoinedStr) else ()
            if any("“" in str(part.value) for part in parts if isinstance(part, ast.Constant)):
                faults.append(f"{name}:{node.lineno}")
    assert faults == []


def test_texts_are_put_into_widgets_that_translate_them():
    """Qt's own widgets show a message in English, so only the widgets made for it are used (`ui.widgets.basic`, `inputs`, `elided`)."""
    plain = {"QLabel", "QPushButton", "QCheckBox", "QRadioButton", "QToolButton", "QComboBox"}
    made = []
    for path in (translations.PACKAGE / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in plain:
                made.append(f"{path}:{node.lineno}")
    assert made == []


def test_labels_and_helps_of_the_catalogue_settings_and_metrics_are_found():
    known = sources()
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
    assert {*templates_of(message)} - sources() == set()


def test_what_a_file_writes_otherwise_is_found_to_the_last_part():
    column = Column("x", "number", Grammar(decimal=","))
    finder = NotationFinder(Schema((column,)), decimal=".")
    finder.add({"x": ["1.25", "(3.5)", "2.75"]})
    notes = [*finder.found().notes, LATE_ESCAPE]
    assert len(notes) >= 2
    assert {template for note in notes for template in templates_of(note)} - sources() == set()


def sources():
    """Every English text that a catalogue has, singulars and plurals."""
    return {source for text in translations.all_texts() for source in text if source}


def texts_of(settings):
    """The texts of a component or of settings that people read."""
    for name in getattr(settings, "shown_texts", ()):
        yield getattr(settings, name, "")
    for param in settings.params().values():
        yield from (param.label, param.help, getattr(param, "nothing", ""), *getattr(param, "options", {}).values())


def templates_of(text):
    """The templates of a message and of those in its arguments; a number, or a message that only joins others, has none of its own."""
    if text:
        assert isinstance(text, Message)
        inner = [arg for arg in text.args.values() if isinstance(arg, Message)]
        yield from ([] if text.template.startswith(("{part0}", "{value:", "−{value:")) else [text.template])
        for one in inner:
            yield from templates_of(one)


def test_texts_of_every_kind_are_found(tmp_path):
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
        "        job.step(0.5, 'Reading')\n"
        "        plural_msg(n, '1 step', '{n} steps')\n"
        "        one, many = ('1 in', '{n} in') if n else ('1 out', '{n} out')\n"
        "        pluralize(n, one, many)\n",
        encoding="utf-8",
    )
    single = ("Rows", "Row", "A leak", "{n} rows", "Choose another file.", "Reading", "A panel", "Count", "How many.", "First", "Kind")
    pairs = {("1 step", "{n} steps"), ("1 in", "{n} in"), ("1 out", "{n} out")}
    assert set(translations.texts_of(module)) == {*((text, "") for text in single), *pairs}


def test_a_catalogue_keeps_what_is_translated_and_names_what_is_out_of_use(tmp_path):
    path = tmp_path / "de.po"
    missing, obsolete = translations.update(path)
    assert (len(missing), obsolete) == (len(translations.all_texts()), [])
    made = read_catalogue(path)
    plural = next(entry for entry in made.entries if entry.plural)
    plural.forms, plural.notes = ("übersetzt", "„{n}“\n\tübersetzt"), ("# a note",)
    reworded = max((entry for entry in made.entries if not entry.plural), key=lambda entry: len(entry.source))
    now, was = reworded.source, reworded.source + " Then."
    reworded.source, reworded.forms = was, ("ähnlich",)
    stored = Entry("Zzzz {n}", forms=("früher {n}",), files=("mlops_desktop/engine/a.py",))
    made.entries += [Entry("Qqqq", forms=("weg",), files=("mlops_desktop/ui/a.py",)), stored]
    write_catalogue(path, made)
    missing, obsolete = translations.update(path)
    assert (len(missing), obsolete) == (len(translations.all_texts()) - 1, [was, "Qqqq", stored.source])
    entries = read_catalogue(path).entries
    assert {entry.source for entry in read_catalogue(path).former} - {was} == {stored.source}
    assert [entry for entry in entries if entry.done] == [plural]
    (proposed,) = (entry for entry in entries if entry.forms == ("ähnlich",))
    assert (proposed.source, proposed.done, proposed.notes[0]) == (now, False, "#, fuzzy")
    before = path.read_bytes()
    translations.update(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_has_the_fields_of_its_text(path):
    """And the blanks at its ends, which separate it from its neighbours."""
    differ = []
    for entry in read_catalogue(path).entries:
        wanted = fields_of(entry.plural or entry.source)
        for form in filter(None, entry.forms):
            edges = [len(text) - len(text.lstrip(" ")) for text in (form, form[::-1])]
            english = [len(text) - len(text.lstrip(" ")) for text in (entry.source, entry.source[::-1])]
            if not fields_of(form) <= wanted or wanted - fields_of(form) > {"n"} or edges != english:
                differ.append((entry.source, form))
    assert differ == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_text_of_the_program_is_translated(path):
    """`python -m scripts.translations` puts in what is new; then its translation is written into the catalogue."""
    catalogue = read_catalogue(path)
    assert [entry.source for entry in catalogue.entries if not entry.done] == []
    assert {(entry.source, entry.plural) for entry in catalogue.entries} == set(translations.all_texts())
    assert (translations.WEB / f"{path.stem}.json").read_text(encoding="utf-8") == translations.page_file(catalogue)


def test_the_script_acts_on_its_own_checkout_where_another_package_is_installed(tmp_path):
    (tmp_path / "mlops_desktop").mkdir()
    (tmp_path / "mlops_desktop" / "__init__.py").write_text("raise RuntimeError('the other package')", encoding="utf-8")
    command = [sys.executable, translations.__file__, "--help"]
    subprocess.run(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, check=True, capture_output=True)


def test_of_every_module_of_the_service_it_is_known_whether_the_form_page_shows_its_sentences():
    folder = translations.PACKAGE / "serving"
    speak = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.py") if [*translations.texts_of(path)]}
    assert speak == {*translations.SHOWN_BY_PAGE, *translations.NOT_ON_PAGE}


def test_texts_of_the_form_page_are_found():
    assert {"Find a field", "Part of a name", "threshold {value}", "yes", "1 field that never changes the answer"} <= sources()


def fields_of(template):
    """The names of the fields of a template; none of a text that is no template."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(template) if name}
    except ValueError:
        return set()
