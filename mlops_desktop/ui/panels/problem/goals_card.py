"""The card of goals and costs: what the chosen model must reach, and what each kind of answer costs. A line for each declared goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.metric import Metric
from mlops_desktop.base.params import Param
from mlops_desktop.engine.project import Costs, Goals
from mlops_desktop.ui.translation import error_text, translated
from mlops_desktop.ui.widgets.basic import Weight, column, heading, label, row, set_property
from mlops_desktop.ui.widgets.inputs import CheckBox, NumberLine

PAUSE_MS = 400
_COSTS = (("true_positive", "false_negative"), ("false_positive", "true_negative"))


class GoalsCard(QFrame):
    """Goals (each may stay empty) and, for two classes, costs. Signals have the whole new value and the field that was changed."""

    goals_changed = Signal(object, str)
    costs_changed = Signal(object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._goals, self._error = Goals(), False
        self._costs: Costs | None = None
        self._lines: dict[str, NumberLine] = {}
        self._takers: dict[str, Callable[[], None]] = {}
        self._titles: dict[str, QLabel] = {}
        self._waiting: list[str] = []
        self._refused: dict[str, str] = {}  # the reason by the line, the first refused first
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.flush)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for at, (field, param) in enumerate(Goals.params().items()):
            self._goal(grid, at, field, param)
        self.problem = label("", "caption", tone="err", wrap=True)
        self.problem.setVisible(False)
        self._cost_part = self._make_costs()
        self.setLayout(
            column(
                heading(self.tr("Goals")),
                label(
                    self.tr("Evaluation compares the model with them. Leave a goal empty to skip it."),
                    "caption",
                    tone="3",
                    wrap=True,
                ),
                grid,
                self._cost_part,
                self.problem,
                None,
                margins=(16, 10, 16, 14),
                spacing=8,
            )
        )

    def _goal(self, grid: QGridLayout, at: int, field: str, param: Param) -> None:
        line = self._line(f"goal_{field}", translated(param.label), lambda: self._take_goal(field))
        line.setPlaceholderText(self.tr("no goal"))
        line.setToolTip(translated(param.help))
        weight = Weight.Medium if field == "score" else Weight.Normal
        self._titles[field] = label(translated(param.label), "small", tone="2", weight=weight, wrap=True)
        grid.addWidget(self._titles[field], at, 0)
        grid.addWidget(line, at, 1)

    def _line(self, name: str, title: str, take: Callable[[], None]) -> NumberLine:
        line = NumberLine(-1e12, 1e12, name=name, title=title)
        line.setToolTip(title)
        line.setFixedWidth(104)
        self._lines[name], self._takers[name] = line, take
        line.typed.connect(lambda: self._typed(name))
        line.done.connect(lambda: self._done(name))
        return line

    def _make_costs(self) -> QWidget:
        self.costs_on = CheckBox(self.tr("Errors have different costs"))
        self.costs_on.setObjectName("costs_on")
        self.costs_on.setAccessibleName(self.costs_on.text())
        self.costs_on.clicked.connect(self._switch_costs)
        self._heads = [label("", "caption", tone="3") for _ in range(4)]
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for at in range(2):
            grid.addWidget(self._heads[at], 0, at + 1)
            grid.addWidget(self._heads[2 + at], at + 1, 0)
            for across, field in enumerate(_COSTS[at]):
                grid.addWidget(self._line(f"cost_{field}", "", partial(self._take_cost, field)), at + 1, across + 1)
        grid.setColumnStretch(0, 1)
        text = label(
            self.tr("In any currency; a gain is a negative cost. The threshold is chosen by them."), "caption", tone="3", wrap=True
        )
        self._cost_grid = QWidget()
        self._cost_grid.setLayout(column(grid, text, spacing=4))
        part = QWidget()
        part.setLayout(column(row(self.costs_on, None), self._cost_grid, spacing=6))
        return part

    def show_goals(self, goals: Goals, metric: Metric | None) -> None:
        """Show the goals; the score with the name and the sign of the metric."""
        self._goals, self._error = goals, metric is not None and metric.is_error
        name = translated(metric.label) if metric else self.tr("Score")
        text = self.tr("{metric} of at most") if self._error else self.tr("{metric} of at least")
        self._titles["score"].setText(text.format(metric=name))
        self._lines["goal_score"].setAccessibleName(self._titles["score"].text())
        for field in self._titles:
            value = getattr(goals, field)
            self._show(f"goal_{field}", -value if field == "score" and self._error and value is not None else value)

    def show_costs(self, costs: Costs | None, positive: str, negative: str, binary: bool) -> None:
        """Show the costs of the four kinds of answer; hidden unless there are two classes."""
        self._costs = costs
        self._cost_part.setVisible(binary)
        for widget in (self._titles["cost"], self._lines["goal_cost"]):
            widget.setVisible(binary and costs is not None)
        self.costs_on.setChecked(costs is not None)
        self._cost_grid.setVisible(costs is not None)
        texts = [self.tr("predicted {name}"), self.tr("predicted {name}"), self.tr("actual {name}"), self.tr("actual {name}")]
        for head, text, name in zip(self._heads, texts, (positive, negative) * 2, strict=True):
            head.setText(text.format(name=name if len(name) <= 14 else name[:13] + "…"))
            head.setToolTip(name)
        for at, fields in enumerate(_COSTS):
            for across, field in enumerate(fields):
                self._lines[f"cost_{field}"].setAccessibleName(
                    self.tr("Cost of predicting {answer} for {truth}").format(
                        answer=(positive, negative)[across], truth=(positive, negative)[at]
                    )
                )
                self._show(f"cost_{field}", getattr(costs, field) if costs else 0.0)

    def _show(self, name: str, value: float | None) -> None:
        if name not in self._waiting:
            self._lines[name].show_number(value)
            self._show_message(name, "")  # what was refused is not there any more

    def _switch_costs(self, on: bool) -> None:
        self.costs_changed.emit(Costs(false_positive=1.0, false_negative=1.0) if on else None, "on")
        self.left.emit()

    def _typed(self, name: str) -> None:
        if name not in self._waiting:
            self._waiting.append(name)
        self._timer.start()

    def _done(self, name: str) -> None:
        if name not in self._waiting:
            self._waiting.append(name)
        self.flush()
        self.left.emit()

    def flush(self) -> None:
        """Take over at once what was typed last."""
        self._timer.stop()
        waiting, self._waiting = self._waiting, []
        for name in waiting:
            try:
                self._takers[name]()
            except UserError as error:
                self._show_message(name, error_text(error))
            else:
                self._show_message(name, "")

    def _show_message(self, name: str, text: str) -> None:
        if text == self._refused.get(name, ""):
            return
        self._refused.pop(name, None)
        if text:
            self._refused[name] = text
        set_property(self._lines[name], "bad", bool(text))
        first = next(iter(self._refused.values()), "")
        self.problem.setText(first)
        self.problem.setVisible(bool(first))

    def _take_goal(self, field: str) -> None:
        value = self._lines[f"goal_{field}"].number()
        if field == "score" and value is not None and self._error:
            value = -value
        new = replace(self._goals, **{field: None if value is None else float(value) + 0.0})  # refuses what is out of bounds
        if new != self._goals:
            self.goals_changed.emit(new, field)

    def _take_cost(self, field: str) -> None:
        if self._costs is None:
            return
        new = replace(self._costs, **{field: float(self._lines[f"cost_{field}"].number() or 0.0)})
        if new != self._costs:
            self.costs_changed.emit(new, field)
