"""Stage 5: which columns go to the models, and why."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from mlops_desktop.base.selection import Selection
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline import ColumnRanking, ScoredColumn
from mlops_desktop.engine.process import RankColumns
from mlops_desktop.engine.workflow import blocked
from mlops_desktop.ui.column_names import shown_name
from mlops_desktop.ui.query import Query
from mlops_desktop.ui.recipe.editor import Recipe
from mlops_desktop.ui.recipe.preview_panes import Pane, RowsPane, waiting_text
from mlops_desktop.ui.recipe.recipe_panel import RecipePanel
from mlops_desktop.ui.recipe.recipe_view import RecipeView
from mlops_desktop.ui.translation import format_number, formatted, pluralize, translated
from mlops_desktop.ui.widgets.bars import BarChart
from mlops_desktop.ui.widgets.basic import Button, Segments, column, heading, label, row, scrolled
from mlops_desktop.ui.widgets.inputs import ComboBox
from mlops_desktop.ui.widgets.notices import ProgressRing
from mlops_desktop.ui.widgets.pages import Pages
from mlops_desktop.ui.widgets.rows_table import Cell, Row, RowColumn, RowsTable
from mlops_desktop.ui.widgets.searched_rows import SearchedRows
from mlops_desktop.ui.widgets.series import Bar

BARS = 60  # columns that are drawn; the table lists all
ROWS = 1_000  # columns that are listed
FIRST = "select_correlation"  # the ranking that is quick enough to begin with
REMEMBERED = 20  # rankings


class RankingPane(Pane):
    """A lying bar for each column, the best first; the columns are those before the step that is selected."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(recipe)
        methods = [(id_, translated(member.ranks)) for id_, member in choices().operations.items() if issubclass(member, Selection)]
        self.method = ComboBox(sorted(methods, key=lambda method: method[0] != FIRST), name="select_ranking", title=self.tr("Ranked by"))
        self.method.show_choice(FIRST)
        self.method.picked.connect(lambda _: self._show())
        self.ring = ProgressRing(self.tr("Ranking the columns"), name="select_ranking_ring", size=18)
        self.facts = label("", "caption", tone="3", wrap=True)
        self.facts.setObjectName("select_ranking_facts")
        self.chart = BarChart(self.tr("Score of each column"), name="select_ranking_chart", empty=self.tr("No ranking yet."))
        self.chart.tools.hide()
        head = row(heading(self.tr("Ranking")), (self.method, 1), self.ring, spacing=12)
        self.setLayout(column(head, self.facts, (scrolled(self.chart), 1), margins=(16, 10, 8, 12)))
        self.rankings: Query[ColumnRanking] = Query(
            recipe.controller, owner=f"{recipe.panel}.rank", title=self.tr("Ranking the columns"), parent=self, remember=REMEMBERED
        )
        self.rankings.changed.connect(recipe.changed)
        self._shown: tuple[object, ...] = ()

    def show_recipe(self, complete: bool) -> None:
        """Show the ranking, or have it made once the steps before are known."""
        self._show()

    def ranking(self) -> ColumnRanking | None:
        """The ranking that belongs to what is shown, by the chosen method; None while it is being made."""
        return self.rankings.get(self._key())

    def _key(self) -> str:
        before = self.recipe.preview.before
        return f"{before} {self.method.chosen()}" if before else ""

    def _show(self) -> None:
        recipe, rankings = self.recipe, self.rankings
        ask = not recipe.preview.asking and not blocked(recipe.controller.project)
        call = RankColumns(recipe.controller.inputs[0], recipe.tried(), self.method.chosen(), recipe.selected_positions()[0])
        rankings.want(self._key(), call, scope=str(recipe.controller.folder), ask=ask)
        self.ring.setVisible(rankings.asking)
        found = rankings.value
        if found is None:
            self._shown = ()
            self.chart.show_bars([])
            self.facts.setText("")
            return
        if not rankings.ready:
            return
        dropped = dropped_columns(recipe)
        project = recipe.controller.project
        shown = (found, dropped, project.columns)
        if shown == self._shown:
            return
        self._shown = shown
        scores = found.scores[:BARS]
        self.chart.show_empty_text(found.problem or self.tr("No column has a score."))
        grey = dict.fromkeys(dropped, "control")
        bars = [Bar(name, score, text=score_text(score), color=grey.get(name), label=shown_name(name)) for name, score in scores]
        self.chart.show_bars(bars, description=", ".join(f"{bar.shown_name}: {bar.text}" for bar in bars[:10]))
        self.facts.setText(self._facts(found))

    def _facts(self, found: ColumnRanking) -> str:
        if found.problem:
            return ""
        count = len(found.scores) + found.more
        parts = [
            pluralize(count, "1 column, scored on {rows} training rows", "{n} columns, scored on {rows} training rows").format(
                rows=formatted(found.rows)
            )
        ]
        if count > BARS:
            parts.append(self.tr("the best {most} are drawn").format(most=BARS))
        if found.unscored:
            parts.append(
                pluralize(
                    len(found.unscored),
                    "1 column of free text has no score",
                    "{n} columns of free text have no score",
                )
            )
        if dropped_columns(self.recipe):
            parts.append(self.tr("grey: dropped by this step"))
        return " · ".join(parts)


