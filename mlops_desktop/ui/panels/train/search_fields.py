"""What a search may spend, as fields: seconds or trials, at random or by a grid; the seed; how many folds are fitted side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from mlops_desktop.engine.project import Search
from mlops_desktop.ui.panels.train.split_fields import titled
from mlops_desktop.ui.widgets.basic import Segments, Weight, column, label, row
from mlops_desktop.ui.widgets.inputs import SpinBox

SECONDS, TRIALS = 60.0, 20  # what the other kind of budget begins with
MOST = 1_000_000


class SearchFields(QWidget):
    """The fields of a search: itself the budget, and `more` for beneath the models.

    `changed` tells the whole new search and the field, `seed_changed` the seed, `left` that a person is done with a field.
    """

    changed = Signal(object, str)
    seed_changed = Signal(int)
    left = Signal()

    def __init__(self, cores: int) -> None:
        super().__init__()
        self._search = Search()
        self.kind = Segments([("seconds", self.tr("Time")), ("trials", self.tr("Trials"))], name="budget_kind")
        self.seconds = SpinBox(1, MOST, name="budget_seconds", title=self.tr("Seconds for the search"), suffix=" s")
        self.trials = SpinBox(1, MOST, name="budget_trials", title=self.tr("Number of trials"))
        self.method = Segments([("random", self.tr("Random")), ("grid", self.tr("Grid"))], name="search_method")
        self.method.setToolTip(self.tr("Random: parameters are drawn, the best algorithms more often. Grid: every combination in turn."))
        self.points = SpinBox(2, 20, name="grid_points", title=self.tr("Values of each number in the grid"))
        self.seed = SpinBox(0, 2**31 - 1, name="seed", title=self.tr("Seed: the same one gives the same result"))
        self.jobs = SpinBox(1, max(cores, 1), name="jobs", title=self.tr("Folds that are fitted side by side"))
        self._points = titled(self.tr("Values per number"), self.points)
        jobs = titled(self.tr("At a time"), self.jobs)
        if cores < 2:
            jobs.hide()
        budget = row(self.kind, (self.seconds, 1), (self.trials, 1), spacing=8)
        self.setLayout(column(_title(self.tr("Budget")), budget, spacing=4))
        self.more = QWidget()
        self.more.setLayout(
            column(
                column(_title(self.tr("Search for parameters")), row(self.method, None), spacing=4),
                self._points,
                row((titled(self.tr("Seed"), self.seed), 1), (jobs, 1)),
                spacing=8,
            )
        )
        self._connect()
        self.show_search(Search(), 0)

    def _connect(self) -> None:
        self.kind.chosen.connect(self._switch)
        self.method.chosen.connect(lambda id_: self._change("method", id_))
        self.seconds.valueChanged.connect(lambda value: self._change("seconds", float(value)))
        self.trials.valueChanged.connect(lambda value: self._change("trials", value))
        self.points.valueChanged.connect(lambda value: self._change("grid_points", value))
        self.seed.valueChanged.connect(self.seed_changed)
        for spin in (self.seconds, self.trials, self.points, self.seed):
            spin.editingFinished.connect(self.left)

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
        self.seed.show_value(seed)


def _title(text: str) -> QLabel:
    return label(text, "small", tone="2", weight=Weight.Medium)
