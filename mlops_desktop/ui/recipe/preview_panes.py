"""What the step that is selected does: distributions before and after it, and the first rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from mlops_desktop.engine.pipeline import ColumnCells, ColumnChange, ColumnDistribution, FilteredOut
from mlops_desktop.serving.dates import DAY
from mlops_desktop.ui import theme
from mlops_desktop.ui.column_names import shown_name
from mlops_desktop.ui.recipe.editor import Recipe
from mlops_desktop.ui.translation import formatted, pluralize
from mlops_desktop.ui.widgets.basic import clear, column, heading, label, row, scrolled
from mlops_desktop.ui.widgets.elided import Elided, elided_name
from mlops_desktop.ui.widgets.notices import ProgressRing
from mlops_desktop.ui.widgets.pages import Pages
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.small_plots import Distribution, DistributionCell

WIDEST = 170  # of a column of the first rows
CELLS = (190, 150, 122)  # how high a distribution is in one, two and more lines
_SIDE_MARGIN = 44  # pixels beside a name in half of the pane: margins, the gap, the scroll bar
LONG = 20  # letters of a name from which its column is held to that


def waiting_text(recipe: Recipe, complete: bool) -> str:
    """Why nothing of the step can be shown; empty when there is something."""
    tr = QCoreApplication.translate
    answer = recipe.answer
    if recipe.component() is None:
        return tr("Recipe", "Choose a step to see what it does.")
    if recipe.draft is not None and not complete:
        return tr("Recipe", "When all fields are right, what the step makes of the first rows is shown here.")
    if not recipe.fresh or answer is None:
        return (
            tr("Recipe", "Trying the step …")
            if answer is None or recipe.preview.asking
            else tr("Recipe", "There is no preview of this step yet.")
        )
    if answer.problem:
        return answer.problem
    if recipe.error():
        return tr("Recipe", "This does not work as it is.")
    if recipe.selected_positions()[0] >= 0 and answer.step is None:
        return tr("Recipe", "A step before this one has to be fixed first.")
    return ""


def facts_text(recipe: Recipe) -> str:
    """In a sentence or two, what the step does and on how many rows it was tried."""
    tr = QCoreApplication.translate
    answer = recipe.answer
    if answer is None or not recipe.fresh or answer.problem or recipe.error():
        return ""
    rows = answer.rows
    at, row_filter = recipe.selected_positions()
    if row_filter >= 0:
        tried = answer.row_filters[row_filter]
        one, many = "1 of {rows} rows is excluded.", "{n} of {rows} rows are excluded."
        if not tried.on:
            one, many = "1 of {rows} rows would be excluded: the rule is off.", "{n} of {rows} rows would be excluded: the rule is off."
        return pluralize(tried.gone, one, many).replace("{rows}", formatted(rows.table))
    step = answer.step
    if step is None:
        return ""
    parts = []
    if step.before != step.after:
        width = pluralize(step.after, "{before} → 1 column", "{before} → {n} columns")
        parts.append(width.replace("{before}", formatted(step.before)))
    if step.other:
        parts.append(pluralize(step.other, "1 with other values", "{n} with other values"))
    parts = parts or [tr("Recipe", "nothing changes in these rows")]
    fitted_on = tr("Recipe", "fitted on {rows} training rows").format(rows=formatted(rows.sample))
    if rows.sample < rows.train:
        fitted_on = tr("Recipe", "fitted on a sample of {rows} of {of} training rows").format(
            rows=formatted(rows.sample), of=formatted(rows.train)
        )
    seconds = answer.steps[at].seconds
    took = tr("Recipe", "{seconds} s").format(seconds=formatted(seconds, ".1f") if seconds >= 0.05 else f"< {formatted(0.1, '.1f')}")
    return " · ".join([*parts, fitted_on, took])


class Pane(QFrame):
    """What is beside or below the settings."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.setObjectName("card")
        self.recipe = recipe

    def show_recipe(self, complete: bool) -> None:
        """Show what is selected; `complete`: the form has all that it needs."""
        raise NotImplementedError


