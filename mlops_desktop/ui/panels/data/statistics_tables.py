"""A profile as rows of small tables: statistics of each column, and where cells are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from mlops_desktop.base.number_format import MINUS
from mlops_desktop.engine.profiling import ColumnProfile, Profile, Relations, Value
from mlops_desktop.engine.project import Project
from mlops_desktop.ui.translation import are_years, format_number, formatted
from mlops_desktop.ui.widgets.column_labels import TYPE_ICONS, role_names, type_names
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn
from mlops_desktop.ui.widgets.table_columns import MUCH_MISSING


def statistics_columns() -> list[RowColumn]:
    """The heads of `statistics_rows`."""
    tr = QCoreApplication.translate
    left = [tr("Statistics", "Column"), tr("Statistics", "Type"), tr("Statistics", "Role")]
    right = [tr("Statistics", "Missing"), tr("Statistics", "Unique"), tr("Statistics", "Mean"), tr("Statistics", "Std")]
    more = [tr("Statistics", "Minimum"), tr("Statistics", "25 %"), tr("Statistics", "Median"), tr("Statistics", "75 %")]
    numbers = [RowColumn(title, "right", tabular=True) for title in [*right, *more, tr("Statistics", "Maximum")]]
    head = [RowColumn(title, middle=title == left[0]) for title in left]
    return [*head, *numbers, RowColumn(tr("Statistics", "Most frequent"), stretch=False)]


def statistics_rows(found: Profile, roles: Mapping[str, str], project: Project) -> list[Row]:
    """One row for each column of a profile; `roles` by column where it is not a feature."""
    return [_row(one, found.rows, roles.get(one.name, "feature"), project) for one in found.columns]


def _row(one: ColumnProfile, rows: int, role: str, project: Project) -> Row:
    share = one.missing / max(rows, 1)
    gone = f"{formatted(one.missing)} ({formatted(share, '.1%')})" if one.missing else "0"
    missing = Cell(gone, tone="warn" if share > MUCH_MISSING else "")
    quantiles = one.quantiles or {}
    values = [one.mean, one.std, one.min, *(quantiles.get(q) for q in ("0.25", "0.5", "0.75")), one.max]
    top = ", ".join(f"{level} ({formatted(count)})" for level, count in (one.top or ())[:3])
    target = role == "target"
    icon = "target" if target else TYPE_ICONS.get(one.type, "")
    head = Cell(project.shown_name(one.name), icon=icon, tone="accent" if target else "", tip=one.name)
    kind = str(type_names().get(one.type, one.type))
    return Row(
        one.name, [head, kind, role_names()[role][0], missing, formatted(one.distinct), *(value_text(value, one) for value in values), top]
    )


def value_text(value: Value | None, one: ColumnProfile) -> str:
    """A number or a date of a column as the tables show it."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value[:16].replace("T", " ")
    ends = [end for end in (one.min, one.max) if isinstance(end, int | float)]
    of_years = one.type == "integer" and are_years(*ends) and value >= min(ends)  # their deviation is no year
    return formatted(value, ".0f") if of_years else format_number(value)


def missing_columns() -> list[RowColumn]:
    """The heads of `missing_rows`."""
    tr = QCoreApplication.translate
    return [
        RowColumn(tr("Statistics", "Column"), middle=True),
        RowColumn(tr("Statistics", "Type")),
        RowColumn(tr("Statistics", "Missing cells"), "right", tabular=True),
        RowColumn(tr("Statistics", "Share of rows"), bar=True, stretch=True),
    ]


def missing_rows(found: Profile, project: Project) -> list[Row]:
    """The columns with missing cells, the emptiest first."""
    gaps = sorted((one for one in found.columns if one.missing), key=lambda one: -one.missing)
    return [_gap(one, found.rows, project) for one in gaps]


def _gap(one: ColumnProfile, rows: int, project: Project) -> Row:
    share = one.missing / max(rows, 1)
    head = Cell(project.shown_name(one.name), icon=TYPE_ICONS.get(one.type, ""), tip=one.name)
    tone = "warn" if share > MUCH_MISSING else ""
    kind = str(type_names().get(one.type, one.type))
    return Row(one.name, [head, kind, formatted(one.missing), Cell(formatted(share, ".1%"), bar=share, tone=tone)])


def kinds_text(columns: Sequence[ColumnProfile]) -> str:
    """How many columns there are of each kind, in a short text."""
    tr = QCoreApplication.translate
    kinds = (
        (("number", "integer"), tr("Statistics", "numeric")),
        (("category", "ordered", "boolean"), tr("Statistics", "categorical")),
        (("date",), tr("Statistics", "date")),
        (("text",), tr("Statistics", "text")),
        (("id",), tr("Statistics", "id")),
    )
    counts = [(sum(one.type in types for one in columns), name) for types, name in kinds]
    return " · ".join(f"{formatted(count)} {name}" for count, name in counts if count)


def pair_columns() -> list[RowColumn]:
    """The heads of `pair_rows`."""
    tr = QCoreApplication.translate
    return [
        RowColumn(tr("Statistics", "Column"), stretch=True, middle=True),
        RowColumn(tr("Statistics", "with"), stretch=True, middle=True),
        RowColumn(tr("Statistics", "Strength"), bar=True, width=104),
        RowColumn(tr("Statistics", "By rank"), "right", tabular=True, width=80),
    ]


def pair_rows(related: Relations, project: Project, most: int = 60) -> list[Row]:
    """The closest pairs of columns; those with the target stand out."""
    return [
        Row(
            f"{a}\n{b}",
            [*(Cell(project.shown_name(one), tip=one) for one in (a, b)), Cell(_strength(value), bar=abs(value)), Cell(_strength(ranked))],
            strong=project.target in (a, b),
        )
        for a, b, value, ranked in related.pairs()[:most]
    ]


def _strength(value: float | None) -> str:
    return "–" if value is None else formatted(value, ".2f").replace("-", MINUS)
