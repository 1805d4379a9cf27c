"""The settings of the step that is selected, or of one that is about to be added."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from mlops_desktop.base.component import Component
from mlops_desktop.ui.forms import ComponentForm
from mlops_desktop.ui.recipe.editor import ROW_FILTER, STEP, Recipe
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Picture, Weight, clear, column, label, row, scrolled
from mlops_desktop.ui.widgets.cards import EmptyState, breakable
from mlops_desktop.ui.widgets.elided import Elided
from mlops_desktop.ui.widgets.inputs import ComboBox

LEAST = 250  # pixels of the card's width


class _AsNarrowAsAsked(QWidget):
    """A form that never asks for more width than there is: names of columns may be longer than any card."""

    def minimumSizeHint(self) -> QSize:
        """Only a height."""
        return QSize(0, super().minimumSizeHint().height())


class StepCard(QFrame):
    """Title, help, reason, the form, and for a draft its place, Add and Cancel."""

    add_asked = Signal()  # the empty card's own button: choose a step to add
    validated = Signal()  # what is written became right or wrong

    def __init__(self, recipe: Recipe, nothing: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.recipe = recipe
        name = recipe.panel
        self.form: ComponentForm | None = None
        self._form_of: tuple[object, ...] = ()
        self.title = Elided("", "section", weight=Weight.DemiBold)
        self.title.setObjectName(f"{name}_title")
        self.title.setMinimumHeight(30)  # as a `heading`
        self._new = label(self.tr("New"), "caption", pill="accent")
        self._off = label(self.tr("Off"), "caption", pill="mute")
        self._off.setObjectName(f"{name}_off")
        self.help = label("", "caption", tone="2", wrap=True)
        self.why = label("", "caption", wrap=True)
        self.why.setObjectName(f"{name}_why")
        self._why_row = QWidget()
        self._why_row.setLayout(row(column(Picture("star", "accent", 14), None), (self.why, 1), spacing=6))
        self.error = label("", "small", tone="err", wrap=True)
        self.error.setObjectName(f"{name}_error")
        self.place = ComboBox(name=f"{name}_place", title=self.tr("Position of the step"))
        self.place.picked.connect(lambda id_: recipe.place(int(id_)))
        self._place_row = QWidget()
        self._place_row.setLayout(column(label(self.tr("Position"), "small", tone="2", weight=Weight.Medium), self.place, spacing=4))
        self.add = Button(self.tr("Add step"), self.take, name=f"{name}_take", kind="primary")
        self.cancel = Button(self.tr("Cancel"), recipe.cancel, name=f"{name}_cancel")
        self._buttons = QWidget()
        self._buttons.setLayout(row(None, self.cancel, self.add))
        self._body = QVBoxLayout()
        inner = _AsNarrowAsAsked()
        inner.setLayout(column(self.help, self._why_row, self._body, self._place_row, None, margins=(0, 0, 8, 0), spacing=12))
        head = row(self.title, self._new, self._off, spacing=8)
        texts = column(head, self.error, spacing=6)
        full = QWidget()
        self._area = scrolled(inner)
        full.setLayout(column(texts, (self._area, 1), self._buttons, spacing=10))
        self.empty = EmptyState(nothing, self.tr("Add a step"), self.add_asked.emit, name=f"{name}_nothing", icon="layers")
        self._pages = QStackedWidget()
        self._pages.addWidget(full)
        self._pages.addWidget(self.empty)
        self.setLayout(column((self._pages, 1), margins=(16, 10, 8, 12)))
        recipe.leaving.connect(self._flush)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for its buttons."""
        return super().minimumSizeHint().expandedTo(QSize(LEAST, 0))

    def _flush(self) -> None:
        if self.form is not None:
            self.form.flush()

    def take(self) -> None:
        """Add the draft, with what was typed last."""
        if self.form is None:
            return
        self.form.flush()
        if self.form.complete():
            self.recipe.add()

    def focus_form(self) -> None:
        """Give the keyboard to the first field."""
        if self.form is not None and self.form.fields:
            next(iter(self.form.fields.values())).setFocus()

    def show_recipe(self) -> None:
        """Show what is selected."""
        recipe, component = self.recipe, self.recipe.component()
        self._pages.setCurrentIndex(1 if component is None else 0)
        if component is None:
            self._drop_form()
            return
        draft = recipe.draft
        self._show_form(component)
        step = recipe.chosen()
        self.title.setText(translated(component.label))
        self.help.setText(translated(component.help))
        self._new.setVisible(draft is not None)
        self._off.setVisible(step is not None and not step.on)
        why = recipe.reason(recipe.at, recipe.kind) if step is not None else ""
        self.why.setText(why)
        self._why_row.setVisible(bool(why))
        complete = self.form is not None and self.form.complete()
        text = recipe.error() if complete or draft is None else ""
        if self.form is not None and self.form.problem():
            text = ""  # it is beneath its field
        self.error.setText(breakable(text))
        self.error.setVisible(bool(text))
        self._buttons.setVisible(draft is not None)
        self._place_row.setVisible(draft is not None and draft.kind == STEP and bool(recipe.steps))
        if draft is not None:
            self._show_places(draft.at)
            self.add.setText(self.tr("Add rule") if draft.kind == ROW_FILTER else self.tr("Add step"))
            self._show_ready()

    def _validate(self) -> None:
        """Say at once whether what is written can be, and bring the reason into view."""
        self._show_ready()
        self.validated.emit()
        where = self.form.problem_label() if self.form is not None else None
        if where is not None:
            QTimer.singleShot(0, where, partial(self._reveal, where))

    def _reveal(self, where: QWidget) -> None:
        self._area.ensureWidgetVisible(where, 0, 12)

    def _show_ready(self) -> None:
        """Add is possible when the form is complete and the child has nothing against it."""
        recipe, form = self.recipe, self.form
        if form is None or recipe.draft is None:
            return
        why = form.problem() or ("" if form.complete() else self.tr("Fill in the empty fields first.")) or recipe.error()
        self.add.setEnabled(not why)
        self.add.setToolTip(why)

    def _show_places(self, at: int) -> None:
        steps = self.recipe.steps
        options = [("0", self.tr("At the beginning"))]
        for i, step in enumerate(steps, start=1):
            options.append((str(i), self.tr("After {number}. {step}").format(number=i, step=translated(step.component.label))))
        self.place.show_options(options)
        self.place.show_choice(str(at))

    def _show_form(self, component: Component) -> None:
        recipe = self.recipe
        draft = recipe.draft
        of = ("draft", type(component)) if draft else (recipe.kind, recipe.at, type(component))
        if of != self._form_of or self.form is None:
            self._drop_form()
            blank = draft.incomplete if draft else ()
            self.form = ComponentForm(component, recipe.columns(), name=f"{recipe.panel}_form", blank=blank)
            for name in blank:
                self.form.fields[name].show_value("")
            self.form.changed.connect(recipe.edit)
            self.form.problem_changed.connect(lambda _: self._validate())
            for field in self.form.fields.values():
                field.typed.connect(self._show_ready)
            self._form_of = of
            self._body.addWidget(self.form)
        else:
            self.form.show_component(component)
            self.form.show_columns(recipe.columns())

    def _drop_form(self) -> None:
        if self.form is not None:
            self.form.changed.disconnect(self.recipe.edit)
        self.form, self._form_of = None, ()
        clear(self._body)
