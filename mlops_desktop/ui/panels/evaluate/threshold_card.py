"""The threshold of a two-class model: what precision, recall and cost would be at each, on rows that the model had not seen."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSlider

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.evaluation import Evaluation
from mlops_desktop.engine.project import Costs
from mlops_desktop.engine.training import ThresholdCurve
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.translation import format_number, formatted
from mlops_desktop.ui.widgets.basic import Button, Weight, column, heading, label, row
from mlops_desktop.ui.widgets.charts import LineChart
from mlops_desktop.ui.widgets.inputs import NumberLine
from mlops_desktop.ui.widgets.series import Mark, Series


@dataclass(frozen=True)
class Counts:
    """How many rows are answered rightly and wrongly at a threshold."""

    hit: int
    missed: int
    false: int
    right_no: int

    def matrix(self, positive: int) -> list[list[int]]:
        """Counts by truth and answer, classes in their order."""
        yes, no = [self.missed, self.hit], [self.right_no, self.false]
        return [no, yes] if positive == 1 else [yes[::-1], no[::-1]]


STOPS = 1000  # places of the slider from 0 to 1: it is as linear as the chart beside it

_NO_CURVE = ThresholdCurve((), (), (), (), (), (), ())


def counts_at(curve: ThresholdCurve, at: int, rows: int, found: int) -> Counts:
    """The counts at a point of a curve, for `rows` rows of which `found` are of the positive class."""
    hit, asked = round(curve.recall[at] * found), round(curve.share[at] * rows)
    return Counts(hit, found - hit, asked - hit, rows - found - (asked - hit))


def cost_at(counts: Counts, costs: Costs) -> float:
    """The mean cost per row."""
    paid = (
        counts.hit * costs.true_positive
        + counts.missed * costs.false_negative
        + counts.false * costs.false_positive
        + counts.right_no * costs.true_negative
    )
    return paid / max(counts.hit + counts.missed + counts.false + counts.right_no, 1)


class _Slider(QSlider):
    def __init__(self, title: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("threshold_slider")
        self.setAccessibleName(title)
        self.setRange(0, STOPS)
        self.setPageStep(STOPS // 20)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page."""
        event.ignore()


