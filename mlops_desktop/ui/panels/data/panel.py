"""Stage 2: what is in the data, and what of it will hurt the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtWidgets import QFrame, QPushButton, QWidget

from mlops_desktop.engine.data import Table, check_filter, rows_key, rows_where
from mlops_desktop.engine.process import FilterRows, MakeProfile
from mlops_desktop.engine.profiling import Overview, Profile, Relations, apply_fixes, health, safe_fixes
from mlops_desktop.serving.frame import Bools
from mlops_desktop.ui.column_names import called
from mlops_desktop.ui.panel import Panel
from mlops_desktop.ui.panels.data.distributions_card import DistributionsCard
from mlops_desktop.ui.panels.data.filter_line import FilterLine
from mlops_desktop.ui.panels.data.finding_states import FindingState, FixMeasurement
from mlops_desktop.ui.panels.data.health_card import HealthCard, finding_text
from mlops_desktop.ui.panels.data.kpi_row import KpiRow, has_classes
from mlops_desktop.ui.panels.data.relations_page import RelationsPage
from mlops_desktop.ui.panels.data.statistics_tables import (
    missing_columns,
    missing_rows,
    statistics_columns,
    statistics_rows,
)
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.translation import formatted, pluralize, translated
from mlops_desktop.ui.widgets.basic import Segments, Tool, card, column, label, row
from mlops_desktop.ui.widgets.cards import EmptyState
from mlops_desktop.ui.widgets.name_completer import column_name
from mlops_desktop.ui.widgets.pages import Pages
from mlops_desktop.ui.widgets.rows_table import RowsTable
from mlops_desktop.ui.widgets.searched_rows import SearchedRows
from mlops_desktop.ui.widgets.table import DataTable
from mlops_desktop.ui.widgets.table_columns import table_columns

HEALTH = 310
_NOTHING = Profile(0, 0, (), (), Relations((), (), rows=0, sampled=False, left_out=0), (), None)
_FILLED = ("columns", "relations", "missing")  # tabs that show a profile
AT_ONCE = 50_000  # rows that are filtered here; more are filtered by the child, so that the window never waits


class DataPanel(Panel):
    """KPI cards, distributions, health, and the table with its statistics."""

    id = "data"
    purpose = "Explore the data and fix what would harm the model"

    def __init__(self, controller: ProjectController) -> None:
        super().__init__(controller)
        title = self.tr("Profiling the data")
        self.profile: Query[Profile] = Query(
            controller, owner="data", title=title, parent=self, read=lambda key: controller.result(key, Profile)
        )
        self.fixes = FixMeasurement(controller, self)
        title = self.tr("Filtering the rows")
        self._filtered: Query[Bools] = Query(controller, owner="data.filter", title=title, parent=self, read=self._read_rows, remember=2)
        self._filtered.changed.connect(self._show_filtered)
        self._details: Profile | None = None  # the profile that the tabs show
        self._stale: set[str] = set()  # tabs that show an older one: each is filled when it is selected
        self._shown: tuple[Any, ...] = ()
        self._shown_table = self._table_of = ""
        self._findings: list[FindingState] = []
        self.distributions = DistributionsCard()
        self.distributions.setMinimumHeight(256)
        self.health = HealthCard()
        self.health.setFixedWidth(HEALTH)
        self._middle = QWidget()
        self._middle.setLayout(row((self.distributions, 1), self.health, spacing=12))
        self.kpis = KpiRow(controller)
        self.setLayout(column(self.kpis, (self._middle, 6), (self._table_card(), 5), margins=(20, 16, 20, 16), spacing=12))
        self.distributions.opened.connect(self.open_column)
        self.health.opened.connect(self.open_column)
        self.health.fixed.connect(self._fix)
        self.health.all_fixed.connect(self._fix_all)
        self.health.again.clicked.connect(self._retry)

    def _table_card(self) -> QFrame:
        self.tabs = Segments(
            [
                ("preview", self.tr("Preview")),
                ("columns", self.tr("Columns")),
                ("relations", self.tr("Correlations")),
                ("missing", self.tr("Missing values")),
            ],
            name="data_view",
        )
        self.count = label("", "caption", tone="3", tabular=True)
        self.count.setObjectName("row_count")
        self.filter = FilterLine(name="row_filter", title=self.tr("Show only rows where"), check=self._check_filter)
        self.filter.setFixedWidth(280)
        self.preview = DataTable(name="preview", title=self.tr("The data"), run_in_background=self.controller.jobs.io.do)
        self.statistics = RowsTable(statistics_columns(), name="statistics", title=self.tr("Statistics of each column"))
        self.relations = RelationsPage()
        self.missing = RowsTable(missing_columns(), name="missing_values", title=self.tr("Columns with missing cells"))
        self.complete = EmptyState(self.tr("No cell is missing."), name="nothing_missing", icon="check")
        self._pages = Pages()
        columns, gaps = SearchedRows(self.statistics), SearchedRows(self.missing)
        self._places: dict[str, QWidget] = {"preview": self.preview, "columns": columns, "relations": self.relations, "missing": gaps}
        for page in (*self._places.values(), self.complete):
            self._pages.addWidget(page)
        self._pages.setMinimumHeight(190)
        self.larger = Tool("up", self.tr("Give the table the whole page"), self._enlarge, name="enlarge_table")
        self.larger.setCheckable(True)
        self.tabs.chosen.connect(self.show_tab)
        self.filter.applied.connect(self._apply_filter)
        self.statistics.opened.connect(self.open_column)
        self.missing.opened.connect(self.open_column)
        return card(row(self.tabs, None, self.count, self.filter, self.larger), (self._pages, 1), margins=(12, 12, 12, 12))

    # ---- showing

    def show_results(self) -> None:
        """Show the profile of today's decisions, or have it made."""
        self.controller.load_table()
        project, profile = self.controller.project, self.profile
        has_data = self.controller.folder is not None and bool(project.data)
        if has_data:
            profile.want(self.controller.keys.profile, MakeProfile(*self.controller.inputs), scope=project.data)
            self.fixes.want(profile.value.findings if profile.ready and profile.value else ())
        else:
            profile.want("")
        table, overview = self.controller.table(), self.controller.overview()
        key = (project, profile.state, profile.refused, table is not None, self.fixes.effects.state)
        if self._shown and self._shown[0] is key[0] and self._shown[1:] == key[1:]:
            return
        self._shown = key
        if table is not None and overview is not None:
            self._show_table(table, overview)
        elif self._table_of != self.controller.project.data:
            self._table_of, self._shown_table = self.controller.project.data, ""
            self.preview.show_columns([])
            self.count.setText("")
        # While the profile of a changed decision is being made, the last one of the same data stays in sight.
        last = profile.value
        self._show_health(last, working=not profile.ready)
        fixed = any(one.finding.rule == "duplicate_rows" and one.care for one in self._findings)
        self.kpis.show_profile(last, overview, no_duplicates=fixed)
        if profile.refused:
            self.health.show_failed()
        if last is not None or self._details is not None:
            self.distributions.show_profile(last, project)
            self._details = last
            self._stale = set(_FILLED)
            self.show_tab(self.tabs.choice())

    def _retry(self) -> None:
        self.profile.retry()
        self.show_results()

    def _show_table(self, table: Table, overview: Overview) -> None:
        project = self.controller.project
        key = f"{self.controller.keys.table} {project.target} {project.task} {[project.shown_name(one.name) for one in overview.columns]}"
        if self._shown_table == key:
            return
        self._shown_table, self._table_of = key, project.data
        self.preview.show_columns(table_columns(table, overview, project, has_classes(project.task)))
        self.filter.show_names([one.name for one in table.schema.columns], self._example(table))
        self._show_count(table.rows)
        self.filter.again()

    def _example(self, table: Table) -> str:
        """A filter that would work here."""
        for one in table.schema.columns:
            if one.is_measured:
                values = table.frame.number(one.name)[:1_000]
                middle = float(np.nanmedian(values)) if not np.isnan(values).all() else 0.0
                return f"{column_name(one.name)} > {float(f'{middle:.3g}'):.15g}"
        return f"not is_missing({column_name(table.schema.columns[0].name)})"

    def _show_health(self, found: Profile | None, *, working: bool) -> None:
        project = self.controller.project
        findings = found.findings if found else ()
        self._findings = self.fixes.states(findings, current=not working)
        open_ = [one.finding for one in self._findings if not one.care]
        self.health.show_findings(self._findings, health(open_), len(safe_fixes(project, findings)), working=working)

    def _fill_statistics(self, found: Profile) -> None:
        project = self.controller.project
        roles: dict[str, str] = {name: note.role for name, note in project.columns.items() if note.role}
        self.statistics.show_rows(statistics_rows(found, {**roles, project.target: "target"}, project))

    def _fill_missing(self, found: Profile) -> None:
        self.missing.show_rows(missing_rows(found, self.controller.project))

    def show_tab(self, id_: str) -> None:
        """Bring a view of the lower card to the front; the filter belongs to the preview."""
        self.tabs.show_choice(id_)
        if id_ in self._stale:
            self._stale.discard(id_)
            shown = self._details or _NOTHING
            {
                "columns": self._fill_statistics,
                "relations": lambda found: self.relations.show_relations(found.relations, self.controller.project),
                "missing": self._fill_missing,
            }[id_](shown)
        empty = id_ == "missing" and not self.missing.rows_model.rows and self._details is not None
        self._pages.setCurrentWidget(self.complete if empty else self._places[id_])
        for widget in (self.filter, self.count):
            widget.setVisible(id_ == "preview")
        self._enlarge()

    def _enlarge(self) -> None:
        """The lower card has the whole page when that is wanted, and for correlations, which need the space."""
        self._middle.setVisible(not self.larger.isChecked() and self.tabs.choice() != "relations")
        self.larger.setVisible(self.tabs.choice() != "relations")
        self.larger.show_icon("down" if self.larger.isChecked() else "up")

    def open_column(self, name: str) -> None:
        """Show a column in the preview and among the distributions."""
        self.show_tab("preview")
        self.preview.show_column(name)
        self.distributions.go_to(name)
        self.statistics.select([name])

    def _fix(self, at: int) -> None:
        finding = self._findings[at].finding
        self.controller.put(finding_text(finding)[0], apply_fixes(self.controller.project, [finding]))

    def _fix_all(self) -> None:
        safe = safe_fixes(self.controller.project, [one.finding for one in self._findings])
        self.controller.put(self.tr("Safe fixes of the data"), apply_fixes(self.controller.project, safe))

    def _check_filter(self, text: str) -> str:
        table = self.controller.table()
        return translated(check_filter(table.frame.layout, text)) if table is not None else ""

    def _apply_filter(self, text: str) -> None:
        table = self.controller.table()
        if table is None:
            return
        if text and table.rows > AT_ONCE:
            self._filtered.forget_refusals()
            self._filtered.want(rows_key(self.controller.keys.table, text), FilterRows(*self.controller.inputs, text))
            self._show_filtered()
            return
        self._filtered.want("")
        if text:
            self._show_rows(rows_where(table.frame, text))
        else:
            self.preview.show_rows(None)
            self._show_count(table.rows)

    def _read_rows(self, key: str) -> Bools | None:
        try:
            mask: Bools = self.controller.store.get(key)[1]["mask"]
        except KeyError:
            return None
        return mask

    def _show_filtered(self) -> None:
        """The rows that the child found; those that were shown stay until then."""
        table, mask = self.controller.table(), self._filtered.value
        if self._filtered.asking:
            self.count.setText(self.tr("looking …"))
        elif self._filtered.refused:
            self.count.setText(self.tr("The filter was not applied. Press Enter to try again."))
            self.filter.forget()
        elif mask is not None and table is not None and len(mask) == table.rows:
            self._show_rows(mask)

    def _show_rows(self, mask: Bools) -> None:
        self.preview.show_rows(mask)
        self._show_count(int(np.count_nonzero(mask)))

    def _show_count(self, shown: int) -> None:
        table = self.controller.table()
        rows = table.rows if table is not None else 0
        self.count.setText(pluralize(rows, "{shown} of 1 row", "{shown} of {n} rows").replace("{shown}", formatted(shown)))

    # ---- what the window asks

    def primary(self) -> QPushButton | None:
        """The button for the safe fixes."""
        return self.health.apply

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """Views, filter, and every column."""
        found: list[tuple[str, QWidget | Callable[[], object]]] = [
            (self.tr("Filter rows"), self.filter.line),
            (self.tr("Apply safe fixes"), self.health.apply),
            (self.tr("Statistics of each column"), self._shower("columns")),
            (self.tr("Correlations"), self._shower("relations")),
            (self.tr("Missing values"), self._shower("missing")),
        ]
        return found + [(called(one.name), self._goer(one.name)) for one in self.preview.table.columns]

    def _shower(self, tab: str) -> Callable[[], object]:
        return lambda: self.show_tab(tab)

    def _goer(self, name: str) -> Callable[[], object]:
        return lambda: self.open_column(name)

    def restyle(self) -> None:
        """The theme changed."""
        self.filter.repaint_icon()
