"""The card of what-if curves: the answer over the range or the levels of one column, all others unchanged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedLayout

from mlops_desktop.serving.answers import class_text
from mlops_desktop.serving.dates import DAY, date_reader, is_time_of_day
from mlops_desktop.serving.explain import Curve
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.scorer import Scorer
from mlops_desktop.ui.panels.app.input_fields import shown
from mlops_desktop.ui.translation import format_number, formatted
from mlops_desktop.ui.widgets.basic import card, column, heading, label, row
from mlops_desktop.ui.widgets.cards import breakable
from mlops_desktop.ui.widgets.charts import Bar, BarChart, LineChart, Mark, Series
from mlops_desktop.ui.widgets.inputs import ComboBox

MOST_WORDS = 12  # of a text, the most important ones


class WhatIfCard(QFrame):
    """A column to choose, and its curve. `column_picked` brings the name of the column that a person chose."""

    column_picked = Signal(str)

    def __init__(self, *, name: str) -> None:
        super().__init__()
        self.pick = ComboBox(name=f"{name}_column", title=self.tr("What if: the input to change"))
        self.pick.picked.connect(self.column_picked)
        self.line = LineChart(self.tr("What if"), name=f"{name}_line")
        self.bars = BarChart(self.tr("What if, level by level"), name=f"{name}_levels")
        self.about = label("", "small", tone="2", wrap=True)
        self.curve: Curve | None = None
        self._tools, self._charts = QStackedLayout(), QStackedLayout()
        head = row(heading(self.tr("What if")), (self.pick, 1), self._tools, spacing=8)
        inner = card(head, self.about, (self._charts, 1), margins=(16, 10, 12, 8), spacing=4)
        self.setLayout(column(inner))
        for chart in (self.line, self.bars):  # now that the stacks have a parent: without one, the first would be shown as a window
            self._tools.addWidget(chart.tools)
            self._charts.addWidget(chart)
        self.pick.setMaximumWidth(200)

    def show_columns(self, columns: Sequence[Column], chosen: str) -> None:
        """Offer these columns; `chosen` is the name of one."""
        self.pick.show_options([(one.name, one.shown_name) for one in columns])
        self.pick.show_choice(chosen)

    def show_nothing(self, text: str) -> None:
        """There is no curve."""
        self.curve = None
        self.about.setText("")
        self.line.show_empty_text(text)
        self.line.show_series([])
        self._front(self.line)

    def show_curve(self, scorer: Scorer, curve: Curve, own: object, now: float) -> None:
        """Show a curve; `own` is the value of this row as it was sent, `now` its score."""
        self.curve = curve
        column_ = scorer.schema.column(curve.field)
        times = 1.0 if curve.about is None else 100.0
        scores = [score * times for score in curve.scores]
        what = (
            scorer.target
            if curve.about is None
            else self.tr("probability of {name}, %").format(name=class_text(scorer.classes[curve.about]))
        )
        self.about.setText(breakable(self.tr("{name} changes, everything else stays the same").format(name=column_.shown_name)))
        limit = scorer.threshold if scorer.positive is not None else None
        marks = [] if limit is None else [Mark(limit * 100, self.tr("threshold {value}").format(value=formatted(limit, ".2f")))]
        text = self.tr("{what}: from {low} to {high}, now {now}").format(
            what=what, low=format_number(min(scores)), high=format_number(max(scores)), now=format_number(now * times)
        )
        if curve.kind == "words":
            self._show_words(column_, curve, scores, marks, text)
        elif curve.kind in ("level", "boolean"):
            self._show_levels(column_, curve, scores, own, marks, text)
        else:
            self._show_line(column_, curve, scores, own, now * times, marks, text)

    def _show_levels(self, column_: Column, curve: Curve, scores: list[float], own: object, marks: Sequence[Mark], text: str) -> None:
        ending = "" if curve.about is None else "%"
        bars = [
            Bar(shown(column_, value), score, text=format_number(score, 3) + ending, color=1 if value == own else 0)
            for value, score in zip(curve.values, scores, strict=True)
        ]
        self.bars.show_bars(bars, marks=marks, description=text)
        self.bars.legend.show_entries([(1, self.tr("now"))])
        if marks:
            dashed = self.tr("{name} changes, all else stays; dashed: {mark}")
            self.about.setText(breakable(dashed.format(name=column_.shown_name, mark=marks[0].name)))
        self._front(self.bars)

    def _show_words(self, column_: Column, curve: Curve, scores: list[float], marks: Sequence[Mark], text: str) -> None:
        ending = "" if curve.about is None else "%"
        most = zip(curve.values[:MOST_WORDS], scores, strict=False)
        self.bars.show_bars(
            [Bar(f"− {word}", score, text=format_number(score, 3) + ending) for word, score in most], marks=marks, description=text
        )
        self.bars.legend.show_entries([])
        text = self.tr("{name} without one of its words, everything else stays the same")
        self.about.setText(breakable(text.format(name=column_.shown_name)))
        self._front(self.bars)

    def _show_line(
        self, column_: Column, curve: Curve, scores: list[float], own: object, now: float, marks: Sequence[Mark], text: str
    ) -> None:
        places = [_place(column_, value) for value in curve.values]
        clock = curve.kind == "date" and is_time_of_day(column_.grammar.date)
        unit = self.tr("hour") if clock else column_.unit
        self.line.x_label = f"{column_.shown_name}, {unit}" if unit else column_.shown_name
        series = [Series(self.tr("answer"), places, scores, color=0)]
        here = None if own is None else _place(column_, own)
        if here is not None:
            series.append(Series(self.tr("now"), [here], [now], color=1, line=False, size=12))
        y_range = None if curve.about is None else (0.0, 100.0)
        self.line.show_series(series, marks=marks, y_range=y_range, dates=curve.kind == "date" and not clock, description=text)
        self.line.legend.show_entries([(1, self.tr("now"))] if here is not None else [])  # the threshold has its name at its line
        self._front(self.line)

    def _front(self, chart: LineChart | BarChart) -> None:
        self._tools.setCurrentWidget(chart.tools)
        self._charts.setCurrentWidget(chart)


def _place(column_: Column, value: object) -> float:
    """The position of a value on the axis: itself, for a date the days since 1970-01-01, for a time its hour."""
    if isinstance(value, (int, float)):
        return float(value)
    moment = date_reader(column_.grammar)(str(value))
    return moment / (DAY / 24) if is_time_of_day(column_.grammar.date) else moment / DAY
