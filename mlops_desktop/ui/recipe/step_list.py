"""The left side of a recipe's panel: what is done to rows and columns, in order, and what comes out at the end."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from mlops_desktop.engine.workflow import TITLES
from mlops_desktop.ui.recipe.editor import ROW_FILTER, STEP, Recipe
from mlops_desktop.ui.recipe.step_cards import RecipeList, StepItem
from mlops_desktop.ui.recipe.step_summary import step_summary
from mlops_desktop.ui.translation import formatted, pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, Picture, Tool, column, heading, label, row, rule, scrolled, set_property

PANELS = {"prepare": "preprocess", "engineer": "engineer", "select": "select"}  # which panel edits the steps of a stage


class RecipeSide(QFrame):
    """The list of all steps: those of this stage are edited here, the others are links to theirs. `add_asked` brings step or row filter."""

    add_asked = Signal(str)
    edit_asked = Signal()

    def __init__(self, recipe: Recipe, *, row_filters: bool, propose: str, under: QWidget | None = None) -> None:
        super().__init__()
        self.setObjectName("card")
        self.recipe = recipe
        name = recipe.panel
        self.steps = RecipeList(name=f"{name}_steps", title=self.tr("Steps of the recipe, in their order"), narrow=True)
        self.rows = RecipeList(name=f"{name}_row_filters", title=self.tr("What is done to rows"), narrow=True)
        self.count = label("", "caption", pill="mute")
        self.add = Button(self.tr("Add a step"), lambda: self.add_asked.emit(STEP), name=f"{name}_add", icon="plus")
        self.add_rows = Tool("plus", self.tr("Add a rule for rows"), lambda: self.add_asked.emit(ROW_FILTER), name=f"{name}_add_rows")
        self.propose = Button(propose, name=f"{name}_propose", icon="star")
        if not propose:
            self.propose.hide()
        self.rows_note = label("", "caption", tone="3", wrap=True)
        note = self.tr("No step yet: each model gets the columns in its encoding below.")
        if under is None:
            note = self.tr("No step yet: each model gets the columns in its encoding of stage 3.")
        self.steps_note = label(note, "caption", tone="3", wrap=True)
        self.outcome = label("", "small", wrap=True)
        self.outcome.setObjectName(f"{name}_outcome")
        self._revealed = ("", -1)
        self._sign = {tone: Picture(icon, tone, 16) for tone, icon in (("ok", "check"), ("err", "warn"))}
        self.setLayout(self._build(row_filters, under))
        self._connect()

    def _build(self, row_filters: bool, under: QWidget | None) -> QVBoxLayout:
        inner = QWidget()
        parts: list[QWidget] = []
        if row_filters:
            head = QWidget()
            head.setLayout(row(heading(self.tr("Rows")), None, self.add_rows))
            parts += [head, self.rows_note, self.rows]
        title = QWidget()
        title.setLayout(row(heading(self.tr("Steps")), self.count, None, self.add))
        last: list[QWidget] = [under] if under else []
        body = column(*parts, *([8] if row_filters else []), title, self.steps, self.steps_note, *last, None, spacing=6)
        inner.setLayout(body)
        area = self._area = scrolled(inner)
        lock = row(column(Picture("lock", "text3", 14), None), (self._note(), 1), spacing=6)
        self.outcome.setAlignment(Qt.AlignmentFlag.AlignTop)
        out = row(column(*self._sign.values(), None), (self.outcome, 1), spacing=6)
        made = column((area, 1), rule(), out, lock, self.propose, margins=(16, 10, 12, 14), spacing=8)
        assert isinstance(made, QVBoxLayout)
        return made

    def _note(self) -> QLabel:
        note = label(self.tr("Fitted on the training folds only, never on rows that are used for testing."), "caption", tone="3", wrap=True)
        note.setObjectName(f"{self.recipe.panel}_note")
        return note

    def _connect(self) -> None:
        recipe = self.recipe
        self.steps.chosen.connect(recipe.choose)
        self.steps.moved_by_key.connect(recipe.choose)
        self.steps.edited.connect(self._open)
        self.steps.moved.connect(lambda at, to: recipe.move(at, to))
        self.steps.switched.connect(recipe.switch)
        self.steps.duplicated.connect(lambda at: recipe.duplicate(at))
        self.steps.removed.connect(lambda at: recipe.remove(at))
        self.rows.chosen.connect(recipe.choose_row_filter)
        self.rows.moved_by_key.connect(recipe.choose_row_filter)
        self.rows.edited.connect(self._open_row_filter)
        self.rows.moved.connect(lambda at, to: recipe.move(at, to, ROW_FILTER))
        self.rows.switched.connect(lambda at, on: recipe.switch(at, on, ROW_FILTER))
        self.rows.duplicated.connect(lambda at: recipe.duplicate(at, ROW_FILTER))
        self.rows.removed.connect(lambda at: recipe.remove(at, ROW_FILTER))
        self.propose.clicked.connect(lambda: recipe.propose())

    def _open(self, at: int) -> None:
        if self.recipe.belongs_to_stage(at):
            self.recipe.choose(at)
            self.edit_asked.emit()
        else:
            self.recipe.controller.go_to.emit(PANELS[self.recipe.steps[at].component.stage])

    def _open_row_filter(self, at: int) -> None:
        self.recipe.choose_row_filter(at)
        self.edit_asked.emit()

    # ---- showing

    def show_recipe(self) -> None:
        """Show the steps as they are, with what the preview says of them last."""
        recipe = self.recipe
        self.steps.show_steps([self._item(at) for at in range(len(recipe.steps))])
        drafting = recipe.draft is not None
        self.steps.show_chosen(recipe.at if recipe.kind == STEP and not drafting else -1)
        row_filters = recipe.controller.project.row_filters
        self.rows.show_steps([self._row_filter_item(at) for at in range(len(row_filters))])
        self.rows.show_chosen(recipe.at if recipe.kind == ROW_FILTER and not drafting else -1)
        self._reveal()
        own = sum(recipe.belongs_to_stage(at) for at in range(len(recipe.steps)))
        self.count.setText(str(own))
        self.count.setVisible(own > 0)
        self.steps_note.setVisible(not recipe.steps and not drafting)
        self._show_rows()
        self._show_outcome()

    def _reveal(self) -> None:
        """Bring what was chosen into view, once it was chosen."""
        chosen = (self.recipe.kind, self.recipe.at)
        if chosen == self._revealed or chosen[1] < 0:
            return
        self._revealed = chosen
        steps = self.steps if chosen[0] == STEP else self.rows
        card = steps.findChild(QWidget, f"{steps.objectName()}_{chosen[1]}")
        if card is not None:
            QTimer.singleShot(0, card, lambda: self._area.ensureWidgetVisible(card, 0, 8))

    def _item(self, at: int) -> StepItem:
        recipe, step = self.recipe, self.recipe.steps[at]
        tried = recipe.step_preview(at)
        own = recipe.belongs_to_stage(at)
        why = recipe.reason(at)
        waits = tried is not None and tried.waits
        if waits:
            why = self.tr("Not tried: a step before it has to be fixed first.")
        return StepItem(
            f"{at + 1}. {translated(step.component.label)}",
            step_summary(step.component),
            on=step.on,
            problem=tried.error if tried else "",
            badge=self._widths(at) if own else "",
            fixed=not own,
            why=why if own or waits else "",
            link="" if own else translated(TITLES[PANELS[step.component.stage]]),
        )

    def _widths(self, at: int) -> str:
        """How many columns go in and come out, where that is not the same."""
        recipe = self.recipe
        tried = recipe.step_preview(at)
        if tried is None or tried.width is None or recipe.answer is None or not recipe.steps[at].on:
            return ""
        before = recipe.answer.rows.columns
        for i in range(at):
            earlier = recipe.step_preview(i)
            if recipe.steps[i].on and earlier is not None and earlier.width is not None:
                before = earlier.width
        return "" if before == tried.width else f"{formatted(before)} → {formatted(tried.width)}"

    def _row_filter_item(self, at: int) -> StepItem:
        step = self.recipe.controller.project.row_filters[at]
        tried = self.recipe.row_filter_preview(at)
        gone = f"−{formatted(tried.gone)}" if step.on and tried and tried.gone else ""
        why = self.recipe.reason(at, ROW_FILTER)
        row_filter, problem = step.component, tried.error if tried else ""
        return StepItem(translated(row_filter.label), step_summary(row_filter), on=step.on, problem=problem, badge=gone, why=why)

    def _show_rows(self) -> None:
        rows = self.recipe.answer.rows if self.recipe.answer else None
        if rows is None:
            self.rows_note.setText("")
        elif rows.kept < rows.table:
            text = self.tr("{kept} of {table} rows are used; the others are excluded, nothing is deleted.")
            self.rows_note.setText(text.format(kept=formatted(rows.kept), table=formatted(rows.table)))
        else:
            self.rows_note.setText(pluralize(rows.table, "The one row is used.", "All {n} rows are used."))

    def _show_outcome(self) -> None:
        answer = self.recipe.answer
        matrix = answer.matrix if answer else None
        text = (answer.problem if answer else "") or (matrix.error if matrix else "")
        broken = any(step.on and step.error for step in answer.steps) if answer else False
        tone = "err" if text or broken else "ok"
        if broken and not text:
            text = self.tr("A step does not work as it is: nothing can be trained before it is fixed or switched off.")
        elif not text and matrix and matrix.width is not None:
            text = pluralize(matrix.width, "1 feature goes to the models.", "{n} features go to the models.")
            if matrix.least is not None and matrix.least < matrix.width:
                least, most = formatted(matrix.least), formatted(matrix.width)
                text = self.tr("{least} to {most} features go to the models.").format(least=least, most=most)
            if self.recipe.draft is not None:
                text = self.tr("With the draft: {text}").format(text=text)
        if not text:
            tone = ""
            text = self.tr("Trying the steps …") if self.recipe.preview.asking else ""
        self.outcome.setText(text)
        for key, sign in self._sign.items():
            sign.setVisible(key == tone)
        if self.outcome.property("tone") != tone:
            set_property(self.outcome, "tone", "err" if tone == "err" else "2")

    def blocker(self) -> str:
        """Why nothing can be trained from this recipe, in one sentence; empty when it can, or when that is not known."""
        answer = self.recipe.answer
        if answer is None or self.recipe.draft is not None or not self.recipe.fresh:
            return ""
        for at, step in enumerate(answer.steps):
            if step.on and step.error and self.recipe.belongs_to_stage(at):
                return f"{translated(self.recipe.steps[at].component.label)}: {step.error}"
        return ""
