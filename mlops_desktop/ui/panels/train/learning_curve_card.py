"""The learning curve of the chosen model: the score on rows that it saw and on rows that it did not, by the number of training rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame

from mlops_desktop.base.metric import Metric
from mlops_desktop.engine.diagnostics import overfits
from mlops_desktop.engine.training import LearningPoint
from mlops_desktop.ui.translation import translated
from mlops_desktop.ui.widgets.basic import Button, column, heading, label, row
from mlops_desktop.ui.widgets.charts import LineChart
from mlops_desktop.ui.widgets.series import Series

STEEP = 0.1  # of the whole rise: so much in the last fifth means that more rows would help
NARROW = 420  # pixels below which there is no space for the pill beside the legend


class LearningCard(QFrame):
    """`asked`: a person wants the curve made."""

    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.chart = LineChart(
            self.tr("Learning curve"),
            name="learning_curve",
            empty=self.tr("The learning curve of the chosen model is made after training."),
            x_label=self.tr("training rows"),
        )
        self.make = Button(self.tr("Compute"), self.asked.emit, name="make_learning_curve", kind="link", icon="play")
        self.of = label("", "caption", pill="mute")
        self.message = label("", "caption", tone="2", wrap=True)
        self.message.setObjectName("learning_note")
        self.setLayout(
            column(
                row(heading(self.tr("Learning curve")), self.of, self.make, None, self.chart.tools, spacing=4),
                (self.chart, 1),
                self.message,
                margins=(16, 10, 12, 8),
                spacing=4,
            )
        )
        self.setMinimumHeight(220)
        self.show_nothing()

    def show_nothing(self) -> None:
        """There is no model."""
        self.make.setVisible(False)
        self._named = False
        self.of.setVisible(False)
        self.message.setVisible(False)
        self.chart.show_empty_text(self.tr("The learning curve of the chosen model is made after training."))
        self.chart.show_series([])

    def show_curve(
        self,
        model: str,
        points: Sequence[LearningPoint],
        metric: Metric | None,
        *,
        best: bool = True,
        done: bool,
        busy: bool,
        notes: Sequence[str] = (),
        cost: str = "",
        baseline: float | None = None,
    ) -> None:
        """Show the points of `engine.learning_curve`. `model` written out, `cost`: about how long it takes to make them; `baseline` is its
        score, without which nothing is claimed of overfitting.
        """
        self.make.setVisible(not done and not busy)
        self.make.setToolTip(self.tr("It takes about {time}.").format(time=cost))
        self.of.setText(self.tr("best model") if best else self.tr("chosen model"))
        self.of.setToolTip(model)
        self._named = True
        self.of.setVisible(self.width() >= NARROW)
        waiting = (
            self.tr("It is made when training is over.")
            if busy
            else self.tr("It shows whether more rows would help. It takes about {time}.")
        )
        self.chart.show_empty_text(waiting.format(time=cost))
        self.chart.y_label = translated(metric.label) if metric else ""
        sign = -1.0 if metric is not None and metric.is_error else 1.0
        series = [_series(name, points, part, sign, color) for name, part, color in self._parts()]
        text = [*self._verdict(points if done else [], baseline), *notes[:1]]
        self.chart.show_series(series, description=" ".join(text))
        self.message.setText(" ".join(text))
        self.message.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The legend comes first where there is little space."""
        super().resizeEvent(event)
        self.of.setVisible(self._named and self.width() >= NARROW)

    def _parts(self) -> tuple[tuple[str, str, int], ...]:
        return (self.tr("training"), "train", 2), (self.tr("validation"), "valid", 0)

    def _verdict(self, points: Sequence[LearningPoint], baseline: float | None) -> list[str]:
        """What the curve says, in a sentence or two; nothing where it says nothing."""
        valid = _means(points, "valid")
        train = _means(points, "train")
        if len(valid) < 5 or not np.isfinite(valid[[-3, -1]]).all() or not np.isfinite(train[-1]):
            return []
        rise = float(np.nanmax(valid) - np.nanmin(valid))
        text = []
        if rise > 0 and (valid[-1] - valid[-3]) / rise > STEEP:
            text.append(self.tr("The validation score is still improving: more rows would help."))
        elif rise > 0:
            text.append(self.tr("The validation score hardly improves any more: more rows would help little."))
        folds = [value for value in points[-1].valid if value is not None]
        error = float(np.std(folds, ddof=1)) / len(folds) ** 0.5 if len(folds) > 1 else 0.0
        if baseline is not None and overfits(float(train[-1]), float(valid[-1]), baseline, error):
            text.append(self.tr("The gap is wide: the model overfits its training rows."))
        return text


def _means(points: Sequence[LearningPoint], part: str) -> Any:
    rows = [[np.nan if value is None else value for value in getattr(point, part)] for point in points]
    return np.array([np.nanmean(row) if np.isfinite(row).any() else np.nan for row in rows])


def _series(name: str, points: Sequence[LearningPoint], part: str, sign: float, color: int) -> Series:
    values = [np.array([np.nan if value is None else sign * value for value in getattr(point, part)]) for point in points]
    known = [v if np.isfinite(v).any() else np.array([np.nan]) for v in values]
    middle = np.array([float(np.nanmean(v)) if np.isfinite(v).any() else np.nan for v in known])
    std = np.array([float(np.nanstd(v)) if np.isfinite(v).any() else np.nan for v in known])
    rows = [float(point.rows) for point in points]
    return Series(name, rows, middle, color=color, markers=True, low=middle - std, high=middle + std)
