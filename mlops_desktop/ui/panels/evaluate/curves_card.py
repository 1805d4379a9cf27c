"""The plots of an evaluation: ROC, precision and recall, calibration and gain for classes; errors for numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QFrame, QStackedWidget

from mlops_desktop.engine.evaluation import ClassCurves, Classification, PrecisionRecallCurve, Residuals, RocCurve
from mlops_desktop.serving.cells import level_of
from mlops_desktop.ui.translation import format_number, formatted
from mlops_desktop.ui.widgets.basic import Segments, column, label, row
from mlops_desktop.ui.widgets.charts import ColumnChart, LineChart, ScatterChart
from mlops_desktop.ui.widgets.inputs import ComboBox
from mlops_desktop.ui.widgets.series import Mark, Series

MOST = 6  # classes in one plot: as many colors are easily distinguished
HIGH = 250


class CurvesCard(QFrame):
    """One plot at a time, of the positive class or of the classes that a person picks."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._curves: Sequence[ClassCurves] = ()
        self._names: list[str] = []
        self._threshold: float | None = None
        self.kind = Segments(
            [
                ("roc", self.tr("ROC")),
                ("precision_recall", self.tr("Precision / recall")),
                ("calibration", self.tr("Calibration")),
                ("gain", self.tr("Gain")),
            ],
            name="curve_kind",
        )
        self.which = ComboBox(name="curve_class", title=self.tr("Class of the curve"))
        self.chart = LineChart(self.tr("Curve"), name="evaluation_curve", empty=self.tr("There are no rows of this class to draw from."))
        self.chart.setMinimumHeight(HIGH)
        self.message = label("", "caption", tone="2", wrap=True)
        self.message.setObjectName("curve_note")
        head = column(row(self.kind, None), row(self.which, None, self.chart.tools), spacing=4)
        self.setLayout(column(head, (self.chart, 1), self.message, margins=(16, 10, 12, 12), spacing=6))
        self.kind.chosen.connect(lambda _: self._draw())
        self.which.picked.connect(lambda _: self._draw())

    def show_evaluation(self, found: Classification) -> None:
        """Show the curves of an evaluation, with the threshold in use."""
        self._curves, self._threshold = found.curves, found.threshold
        several = len(self._curves) > 1
        every = [("all", self.tr("All classes") if len(self._curves) <= MOST else self.tr("First {n} classes").format(n=MOST))]
        options = [(str(at), level_of(one.label)) for at, one in enumerate(self._curves)]
        self.which.show_options([*(every if several else []), *options])
        if [text for _, text in options] != self._names:
            self._names = [text for _, text in options]
            self.which.show_choice("all" if several else "0")
        self.which.setVisible(several)
        self._draw()

    def _draw(self) -> None:
        chosen = self.which.chosen()
        curves = self._curves[:MOST] if chosen in ("all", "") else [self._curves[int(chosen)]]
        {"roc": self._roc, "precision_recall": self._pr, "calibration": self._calibration, "gain": self._gain}[self.kind.choice()](curves)

    def _roc(self, curves: Sequence[ClassCurves]) -> None:
        series = [Series(level_of(one.label), one.roc.x, one.roc.y) for one in curves]
        if len(curves) == 1 and self._threshold is not None:
            series += self._point(curves[0].roc)
        self._axes(self.tr("false positive rate"), self.tr("true positive rate"))
        self.chart.show_series(series, diagonal=True, x_range=(0, 1), y_range=(0, 1))
        self.message.setText(self.tr("The further up and left, the better. The dashed line is guessing."))

    def _point(self, curve: RocCurve | PrecisionRecallCurve) -> list[Series]:
        """Where the threshold in use is on a curve."""
        known = [(abs(threshold - (self._threshold or 0.0)), at) for at, threshold in enumerate(curve.threshold) if threshold is not None]
        if not known:
            return []
        at = min(known)[1]
        return [Series(self.tr("threshold"), [curve.x[at]], [curve.y[at]], color=1, line=False, size=11)]

    def _pr(self, curves: Sequence[ClassCurves]) -> None:
        series = [Series(level_of(one.label), one.precision_recall.x, one.precision_recall.y) for one in curves]
        marks = []
        if len(curves) == 1:
            if self._threshold is not None:
                series += self._point(curves[0].precision_recall)
            if (share := curves[0].precision_recall.share) is not None:
                marks = [Mark(share, self.tr("guessing"))]
        self._axes(self.tr("recall"), self.tr("precision"))
        self.chart.show_series(series, marks=marks, x_range=(0, 1), y_range=(0, 1))
        self.message.setText(self.tr("How many of the predictions are right as more of the class is found."))

    def _calibration(self, curves: Sequence[ClassCurves]) -> None:
        series = [
            Series(
                level_of(one.label),
                one.calibration.predicted,
                one.calibration.observed,
                markers=True,
                low=one.calibration.low if len(curves) == 1 else None,
                high=one.calibration.high if len(curves) == 1 else None,
            )
            for one in curves
        ]
        self._axes(self.tr("predicted probability"), self.tr("observed share"))
        self.chart.show_series(series, diagonal=True, x_range=(0, 1), y_range=(0, 1))
        self.message.setText(
            self.tr("On the dashed line a probability of 30 % comes true 30 times in 100. Below it the model's probabilities are too high.")
        )

    def _gain(self, curves: Sequence[ClassCurves]) -> None:
        series = [Series(level_of(one.label), [0.0, *one.gain.share], [0.0, *one.gain.found]) for one in curves]
        series = [one for one, of in zip(series, curves, strict=True) if of.gain.share]
        self._axes(self.tr("share of rows, highest score first"), self.tr("true positive rate"))
        self.chart.show_series(series, diagonal=True, x_range=(0, 1), y_range=(0, 1))
        found = curves[0].gain
        if len(curves) == 1 and found.share:
            tenth = float(np.interp(0.1, found.share, found.found))
            self.message.setText(
                self.tr("The tenth of the rows with the highest scores holds {share} of the class.").format(share=formatted(tenth, ".0%"))
            )
        else:
            self.message.setText(self.tr("What part of the class is found when only the rows with the highest scores are looked at."))

    def _axes(self, x: str, y: str) -> None:
        self.chart.x_label, self.chart.y_label = x, y


