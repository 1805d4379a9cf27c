"""A form made from the declared parameters of a component: nothing here knows any member of the catalogue."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from mlops_desktop.base.component import Component
from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import Choice, Listed
from mlops_desktop.serving.value_text import value_text
from mlops_desktop.ui.fields import Field, Kinds, field_for
from mlops_desktop.ui.listed_field import ListedField
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import Weight, column, held, label

TYPED_AFTER_MS = 400  # a text counts as a change when nothing more is typed for so long, when Enter is pressed or the field is left
C = TypeVar("C", bound=Component)


class ComponentForm(QWidget):
    """A field for each parameter, with its help beneath and the reason beneath that when a value is refused.

    `changed` brings the new component, a value like the old one, whenever a person changed something that is right.
    While a field is refused, changes of the others still arrive; the refused one keeps its last good value. `columns` are the columns
    that there are at this step, as (name, kind). Fields in `blank` begin empty, for a person has to write them: they are not refused
    before something is typed.
    """

    changed = Signal(object)
    problem_changed = Signal(str)  # the first reason why something is refused; empty when nothing is

    def __init__(
        self,
        component: Component,
        columns: Kinds = (),
        on_change: Callable[[Any], object] | None = None,
        *,
        name: str = "form",
        blank: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._component = component
        self._blank = set(blank)
        self._problems: dict[str, str] = {}
        self._waiting: list[str] = []
        self.fields: dict[str, Field] = {}
        self._errors: dict[str, QLabel] = {}
        self._found: dict[str, QLabel] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPED_AFTER_MS)
        self._timer.timeout.connect(self.flush)
        params = translated(component.params())
        made = self._rows = {key: held(self._row(key, field_for(params[key], f"{name}_{key}"))) for key in params}
        self._whole = label("", "caption", tone="err", wrap=True)
        self._whole.setVisible(False)
        empty = [] if made else [label(self.tr("There is nothing to set here."), "small", tone="3", wrap=True)]
        self.setLayout(column(*made.values(), *empty, self._whole, spacing=14))
        self.show_columns(columns)
        self.show_component(component)
        if on_change is not None:
            self.changed.connect(on_change)

    def component(self) -> Component:
        """The component with the last good value of every parameter."""
        return self._component

    def problem(self) -> str:
        """The first reason why something is refused; empty when everything is right."""
        return next(iter(self._problems.values()), "")

    def problem_label(self) -> QLabel | None:
        """Where the first reason is written; None when nothing is refused."""
        key = next(iter(self._problems), None)
        return None if key is None else self._errors.get(key, self._whole)

    def complete(self) -> bool:
        """Whether everything that has to be written is, and nothing is refused."""
        return not self._blank and not self.problem()

    def show_component(self, component: Component) -> None:
        """Show another value of the same kind of component, as after an undo. What is just being typed stays as it is."""
        self._component = component
        self._show_whole("")
        for key, field in self.fields.items():
            if key not in self._waiting and key not in self._blank:
                field.show_value(getattr(component, key))
                self._check(key)

    def show_found(self, found: Component, reasons: Mapping[str, str] | None = None) -> None:
        """Say at each parameter that is left at its default what is found for it, if that is another value, and why."""
        for key, field in self.fields.items():
            value, default = getattr(found, key), field.param.default
            open_ = getattr(self._component, key) == default and value != default
            field.show_found(value if open_ else None)
            shows_text = open_ and not isinstance(field.param, Choice | Listed)
            text = self.tr("Found: {what}").format(what=value_text(value)) if shows_text else ""
            if open_ and reasons and key in reasons:
                text = f"{text}. {reasons[key]}" if text else reasons[key]
            self._found[key].setText(text)
            self._found[key].setVisible(bool(text))

    def show_listed(self, names: Mapping[str, Sequence[str]]) -> None:
        """What there is to choose from for parameters that name a part of a location; one that has no choice is hidden."""
        for key, field in self.fields.items():
            if isinstance(field, ListedField):
                field.show_listed(names.get(key, ()))
                self._rows[key].setVisible(key not in names or bool(names[key]) or bool(field.value()))

    def show_columns(self, columns: Kinds) -> None:
        """The columns that there are at this step."""
        for key, field in self.fields.items():
            field.show_columns(columns)
            self._check(key)

    def flush(self) -> None:
        """Take over at once what was typed last."""
        self._timer.stop()
        waiting, self._waiting = self._waiting, []
        for key in waiting:
            self._take(key)

    def _row(self, key: str, field: Field) -> QVBoxLayout:
        self.fields[key] = field
        error = self._errors[key] = label("", "caption", tone="err", wrap=True)
        error.setObjectName(f"{field.name}_error")
        error.setVisible(False)
        found = self._found[key] = label("", "caption", tone="accent", wrap=True)
        found.setObjectName(f"{field.name}_found")
        found.setVisible(False)
        parts: list[QWidget] = []
        if not field.labelled:
            title = label(field.param.label, "small", tone="2", weight=Weight.Medium, wrap=True)
            title.setBuddy(field)
            parts.append(title)
        parts += [field, found]
        if field.param.help:
            parts.append(label(field.param.help, "caption", tone="3", wrap=True))
        field.typed.connect(partial(self._typed, key))
        field.changed.connect(partial(self._done, key))
        made = QVBoxLayout()
        made.setContentsMargins(0, 0, 0, 0)
        made.setSpacing(4)
        for part in (*parts, error):
            made.addWidget(part)
        return made

    def _typed(self, key: str) -> None:
        """A text is being written: say at once what is wrong with it, take it over a little later."""
        self._blank.discard(key)
        self._check(key)
        if key not in self._waiting:
            self._waiting.append(key)
        self._timer.start()

    def _done(self, key: str) -> None:
        if key not in self._waiting and key not in self._blank:
            self._waiting.append(key)
        self.flush()

    def _value(self, key: str) -> Any:
        field = self.fields[key]
        return field.param.check(field.value())

    def _check(self, key: str) -> None:
        if key in self._blank:
            return
        try:
            self._value(key)
        except UserError as error:
            self._show_message(key, error_text(error))
        else:
            self._show_message(key, "")

    def _take(self, key: str) -> None:
        try:
            value = self._value(key)
        except UserError as error:
            self._show_message(key, error_text(error))
            return
        self._show_message(key, "")
        self._offer({**self._good(), key: value})

    def _good(self) -> dict[str, Any]:
        """The values of the fields that are valid by themselves: two fields that only fit together arrive together."""
        found = {}
        for key in self.fields:
            try:
                found[key] = self._value(key)
            except UserError:
                found[key] = getattr(self._component, key)  # shown beneath its field already
        return found

    def _offer(self, values: dict[str, Any]) -> None:
        try:
            made = dataclasses.replace(self._component, **values)
        except UserError as error:  # each value is right by itself, but not beside the others
            self._show_whole(error_text(error))
            return
        self._show_whole("")
        if made != self._component:
            self._component = made
            self.changed.emit(made)

    def _show_whole(self, text: str) -> None:
        self._whole.setText(text)
        self._whole.setVisible(bool(text))
        self._note("", text)

    def _show_message(self, key: str, text: str) -> None:
        error = self._errors[key]
        if error.text() != text or error.isHidden() == bool(text):
            error.setText(text)
            error.setVisible(bool(text))
            self.fields[key].show_bad(bool(text))
            self.fields[key].setAccessibleDescription(text)
        self._note(key, text)

    def _note(self, key: str, text: str) -> None:
        before = self.problem()
        self._problems.pop(key, None)
        if text:
            self._problems[key] = text
        if self.problem() != before:
            self.problem_changed.emit(self.problem())

    def hideEvent(self, event: QHideEvent) -> None:
        """What was typed last is not lost when the form goes away."""
        self.flush()
        super().hideEvent(event)
