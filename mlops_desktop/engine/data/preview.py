"""The first rows of a file as they would be read: which settings are found, the types, and what is noted. The rest is not read."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlops_desktop.base.evidence import RULES, Evidence
from mlops_desktop.base.job import Job, Part
from mlops_desktop.base.source import DATE_ORDERS, DECIMALS, THOUSANDS, Source
from mlops_desktop.engine import disk
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.loading import blank_source, load_cells, source_for
from mlops_desktop.engine.data.location import Location, name_of, place_of
from mlops_desktop.engine.data.results import FilePreview, PreviewColumn
from mlops_desktop.engine.data.table import Table
from mlops_desktop.engine.data.targets import default_roles
from mlops_desktop.engine.data.typed_table import type_cells
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.cells import MISSING_NUMBER_TEXTS
from mlops_desktop.serving.date_formats import day_first, exchanged
from mlops_desktop.serving.dates import date_text
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import Column

ROWS = 100
CELLS = 20_000
TYPED_ROWS = 5_000


def preview_source(location: Location, project: Project) -> Source:
    """The source that reads a location, with the parameters that the project holds for it. UserError when nothing opens this kind, or it is
    absent or empty: then no setting helps.
    """
    place = place_of(location)
    blank = blank_source(place)
    return source_for(place, project.source) or blank


def listed_names(location: Location, source: Source) -> dict[str, tuple[str, ...]]:
    """The sheets, tables or files that a source can read of a location, by the parameter that names one. UserError as `load_cells`."""
    with disk.explain_errors(msg("The file “{name}”", name=name_of(location))):
        return source.listed(place_of(location))


def preview_table(location: Location, project: Project, job: Job, *, as_given: bool = False) -> FilePreview:
    """The beginning of a file or of an address, read by the project's source and its notes on columns.

    With `as_given` the parameters of the source that are not at their default were chosen; otherwise only those that differ from what is
    found were. UserError as `load_cells` raises it. A temporary copy of the first rows is read, so the time does not depend on the size.
    """
    place = place_of(location)
    blank = blank_source(place)
    given = source_for(place, project.source) or blank
    with tempfile.TemporaryDirectory(prefix="mlops-desktop-") as folder, disk.explain_errors(msg("The file “{name}”", name=name_of(place))):
        part = blank.beginning(place, Path(folder))
        if not as_given and given != blank:
            given = _chosen(given, blank.guess(part))
        found = given.guess(part)
        whole = part == place
        cells = load_cells(part, found if whole else _without_end(found), Part(job, 0.0, 0.6), as_given=True)[1]
    rows, cells = cells.rows, replace(cells, table=cells.table.slice(0, TYPED_ROWS))
    table = type_cells(cells, project.columns, Part(job, 0.6, 1.0))
    return FilePreview(
        given=given,
        found=_with_format(cells.source or found, table),
        rows=rows,
        whole=whole,
        columns=_columns(table, project.target),
        notes=tuple(note for note in (*cells.notes, *table.evidence) if not note.column),
        reasons={**cells.reasons, **_reasons(cells, table)},
    )


def _chosen(source: Source, guessed: Source) -> Source:
    """A source whose parameters are at their default where they are as they are found anyway."""
    changes: Any = {name: param.default for name, param in source.params().items() if getattr(source, name) == getattr(guessed, name)}
    return replace(source, **changes)


def _without_end(source: Source) -> Source:
    """A source that leaves nothing out at the end: the end of the first rows is not that of the file."""
    changes: Any = {"skip_end": 0} if "skip_end" in source.params() else {}
    return replace(source, **changes)


def _with_format(found: Source, table: Table) -> Source:
    """The source with what all columns have in common of the marks of numbers and the order of dates, and with the texts for missing, where
    these are left open.
    """
    columns = table.schema.columns
    numbers = [column.grammar for column in columns if column.is_measured]
    orders = {day_first(column.grammar.date) for column in columns if column.is_date and exchanged(column.grammar.date)}
    further = dict.fromkeys(text for column in columns for text in _further_missing_texts(column))
    marks: dict[str, set[Any]] = {
        "decimal": {one.decimal for one in numbers},
        "thousands": {one.thousands for one in numbers if one.thousands},
        "dates": orders,
        "missing_texts": {", ".join(further)} if further else set(),
    }
    ids: dict[str, Mapping[str, Any]] = {"decimal": DECIMALS, "thousands": THOUSANDS, "dates": DATE_ORDERS}
    changes: Any = {}
    for name, values in marks.items():
        if len(values) == 1 and getattr(found, name) == found.params()[name].default:
            value = values.pop()
            changes[name] = next((id_ for id_, mark in ids[name].items() if mark == value), "auto") if name in ids else value
    return replace(found, **changes)


def _reasons(cells: Cells, table: Table) -> dict[str, str]:
    """For marks of numbers a cell that shows them, for the order of dates and texts for missing the evidence of a column."""
    found: dict[str, str] = {}
    for column in table.schema.columns:
        grammar, raw = column.grammar, cells.column(column.name)
        marks = {"decimal": grammar.decimal, "thousands": grammar.thousands} if column.is_measured else {}
        for name, mark in marks.items():
            cell = next((text for text in raw.sample(raw.counts > 0, 50) if mark in text), "") if mark and raw.kind == "text" else ""
            if cell and name not in found:
                found[name] = msg("As in “{cell}” of “{column}”.", cell=cell[:30], column=column.name)
    rules = {"date_order": "dates", "date_order_known": "dates", "year_order": "dates", "missing_words": "missing_texts"}
    for one in table.evidence:
        if one.rule in rules:
            found.setdefault(rules[one.rule], msg("“{column}”: {reason}", column=one.column, reason=one.message))
    return found


def _further_missing_texts(column: Column) -> list[str]:
    """The texts for missing of a column beyond the usual ones."""
    return [text for text in column.grammar.missing if text not in MISSING_NUMBER_TEXTS]


def _columns(table: Table, target: str) -> tuple[PreviewColumn, ...]:
    count = min(table.rows, ROWS, max(CELLS // max(len(table.schema.columns), 1), 10))
    evidence: dict[str, list[Evidence]] = {}
    for one in table.evidence:
        evidence.setdefault(one.column, []).append(one)
    roles, made = default_roles(table, target), []
    for column in table.schema.columns:
        is_number = column.is_measured
        made.append(
            PreviewColumn(
                name=column.name,
                type=column.type,
                values=_values(table, column, count),
                decimal=column.grammar.decimal if is_number else "",
                thousands=column.grammar.thousands if is_number else "",
                missing=tuple(_further_missing_texts(column)),
                unit=column.unit,
                role=roles[column.name][0] if column.name in roles else "feature",
                why_role=roles[column.name][1] if column.name in roles else "",
                evidence=tuple(evidence.get(column.name, ())),
                grammar=column.grammar if any(RULES[one.rule].weight for one in evidence.get(column.name, ())) else None,
            )
        )
    return tuple(made)


def _values(table: Table, column: Column, count: int) -> tuple[float | str | None, ...]:
    frame, layout = table.frame, table.frame.layout
    if column.is_categorical:
        at = layout.categoricals.index(column.name)
        return tuple(frame.levels[at][code] if code >= 0 else None for code in frame.codes[:count, at].tolist())
    if column.is_number:
        numbers = frame.numbers[:count, layout.numbers.index(column.name)].tolist()
        if column.type == "boolean":
            texts = {0.0: (*column.grammar.false, "false")[0], 1.0: (*column.grammar.true, "true")[0]}
            return tuple(texts.get(value) for value in numbers)
        return tuple(None if math.isnan(value) else value for value in numbers)
    dates = frame.dates[:count, layout.dates.index(column.name)].tolist()
    return tuple(None if value == MISSING_DATE else date_text(value, column.grammar.date) for value in dates)