class ErrorsCard(QFrame):
    """How numbers miss: answers against truth, the misses, and where they are large."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.kind = Segments(
            [("scatter", self.tr("Predicted and true")), ("misses", self.tr("Errors")), ("bands", self.tr("By size"))], name="error_kind"
        )
        self.scatter = ScatterChart(
            self.tr("Predictions against true values"), name="actual_predicted", x_label=self.tr("true value"), y_label=self.tr("answer")
        )
        self.misses = ColumnChart(
            self.tr("Errors"), name="residual_histogram", x_label=self.tr("prediction minus true value"), y_label=self.tr("rows")
        )
        self.bands = ColumnChart(
            self.tr("Mean error by size"), name="error_bands", x_label=self.tr("true value"), y_label=self.tr("mean absolute error")
        )
        self._pages = QStackedWidget()
        self._charts = (self.scatter, self.misses, self.bands)
        for chart in self._charts:
            self._pages.addWidget(chart)
        self._pages.setMinimumHeight(HIGH + 30)
        self.message = label("", "small", tone="2", wrap=True)
        self.message.setObjectName("errors_note")
        self.setLayout(
            column(
                row(self.kind, None, *(chart.tools for chart in self._charts)),
                (self._pages, 1),
                self.message,
                margins=(16, 10, 12, 12),
                spacing=6,
            )
        )
        self.kind.chosen.connect(self._turn)
        self._turn("scatter")

    def _turn(self, id_: str) -> None:
        at = ("scatter", "misses", "bands").index(id_)
        self._pages.setCurrentIndex(at)
        for position, chart in enumerate(self._charts):
            chart.tools.setVisible(position == at)

    def show_evaluation(self, found: Residuals, weighted: bool = False) -> None:
        """Show the errors of an evaluation of numbers; `weighted`: rows count by their weights."""
        self.scatter.show_points(found.actual, found.predicted, name=self.tr("row"), diagonal=True)
        zero = [Mark(0.0, "", upright=True)]
        self.misses.show_histogram(found.histogram.edges, {self.tr("rows"): found.histogram.counts}, marks=zero)
        self.bands.x_label = self.tr("answer") if found.banded_by == "predicted" else self.tr("true value")
        names = [f"{format_number(band.low, 3)} – {format_number(band.high, 3)}" for band in found.bands]
        self.bands.show_categories(names, {self.tr("mean error"): [band.mae for band in found.bands]})
        message = []
        by_share = {round(one.share, 2): one.error for one in found.quantiles}
        if 0.5 in by_share and 0.95 in by_share:
            text = self.tr("Half of the predictions are off by less than {half}, 95 of 100 by less than {most}.")
            message.append(text.format(half=format_number(by_share[0.5], 3), most=format_number(by_share[0.95], 3)))
        if found.bias is not None:
            text = (
                self.tr("On average predictions are too high by {bias}.")
                if found.bias >= 0
                else self.tr("On average predictions are too low by {bias}.")
            )
            message.append(text.format(bias=format_number(abs(found.bias), 3)))
        if found.sampled:
            message.append(self.tr("The first plot shows {n} rows drawn at random.").format(n=formatted(len(found.actual))))
        if weighted:
            message.append(self.tr("Rows count by their weights, but in the first plot each point is a row."))
        self.message.setText(" ".join(message))
