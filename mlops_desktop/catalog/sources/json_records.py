"""JSON and JSON Lines: lists of objects or of rows, one object a line, and records inside an object."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import choice, text
from mlops_desktop.base.source import Batches, ReadReport, Source, file_notes, table_batches
from mlops_desktop.catalog.sources._column_builder import PART_ROWS, ColumnBuilder, add_rows
from mlops_desktop.catalog.sources._compressed import ENDINGS as COMPRESSED
from mlops_desktop.catalog.sources._compressed import plain_file
from mlops_desktop.catalog.sources._json_records import Records, as_cell, doubled_keys, find_records, flatten
from mlops_desktop.catalog.sources._json_text import json_text
from mlops_desktop.catalog.sources._text_file import write_beginning
from mlops_desktop.serving.header import generated_names, is_header
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import first_few, plural_msg

_ENDINGS = (".json", ".jsonl", ".ndjson", ".geojson")
_PART_RECORDS = 5_000  # objects that are in memory at a time, each with its names
_BODY = 101  # rows that decide whether the first one names the columns


@dataclass(frozen=True, kw_only=True)
class JsonRecords(Source):
    """Records as JSON: nested objects become columns named with dots, lists stay as JSON text."""

    id = "json"
    label = "JSON"
    help = "Reads lists of objects, one object a line (JSON Lines), and lists of rows; compressed files too."
    suffixes = (*_ENDINGS, *(ending + packed for ending in _ENDINGS for packed in COMPRESSED if packed != ".zip"))

    records: str = text("", "Records under", help="The keys that lead to the records, such as data.items; empty: found from the file.")
    header: str = choice(
        "auto",
        {"auto": "found from the file", "first": "the first row", "none": "no row"},
        "Column names",
        help="Whether the first of the rows names the columns, where rows are lists.",
    )

    def beginning(self, location: str, folder: Path) -> str:
        path = Path(location)
        part = folder / path.name
        lines = path.name.lower().endswith((".jsonl", ".ndjson"))
        return str(part) if lines and write_beginning(path, part) else location

    def read(self, location: str, job: Job) -> Batches:
        path = Path(location)
        job.step(0.0, msg("Reading {path}", path=path.name))
        try:
            with plain_file(path, _ENDINGS, in_memory=True) as plain, json_text(plain.path, path.name) as document:
                table, report = self._table(path, find_records(document, self.records), job)
        except json.JSONDecodeError as error:
            raise UserError(
                msg("“{path}” is not JSON, or is cut off: line {line} cannot be read.", path=path.name, line=error.lineno),
                "Get the file again, or save it as CSV.",
            ) from error
        except UnicodeEncodeError as error:
            raise UserError(
                msg("“{path}” has a field whose name holds half a character, which no text can keep.", path=path.name),
                "Correct the names of the fields in the program that wrote the file.",
            ) from error
        except UnicodeDecodeError as error:
            raise UserError(
                msg("“{path}” is not written in Unicode, as JSON must be.", path=path.name), "Save it again as UTF-8."
            ) from error
        except ValueError as error:  # Python's bound on the digits of a whole number
            raise UserError(
                msg("“{path}” holds a number of more digits than can be read.", path=path.name), "Write it as a text, in quotes."
            ) from error
        except RecursionError as error:
            raise UserError(msg("“{path}” is nested too deeply.", path=path.name), "Save its table as CSV.") from error
        except KeyError as error:
            raise UserError(
                msg("“{path}” has nothing under “{records}”.", path=path.name, records=self.records),
                "Name the keys that lead to the records, or leave it empty.",
            ) from error
        yield from table_batches(table)
        return report

    def _table(self, path: Path, found: Records, job: Job) -> tuple[Any, ReadReport]:
        builder, messages, lists = ColumnBuilder(), list(found.messages), Counter[str]()
        first = list(islice(found.values, 1))
        values = chain(first, found.values)
        has_names = True
        if first and isinstance(first[0], list):
            has_names = self._add_lists(builder, values, found.names, messages, lists, job)
        else:
            _add_objects(builder, values, messages, lists, job)
        if not builder.rows:
            raise UserError(msg("“{path}” holds no record.", path=path.name), "Choose a file with a table in it.")
        table, mixed, more = builder.finish()
        notes = (*file_notes([*messages, *more]), *_nested_notes(lists))
        return table, ReadReport(rows_read=table.num_rows, notes=notes, has_names=has_names, mixed=mixed)

    def _add_lists(
        self, builder: ColumnBuilder, values: Iterator[Any], names: list[str] | None, messages: list[str], lists: Counter[str], job: Job
    ) -> bool:
        """Add records that are lists; whether something names their columns. Short rows are filled up, longer ones widen the table."""
        head = [_row(value) for value in islice(values, _BODY)]
        shown = [["" if cell is None else str(cell) for cell in row] for row in head]
        if names is None and (self.header == "first" or (self.header == "auto" and _names(head[0]) and is_header(shown[0], shown[1:]))):
            names, head = shown[0], head[1:]
        rows, width = chain(head, map(_row, values)), len(names or ())
        places: dict[int, list[int]] = {}  # of the rows by their length
        while part := list(islice(rows, PART_ROWS)):
            width = max(width, *map(len, part))
            all_names = [*names, *[""] * (width - len(names))] if names else generated_names(width)
            for at, row in enumerate(part, builder.rows + 1):
                places.setdefault(len(row), []).append(at)
                lists.update(all_names[j] for j, cell in enumerate(row) if isinstance(cell, (list, dict)))
            add_rows(builder, [(*map(as_cell, row), *[None] * (width - len(row))) for row in part], all_names)
            job.step(min(0.2 + builder.rows / 1e6, 0.9))
        places.pop(len(names) if names else width, None)
        if places:
            uneven = sorted(at for some in places.values() for at in some)
            one, many = "1 row has another number of cells (row {rows}).", "{n} rows have another number of cells (row {rows})."
            messages.append(plural_msg(len(uneven), one, many, rows=first_few(map(str, uneven), 5)))
        return names is not None


def _names(row: Sequence[Any]) -> bool:
    return all(isinstance(cell, str) for cell in row)


def _row(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _nested_notes(lists: Mapping[str, int]) -> list[Evidence]:
    """That cells of columns hold lists, with how many of them do."""
    one = "1 cell holds a list; it stays one text, and equal lists are one value."
    many = "{n} cells hold lists; each stays one text, and equal lists are one value."
    return [Evidence(name, "nested", plural_msg(count, one, many)) for name, count in lists.items()]


def _add_objects(builder: ColumnBuilder, values: Iterator[Any], messages: list[str], lists: Counter[str], job: Job) -> None:
    """Add records that are objects. Values that are none are in a column “value”; keys that are doubled are counted."""
    doubled: dict[str, int] = {}
    done = 0
    while part := list(islice(values, _PART_RECORDS)):
        cells: dict[Any, list[Any]] = {}
        for at, record in enumerate(part):
            flat = flatten(record) if isinstance(record, dict) else {("value",): record}
            for key, cell in flat.items():
                if key not in cells:
                    cells[key] = [None] * len(part)
                if isinstance(cell, list):
                    lists[".".join(key)] += 1
                cells[key][at] = as_cell(cell)
            for name in doubled_keys(record):
                doubled[name] = doubled.get(name, 0) + 1
        builder.add(cells, {key: ".".join(key) for key in cells}, len(part))
        done += len(part)
        job.step(min(0.2 + done / 1e6, 0.9))
    for name, count in doubled.items():
        one = "The key “{name}” stands more than once in 1 object; its last value was read."
        many = "The key “{name}” stands more than once in {n} objects; its last value was read."
        messages.append(plural_msg(count, one, many, name=name))
