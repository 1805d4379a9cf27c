"""What is in a model that is an archive or a folder: skops, PyTorch and other zip files, and MLflow model folders."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlops_desktop.engine.inspection.names import risk_of
from mlops_desktop.engine.inspection.results import Found

MOST_BYTES = 512 * 2**20  # of a file, unpacked
MOST_FILES = 10_000
SCHEMA = "schema.json"  # of a skops file
# Nodes of a skops file that import a function by name and call it; any name is possible there.
_CALLING = frozenset(("FunctionNode", "MethodNode", "OperatorFuncNode", "PartialNode", "TypeNode", "ReduceNode"))
_ITEM = re.compile(r"^(?P<indent>\s*)(?:- )?(?P<key>[\w.-]+):\s*(?P<value>.*?)\s*$")
_ELSEWHERE = re.compile(
    r"(git\+|hg\+|svn\+|https?://|file:|\.{0,2}/)"
    r"|--?(i|e|f|index-url|extra-index-url|find-links|editable|trusted-host)\b"
)
_LIST_ITEM = re.compile(r"^\s*- [\w.'\"=<>~!,;\[\] -]*$")
_NOT_PLAIN = ("{", "&", "*", "!", "|", ">", "?", "<<")  # forms of YAML that are not followed
# A value in quotes, and whether its last quote is there: a doubled one (or one behind a backslash) is part of the value.
_QUOTED = re.compile(r"""^\s*(?:- )?[\w.-]+:\s+(?:'(?:[^']|\'\')*(?P<end>'\s*$)?|"(?:[^"\\]|\\.)*(?P<end2>"\s*$)?)""")
_RUN_BY_MLFLOW = ("loader_module", "code", "code_paths", "python_model", "model_code_path", "predict_fn", "entry_point")


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a zip archive, by name. ValueError when it is too large or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > MOST_BYTES:
                raise ValueError("it is too large to be read")
            for one in entries:
                if not one.is_dir():
                    with archive.open(one) as file:
                        data = file.read(one.file_size + 1)
                    yield one.filename, data
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise ValueError("it is damaged or encrypted") from error


def scan_skops(schema: bytes, where: str) -> list[Found]:
    """The types that a skops file would import, from its schema. ValueError when that is no schema."""
    found: list[Found] = []
    waiting: list[Any] = [json.loads(schema)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            waiting += node.values()
            loader = node.get("__loader__")
            for module, name in ((node.get("__module__"), node.get("__class__")), (node.get("module_path"), node.get("function"))):
                if isinstance(module, str) and isinstance(name, str):
                    what = f"imports and may call ({loader})" if loader in _CALLING or "function" in node else "imports"
                    found.append(Found(f"{module}.{name}", what, risk_of(module, name), where))
                elif module is not None or name is not None:
                    found.append(Found("(computed)", "imports a name that it computes", "runs", where))
    return found


def scan_mlmodel(text: str, where: str) -> tuple[list[Found], str, bool]:
    """What MLflow would import and run for the file `MLmodel`, the flavors of the model, and whether each of its lines was understood."""
    found, flavors, inside, complete = [], [], False, True
    for line in _logical_lines(text):
        match = _ITEM.match(line)
        if match is None:
            complete &= bool(_LIST_ITEM.match(line))
            continue
        key, value, indent = match["key"], match["value"], len(match["indent"])
        complete &= not value.startswith(_NOT_PLAIN)
        value = value.strip("\"'")
        if indent == 0:
            inside = key == "flavors"
        elif inside and indent <= 2 and not value:
            flavors.append(key)
        if key in _RUN_BY_MLFLOW and value not in ("", "null", "~"):
            ours = key == "loader_module" and value.startswith("mlflow.")
            found.append(Found(f"{key}: {value[:200]}", "imports and runs", "library" if ours else "runs", where))
        if key == "skops_trusted_types" and value not in ("", "null", "~", "[]"):
            found.append(Found(f"{key}: {value[:200]}", "trusts types that the file names itself", "unknown", where))
    return found, ", ".join(flavors), complete


def _logical_lines(text: str) -> Iterator[str]:
    """The lines of a YAML file without comments and blank ones; a quoted value that goes on over several is one."""
    waiting = ""
    for line in text.splitlines():
        line = f"{waiting} {line.strip()}" if waiting else line
        quoted = _QUOTED.match(line)
        waiting = line if quoted and not (quoted["end"] or quoted["end2"]) else ""
        if not waiting and line.strip() and not line.lstrip().startswith(("#", "---")):
            yield line
    if waiting:
        yield f"? {waiting}"  # a quote without its end: not understood


def scan_requirements(text: str, where: str) -> list[Found]:
    """Packages that an installation by pip would fetch from elsewhere than an index, and options that change the index."""
    found = []
    for line in text.splitlines():
        line = line.strip().removeprefix("- ").strip("\"'")
        if _ELSEWHERE.match(line) or " @ " in line:
            found.append(Found(line[:200], "installs a package from elsewhere than the index", "runs", where))
    return found
