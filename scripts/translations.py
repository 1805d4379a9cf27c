"""Keeps the catalogues of translations: `translations.py de` puts in every text of the program and says which of them is not translated.

The window's own texts are the arguments of `tr()` and `pluralize()`; sentences from below the window are the templates of `msg()`, and the
plain sentences of errors and of a job's steps (see `mlops_desktop.ui.translation`). The form page of a bundle has its texts in JavaScript
and HTML; its part of a catalogue is written to `mlops_desktop/serving/web`, because a bundle carries it.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the package of this checkout, also where another one is installed

from mlops_desktop.base.catalogue import Catalogue, Entry, catalogue_folder, read_catalogue, write_catalogue  # noqa: E402

PACKAGE = ROOT / "mlops_desktop"

# Which positional arguments of a function are sentences or templates.
SENTENCES = {
    "msg": (0,),
    "as_message": (0,),
    "example_evidence": (2,),
    "UserError": (0, 1),
    "FormulaError": (0, 1),
    "step": (1,),
    "min_rows": (0, 1),
    "explain_errors": (0,),
    "refusal": (1,),
    "unknown": (0,),
    "Notation": (1,),
    "Metric": (1, 2, 4, 5),
    "Check": (1,),
    "FindingKind": (1,),
    "HttpProblem": (2, 3),
    "_error": (0, 1),  # of a pattern
    "_suggest": (2,),
}
PLURALS = ("plural_msg", "pluralize")  # after the count: the singular and the plural
# Texts for people in a class: class variables of components, and the label and options of a field by the function that declares it.
SHOWN = ("label", "help", "purpose", "title", "baseline", "ranks", "because", "lacking_class_remedy")
FIELDS = {"listed": (0,), "number": (3,), "choice": (1, 2), "flag": (1,), "text": (1,), "texts": (1,), "counts": (1,), "columns": ()}
FIELD_TEXTS = ("label", "help", "nothing")
ENGLISH_ONLY = ("cli",)  # packages whose output is read by programs too
WEB = PACKAGE / "serving" / "web"
# The modules of `serving` whose sentences the form page shows (refused requests and fields, warnings, notes on a file), and the others.
SHOWN_BY_PAGE = (
    *("access_control", "answers", "app", "batch_notes", "column_type", "column_types/boolean", "column_types/date", "column_types/levels"),
    *("column_types/number", "column_units", "csv_cells", "csv_io", "csv_predictions", "csv_stacked", "csv_table", "date_notation"),
    *("explain", "file_notation", "http_problems", "input_policy", "late_escape", "left_out", "names", "number_notation", "numbers"),
    *("plural", "prediction_spec", "predictor", "query", "request_limits", "schema", "service", "split_decimals", "table_bodies"),
)
NOT_ON_PAGE = (
    *("__main__", "allowed_hosts", "api_keys", "archive", "boot", "bundle", "bundle_migrations", "errors", "formula/expression"),
    *(
        "formula/parser",
        "formula/tokens",
        "frame",
        "http_protocol",
        "line_stream",
        "manifest",
        "message",
        "migrations",
        "monitor",
        "monitoring/alert_rules",
        "monitoring/alert_watch",
        "monitoring/alerts",
        "monitoring/feedback",
        "monitoring/feedback_file",
        "monitoring/opening",
        "monitoring/prediction_log",
        "monitoring/settings",
        "monitoring/store",
        "monitoring/windows",
        "nodes/conformal",
    ),
    *(
        "pages",
        "pattern",
        "protection",
        "protocols/v2",
        "protocols/vertex",
        "selftest",
        "serialization",
    ),
    *("serve_options", "server", "server_limits", "service_settings", "transforms/formula", "workers"),
)


class Text(NamedTuple):
    """A text that can be translated; one that counts has a plural."""

    source: str
    plural: str = ""


def texts_of(path: Path) -> Iterator[Text]:
    """Every text of a module that can be translated, in the order of the source, some more than once."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values, declares = _assigned(tree), _field_functions(tree)
    for inside, node in _with_class(tree, False):
        if isinstance(node, ast.Call):
            yield from _of_call(node, values)
            if isinstance(node.func, ast.Name) and node.func.id in declares:
                yield from map(Text, _of_field(node, values))
        elif inside and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id in SHOWN:
                yield from map(Text, _constants(node.value, values))