class RemainsPane(Pane):
    """Every scored column with its score, whether it stays and why; columns can be forced in and out."""

    def __init__(self, recipe: Recipe, ranking: Callable[[], ColumnRanking | None]) -> None:
        super().__init__(recipe)
        self._ranking = ranking
        self.count = label("", "caption", pill="accent")
        self.count.setObjectName("select_count")
        self.which = Segments([("all", self.tr("All")), ("kept", self.tr("Kept")), ("gone", self.tr("Dropped"))], name="select_which")
        self.which.chosen.connect(lambda _: self._fill())
        self.keep = self._button("check", self.tr("Always keep"), "in")
        self.drop = self._button("x", self.tr("Always leave out"), "out")
        self.free = self._button("undo", self.tr("By its score"), "")
        self.table = RowsTable(
            [
                RowColumn(self.tr("Column"), stretch=True, middle=True),
                RowColumn(self.tr("Score"), tabular=True, bar=True, width=130),
                RowColumn(self.tr("Result"), width=92),
                RowColumn(self.tr("Why"), stretch=True),
            ],
            name="select_remains",
            title=self.tr("What remains and why"),
            several=True,
        )
        self.table.chosen.connect(lambda _: self._show_buttons())
        self.message = label("", "small", tone="3", wrap=True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._rows_pane = RowsPane(recipe)
        self._pages = Pages()
        self._found = SearchedRows(self.table)
        for page in (self._found, self.message, self._rows_pane):
            self._pages.addWidget(page)
        head = row(heading(self.tr("What remains")), self.count, None, self.which, spacing=10)
        foot = row(self.keep, self.drop, self.free, None)
        self._frame = [self.which, self.keep, self.drop, self.free]
        self.setLayout(column(head, (self._pages, 1), foot, margins=(16, 10, 14, 10)))
        self._listed: tuple[ScoredColumn, ...] = ()
        self._shown: object = None

    def _button(self, icon: str, text: str, where: str) -> Button:
        return Button(text, lambda: self._force(where), name=f"select_force_{where or 'free'}", icon=icon)

    # ---- showing

    def show_recipe(self, complete: bool) -> None:
        """Show what the step decided, or all columns as they are ranked while no step is selected."""
        recipe = self.recipe
        component = recipe.component()
        if component is None:
            self._list(self._ranked())
            text = "" if self._listed else self.tr("No ranking yet.")
        else:
            text = waiting_text(recipe, complete)
            scored = None if text or recipe.answer is None or recipe.answer.step is None else recipe.answer.step.scored
            if recipe.preview.asking and recipe.answer is not None and self._listed and complete:
                return
            self._list(scored or ())
            if not text and scored is None:
                self._rows_pane.show_recipe(complete)
        plain = component is not None and not isinstance(component, Selection)
        self.message.setText(text)
        self._pages.setCurrentWidget(self.message if text else self._rows_pane if plain else self._found)
        for part in self._frame:
            part.setVisible(not plain)
        self._show_buttons()

    def _ranked(self) -> tuple[ScoredColumn, ...]:
        found = self._ranking()
        if found is None:
            return ()
        text = self.tr("not scored: free text")
        scored = (ScoredColumn(name, score, kept=True, reason="") for name, score in found.scores)
        return (*scored, *(ScoredColumn(name, None, kept=True, reason=text) for name in found.unscored))

    def _list(self, listed: tuple[ScoredColumn, ...]) -> None:
        columns = self.recipe.controller.project.columns
        if listed == self._listed and self._shown is columns:
            return
        self._listed, self._shown = listed, columns
        kept = sum(one.kept for one in listed)
        self.count.setText(self.tr("{kept} of {all} kept").format(kept=formatted(kept), all=formatted(len(listed))))
        self.count.setVisible(bool(listed))
        self._fill()

    def _fill(self) -> None:
        which = self.which.choice()
        listed = [one for one in self._listed if which == "all" or (which == "kept") == one.kept]
        top = max((one.score for one in self._listed if one.score is not None), default=0.0)
        self.table.show_rows(self._row(one, top) for one in listed[:ROWS])

    def _row(self, one: ScoredColumn, top: float) -> Row:
        share = None if one.score is None else max(one.score, 0.0) / top if top > 0 else 0.0
        score = Cell("–" if one.score is None else score_text(one.score), bar=share)
        result = Cell(self.tr("kept"), tone="ok", icon="check") if one.kept else Cell(self.tr("dropped"), tone="3", icon="x")
        name = Cell(shown_name(one.name), tip=one.name)
        return Row(one.name, [name, score, result, Cell(one.reason)], tone="" if one.kept else "3")

    def _show_buttons(self) -> None:
        step = self.recipe.component()
        names = self.table.ids()
        ready = isinstance(step, Selection) and bool(names)
        tip = "" if isinstance(step, Selection) else self.tr("Add a selection step first, such as “Keep the most informative columns”.")
        for button in (self.keep, self.drop, self.free):
            button.setEnabled(ready)
            button.setToolTip(tip or ("" if names else self.tr("Choose one or more columns in the list first.")))
        if isinstance(step, Selection):
            forced = (*step.forced_in, *step.forced_out)
            self.free.setEnabled(ready and any(forced_by(name, forced) for name in names))

    # ---- what a person does

    def _force(self, where: str) -> None:
        step, names = self.recipe.component(), self.table.ids()
        if not isinstance(step, Selection):
            return
        inside, outside = _without(step.forced_in, names, not where), _without(step.forced_out, names, not where)
        changed: dict[str, Any] = {
            "forced_in": (*inside, *names) if where == "in" else inside,
            "forced_out": (*outside, *names) if where == "out" else outside,
        }
        self.recipe.edit(dataclasses.replace(step, **changed))


def score_text(score: float) -> str:
    """A score as all of them are written beside each other."""
    return formatted(score, ".3f") if abs(score) < 100 else format_number(score, 4)


def dropped_columns(recipe: Recipe) -> frozenset[str]:
    """The columns that the step that is selected drops, as far as it is known."""
    answer = recipe.answer
    if answer is None or not recipe.fresh or answer.step is None:
        return frozenset()
    return frozenset(one.name for one in answer.step.scored or () if not one.kept)


def forced_by(name: str, forced: Iterable[str]) -> list[str]:
    """Which of the forced names hold for a column: its own, or that of the column it was made of."""
    return [one for one in forced if name == one or any(name.startswith(one + between) for between in (" = ", ": ", " "))]


def _without(forced: Collection[str], names: Collection[str], sources: bool) -> tuple[str, ...]:
    """The forced names without these columns; with `sources`, without what holds for them too."""
    gone = {one for name in names for one in (forced_by(name, forced) if sources else [name])}
    return tuple(one for one in forced if one not in gone)


class SelectPanel(RecipePanel):
    """Ranking, steps that select, and what they decide on every column."""

    id = "select"
    purpose = "Keep the informative columns, and see why the others are dropped"

    def page(self) -> RecipeView:
        """Ranking, steps, and what remains."""
        self.ranking = RankingPane(self.recipe)
        self.remains = RemainsPane(self.recipe, self.ranking.ranking)
        return RecipeView(
            self.recipe,
            nothing=self.tr("All columns go to the models. A selection step keeps those that are informative about the target."),
            beside=lambda _: self.ranking,
            below=lambda _: self.remains,
            split=(5, 5),
        )

    def unready(self) -> tuple[str, QWidget | None]:
        """Every step has to be right, and what comes out of the last has to fit a model."""
        why, where = super().unready()
        answer = self.recipe.answer
        if not why and self.recipe.fresh and answer and answer.matrix and self.recipe.draft is None:
            why = answer.matrix.error
        return why, where

    def searchable(self) -> list[tuple[str, QWidget | Callable[[], object]]]:
        """The ranking, steps that can be added, and those that are there."""
        ranking: tuple[str, QWidget | Callable[[], object]] = (self.tr("Rank the columns by"), self.ranking.method)
        return [ranking, *self.view.searchable()]
