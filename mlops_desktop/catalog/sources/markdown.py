"""Tables of Markdown texts: lines of cells between bars, with a line of dashes below the names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import listed
from mlops_desktop.base.source import Batches, table_batches
from mlops_desktop.catalog.sources._rows_to_table import table_of_rows
from mlops_desktop.catalog.sources._table_source import TableSource
from mlops_desktop.catalog.sources._text_file import decode, find_encoding
from mlops_desktop.serving.message import msg

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_BAR = re.compile(r"(?<!\\)\|")
_MARKS = re.compile(r"\*\*([^*]+)\*\*|__([^_]+)__|`([^`]+)`")


@dataclass(frozen=True, kw_only=True)
class Markdown(TableSource):
    """One table of a text, as texts; marks of bold letters and of code are left off."""

    id = "markdown"
    label = "Markdown"
    help = "Reads a table of a Markdown text."
    suffixes = (".md", ".markdown")

    table: str = listed("Table", help="The number of the table; empty: the one with the most rows.")

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        return {"table": tuple(str(at) for at in range(1, len(_tables(Path(location))) + 1))}

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        tables = _tables(path)
        if not tables:
            raise UserError(msg("“{path}” holds no table.", path=path.name), "Choose a text with a table between bars in it.")
        number = int(self.table) if self.table.isdecimal() else 0
        if self.table and not 1 <= number <= len(tables):
            count = len(tables)
            raise UserError(msg("“{path}” has no table “{table}”.", path=path.name, table=self.table), msg("It has {count}.", count=count))
        at = number - 1 if number else max(range(len(tables)), key=lambda i: (len(tables[i]), -i))
        notes = []
        if len(tables) > 1 and not number:
            others = tuple(str(i + 1) for i in range(len(tables)) if i != at)
            message = msg("Table {number} of {count} was read, the one with the most rows.", number=at + 1, count=len(tables))
            notes.append(Evidence("", "table", message, parameter="table", values=others[:20]))
        job.step(0.5)
        table, report = table_of_rows(self, tables[at], notes)
        yield from table_batches(table)
        return report


def _tables(path: Path) -> list[list[list[str]]]:
    """Every table of a text as rows of cells, the names first."""
    data = path.read_bytes()
    lines = decode(path, data, find_encoding(path)).splitlines() if data.strip() else []
    tables, at = [], 1
    while at < len(lines):
        if not (_RULE.fullmatch(lines[at]) and "-" in lines[at] and "|" in lines[at - 1]):
            at += 1
            continue
        rows, at = [_cells(lines[at - 1])], at + 1
        while at < len(lines) and "|" in lines[at]:
            rows.append(_cells(lines[at]))
            at += 1
        tables.append(rows)
    return tables


def _cells(line: str) -> list[str]:
    text = line.strip().removeprefix("|")
    parts = _BAR.split(text.removesuffix("|") if not text.endswith("\\|") else text)
    return [_MARKS.sub(lambda found: next(filter(None, found.groups())), part.strip().replace("\\|", "|")) for part in parts]