class ThresholdCard(QFrame):
    """`used`: a person wants this threshold; `proposed`: they want the one that scores propose; `moved`: the slider is elsewhere."""

    used = Signal(float)
    proposed = Signal()
    moved = Signal(object, float)  # Counts, threshold

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._curve = _NO_CURVE
        self._of: tuple[int, int] = (0, 0)
        self._costs: Costs | None = None
        self._now = 0.5  # what the model uses
        self._selected = 0.5
        self._at = 0  # the point of the curve whose figures are shown
        self._shown: tuple[Evaluation, float | None, Costs | None] | None = None
        self.why = label("", "small", tone="2", wrap=True)
        self.why.setObjectName("threshold_why")
        self.slider = _Slider(self.tr("Threshold"))
        self.line = NumberLine(0.0, 1.0, name="threshold", title=self.tr("Threshold as a number"))
        self.line.setFixedWidth(86)
        self.use = Button(self.tr("Use this threshold"), self._use, name="use_threshold", icon="check")
        self.auto = Button(
            self.tr("Choose for me"),
            self.proposed.emit,
            name="auto_threshold",
            kind="link",
            tip=self.tr("The threshold that is best on rows that the model had not seen, by the metric or by the costs."),
        )
        self._values: dict[str, QLabel] = {}
        self._where = label(
            self.tr(
                "All figures here are from training rows, each predicted by a model that was not trained on "
                "it. The held-out test set is not used. At their best they are a little too good: the table of metrics above is not."
            ),
            "caption",
            tone="3",
            wrap=True,
        )
        self.chart = LineChart(self.tr("Effect of the threshold"), name="threshold_chart", x_label=self.tr("threshold"))
        self.chart.setMinimumHeight(280)
        left = column(
            heading(self.tr("Threshold")),
            self.why,
            row((self.slider, 1), self.line),
            self._grid(),
            row(self.use, self.auto, None),
            self._where,
            None,
            spacing=10,
        )
        self.setLayout(row((left, 4), (column(self.chart), 5), margins=(16, 10, 16, 12), spacing=20))
        self.slider.valueChanged.connect(lambda _: self._moved())
        self.line.done.connect(self._typed)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        names = {
            "precision": self.tr("Precision"),
            "recall": self.tr("Recall"),
            "f1": self.tr("F1"),
            "accuracy": self.tr("Accuracy"),
            "share": self.tr("Predicted positive"),
            "cost": self.tr("Cost per row"),
        }
        for at, (id_, name) in enumerate(names.items()):
            value = self._values[id_] = label("–", "section", weight=Weight.DemiBold, tabular=True)
            value.setObjectName(f"threshold_{id_}")
            grid.addWidget(label(name, "caption", tone="3"), at // 3 * 3, at % 3)
            grid.addWidget(value, at // 3 * 3 + 1, at % 3)
        grid.setRowMinimumHeight(2, 6)
        return grid

    def show_evaluation(self, found: Evaluation, chosen: float | None, costs: Costs | None) -> None:
        """Show the out-of-fold evaluation of a model of two classes. `chosen`: the threshold set by hand, "
        "None: the proposed one is used."""
        if self._shown is not None and found is self._shown[0] and (chosen, costs) == self._shown[1:]:
            return
        self._shown = (found, chosen, costs)
        classes, choice = found.classification, found.choice
        assert classes is not None
        assert classes.positive is not None
        self._curve, self._costs = classes.threshold_curve or _NO_CURVE, costs
        self._of = found.rows, classes.per_class[classes.positive].rows
        self._now = classes.threshold if classes.threshold is not None else 0.5
        own = self.tr("{value}, set by you.").format(value=format_number(self._now, 3)) if chosen is not None else ""
        proposed = (
            self.tr("Proposed: {value}. {reason}").format(value=format_number(choice.threshold, 3), reason=choice.reason) if choice else ""
        )
        name = level_of(classes.classes[classes.positive])
        text = self.tr("From this probability of “{name}” on, the prediction is “{name}”.").format(name=name)
        self.why.setText(" ".join(part for part in (text, own, proposed) if part))
        self.auto.setVisible(chosen is not None)
        self._go_to(self._now)
        self._show(self._now)

    def threshold(self) -> float:
        """The threshold that is selected."""
        return self._selected

    def counts(self) -> Counts:
        """The counts at the threshold that is selected."""
        return counts_at(self._curve, self._at, *self._of)

    def _nearest(self, value: float) -> int:
        """The first point from which on the same rows are answered so: thresholds lie between scores."""
        thresholds = np.asarray(self._curve.threshold)
        return int(np.argmin(np.abs(thresholds - value))) if len(thresholds) else 0

    def _go_to(self, value: float) -> None:
        """Bring slider and figures to a threshold."""
        self._at = self._nearest(value)
        self.slider.blockSignals(True)
        self.slider.setValue(round(value * STOPS))
        self.slider.blockSignals(False)

    def _moved(self) -> None:
        """The slider was moved: the threshold is the nearest one that separates scores."""
        if not self._curve.threshold:
            return
        self._at = self._nearest(self.slider.value() / STOPS)
        self._show(self._curve.threshold[self._at])
        self.moved.emit(self.counts(), self.threshold())

    def _typed(self) -> None:
        value: float | None = None
        with contextlib.suppress(UserError):
            value = self.line.number()
        if value is None or not 0 <= value <= 1 or self.line.text() == _short(self._selected):
            self.line.setText(_short(self._selected))
            return
        self._go_to(value)
        self._show(value)
        self.moved.emit(self.counts(), value)

    def _show(self, value: float) -> None:
        at, curve = self._at, self._curve
        self._selected = value
        self.line.setText(_short(value))
        self.slider.setAccessibleDescription(format_number(value, 3))
        for id_, shares in (
            ("precision", curve.precision),
            ("recall", curve.recall),
            ("accuracy", curve.accuracy),
            ("share", curve.share),
        ):
            self._values[id_].setText(formatted(shares[at], ".1%"))
        self._values["f1"].setText(formatted(curve.f1[at], ".3f"))
        self._values["cost"].setText(format_number(cost_at(self.counts(), self._costs), 4) if self._costs is not None else "–")
        self._values["cost"].setToolTip("" if self._costs is not None else self.tr("Set the costs of errors in stage 1."))
        self.use.setEnabled(value != self._now)
        self._draw(value)

    def _draw(self, value: float) -> None:
        curve = self._curve
        answered = np.asarray(curve.share) > 0  # elsewhere precision and F1 are not defined
        lines = {
            self.tr("precision"): np.where(answered, curve.precision, np.nan),
            self.tr("recall"): np.asarray(curve.recall),
            self.tr("F1"): np.where(answered, curve.f1, np.nan),
        }
        series = [Series(name, curve.threshold, values) for name, values in lines.items()]
        marks = [Mark(value, self.tr("here"), upright=True)]
        if value != self._now:
            marks.append(Mark(self._now, self.tr("in use"), upright=True, color="control"))
        self.chart.show_series(series, marks=marks, x_range=(0.0, 1.0), y_range=(0.0, 1.0))

    def _use(self) -> None:
        self.used.emit(self.threshold())


def _short(value: float) -> str:
    return format_number(value)
