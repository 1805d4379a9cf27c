"""Charts: drawn when seen, in the theme's colors, empty as text, and as a table."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mlops_desktop.base.number_format import format_number
from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.charts import Bar, BarChart, Chart, ColumnChart, Heatmap, LineChart, Mark, ScatterChart, Series
from mlops_desktop.ui.widgets.rows_table import RowsTable
from mlops_desktop.ui.widgets.ticks import nice_ticks, signed, tick_texts

NAN = float("nan")


def line() -> Chart:
    chart = LineChart("Line", name="line", x_label="rows")
    chart.show_series(
        [
            Series("train", [1, 2, 3], [0.9, NAN, 0.8], markers=True),
            Series("test", [1, 2, 3], [0.5, 0.6, 0.7], low=[0.4] * 3, high=[0.8] * 3),
        ],
        marks=[Mark(2, "here", upright=True), Mark(0.6)],
        diagonal=True,
    )
    return chart


def cloud() -> Chart:
    chart = ScatterChart("Cloud", name="cloud")
    chart.show_points(np.arange(50_000.0) % 317, np.arange(50_000.0) % 211, name="row", diagonal=True, marks=[Mark(0)])
    return chart


def history() -> Chart:
    chart = ScatterChart("History", name="history", x_label="trial")
    chart.show_history([0.5, None, 0.7, 0.6], planned=10)
    return chart


def bars() -> Chart:
    chart = BarChart("Why", name="why")
    chart.show_signed([Bar("contract = " + "long " * 30, 0.19), Bar("age = 41", -0.02), Bar("nothing", 0.0), Bar("unknown", NAN)])
    return chart


def ranking() -> Chart:
    chart = BarChart("Ranking", name="ranking")
    chart.show_bars([Bar("a", 0.2, 0.1, 0.3), Bar("b", 0.1, -0.05, 0.2)])
    return chart


def columns() -> Chart:
    chart = ColumnChart("Columns", name="columns")
    chart.show_categories(["red", "a very long name of a level"], {"then": [3, 1], "now": [2, 5]}, stacked=False)
    return chart


def histogram() -> Chart:
    chart = ColumnChart("Scores", name="scores")
    chart.show_histogram([0, 0.5, 1], {"no": [5, 1], "yes": [0, 4]}, marks=[Mark(0.4, "threshold", upright=True)])
    return chart


def heat() -> Chart:
    chart = Heatmap("Correlations", name="heat")
    chart.show_matrix([[1, -0.5], [-0.5, NAN]], ["a", "b"])
    return chart


MAKERS: list[Callable[[], Chart]] = [line, cloud, history, bars, ranking, columns, histogram, heat]
EMPTY: list[Callable[[], Chart]] = [
    lambda: LineChart("Line", name="x", empty="Nothing yet."),
    lambda: ScatterChart("Cloud", name="x", empty="Nothing yet."),
    lambda: BarChart("Why", name="x", empty="Nothing yet."),
    lambda: ColumnChart("Columns", name="x", empty="Nothing yet."),
    lambda: Heatmap("Heat", name="x", empty="Nothing yet."),
]


def shown(qtbot: QtBot, chart: Chart, size: tuple[int, int] = (420, 320)) -> Chart:
    qtbot.addWidget(chart)
    chart.resize(*size)
    chart.show()
    qtbot.waitUntil(lambda: chart._canvas is not None or chart.is_empty())
    return chart


def colors(widget: QWidget) -> Counter[str]:
    picture = widget.grab().toImage()
    spots = ((x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2))
    return Counter(QColor(picture.pixel(x, y)).name().upper() for x, y in spots)


@pytest.mark.parametrize("make", MAKERS)
def test_a_chart_is_painted_in_the_colors_of_the_theme_and_again_in_the_other(
    qtbot: QtBot, qapp: QApplication, make: Callable[[], Chart]
) -> None:
    chart = shown(qtbot, make())
    chart.tools.hide()
    light = colors(chart)
    assert light[theme.LIGHT["surface"]] > 0.15 * sum(light.values())
    assert len(light) > 5
    theme.apply(qapp, "dark")
    QApplication.processEvents()
    dark = colors(chart)
    assert dark[theme.DARK["surface"]] > 0.15 * sum(dark.values())
    assert dark[theme.LIGHT["surface"]] < 0.01 * sum(dark.values())
    assert len(dark) > 5


@pytest.mark.parametrize("make", MAKERS)
def test_a_chart_shows_itself_as_a_table(qtbot: QtBot, make: Callable[[], Chart]) -> None:
    chart = shown(qtbot, make())
    titles, rows = chart.as_rows()
    assert rows
    assert {len(row) for row in rows} == {len(titles)}
    assert all(isinstance(cell, str) for row in rows for cell in row)
    button = chart.findChild(QWidget, f"{chart.objectName()}_as_table")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    table = chart.findChild(RowsTable)
    assert table is not None
    assert table.isVisible()
    assert table.rows_model.rowCount() == min(len(rows), 2000)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not table.isVisible()


@pytest.mark.parametrize("make", EMPTY)
def test_an_empty_chart_shows_a_sentence(qtbot: QtBot, make: Callable[[], Chart]) -> None:
    chart = shown(qtbot, make())
    assert chart.is_empty()
    text = [w for w in chart.findChildren(QWidget) if getattr(w, "text", lambda: "")() == "Nothing yet." and w.isVisible()]
    assert text
    button = chart.findChild(QWidget, "x_as_table")
    assert button is not None
    assert not button.isEnabled()


@pytest.mark.parametrize("make", MAKERS)
def test_a_plot_is_no_tab_stop_and_gives_way_to_any_size(qtbot: QtBot, make: Callable[[], Chart]) -> None:
    chart = shown(qtbot, make(), (170, 130))
    stops = [w for w in chart.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisibleTo(chart)]
    assert [stop.objectName() for stop in stops] == [f"{chart.objectName()}_as_table"]
    assert chart.accessibleName()
    assert chart.width() == 170


def test_the_wheel_over_a_plot_is_left_to_the_page(qtbot: QtBot) -> None:
    chart = shown(qtbot, line())
    plot = chart._canvas.viewport()  # type: ignore[union-attr]
    for x in (10, 200):  # over an axis, over the lines
        wheel = QWheelEvent(
            QPointF(x, 150), QPointF(x, 150), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(plot, wheel)
        assert not wheel.isAccepted()  # Qt gives it to what is around


def test_a_chart_that_was_emptied_and_filled_again_is_right_each_time(qtbot: QtBot) -> None:
    chart = LineChart("Line", name="line", empty="Nothing yet.")
    shown(qtbot, chart)
    assert chart._stack.currentWidget() is chart._empty
    chart.show_series([Series("a", [0, 1], [1, 2])])
    assert chart._stack.currentWidget() is chart._blank  # the page is shown before the picture is made
    qtbot.waitUntil(lambda: chart._stack.currentWidget() is chart._canvas)
    chart.show_series([Series("a", [], [])])
    assert chart._stack.currentWidget() is chart._empty
    chart.show_series([Series("a", [0, 1], [3, 4])])
    assert chart._stack.currentWidget() is chart._canvas


def test_a_chart_that_is_left_before_it_is_made_is_made_at_the_next_visit(qtbot: QtBot) -> None:
    chart = LineChart("Line", name="line", empty="Nothing yet.")
    shown(qtbot, chart)
    chart.show_series([Series("a", [0, 1], [1, 2])])
    chart.hide()
    qtbot.wait(20)
    assert chart._canvas is None
    chart.show()
    qtbot.waitUntil(lambda: chart._stack.currentWidget() is chart._canvas)
    gone = LineChart("Line", name="line")
    shown(qtbot, gone)
    gone.show_series([Series("a", [0, 1], [1, 2])])
    gone.show_series([Series("a", [], [])])  # emptied before it is made
    qtbot.wait(20)
    assert gone._stack.currentWidget() is gone._empty


@pytest.mark.parametrize(
    ("x", "y"), [([1], [2]), ([1, 1], [5, 5]), ([0, 1], [NAN, NAN]), ([0, 1], [1e300, -1e300]), ([0, 1e-9], [1, 2]), ([-1, 0], [0, 0])]
)
def test_odd_values_are_drawn_or_left_out_but_never_an_error(qtbot: QtBot, x: list[float], y: list[float]) -> None:
    chart = LineChart("Odd", name="odd")
    chart.show_series([Series("a", x, y, markers=True)], marks=[Mark(x[0], "m", upright=True)])
    shown(qtbot, chart).grab()


def test_series_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="the series a"):
        Series("a", [1, 2], [1]).points()


def test_bars_and_names_of_two_lengths_are_refused(qtbot: QtBot) -> None:
    chart = ColumnChart("C", name="c")
    qtbot.addWidget(chart)
    with pytest.raises(ValueError, match="2 bars"):
        chart.show_categories(["a", "b"], {"x": [1]})
    heat_ = Heatmap("H", name="h")
    qtbot.addWidget(heat_)
    with pytest.raises(ValueError, match="a matrix"):
        heat_.show_matrix([[1.0]], ["a", "b"])


def test_the_best_so_far_holds_over_failed_trials_in_both_directions(qtbot: QtBot) -> None:
    chart = ScatterChart("History", name="history")
    qtbot.addWidget(chart)
    chart.show_history([0.5, None, 0.7, 0.6])
    assert list(chart._series[1].points()[1]) == [0.5, 0.5, 0.7, 0.7, 0.7]
    chart.show_history([0.5, None, 0.7, 0.4], more_is_better=False)
    assert list(chart._series[1].points()[1]) == [0.5, 0.5, 0.5, 0.4, 0.4]
    chart.show_history([None, None])
    assert chart.is_empty()


def test_the_pointer_is_shown_the_value_under_it(qtbot: QtBot) -> None:
    chart = shown(qtbot, line())
    plot: Any = chart._canvas
    view = plot.getPlotItem().getViewBox()
    place = plot.mapFromScene(view.mapViewToScene(QPointF(3, 0.7)))
    assert plot._nearest(QPointF(place)) == "test: 3, 0.7"
    assert plot._nearest(QPointF(0, 0)) == ""
    map_ = shown(qtbot, heat())
    canvas: Any = map_._canvas
    area, side = map_._frame(canvas)  # type: ignore[attr-defined]
    assert map_._value_at(area.left() + side * 1.5, area.top() + side * 0.5, canvas) == "a × b: −0.5"  # type: ignore[attr-defined]


def test_a_million_points_are_drawn_without_a_wait(qtbot: QtBot) -> None:
    chart = LineChart("Long", name="long")
    values = np.sin(np.arange(1_000_000) / 1000)
    started = time.perf_counter()
    chart.show_series([Series("a", np.arange(1_000_000), values)])
    shown(qtbot, chart)
    chart.grab()
    assert time.perf_counter() - started < 5  # a wide pen with smooth edges would take 22 s


def test_nothing_of_pyqtgraph_is_imported_before_a_chart_is_seen() -> None:
    code = (
        "import sys\nfrom PySide6.QtWidgets import QApplication\napp = QApplication([])\n"
        "from mlops_desktop.ui.widgets.charts import LineChart, Series\n"
        "chart = LineChart('a', name='a'); chart.show_series([Series('s', [0, 1], [0, 1])])\n"
        "assert 'pyqtgraph' not in sys.modules\nchart.show()\n"
        "from PySide6.QtTest import QTest\nQTest.qWait(50)\nassert 'pyqtgraph' in sys.modules\n"
        "heavy = {'pandas', 'sklearn', 'scipy', 'matplotlib', 'pyarrow', 'lightgbm'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 10_000, ["0", "2k", "4k", "6k", "8k", "10k"]),
        (2010, 2020, ["2010", "2012", "2014", "2016", "2018", "2020"]),
        (0.74, 0.96, ["0.75", "0.80", "0.85", "0.90", "0.95"]),
        (-3, 3, ["−2", "0", "2"]),
        (5, 5, ["5"]),
        (2024, 2024, ["2024"]),
        (0, 3e-7, ["0", "1e−7", "2e−7", "3e−7"]),
        (0, 4e6, ["0", "1M", "2M", "3M", "4M"]),
    ],
)
def test_ticks_are_round_and_inside(low: float, high: float, texts: list[str]) -> None:
    ticks = nice_ticks(low, high, 5 if low != -3 else 3)
    assert tick_texts(ticks) == texts
    assert all(low <= tick <= high for tick in ticks)


def test_counts_have_whole_ticks() -> None:
    assert nice_ticks(0, 3, 8, whole=True) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (NAN, "–"), (0, "0"), (12480, "12,480"), (65.159, "65.16"), (-0.03, "−0.03"), (1e-9, "1e-09"), (1234567.8, "1,234,568")],
)
def test_figures_are_for_reading(value: float | None, text: str) -> None:
    assert format_number(value) == text


def test_changes_have_their_sign() -> None:
    assert (signed(0.19), signed(-0.03), signed(0)) == ("+0.19", "−0.03", "+0.00")


def test_the_name_of_an_axis_is_cut_to_its_length_and_is_no_markup(qtbot):
    chart = LineChart("What if", name="what_if", x_label="short")
    qtbot.addWidget(chart)
    chart.resize(330, 300)
    chart.show()
    chart.show_series([Series("answer", [0, 1, 2], [1, 2, 3])])
    qtbot.waitUntil(lambda: chart._stack.currentWidget() is chart._canvas)
    chart.x_label = "<b>how satisfied</b> were you with the way in which our staff dealt with you on the telephone"
    chart.show_series([Series("answer", [0, 1, 2], [1, 2, 3])])
    axis = chart._canvas._axes["bottom"]
    label = axis.label
    assert label.toPlainText().startswith("<b>how")
    assert "…" in label.toPlainText()
    assert 0 < label.boundingRect().width() <= axis.width() + 2
    assert label.pos().x() == pytest.approx((axis.width() - label.boundingRect().width()) / 2, abs=2)
