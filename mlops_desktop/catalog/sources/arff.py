"""ARFF files of Weka and OpenML: declared attributes, then rows, dense or sparse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.source import Batches, ReadReport, Source, table_batches
from mlops_desktop.catalog.sources._compressed import plain_file
from mlops_desktop.catalog.sources._text_file import decode, find_encoding
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import listed, plural_msg, quoted_names

_ATTRIBUTE = re.compile(r"""(?is)@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+)\s*(.+)""")
_CELL = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,\t]*?))\s*(?:[,\t]|$)""")
_SPARSE = re.compile(r"""\s*([0-9]+)\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,]*?))\s*(?:,|$)""")
_ESCAPED = re.compile(r"\\(.)")
_NUMBERS = ("numeric", "real", "integer")


@dataclass(frozen=True)
class _Attribute:
    """A declared column: `levels` are those of a nominal one, in their order; `kind` names the type of any other."""

    name: str
    kind: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Arff(Source):
    """The rows of a data set with the types that it declares; nominal attributes keep their levels, “?” is missing."""

    id = "arff"
    label = "ARFF (Weka, OpenML)"
    help = "Reads .arff files, dense and sparse ones, compressed too."
    suffixes = (".arff", ".arff.gz")

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        with plain_file(path, (".arff",)) as plain:
            data = plain.path.read_bytes()
            text = decode(path, data, find_encoding(plain.path)) if data else ""
        lines = iter(text.splitlines())
        attributes = _attributes(path, lines)
        rows, bad = _rows(attributes, lines)
        job.step(0.5)
        table, notes = _table(attributes, rows)
        if bad:
            shown = listed([msg("“{name}”", name=line) for line in bad[:3]], separator="; ")
            message = plural_msg(
                len(bad), "1 line fits no row and was left out ({shown}).", "{n} lines fit no row and were left out ({shown}).", shown=shown
            )
            notes.append(Evidence("", "inside", message))
        yield from table_batches(table)
        return ReadReport(rows_read=table.num_rows, rows_left_out=len(bad), notes=tuple(notes))


def _attributes(path: Path, lines: Iterator[str]) -> list[_Attribute]:
    """The declared columns up to the line of the data. UserError when there are none."""
    found: list[_Attribute] = []
    for line in lines:
        text = line.strip()
        if text.lower().startswith("@data") and found:
            return found
        match = _ATTRIBUTE.fullmatch(text)
        if match:
            kind = match[2].strip()
            nominal = kind.startswith("{") and kind.endswith("}")
            levels = tuple(cell or "" for cell in _cells(kind[1:-1])) if nominal else ()
            found.append(_Attribute(_plain(match[1]), "nominal" if nominal else kind.split()[0].lower(), levels))
        elif text and not text.startswith("%") and not text.lower().startswith("@relation"):
            break
    message = msg("“{path}” is not an ARFF file, or it is cut off.", path=path.name)
    raise UserError(message, "Choose another file, or save its table as CSV.")


def _plain(text: str) -> str:
    """A name or value without its quotes and escapes."""
    quoted = len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]
    return _ESCAPED.sub(r"\1", text[1:-1]) if quoted else text


def _cells(line: str) -> list[str | None]:
    """The cells of a line; None for a bare “?”."""
    out: list[str | None] = []
    at = 0
    while at <= len(line):
        found = _CELL.match(line, at)
        if found is None:
            return []
        quoted = found[1] if found[1] is not None else found[2]
        out.append(_ESCAPED.sub(r"\1", quoted) if quoted is not None else None if found[3].strip() == "?" else found[3].strip())
        if found.end() == len(line) and line[found.end() - 1 : found.end()] not in (",", "\t"):
            break
        at = found.end() if found.end() > at else len(line) + 1
    return out


def _rows(attributes: Sequence[_Attribute], lines: Iterator[str]) -> tuple[list[list[str | None]], list[str]]:
    """The rows of the data, and the lines that fit none. In a sparse row what is not named is 0 or the first level."""
    usual = [one.levels[0] if one.levels else "0" if one.kind in _NUMBERS else "" for one in attributes]
    rows, bad = [], []
    for line in lines:
        text = line.strip()
        if not text or text.startswith("%"):
            continue
        if text.startswith("{"):
            row: list[str | None] = [*usual]
            parts = _SPARSE.findall(text.strip("{}")) if text.strip("{} ") else []
            if any(int(place) >= len(row) for place, *_ in parts):
                bad.append(text[:60])
                continue
            for place, single, double, bare in parts:
                row[int(place)] = None if bare == "?" else _ESCAPED.sub(r"\1", single or double) or bare
        else:
            row = _cells(re.sub(r"\s*,?\s*\{[0-9.]+\}$", "", text))  # without the weight of a row
        if len(row) != len(attributes):
            bad.append(text[:60])
        else:
            rows.append(row)
    return rows, bad


def _table(attributes: Sequence[_Attribute], rows: Sequence[Sequence[str | None]]) -> tuple[Any, list[Evidence]]:
    """The rows as an Arrow table; a column whose cells are not what it declares stays texts, with a note."""
    import pyarrow as pa

    arrays, notes = [], []
    for j, attribute in enumerate(attributes):
        cells = [row[j] for row in rows]
        array = pa.array(cells, pa.string())
        if attribute.kind in _NUMBERS:
            try:
                array = array.cast(pa.float64())
                array = array.cast(pa.int64()) if attribute.kind == "integer" else array
            except pa.ArrowInvalid:
                message = msg("“{name}” is declared as numbers, but some cells are none; it was read as texts.", name=attribute.name)
                notes.append(Evidence(attribute.name, "file", message))
        elif attribute.levels:
            others = sorted({cell for cell in cells if cell is not None} - {*attribute.levels})
            if others:
                shown = quoted_names(others, 3)
                message = msg("“{name}” holds levels that it does not declare: {shown}.", name=attribute.name, shown=shown)
                notes.append(Evidence(attribute.name, "file", message))
        arrays.append(array)
    return pa.Table.from_arrays(arrays, names=[one.name for one in attributes]), notes