def _field_functions(tree: ast.Module) -> set[str]:
    """The functions that declare a field, of those that a module imports."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "mlops_desktop.base.params"]
    return {name.name for node in imports for name in node.names} & FIELDS.keys()


def _of_field(call: ast.Call, values: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts in the declaration of a field."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    positional = [call.args[at] for at in FIELDS[name] if at < len(call.args)]
    for part in (*positional, *(keyword.value for keyword in call.keywords if keyword.arg in FIELD_TEXTS)):
        yield from _constants(part, values)


def _of_call(call: ast.Call, values: dict[str, list[ast.expr]]) -> Iterator[Text]:
    name = _name_of(call)
    if name == "tr" and isinstance(call.func, ast.Attribute) and call.args:
        yield from map(Text, _constants(call.args[0], {}))
    elif name in ("tr", "translate") and len(call.args) >= 2 and isinstance(call.args[0], ast.Constant):
        yield from map(Text, _constants(call.args[1], {}))
    elif name in PLURALS and len(call.args) >= 3:
        yield from _pairs(call.args[1], call.args[2], values)
    for at in SENTENCES.get(name, ()):
        if at < len(call.args):
            yield from map(Text, _constants(call.args[at], values))


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _pairs(one: ast.expr, many: ast.expr, values: dict[str, list[ast.expr]]) -> Iterator[Text]:
    """Singulars with their plurals, where both come in the same order; else each by itself."""
    ones, manies = list(_constants(one, values)), list(_constants(many, values))
    if ones == manies:  # a table of pairs
        yield from map(Text, ones[::2], ones[1::2])
    elif len(ones) == len(manies):
        yield from map(Text, ones, manies)
    else:
        yield from map(Text, (*ones, *manies))


def _constants(node: ast.expr, values: dict[str, list[ast.expr]]) -> Iterator[str]:
    """The texts that an expression may be: constants in it, and what is assigned to its names; never arguments of other calls."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.Name):
        others = {name: found for name, found in values.items() if name != node.id}
        for value in values.get(node.id, ()):
            yield from _constants(value, others)
    elif isinstance(node, ast.IfExp):
        yield from _constants(node.body, values)
        yield from _constants(node.orelse, values)
    elif isinstance(node, ast.Dict | ast.Tuple | ast.List):
        for value in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from _constants(value, values)
    elif isinstance(node, ast.BinOp):
        yield from _constants(node.right, values)
    elif isinstance(node, ast.Subscript):
        yield from _constants(node.value, values)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        for part in (node.func.value, *node.args[1:]):
            yield from _constants(part, values)


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """What is assigned to each name of a module."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For):
            pairs = [(node.target, item) for item in _items(node.iter, found)]
        for target, value in pairs:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
            elif isinstance(target, ast.Tuple):
                for at, name in enumerate(target.elts):
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).extend(_parts(value, at, len(target.elts)))
    return found


def _items(value: ast.expr, known: dict[str, list[ast.expr]]) -> list[ast.expr]:
    """What a loop over a value takes in turn; the value itself where that is unknown."""
    if isinstance(value, ast.Name) and len(known.get(value.id, ())) == 1:
        value = known[value.id][0]
    return value.elts if isinstance(value, ast.Tuple | ast.List) else [value]


def _parts(value: ast.expr, at: int, count: int) -> list[ast.expr]:
    """What a place of so many gets of a value that is unpacked; the whole value where that is unknown."""
    if isinstance(value, ast.IfExp):
        return [*_parts(value.body, at, count), *_parts(value.orelse, at, count)]
    return [value.elts[at]] if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == count else [value]


def _with_class(node: ast.AST, inside: bool) -> Iterator[tuple[bool, ast.AST]]:
    """Every node below one, and whether it is in a class."""
    for child in ast.iter_child_nodes(node):
        yield inside or isinstance(child, ast.ClassDef), child
        yield from _with_class(child, inside or isinstance(child, ast.ClassDef))


@cache
def all_texts() -> dict[Text, tuple[str, ...]]:
    """Every text of the program that can be translated, each with the files that have it, ordered by file and place."""
    found: dict[Text, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        if path.relative_to(PACKAGE).parts[0] not in ENGLISH_ONLY:
            for text in texts_of(path):
                files = found.setdefault(text, [])
                files.extend([file] if file not in files else [])
    for path in (*sorted(WEB.glob("*.html")), *sorted(WEB.glob("*.js"))):
        for source in _page_texts(path):
            found.setdefault(Text(source), []).append(path.relative_to(ROOT).as_posix())
    plural_sources = {source for text in found if text.plural for source in text}
    return {text: tuple(files) for text, files in found.items() if text.plural or text.source not in plural_sources}


class _Page(HTMLParser):
    """Collects what a page shows: its texts, and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Names and hints of an element."""
        self.texts += [value for name, value in attrs if name in ("placeholder", "aria-label", "title") and value]

    def handle_data(self, data: str) -> None:
        """A text between two tags."""
        self.texts += [data.strip()] if re.search("[A-Za-z]", data) else []


def _page_texts(path: Path) -> list[str]:
    """The texts of a file of the form page: what its HTML shows, and the arguments of `t()` in its scripts."""
    if path.stem.startswith("docs"):
        return []  # the REST interface is for programmers
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        page = _Page()
        page.feed(re.sub("(?s)<noscript>.*?</noscript>", "", source))
        return list(dict.fromkeys(page.texts))
    quoted = r'"(?:[^"\\]|\\.)*"'
    calls = re.findall(rf"\bt\((?:\w+(?: === 1)? \? )?({quoted})(?: : ({quoted}))?", source)
    return list(dict.fromkeys(json.loads(text) for call in calls for text in call if text))


def page_file(catalogue: Catalogue) -> str:
    """The part of a catalogue that a bundle carries for its form page, as JSON: English text to translation."""
    modules = {f"mlops_desktop/serving/{name}.py" for name in SHOWN_BY_PAGE}
    used = [entry for entry in catalogue.entries if entry.done and any(file in modules or "/web/" in file for file in entry.files)]
    texts = {source: form for entry in used for source, form in zip((entry.source, entry.plural), entry.forms, strict=False) if source}
    return json.dumps(dict(sorted(texts.items())), ensure_ascii=False, indent=0) + "\n"


def update(path: Path) -> tuple[list[str], list[str]]:
    """Bring the catalogue of a language up to date; the texts that it has no translation of, and those that it had and nobody shows.

    What went out of use is kept as such where results may have stored it: every text but those of the window and the form page.
    A translation is kept while its English text stays as it is. Where one like it went out of use, its translation is proposed, marked
    as `fuzzy` and with the text that it was of, as msgmerge does it: it is not shown until the mark is taken away.
    """
    known = read_catalogue(path) if path.exists() else Catalogue(_header(path.stem))
    old = {(entry.source, entry.plural): entry for entry in known.entries}
    former = {(entry.source, entry.plural): entry for entry in known.former}
    texts = all_texts()
    gone = {entry.source: entry for key, entry in (former | old).items() if key not in texts and entry.done}
    entries = []
    for text, files in texts.items():
        was = old.get(text) or former.get(text) or _proposed(text, gone)
        entries.append(Entry(text.source, text.plural, was.forms, files, was.notes))
    former |= {(entry.source, entry.plural): Entry(entry.source, entry.plural, entry.forms) for entry in gone.values() if _stored(entry)}
    kept = [former[key] for key in sorted(former) if key not in texts]
    made = Catalogue(known.header, known.notes, entries, kept)
    write_catalogue(path, made)
    if path.parent == catalogue_folder():
        (WEB / f"{path.stem}.json").write_text(page_file(made), encoding="utf-8", newline="\n")
    return [entry.source for entry in entries if not entry.done], [entry.source for key, entry in old.items() if key not in texts]


def _stored(entry: Entry) -> bool:
    """Whether a result may hold the text."""
    return any(not file.startswith("mlops_desktop/ui/") and "/web/" not in file for file in entry.files)


def _proposed(text: Text, gone: dict[str, Entry]) -> Entry:
    """A new text with the translation of the most similar of those that went out of use; untranslated where none is similar."""
    alike = [source for source, entry in gone.items() if bool(entry.plural) == bool(text.plural)]
    for source in get_close_matches(text.source, alike, 1, 0.7):
        return Entry(text.source, text.plural, gone[source].forms, notes=("#, fuzzy", f"#| msgid {json.dumps(source, ensure_ascii=False)}"))
    return Entry(text.source, text.plural, ("", "") if text.plural else ("",))


def _header(language: str) -> dict[str, str]:
    return {
        "Project-Id-Version": "MLOps Desktop",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
        "X-Language-Name": language,
        "X-Decimal-Mark": '"."',
        "X-Group-Mark": '","',
        "X-Percent": '"%"',
    }


def main() -> int:
    """Bring the catalogues of languages up to date; the exit code is 1 where a translation lacks."""
    parser = argparse.ArgumentParser(description="Put every text of the program into the catalogues of translations.")
    parser.add_argument("languages", nargs="*", help="de, fr, pt_BR …; a new one is begun. Without any: those that there are")
    names = parser.parse_args().languages or [path.stem for path in sorted(catalogue_folder().glob("*.po"))]
    lacking = 0
    for name in names:
        path = catalogue_folder() / f"{name}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        missing, obsolete = update(path)
        lacking += len(missing)
        print(f"{path}: {len(all_texts())} texts, {len(missing)} not translated, {len(obsolete)} out of use")
        for title, sources in (("not translated", missing), ("out of use", obsolete)):
            for source in sources:
                print(f"  {title}: {source}")
    return int(lacking > 0)


if __name__ == "__main__":
    sys.exit(main())
