"""The declared settings of a search as fields, the seed, and how many folds are fitted side by side."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import Choice, Number, Param
from mlops_desktop.engine.project import Project, Search, parameters
from mlops_desktop.ui.fields import Field, field_for
from mlops_desktop.ui.panels.train.split_fields import titled
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import Segments, Weight, column, label, row
from mlops_desktop.ui.widgets.inputs import INT_HIGH, INT_LOW, SpinBox

SECONDS, TRIALS = 60.0, 20  # what the other kind of budget begins with
PLACED = ("method", "trials", "seconds", "grid_points")  # settings with a place of their own; others follow in their order


class SearchFields(QWidget):
    """The fields of a search: itself the budget, and `more` for beneath the models. `settings` declares what a search has.

    `changed` has the whole new search and the field, `seed_changed` the seed; `left` is sent when a person is done with a field.
    """

    changed = Signal(object, str)
    seed_changed = Signal(int)
    left = Signal()

    def __init__(self, cores: int, settings: type[Search] = Search) -> None:
        super().__init__()
        self._search = settings()
        params = translated(settings.params())
        method = params["method"]
        assert isinstance(method, Choice)
        self.kind = Segments([("seconds", self.tr("Time")), ("trials", self.tr("Trials"))], name="budget_kind")
        self.seconds = _spin_box(params["seconds"], "budget_seconds", suffix=" s")
        self.trials = _spin_box(params["trials"], "budget_trials")
        self.method = Segments(list(method.options.items()), name="search_method")
        self.method.setToolTip(method.help)
        self.points = _spin_box(params["grid_points"], "grid_points")
        self.seed = _spin_box(translated(parameters(Project)["seed"]), "seed")
        self.jobs = SpinBox(1, max(cores, 1), name="jobs", title=self.tr("Folds that are fitted side by side"))
        self._points = titled(params["grid_points"].label, self.points)
        self.others = {name: field_for(param, f"search_{name}") for name, param in params.items() if name not in PLACED}
        jobs = titled(self.tr("At a time"), self.jobs)
        if cores < 2:
            jobs.hide()
        budget = row(self.kind, (self.seconds, 1), (self.trials, 1), spacing=8)
        self.setLayout(column(_title(self.tr("Budget")), budget, spacing=4))
        self.more = QWidget()
        self.more.setLayout(
            column(
                column(_title(method.label), row(self.method, None), spacing=4),
                self._points,
                *(titled(params[name].label, field) for name, field in self.others.items()),
                row((titled(self.tr("Seed"), self.seed), 1), (jobs, 1)),
                spacing=8,
            )
        )
        self._connect()
        self.show_search(self._search, 0)

    def _connect(self) -> None:
        self.kind.chosen.connect(self._switch)
        self.method.chosen.connect(lambda id_: self._change("method", id_))
        self.seconds.valueChanged.connect(lambda value: self._change("seconds", float(value)))
        self.trials.valueChanged.connect(lambda value: self._change("trials", value))
        self.points.valueChanged.connect(lambda value: self._change("grid_points", value))
        self.seed.valueChanged.connect(self.seed_changed)
        for spin in (self.seconds, self.trials, self.points, self.seed):
            spin.editingFinished.connect(self.left)
        for name, field in self.others.items():
            field.changed.connect(partial(self._take, name))

    def _take(self, name: str) -> None:
        """Take over a setting without a place of its own; a value that is refused is marked, with the reason as tool tip."""
        field = self.others[name]
        try:
            value, reason = field.param.check(field.value()), ""
        except UserError as error:
            value, reason = getattr(self._search, name), error_text(error)
        _show_reason(field, reason)
        self._change(name, value)
        self.left.emit()

    def _switch(self, kind: str) -> None:
        by_trials = kind == "trials"
        if by_trials != (self._search.trials is not None):
            new = replace(self._search, trials=TRIALS, seconds=None) if by_trials else replace(self._search, trials=None, seconds=SECONDS)
            self.changed.emit(new, "kind")
            self.left.emit()

    def _change(self, field: str, value: Any) -> None:
        new = replace(self._search, **{field: value})
        if new != self._search:
            self.changed.emit(new, field)

    def show_search(self, search: Search, seed: int) -> None:
        """Show a search and the seed."""
        self._search = search
        by_trials = search.trials is not None
        self.kind.show_choice("trials" if by_trials else "seconds")
        self.trials.setVisible(by_trials)
        self.seconds.setVisible(not by_trials)
        self.trials.show_value(search.trials or TRIALS)
        self.seconds.show_value(round(search.seconds or SECONDS))
        self.method.show_choice(search.method)
        self.points.show_value(search.grid_points)
        self._points.setVisible(search.method == "grid")
        for name, field in self.others.items():
            field.show_value(getattr(search, name))
            _show_reason(field, "")
        self.seed.show_value(seed)


def _show_reason(field: Field, reason: str) -> None:
    """Mark a field as refused, with the reason as tool tip; an empty reason takes the mark away."""
    field.show_bad(bool(reason))
    field.setToolTip(reason or field.param.help)


def _spin_box(param: Param, name: str, suffix: str = "") -> SpinBox:
    """A spin box with the bounds and the label of a number, as far as it can hold them."""
    assert isinstance(param, Number), name
    low, high = max(math.ceil(param.low), INT_LOW), min(math.floor(param.high), INT_HIGH)
    return SpinBox(low, high, name=name, title=f"{param.label}: {param.help}" if param.help else param.label, suffix=suffix)


def _title(text: str) -> QLabel:
    return label(text, "small", tone="2", weight=Weight.Medium)
