"""The charts of the window. Each is fed with plain lists or numpy arrays, and drawn when it is first seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mlops_desktop.ui.translation import format_number
from mlops_desktop.ui.widgets.bars import BarChart
from mlops_desktop.ui.widgets.chart import Chart, PlotChart, Table
from mlops_desktop.ui.widgets.heatmap import Heatmap
from mlops_desktop.ui.widgets.series import Bar, Mark, Series, Values, extent
from mlops_desktop.ui.widgets.small_plots import Shade
from mlops_desktop.ui.widgets.ticks import day_text

__all__ = ["Bar", "BarChart", "Chart", "ColumnChart", "Heatmap", "LineChart", "Mark", "ScatterChart", "Series"]

MOST_POINTS = 20_000  # above this a cloud of points is shown as a density


def _legend(series: Sequence[Series]) -> list[tuple[Shade, str]]:
    entries: list[tuple[Shade, str]] = [(at if one.color is None else one.color, one.name) for at, one in enumerate(series) if one.name]
    return entries if len(series) > 1 else []


class LineChart(PlotChart):
    """Lines with or without markers: learning curves, ROC and precision-recall, calibration, what-if, drift over time."""

    _series: Sequence[Series] = ()
    _marks: Sequence[Mark] = ()
    _dates = False

    def show_series(
        self,
        series: Sequence[Series],
        *,
        marks: Sequence[Mark] = (),
        diagonal: bool = False,
        x_range: tuple[float, float] | None = None,
        y_range: tuple[float, float] | None = None,
        whole: str = "",
        dates: bool = False,
        description: str = "",
    ) -> None:
        """Show these series. `marks`: lines across; `diagonal`: where x equals y; ranges are taken from the data when None; `whole`: which
        axes (x, y, xy) count; `dates`: x are days since 1970-01-01; `description`: a sentence for a screen reader.
        """
        self._dates = dates
        self._series = [one for one in series if len(one.points()[0])]
        self._marks, self._diagonal, self._whole = marks, diagonal, whole
        self._ranges = x_range, y_range
        self._redraw(_legend(self._series), description)

    def is_empty(self) -> bool:
        """Whether no series has a point."""
        return not self._series

    def as_rows(self) -> Table:
        """A row for each x, a column for each series."""
        by_x: dict[float, dict[int, float]] = {}
        for at, one in enumerate(self._series):
            for x, y in zip(*(values.tolist() for values in one.points()), strict=True):
                by_x.setdefault(x, {})[at] = y
        shown = day_text if self._dates else format_number
        rows = [[shown(x), *(format_number(found.get(at)) for at in range(len(self._series)))] for x, found in sorted(by_x.items())]
        return [self.x_label or "x", *(one.name for one in self._series)], rows

    def _draw(self) -> None:
        plot = self._plot(whole=self._whole, dates=self._dates)
        for at, one in enumerate(self._series):
            plot.add(one, at)
        x_fixed, y_fixed = self._ranges
        xs = np.concatenate([one.points()[0] for one in self._series] + [np.array([m.at for m in self._marks if m.upright])])
        ys = np.concatenate([one.drawn_values() for one in self._series] + [np.array([m.at for m in self._marks if not m.upright])])
        x, y = extent(xs, 0.03, x_fixed), extent(ys, 0.08 if y_fixed is None else 0.03, y_fixed)
        if self._diagonal:
            plot.add_diagonal(max(x[0], y[0]), min(x[1], y[1]))
        plot.ranges(x, y)
        for mark in self._marks:
            plot.add_mark(mark)


class ScatterChart(LineChart):
    """Points: residuals, predicted against true, the history of a search. Above 20,000 points their density is shown instead."""

    _history: tuple[Any, ...] = ()

    def as_rows(self) -> Table:
        """A row for each point."""
        rows = [
            [one.name, format_number(x), format_number(y)]
            for one in self._series
            for x, y in zip(*(values[:MOST_POINTS].tolist() for values in one.points()), strict=True)
            if not one.steps
        ]
        return ["", self.x_label or "x", self.y_label or "y"], rows

    def show_points(
        self,
        x: Values,
        y: Values,
        *,
        name: str = "",
        marks: Sequence[Mark] = (),
        diagonal: bool = False,
    ) -> None:
        """Show a cloud of points."""
        self.show_series([Series(name, x, y, line=False)], marks=marks, diagonal=diagonal)

    def show_history(self, scores: Sequence[float | None], *, more_is_better: bool = True, planned: int = 0) -> None:
        """Show the scores of a search in their order (None or NaN: a trial that failed), with the best so far as stairs.

        `planned`: how many trials there will be, so that the axis does not move while they come.
        """
        asked = (tuple(scores), more_is_better, planned, self.y_label)
        if asked == self._history:  # a search emits of every fold, but only a whole trial is a point
            return
        self._history = asked
        values = np.array([np.nan if score is None else score for score in scores], dtype=np.float64)
        trials = np.arange(1, len(values) + 1, dtype=np.float64)
        running = np.fmax.accumulate(values) if more_is_better else np.fmin.accumulate(values)
        ends = np.append(trials, len(values) + 1.0), np.append(running, running[-1:])
        best = [Series(self.tr("best so far"), *ends, color=1, steps=True)] if len(values) else []
        cloud = [Series(self.tr("trial"), trials, values, color=0, line=False)] if np.isfinite(values).any() else []
        far = max(planned, len(values)) + 1
        self.show_series([*cloud, *best] if cloud else [], x_range=(0.0, float(far)), whole="x")

    def _draw(self) -> None:
        clouds = [one for one in self._series if not one.line and len(one.points()[0]) > MOST_POINTS]
        if not clouds:
            super()._draw()
            return
        everything, self._series = self._series, [one for one in self._series if one not in clouds]
        plot = self._plot(whole=self._whole)
        for one in clouds:
            x, y = one.points()
            overview = np.isfinite(x) & np.isfinite(y)
            plot.add_density(x[overview], y[overview])
        for at, one in enumerate(self._series):
            plot.add(one, at)
        self._series = everything
        x_all, y_all = (np.concatenate([one.points()[axis] for one in everything]) for axis in (0, 1))
        x_range, y_range = extent(x_all, 0.03, self._ranges[0]), extent(y_all, 0.05, self._ranges[1])
        if self._diagonal:
            plot.add_diagonal(max(x_range[0], y_range[0]), min(x_range[1], y_range[1]))
        plot.ranges(x_range, y_range)
        for mark in self._marks:
            plot.add_mark(mark)


class ColumnChart(PlotChart):
    """Upright bars: histograms and counts by category, stacked or side by side."""

    _groups: Mapping[str, Values] = {}
    _names: Sequence[str] = ()
    _edges: Values = ()
    _skip = False

    def show_categories(
        self, names: Sequence[str], groups: Mapping[str, Values], *, stacked: bool = True, skip: bool = False, description: str = ""
    ) -> None:
        """Show for each name a bar of each group. `skip`: names in a row, such as ranges, some of which are left out where space is short.

        ValueError when a group has not a value for each name.
        """
        self._show(groups, len(names), stacked)
        self._names, self._edges, self._skip = names, (), skip
        self._redraw_legend(description)

    def show_histogram(self, edges: Values, groups: Mapping[str, Values], *, marks: Sequence[Mark] = ()) -> None:
        """Show counts between edges, which are one more than there are bars. ValueError when a group has another number of counts."""
        self._show(groups, max(len(edges) - 1, 0), stacked=True)
        self._names, self._edges, self._marks, self._skip = (), edges, marks, False
        self._redraw_legend("")

    def _show(self, groups: Mapping[str, Values], count: int, stacked: bool) -> None:
        for name, values in groups.items():
            if len(values) != count:
                raise ValueError(f"the group {name} has {len(values)} values for {count} bars")
        self._groups, self._stacked, self._marks = groups, stacked, ()

    def _redraw_legend(self, description: str) -> None:
        entries: list[tuple[Shade, str]] = [(at, name) for at, name in enumerate(self._groups)] if len(self._groups) > 1 else []
        self._redraw(entries, description)

    def is_empty(self) -> bool:
        """Whether no bar has a height."""
        return not any(len(values) and np.nanmax(np.abs(np.asarray(values, dtype=np.float64))) > 0 for values in self._groups.values())

    def as_rows(self) -> Table:
        """A row for each bar, a column for each group."""
        edges = [float(edge) for edge in self._edges]
        names = list(self._names) or [f"{format_number(a)} – {format_number(b)}" for a, b in pairwise(edges)]
        rows = [[name, *(format_number(float(values[at])) for values in self._groups.values())] for at, name in enumerate(names)]
        return [self.x_label or "", *self._groups], rows

    def _draw(self) -> None:
        plot = self._plot(names=self._names, skip=self._skip)
        edges = np.asarray(self._edges, dtype=np.float64) if len(self._edges) else np.arange(len(self._names) + 1) - 0.5
        widths = np.diff(edges)
        middle, share = edges[:-1] + widths / 2, 0.92 if len(self._edges) else 0.7
        bottoms, tops = np.zeros(len(middle)), np.zeros(len(middle))
        count = len(self._groups)
        for at, values in enumerate(self._groups.values()):
            heights = np.nan_to_num(np.asarray(values, dtype=np.float64))
            if self._stacked:
                plot.add_bars(middle, heights, bottoms, widths * share, at)
                bottoms = bottoms + heights
                tops = bottoms
            else:
                part = widths * share / count
                plot.add_bars(edges[:-1] + widths * (1 - share) / 2 + part * (at + 0.5), heights, 0, part * 0.94, at)
                tops = np.maximum(tops, heights)
        plot.ranges(extent(np.asarray(edges, dtype=np.float64), 0.02), (0.0, float(tops.max()) * 1.06 or 1.0))
        for mark in self._marks:
            plot.add_mark(mark)
