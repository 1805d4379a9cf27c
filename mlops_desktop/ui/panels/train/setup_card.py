"""The set-up of a training: what is optimised for, how it is validated, what may be spent, which models are tried; Start and Stop."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from mlops_desktop.base.metric import Metric
from mlops_desktop.engine.processors import cores
from mlops_desktop.engine.project import Project
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.fields import Kinds
from mlops_desktop.ui.panels.train.algorithm_list import AlgorithmList
from mlops_desktop.ui.panels.train.sampler_fields import SamplerFields
from mlops_desktop.ui.panels.train.search_fields import SearchFields
from mlops_desktop.ui.panels.train.split_fields import SplitFields, titled
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, Segments, Weight, column, heading, label, row, scrolled
from mlops_desktop.ui.widgets.inputs import ComboBox
from mlops_desktop.ui.widgets.metric_labels import metric_choices

WIDTH = 304  # at least
_LEFT, _RIGHT = 16, 10  # margins


class SetupCard(QFrame):
    """Shows a project's decisions on training. `edited` brings the label of the step of undo, what merges with it, and the changes."""

    edited = Signal(str, str, object)
    metric_picked = Signal(str)
    left = Signal()
    started = Signal()
    stopped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.measure = ComboBox(name="train_metric", title=self.tr("Optimise for"))
        self.metric_note = label("", "caption", tone="3", wrap=True)
        self.split = SplitFields()
        self.sampler = SamplerFields()
        self.search = SearchFields(cores())
        self.algorithms = AlgorithmList()
        self.refit = Segments([("all", self.tr("All rows")), ("train", self.tr("Training part"))], name="refit")
        self.refit.setToolTip(
            self.tr(
                "All rows: the final model is also trained on the test part; its figures are those of the same model without it. "
                "More rows make a better model as a rule."
            )
        )
        self.start = Button(self.tr("Start training"), self.started.emit, name="start_training", kind="primary", icon="play")
        self.stop = Button(self.tr("Stop, and keep what is done"), self.stopped.emit, name="stop_training", kind="danger", icon="stop")
        self.message = label("", "caption", tone="3", wrap=True)
        self.message.setObjectName("training_note")
        self._inner = self._fields()
        area = self._area = scrolled(self._inner)
        area.setMinimumHeight(200)
        self._inner.installEventFilter(self)  # a scroll area does not hand on what its widget needs
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        parts = column(
            heading(self.tr("Set-up")), (area, 1), self.message, self.start, self.stop, margins=(_LEFT, 10, _RIGHT, 14), spacing=10
        )
        self.setLayout(parts)
        self._connect()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the width that the fields need once their layout has changed."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._take_width()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the width that the fields need."""
        super().showEvent(event)
        self._take_width()

    def _take_width(self) -> None:
        inner = max(self._inner.minimumSizeHint().width(), self._inner.minimumWidth())
        bar = self._area.verticalScrollBar().sizeHint().width()
        wide = max(WIDTH, inner + bar + _LEFT + _RIGHT + 2 * self.frameWidth())
        if wide != self.width():
            self.setFixedWidth(wide)

    def _fields(self) -> QWidget:
        fields = QWidget()
        fields.setLayout(
            column(
                titled(self.tr("Optimise for"), self.measure),
                self.metric_note,
                self.split,
                self.sampler,
                self.search,
                label(self.tr("Models"), "small", tone="2", weight=Weight.Medium),
                self.algorithms,
                self.search.more,
                column(
                    label(self.tr("The final model is trained on"), "small", tone="2", weight=Weight.Medium),
                    row(self.refit, None),
                    spacing=4,
                ),
                None,
                margins=(0, 0, 8, 4),
                spacing=8,
            )
        )
        return fields

    def _connect(self) -> None:
        self.measure.picked.connect(self.metric_picked)
        self.split.changed.connect(self._set_split)
        self.sampler.changed.connect(self._set_sampler)
        self.search.changed.connect(lambda search, field: self.edited.emit(self.tr("Budget"), f"search.{field}", {"search": search}))
        self.search.seed_changed.connect(lambda seed: self.edited.emit(self.tr("Seed"), "seed", {"seed": seed}))
        self.algorithms.changed.connect(lambda new, note, merge: self.edited.emit(note, merge, {"candidates": new}))
        self.refit.chosen.connect(lambda rows: self.edited.emit(self.tr("Final model"), "", {"refit": rows}))
        for fields in (self.split, self.sampler, self.search):
            fields.left.connect(self.left)

    def _set_split(self, split: Any, field: str) -> None:
        self.edited.emit(self.tr("Validation"), f"split.{field}" if field else "", {"split": split})

    def _set_sampler(self, sampler: Any, field: str) -> None:
        self.edited.emit(self.tr("Sampling"), f"sampler.{field}" if field else "", {"sampler": sampler})

    def show_project(self, project: Project, metric: Metric | None, columns: Kinds) -> None:
        """Show the decisions; `columns` (name, kind) may be chosen for a split."""
        assert project.task is not None
        positive = "" if project.positive is None else level_of(project.positive)
        named = [(id_, text.rpartition(" · ")) for id_, text in metric_choices(project.task, positive)]
        self.measure.show_options(
            (id_, f"{name} · {purpose}" if purpose else name) for id_, (purpose, _, name) in named
        )  # here the name leads
        self.measure.show_choice(project.metric)
        self.metric_note.setText(translated(metric.sentence) if metric else self.tr("Choose the metric."))
        self.split.show_split(project.split, columns)
        self.sampler.show_sampler(project.sampler, project.task)
        self.search.show_search(project.search, project.seed)
        self.algorithms.show_project(project)
        self.refit.show_choice(project.refit)

    def show_state(self, *, start: str, busy: bool, stopping: bool, why_not: str, note: str) -> None:
        """Show Start with its label, or Stop while work goes on; why nothing can be started; what a start would do."""
        self.start.setVisible(not busy)
        self.stop.setVisible(busy)
        self.stop.setEnabled(busy and not stopping)
        self.start.setText(start)
        self.start.setAccessibleName(start)
        self.start.setEnabled(not why_not)
        self.message.setText(why_not or ("" if busy else note))
        self.message.setVisible(bool(self.message.text()))
