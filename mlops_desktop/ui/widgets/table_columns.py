"""The typed table as columns of the table on the screen: nothing is copied, heads come from the overview."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling import ColumnOverview, Overview
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.schema import Column
from mlops_desktop.ui.translation import pluralize, share_text
from mlops_desktop.ui.widgets.column_labels import TYPE_ICONS, type_names
from mlops_desktop.ui.widgets.table_model import TableColumn

MUCH_MISSING = 0.05


def table_columns(table: Table, overview: Overview, project: Project, classes: bool) -> list[TableColumn]:
    """Every column of the table in its order, with its overview; `classes`: whether the target's bars are classes."""
    known = {one.name: one for one in overview.columns}
    layout = table.frame.layout
    blocks = (("number", layout.numbers), ("categorical", layout.categoricals), ("date", layout.dates))
    places = {name: (kind, at) for kind, names in blocks for at, name in enumerate(names)}
    return [_column(table, column, places[column.name], known[column.name], project, classes) for column in table.schema.columns]


def _column(table: Table, column: Column, place: tuple[str, int], overview: ColumnOverview, project: Project, classes: bool) -> TableColumn:
    (kind, at), frame = place, table.frame
    levels: Sequence[str] = ()
    values: NDArray[Any] = {"number": frame.numbers, "categorical": frame.codes, "date": frame.dates}[kind][:, at]
    if kind == "categorical":
        levels = frame.levels[at]
    elif column.type == "boolean" and column.grammar.true and column.grammar.false:
        levels = (column.grammar.false[0], column.grammar.true[0])
    caption, tone = head_caption(overview, table.rows)
    marked = column.name == project.target
    bars: Sequence[int] = overview.bars
    if marked and classes and overview.target.classes:
        bars = [count for _, count in overview.target.classes][:12]
    return TableColumn(
        name=column.name,
        label=project.shown_name(column.name),
        kind=kind,
        values=values,
        levels=levels,
        boolean=column.type == "boolean" and column.is_number,
        icon=TYPE_ICONS.get(column.type, ""),
        bars=bars,
        classes=marked and classes,
        caption=caption,
        tone=tone,
        marked=marked,
        tip=f"{column.name}\n{type_names().get(column.type, column.type)}, {caption}",
    )


def head_caption(overview: ColumnOverview, rows: int) -> tuple[str, str]:
    """A few words on a column, and their tone: how much is missing, else how many different values there are."""
    tr = QCoreApplication.translate
    distinct, missing = overview.distinct, overview.missing
    if rows and missing == rows:
        return tr("Columns", "empty"), "warn"
    if missing:
        share = missing / rows
        text = tr("Columns", "{share} missing").format(share=share_text(share))
        return text, "warn" if share > MUCH_MISSING else ""
    if overview.type == "id":
        return (tr("Columns", "unique id") if distinct == rows else tr("Columns", "id")), ""
    if distinct == 1:
        return tr("Columns", "one value"), "warn"
    if overview.type in ("category", "ordered", "boolean"):
        return pluralize(distinct, "1 level", "{n} levels"), ""
    return pluralize(distinct, "1 value", "{n} values"), ""
