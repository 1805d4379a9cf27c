"""The card that asks what is to be predicted: the column, the kind of task, the class of interest, and what a good model is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from mlops_desktop.engine.choices import task_spec, tasks
from mlops_desktop.engine.metrics import metric_of
from mlops_desktop.engine.profiling import Overview, TargetOption
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.translation import formatted, pluralize, translated
from mlops_desktop.ui.widgets.basic import Button, Segments, Weight, clear, column, heading, label, row
from mlops_desktop.ui.widgets.elided import elided_names
from mlops_desktop.ui.widgets.inputs import ComboBox
from mlops_desktop.ui.widgets.metric_labels import metric_choices

GUESSES = 3


class TargetCard(QFrame):
    """Shows an overview of the table and the decisions; emits what a person picks."""

    target_picked = Signal(str)
    task_picked = Signal(str)
    positive_picked = Signal(object)
    metric_picked = Signal(str)
    renew_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._classes: list[Any] = []
        self._guessed: tuple[tuple[str, str], ...] = ()
        self.target = ComboBox(name="target", title=self.tr("Column to predict"))
        self.target.setPlaceholderText(self.tr("Choose a column"))
        self.target_why = _small()
        self._guesses = row(spacing=4)
        self.task = Segments(
            [(id_, translated(task.label)) for id_, task in tasks().items()],
            name="task",
        )
        self.task_why = _small()
        self.positive = ComboBox(name="positive", title=self.tr("Class of interest"))
        self.positive_why = _small()
        self.measure = ComboBox(name="metric", title=self.tr("What a good model is"))
        self.metric_why = _small()
        self.inconsistent = label("", "small", tone="warn", wrap=True)
        self.inconsistent.setObjectName("misfit")
        self.renew = Button(self.tr("Propose the later stages again"), self.renew_asked.emit, name="renew", icon="refresh")
        self._positive_part = QWidget()
        self._positive_part.setLayout(_field(self.tr("Class of interest"), self.positive, self.positive_why))
        self._inconsistent_part = QWidget()
        self._inconsistent_part.setLayout(column(self.inconsistent, row(self.renew, None), spacing=6))
        self.setLayout(
            column(
                heading(self.tr("What to predict")),
                column(_field(self.tr("Column"), self.target, self.target_why), self._guesses, spacing=2),
                _field(self.tr("Kind of prediction"), self.task, self.task_why),
                self._positive_part,
                _field(self.tr("A good model should …"), self.measure, self.metric_why),
                self._inconsistent_part,
                None,
                margins=(16, 10, 16, 12),
                spacing=9,
            )
        )
        self.target.picked.connect(self.target_picked)
        self.task.chosen.connect(self.task_picked)
        self.positive.picked.connect(lambda at: self.positive_picked.emit(self._classes[int(at)]))
        self.measure.picked.connect(self.metric_picked)

    def show_columns(self, overview: Overview | None, project: Project) -> None:
        """Offer the columns, the likeliest first; what cannot be predicted says why. Without an overview: what is chosen alone."""
        target, why = project.target, {guess.value: guess.reason for guess in overview.targets} if overview else {}
        known = {one.name: one.target for one in overview.columns} if overview else {target: TargetOption()} if target else {}
        order = [*why, *(name for name in known if name not in why)]
        lost = [(target, self.tr("{name} (not there)").format(name=target))] if target and target not in known else []
        self.target.show_options([*lost, *((name, project.shown_name(name)) for name in order)])
        for at, name in enumerate(order, start=len(lost)):
            reason = why.get(name) or known[name].refused
            self.target.setItemData(at, f"{name}\n{reason}" if reason else name, Qt.ItemDataRole.ToolTipRole)
        self.target.show_choice(target)
        proposed = next(iter(why.items()), ("", ""))  # any other target was chosen by a person
        text = self.tr("Chosen by you.") if target in known else self.tr("Choose the column to predict.")
        _show_message(self.target_why, proposed[1] if target == proposed[0] else text)
        self._show_guesses({name: project.shown_name(name) for name in why if name != target}, why)

    def show_task(self, option: TargetOption, task: str) -> None:
        """Show the task and its evidence."""
        self.task.show_enabled(option.tasks, option.refused or self.tr("The values of this column do not allow it."))
        self.task.show_choice(task)
        why = option.reason
        if task and why and task != option.task:
            why = self.tr("Chosen by you. Found: {why}").format(why=why)
        _show_message(self.task_why, option.refused or why, "err" if option.refused else "")

    def show_positive(self, option: TargetOption, task: str, positive: Any) -> None:
        """Offer the classes with their rows, for tasks with a positive class only."""
        self._positive_part.setVisible(bool(task) and task_spec(task).has_positive)
        self._classes = [value for value, _ in option.classes]
        total = sum(count for _, count in option.classes) or 1
        self.positive.show_options(
            (str(at), f"{level_of(value)}  ({pluralize(count, '1 row', '{n} rows')}, {formatted(count / total, '.1%')})")
            for at, (value, count) in enumerate(option.classes)
        )
        at = next((i for i, value in enumerate(self._classes) if type(value) is type(positive) and value == positive), -1)
        self.positive.show_choice(str(at))
        proposed = at >= 0 and self._classes[at] == option.positive
        _show_message(self.positive_why, option.positive_reason if proposed else self.tr("Scores such as precision are about this class."))

    def show_metric(self, option: TargetOption, task: str, metric: str, positive: Any) -> None:
        """Offer the task's metrics in plain language, with the sentence of the chosen one."""
        if task not in tasks():
            self.measure.show_options([])
            self.measure.setEnabled(False)
            _show_message(self.metric_why, "")
            return
        choices = metric_choices(task, "" if positive is None else level_of(positive))
        self.measure.setEnabled(True)
        self.measure.show_options(choices)
        self.measure.show_choice(metric)
        if metric not in dict(choices):
            _show_message(self.metric_why, self.tr("Choose the metric; models are compared by it."))
            return
        proposed = option.metrics.get(task)
        text = translated(metric_of(metric, task).sentence)
        why = proposed.reason if proposed and proposed.value == metric and task_spec(task).has_classes else ""
        _show_message(self.metric_why, f"{text} {why}".strip())

    def show_inconsistencies(self, sentences: Sequence[str]) -> None:
        """Say which decisions do not fit any more, with the button that proposes them anew; hidden when there are none."""
        self._inconsistent_part.setVisible(bool(sentences))
        self.inconsistent.setText("\n".join(sentences[:4]) + ("\n…" if len(sentences) > 4 else ""))

    def _show_guesses(self, guesses: Mapping[str, str], why: Mapping[str, str]) -> None:
        """Offer the first columns (what is shown by name)."""
        names = tuple(guesses.items())[:GUESSES]
        if names == self._guessed:
            return
        self._guessed = names
        clear(self._guesses)
        if names:
            self._guesses.addWidget(label(self.tr("Or"), "caption", tone="3"))
        texts = elided_names(self.fontMetrics(), [shown for _, shown in names], 84)
        for at, ((name, shown), short) in enumerate(zip(names, texts, strict=True)):
            button = Button(
                short.replace("&", "&&"),
                partial(self.target_picked.emit, name),
                name=f"guess_{at}",
                kind="link",
                tip=f"{name}. {why[name]}",
            )
            button.setAccessibleName(self.tr("Predict {name}").format(name=shown))
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            self._guesses.addWidget(button)
        self._guesses.addStretch(1)


def _small() -> Any:
    return label("", "caption", tone="3", wrap=True)


def _show_message(where: Any, text: str, tone: str = "3") -> None:
    where.setText(text)
    where.setVisible(bool(text))
    if where.property("tone") != (tone or "3"):
        where.setProperty("tone", tone or "3")
        where.style().unpolish(where)
        where.style().polish(where)


def _field(title: str, control: QWidget, why: QWidget) -> Any:
    name = label(title, "small", tone="2", weight=Weight.Medium)
    name.setBuddy(control)
    holder = row(control, None) if isinstance(control, Segments) else row((control, 1))
    return column(name, holder, why, spacing=4)
