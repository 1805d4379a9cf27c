"""Extract the texts that can be translated into a Qt `.ts` file, keep what is translated in it, and compile it: `translations.py de`.

The window's own texts are the arguments of `tr()`; sentences from below the window are the templates of `msg()`, and the plain sentences of
errors and of a job's steps (see `mlops_desktop.ui.translation`).
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from mlops_desktop.base.resources import CONTEXT
from mlops_desktop.ui.translation import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mlops_desktop"
FOLDER = ROOT / "resources" / "translations"

# Which positional arguments of a function are sentences or templates.
SENTENCES = {
    "msg": (0,),
    "plural_msg": (1, 2),
    "as_message": (0,),
    "example_evidence": (2,),
    "UserError": (0, 1),
    "FormulaError": (0, 1),
    "step": (1,),
    "min_rows": (0, 1),
    "explain_errors": (0,),
    "refusal": (1,),
    "unknown": (0,),
    "Metric": (1, 2, 4, 5),
    "Check": (1,),
}
# Texts for people in a class: class variables of components, and the label and options of a field by the function that declares it.
SHOWN = ("label", "help", "title", "baseline", "ranks", "because", "lacking_class_remedy")
FIELDS = {"listed": (0,), "number": (3,), "choice": (1, 2), "flag": (1,), "text": (1,), "texts": (1,), "counts": (1,), "columns": ()}
FIELD_TEXTS = ("label", "help", "nothing")

Text = tuple[str, str]  # context, source


def texts_of(path: Path) -> Iterator[Text]:
    """Every text of a module that can be translated."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    values, declares = _assigned(tree), _field_functions(tree)
    for owner, node in _with_class(tree, ""):
        if isinstance(node, ast.Call):
            yield from _of_call(owner, node, values)
            if isinstance(node.func, ast.Name) and node.func.id in declares:
                yield from ((CONTEXT, text) for text in _of_field(node, values))
        elif owner and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id in SHOWN:
                yield from ((CONTEXT, text) for text in _constants(node.value, values))


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


def _of_call(owner: str, call: ast.Call, values: dict[str, list[ast.expr]]) -> Iterator[Text]:
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name == "tr" and isinstance(call.func, ast.Attribute) and call.args:
        yield from ((owner, text) for text in _constants(call.args[0], {}))
    elif name in ("tr", "translate") and len(call.args) >= 2 and isinstance(call.args[0], ast.Constant):
        yield from ((str(call.args[0].value), text) for text in _constants(call.args[1], {}))
    if name == "FindingKind":
        yield from (("Findings", text) for text in _constants(call.args[1], {}))
    for at in SENTENCES.get(name, ()):
        if at < len(call.args):
            yield from ((CONTEXT, text) for text in _constants(call.args[at], values))


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
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            for name in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(name, ast.Name):
                    found.setdefault(name.id, []).append(value)
    return found


def _with_class(node: ast.AST, owner: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node below one, with the name of the class that it is in: the context of `self.tr()`."""
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.ClassDef) else owner
        yield inside, child
        yield from _with_class(child, inside)


@cache
def all_texts() -> tuple[Text, ...]:
    """Every text of the program that can be translated, sorted, each once."""
    return tuple(sorted({text for path in PACKAGE.rglob("*.py") for text in texts_of(path)}))


def write(path: Path, language: str) -> tuple[int, int]:
    """Write the catalogue of a language with what the file has translated already; how many texts there are, and how many lack."""
    known: dict[Text, str] = {}
    if path.exists():
        for context in ElementTree.parse(path).getroot().iter("context"):
            for message in context.iter("message"):
                known[context.findtext("name", ""), message.findtext("source", "")] = message.findtext("translation") or ""
    root = ElementTree.Element("TS", version="2.1", language=language)
    texts, contexts = all_texts(), {}
    for name, source in texts:
        if name not in contexts:
            contexts[name] = ElementTree.SubElement(root, "context")
            ElementTree.SubElement(contexts[name], "name").text = name
        message = ElementTree.SubElement(contexts[name], "message")
        ElementTree.SubElement(message, "source").text = source
        done = known.get((name, source), "")
        ElementTree.SubElement(message, "translation", {} if done else {"type": "unfinished"}).text = done
    ElementTree.indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8")
    return len(texts), sum(not known.get(text) for text in texts)


def compile_catalogue(source: Path) -> Path:
    """The `.qm` file beside a `.ts` file, made by Qt's lrelease."""
    made = source.with_suffix(".qm")
    command = [sys.executable, "-c", "from PySide6.scripts.pyside_tool import lrelease; lrelease()", str(source), "-qm", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made


def main() -> int:
    """Write and compile the catalogue of one language; the exit code."""
    parser = argparse.ArgumentParser(description="Texts that can be translated, as a Qt catalogue.")
    parser.add_argument("language", help="de, fr, pt_BR …")
    language = parser.parse_args().language
    path = FOLDER / f"{CATALOGUE}_{language}.ts"
    count, lacking = write(path, language)
    sys.stdout.write(f"{path}: {count} texts, {lacking} not translated\n")
    compile_catalogue(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