class ChangesPane(Pane):
    """Small distributions: pairs of before and after, and new columns."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        name = recipe.panel
        self.facts = Elided("", "caption", tone="3")
        self.facts.setObjectName(f"{name}_facts")
        self.ring = ProgressRing(self.tr("Trying the steps"), name=f"{name}_ring", size=18)
        self.message = label("", "small", tone="3", wrap=True)
        self.message.setObjectName(f"{name}_note")
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setSpacing(4)
        for at in range(2):
            self._grid.setColumnStretch(at, 1)
        inner = QWidget()
        inner.setLayout(column(self._grid, None))
        self._high = CELLS[-1]
        self._pages = Pages()
        self._pages.addWidget(scrolled(inner))
        self._pages.addWidget(self.message)
        head = row(heading(self.tr("Before → after")), None, self.ring)
        self.setLayout(column(column(head, self.facts, spacing=0), (self._pages, 1), margins=(16, 10, 8, 12)))
        self._shown: object = None
        self._filled = False

    def show_recipe(self, complete: bool) -> None:
        """Show what the step changes, or why that cannot be shown; the last picture stays while a new one is on its way."""
        recipe = self.recipe
        self.ring.setVisible(recipe.preview.asking)
        text = waiting_text(recipe, complete)
        if recipe.preview.asking and recipe.answer is not None and self._shown is not None and recipe.component() is not None and complete:
            return
        if not text and recipe.answer is not self._shown:
            self._shown = recipe.answer
            clear(self._grid)
            self._filled = self._show_changes(self._changes())
        if not text and not self._filled:
            text = self.tr("In these rows the step changes nothing.")
        self.message.setText(text)
        self._pages.setCurrentIndex(1 if text else 0)
        self.facts.setText(facts_text(recipe))

    def _changes(self) -> tuple[ColumnChange, ...]:
        """What is drawn of the answer; of a row filter, how many rows are used and how many are passed over."""
        answer, (_, row_filter) = self.recipe.answer, self.recipe.selected_positions()
        assert answer is not None
        if row_filter < 0:
            return answer.step.columns if answer.step else ()
        tried, all_ = answer.row_filters[row_filter], answer.rows.table
        names = (self.tr("used"), self.tr("excluded")) if tried.on else (self.tr("would be used"), self.tr("would be excluded"))
        kept = ColumnDistribution("rows", (all_ - tried.gone, tried.gone), missing=0, distinct=all_, names=names)
        return (ColumnChange(self.tr("Rows"), None, kept),)

    def _show_changes(self, changes: Sequence[ColumnChange]) -> bool:
        new = [change for change in changes if change.before is None]
        beside = self._fit_side_by_side([shown_name(change.name) for change in new])
        lines = len(changes) - len(new) + (-(-len(new) // 2) if beside else len(new))
        self._high = CELLS[min(lines, len(CELLS)) - 1]
        line, side = 0, 0
        for change in changes:
            if change.before is not None:
                line, side = (line + 1, 0) if side else (line, 0)
                self._put(distribution(shown_name(change.name), change.before), line, 0)
                self._put(distribution_after(change), line, 1)
                line += 1
                continue
            alone = not beside or (change is changes[-1] and not side)
            self._put(distribution_after(change), line, side, 2 if alone else 1)
            line, side = (line + 1, 0) if side or not beside else (line, 1)
        return bool(changes)

    def _fit_side_by_side(self, names: Sequence[str]) -> bool:
        """Whether two of these names fit beside each other: names of new columns begin alike and differ at their end."""
        metrics = QFontMetrics(theme.font("small", QFont.Weight.DemiBold))
        return max(map(metrics.horizontalAdvance, names), default=0) <= self._pages.width() // 2 - _SIDE_MARGIN

    def _put(self, shown: Distribution, line: int, side: int, across: int = 1) -> None:
        cell = DistributionCell(name=f"{self.recipe.panel}_cell_{line}_{side}")
        cell.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the table of rows has the same as text
        cell.unsetCursor()
        cell.setFixedHeight(self._high)
        cell.show_distribution(shown)
        if shown.tone == "accent":
            cell.setToolTip(self.tr("{name}\nCorrelation with the target, from 0 (none) to 1").format(name=shown.title))
        self._grid.addWidget(cell, line, side, 1, across)


def distribution_after(change: ColumnChange) -> Distribution:
    """What became of a column, or what is new."""
    tr = QCoreApplication.translate
    after = change.after
    if after is None:
        return Distribution(tr("Recipe", "→ taken out"), [], note=tr("Recipe", "This column is excluded from here on."))
    if change.before is None:
        made = distribution(shown_name(change.name), after)
        if change.target_score is None:
            return made
        return replace(made, stat=tr("Recipe", "{score} with target").format(score=formatted(change.target_score, ".2f")), tone="accent")
    title = tr("Recipe", "→ after")
    if after.kind == "many":
        title = pluralize(after.distinct, "→ 1 column", "→ {n} columns")
    return distribution(title, after)


def distribution(title: str, one: ColumnDistribution) -> Distribution:
    """The values of a column as a cell shows them."""
    tr = QCoreApplication.translate
    total = sum(one.counts) + one.missing
    tone = ""
    if one.kind == "many":
        stat = ""
    elif one.kind == "rows":
        stat = f"{formatted(one.counts[0])} / {formatted(one.counts[1])}"
    elif one.missing:
        stat, tone = tr("Recipe", "{count} missing").format(count=formatted(one.missing)), "warn" if one.missing > 0.05 * total else ""
    elif one.kind == "categorical":
        stat = pluralize(one.distinct, "1 level", "{n} levels")
    else:
        stat = pluralize(one.distinct, "1 value", "{n} values")
    dates = one.kind == "date"
    edges = [edge / DAY for edge in one.edges] if dates else one.edges
    return Distribution(title, [one.counts], edges, one.names, stat, tone, tr("Recipe", "no value"), dates)


class RowsPane(Pane):
    """The first rows of what the step changes: pale before, on a tinted ground after; for a row filter, the rows that go."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        name = recipe.panel
        self.title = heading("")
        self.key = label("", "caption", tone="3")
        self.table = RowsTable([], name=f"{name}_rows", title=self.tr("First rows before and after the step"), selectable=False)
        self.table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.message = label("", "small", tone="3", wrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = Pages()
        self._pages.addWidget(self.table)
        self._pages.addWidget(self.message)
        self.setLayout(column(row(self.title, self.key, None, spacing=12), (self._pages, 1), margins=(16, 10, 14, 10)))
        self._shown: object = None

    def show_recipe(self, complete: bool) -> None:
        """Show the rows, or nothing while there are none."""
        recipe = self.recipe
        row_filter = recipe.selected_positions()[1] >= 0
        step = recipe.chosen()
        off = step is not None and not step.on
        rows = self.tr("Rows that would be excluded") if off else self.tr("Rows that are excluded")
        self.title.setText(rows if row_filter else self.tr("First rows"))
        self.key.setText("" if row_filter else self.tr("grey: before · tinted: after"))
        text = waiting_text(recipe, complete)
        if recipe.preview.asking and recipe.answer is not None and self._shown is not None and recipe.component() is not None and complete:
            return
        self._pages.setCurrentIndex(1 if text else 0)
        self.message.setText(text)
        if text or recipe.answer is self._shown:
            return
        self._shown = recipe.answer
        assert recipe.answer is not None
        if row_filter:
            gone = recipe.answer.filtered_out or FilteredOut((), ())
            self._fill(gone.columns, gone.numbers)
            empty = not gone.numbers
            self.message.setText(self.tr("No row is excluded."))
        else:
            shown = recipe.answer.step.rows if recipe.answer.step else ()
            self._fill(shown, ())
            empty = not shown
            self.message.setText(self.tr("In these rows the step changes nothing."))
        self._pages.setCurrentIndex(1 if empty else 0)

    def _fill(self, columns: Sequence[ColumnCells], numbers: Sequence[int]) -> None:
        heads = [RowColumn(self.tr("Row"), "right", tabular=True)] if numbers else []
        metrics = self.table.horizontalHeader().fontMetrics()
        for one in columns:
            tabular = one.kind in ("number", "sparse")
            whole = shown_name(one.name)
            name = whole if len(whole) <= LONG else elided_name(metrics, whole, WIDEST - 36)
            title, width = f"→ {name}" if one.side == "after" else name, WIDEST if len(whole) > LONG else 0
            heads.append(RowColumn(title, "right" if tabular else "left", tabular, width=width, tip=self._tip(one)))
        count = max([len(one.cells) for one in columns] + [len(numbers)], default=0)
        rows = []
        for at in range(count):
            cells = [Cell(formatted(numbers[at]), tone="3")] if numbers else []
            for one in columns:
                after = one.side == "after"
                cells.append(Cell(one.cells[at], tone="" if after or numbers else "3", shade=0.02 if after else 0.0))
            rows.append(Row(str(at), cells))
        self.table.show_columns(heads)
        self.table.show_rows(rows)

    def _tip(self, one: ColumnCells) -> str:
        text = {
            "gone": self.tr("before; this column is excluded from here on"),
            "other": self.tr("after") if one.side == "after" else self.tr("before"),
            "new": self.tr("new"),
            "source": self.tr("what it is made of"),
        }.get(one.change, "")
        return f"{one.name}\n{text}".strip()
