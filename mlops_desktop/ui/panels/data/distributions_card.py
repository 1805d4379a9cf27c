"""The card of distributions: a page of small pictures, of all rows or by the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QSizePolicy

from mlops_desktop.engine.profiling import ByTarget, ColumnProfile, Profile
from mlops_desktop.engine.project import Project
from mlops_desktop.ui.panels.data.statistics_tables import value_text
from mlops_desktop.ui.translation import format_number, formatted, pluralize, share_text
from mlops_desktop.ui.widgets.basic import Segments, Tool, column, heading, label, row
from mlops_desktop.ui.widgets.column_labels import type_names
from mlops_desktop.ui.widgets.legend import Legend
from mlops_desktop.ui.widgets.small_plots import Distribution, DistributionCell
from mlops_desktop.ui.widgets.table_columns import MUCH_MISSING

ACROSS, DOWN = 4, 2
MOST_LEVELS = 6
SEARCHED = 12  # from so many columns on, they can be searched
MOST_CLASSES = 6


class DistributionsCard(QFrame):
    """Shows a profile (see `engine.profile`), without the target and identifiers; `opened` brings the column of a clicked picture."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._columns: list[ColumnProfile] = []
        self._found: list[ColumnProfile] = []
        self._rows, self._target, self._classes = 0, "", False
        self._at = 0
        self._asked_all = False
        self.legend = Legend()
        self.split = Segments([("all", self.tr("All")), ("target", self.tr("By target"))], name="split")
        self.search = QLineEdit()
        self.search.setObjectName("distribution_search")
        self.search.setAccessibleName(self.tr("Find a column among the distributions"))
        self.search.setPlaceholderText(self.tr("Find a column"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(84)
        self.search.setMaximumWidth(130)
        self.back = Tool("left", self.tr("Earlier columns"), lambda: self._turn(-1), name="distributions_back")
        self.on = Tool("right", self.tr("Further columns"), lambda: self._turn(1), name="distributions_on")
        self.where = label("", "caption", tone="3", tabular=True)
        self.where.setObjectName("distributions_where")
        self.cells: list[DistributionCell] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        for place in range(ACROSS * DOWN):
            cell = DistributionCell(name=f"distribution_{place}")
            cell.opened.connect(self.opened)
            self.cells.append(cell)
            self._grid.addWidget(cell, place // ACROSS, place % ACROSS)
        for across in range(ACROSS):
            self._grid.setColumnStretch(across, 1)
        head = row(heading(self.tr("Distributions")), None, self.search, self.back, self.where, self.on, self.split, spacing=6)
        self.setLayout(column(head, self.legend, (self._grid, 1), margins=(16, 10, 12, 8), spacing=4))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.split.chosen.connect(self._choose)
        self.search.textChanged.connect(self._search)
        self._fill()

    def show_profile(self, found: Profile | None, project: Project) -> None:
        """Show the columns of a profile; None while there is none."""
        columns, self._project = found.columns if found else (), project
        self._columns = [one for one in columns if found and one.name != found.target and one.type != "id"]
        self._rows, self._target = (found.rows, found.target or "") if found else (0, "")
        split = [one.by_target for one in self._columns if one.by_target]
        self._classes = bool(split) and split[0].classes is not None
        self.split.setVisible(bool(split))
        self.split.show_choice("all" if self._asked_all or not split else "target")
        self._search(self.search.text())

    def _by_target(self) -> bool:
        return not self.split.isHidden() and self.split.choice() == "target"

    def _choose(self, id_: str) -> None:
        self._asked_all = id_ == "all"
        self._fill()

    def _search(self, text: str) -> None:
        wanted = text.strip().casefold()
        self._found = [one for one in self._columns if wanted in f"{one.name} {self._project.shown_name(one.name)}".casefold()]
        self._at = 0
        self._fill()

    def _turn(self, by: int) -> None:
        size = len(self.cells)
        self._at = min(max(self._at + by * size, 0), max(len(self._found) - 1, 0) // size * size)
        self._fill()

    def go_to(self, name: str) -> None:
        """Turn to the page with a column."""
        names = [one.name for one in self._found]
        if name in names:
            self._at = names.index(name) // len(self.cells) * len(self.cells)
            self._fill()

    def _fill(self) -> None:
        size, by_target = len(self.cells), self._by_target()
        page = self._found[self._at : self._at + size]
        names = [self._project.shown_name(one.name) for one in page]
        for cell, one in zip(self.cells, page, strict=False):
            cell.show_distribution(distribution(one, self._rows, self._target if by_target else "", self._project), names)
        for place, cell in enumerate(self.cells):
            cell.setVisible(place < len(page))
        for down in range(DOWN):
            self._grid.setRowStretch(down, 1 if down * ACROSS < len(page) else 0)
        for widget in (self.back, self.on, self.where):
            widget.setVisible(len(self._columns) > size)
        self.search.setVisible(len(self._columns) >= SEARCHED)
        self.where.setText(
            self.tr("{first}–{last} of {count}").format(first=self._at + 1, last=self._at + len(page), count=len(self._found))
            if page
            else self.tr("none found")
        )
        self.back.setEnabled(self._at > 0)
        self.on.setEnabled(self._at + size < len(self._found))
        self.legend.show_entries(self._legend(by_target))
        self.legend.setVisible(by_target)

    def _legend(self, by_target: bool) -> Sequence[tuple[int | str, str]]:
        if not by_target:
            return []
        split = next((one.by_target for one in self._columns if one.by_target), None)
        if split is None or split.classes is None:
            return [(0, self.tr("rows")), (1, _mean_of(self._project.shown_name(self._target)))]
        shown = _classes(split)
        target = self._project.shown_name(self._target)
        short = len(shown) <= 3 and all(len(target) + len(name) <= 22 for name in shown)
        return [(at, f"{target} = {name}" if short else name) for at, name in enumerate(shown)]


def distribution(one: ColumnProfile, rows: int, target: str, project: Project) -> Distribution:
    """The picture of one column of a profile, by the target where one is given: rows by class, or the mean of a target of numbers as a
    line over the rows.
    """
    histogram = one.histogram
    split = one.by_target if target else None
    stat, tone = _stat(one, rows)
    label, line_name = project.shown_name(one.name), _mean_of(project.shown_name(target))
    made = partial(Distribution, one.name, label=label, stat=stat, tone=tone, classes=_classes(split), line_name=line_name)
    if histogram:
        count = len(histogram.counts)
        made = partial(made, _groups(split, histogram.counts, count), line=_means(split, count))
        if one.is_date:
            return made(edges=[days_of(str(edge)) for edge in histogram.edges], dates=True)
        edges = [edge for edge in histogram.edges if not isinstance(edge, str)]  # those of dates are texts
        if one.type == "integer" and len(edges) <= MOST_LEVELS + 1 and edges[-1] - edges[0] == len(edges) - 1:
            return made(names=[formatted(edge + 0.5, ".0f") for edge in edges[:-1]])
        return made(edges=edges)
    top = one.top or ()
    if top and one.type != "text":
        shown = top[:MOST_LEVELS]
        groups = _groups(split, [count for _, count in top], len(shown))
        return made(groups, names=[str(level) for level, _ in shown], line=_means(split, len(shown)))
    return Distribution(one.name, [], label=label, stat=stat, tone=tone, note=_note(one, rows))


def _groups(split: ByTarget | None, counts: Sequence[float], most: int) -> list[list[float]]:
    if split and split.counts is not None:
        groups = [list(map(float, group[:most])) for group in split.counts]
        if len(groups) > MOST_CLASSES:
            rest = [sum(parts) for parts in zip(*groups[MOST_CLASSES - 1 :], strict=True)]
            groups = [*groups[: MOST_CLASSES - 1], rest]
        return groups
    return [[float(count) for count in counts[:most]]]


def _classes(split: ByTarget | None) -> list[str]:
    """What the groups of a split are called."""
    names = [str(name) for name in split.classes or ()] if split and split.counts is not None else []
    if len(names) <= MOST_CLASSES:
        return names
    rest = pluralize(len(names) - MOST_CLASSES + 1, "1 other", "{n} others")
    return [*names[: MOST_CLASSES - 1], rest]


def _means(split: ByTarget | None, most: int) -> list[float | None]:
    return list(split.means[:most]) if split and split.means is not None else []


def _mean_of(target: str) -> str:
    return QCoreApplication.translate("Distributions", "mean of {target}").format(target=target) if target else ""


def days_of(text: str) -> float:
    """A date or a time of day as ISO 8601 writes it, as days since 1970-01-01; NaN for any other text."""
    for written in (text, f"1970-01-01T{text}"):
        with suppress(ValueError):
            return (datetime.fromisoformat(written).replace(tzinfo=None) - datetime(1970, 1, 1)) / timedelta(days=1)
    return math.nan


def _stat(one: ColumnProfile, rows: int) -> tuple[str, str]:
    tr = QCoreApplication.translate
    if one.missing:
        share = one.missing / max(rows, 1)
        text = tr("Columns", "{share} missing").format(share=share_text(share))
        return text, "warn" if share > MUCH_MISSING else ""
    if one.is_date:
        return f"{str(one.min)[:7]} – {str(one.max)[:7]}" if one.min else "", ""
    if one.quantiles:
        return tr("Columns", "median {value}").format(value=value_text(one.quantiles["0.5"], one)), ""
    if one.type in ("category", "ordered", "boolean"):
        return pluralize(one.distinct, "1 level", "{n} levels"), ""
    return type_names().get(one.type, ""), ""


def _note(one: ColumnProfile, rows: int) -> str:
    tr = QCoreApplication.translate
    if one.missing == rows:
        return tr("Columns", "empty in every row")
    if one.type == "id":
        return pluralize(one.distinct, "1 value", "{n} different values")
    if one.type == "text":
        text = pluralize(one.distinct, "1 text of {length} characters", "{n} texts of {length} characters on average")
        return text.replace("{length}", format_number(one.characters, 3))
    return tr("Columns", "nothing to show")
