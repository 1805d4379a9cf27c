"""Small plots: quick to build, right at the edges, with an accessible name."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QGridLayout, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from mlops_desktop.ui import theme
from mlops_desktop.ui.panels.data.distributions_card import days_of
from mlops_desktop.ui.widgets import small_plots
from mlops_desktop.ui.widgets.small_plots import Distribution, DistributionCell, ProbabilityBar, Ring
from mlops_desktop.ui.widgets.ticks import date_ticks

NAN = float("nan")
BARS = Distribution("age", [[3.0, 1.0, 0.0], [1.0, 2.0, 0.0]], edges=[0, 10, 20, 30], stat="median 9")


def pixels(widget: QWidget) -> dict[str, int]:
    picture, found = widget.grab().toImage(), {}
    for x in range(picture.width()):
        for y in range(picture.height()):
            name = picture.pixelColor(x, y).name().upper()
            found[name] = found.get(name, 0) + 1
    return found


def cell(qtbot: QtBot, shown: Distribution) -> DistributionCell:
    made = DistributionCell(name="cell_age")
    qtbot.addWidget(made)
    made.resize(200, 140)
    made.show_distribution(shown)
    made.show()
    return made


def test_classes_are_stacked_in_the_colors_of_the_series_by_their_size(qtbot: QtBot) -> None:
    found = pixels(cell(qtbot, BARS))
    blue, orange = (found[color] for color in theme.SERIES["light"][:2])
    assert blue / orange == pytest.approx(4 / 3, rel=0.1)


def test_a_cell_shows_its_column_when_it_is_opened_by_mouse_or_key(qtbot: QtBot) -> None:
    made, opened = cell(qtbot, BARS), []
    made.opened.connect(opened.append)
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton)
    qtbot.keyClick(made, Qt.Key.Key_Return)
    qtbot.keyClick(made, Qt.Key.Key_Space)
    assert opened == ["age"] * 3
    assert made.accessibleName() == "Distribution of age"
    assert "median 9" in made.accessibleDescription()
    assert made.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize(
    "odd",
    [
        Distribution("empty", []),
        Distribution("no rows", [[0, 0]], edges=[0, 1, 2], note="Nothing to show"),
        Distribution("constant", [[5]], edges=[3, 3]),
        Distribution("n" * 500, [[1]], names=["x" * 200], stat="1 level"),
        Distribution("many", [[1.0] * 300], edges=list(range(301))),
        Distribution("levels", [[1.0] * 40], names=[f"level {i}" for i in range(40)]),
        Distribution("negative", [[1, 2]], edges=[-1e9, 0, 1e9]),
    ],
)
def test_odd_distributions_are_painted(qtbot: QtBot, odd: Distribution) -> None:
    made = cell(qtbot, odd)
    made.resize(120, 60)
    made.grab()


def test_two_dozen_cells_are_painted_by_hand(qtbot: QtBot) -> None:
    """A graphics view for each would take a page of them sixteen times as long."""
    page = QWidget()
    qtbot.addWidget(page)
    grid = QGridLayout(page)
    for at in range(24):
        made = DistributionCell(name=f"cell_{at}")
        made.show_distribution(Distribution(f"column {at}", [[float(i) for i in range(20)]] * 2, edges=list(range(21))))
        grid.addWidget(made, at // 6, at % 6)
    page.resize(1200, 600)
    assert len(page.findChildren(DistributionCell)) == 24
    assert not page.findChildren(QAbstractScrollArea)
    assert pixels(page)[theme.series(0)] > 24 * 50


@pytest.mark.parametrize(("value", "tone"), [(86, "ok"), (60, "warn"), (10, "err"), (0, "err"), (140, "ok"), (-3, "err")])
def test_a_ring_is_colored_by_its_value(qtbot: QtBot, value: float, tone: str) -> None:
    ring = Ring("Data health", name="health")
    qtbot.addWidget(ring)
    ring.show_value(value)
    assert ring.accessibleName() == f"Data health: {min(max(value, 0), 100)} of 100"
    found = pixels(ring)
    assert (theme.LIGHT[tone] in found) == (value > 0)


@pytest.mark.parametrize(("value", "series"), [(0.73, 1), (0.41, 0), (0.42, 1)])
def test_a_probability_is_orange_from_its_threshold_on(qtbot: QtBot, value: float, series: int) -> None:
    bar = ProbabilityBar(name="bar")
    qtbot.addWidget(bar)
    bar.resize(300, 36)
    bar.show_value(value, 0.42)
    found = pixels(bar)
    assert theme.SERIES["light"][series] in found
    assert theme.SERIES["light"][1 - series] not in found
    assert bar.accessibleName() == f"Probability {value:.1%}, threshold 42.0%"


@pytest.mark.parametrize(("value", "threshold"), [(None, None), (None, 0.0), (0.0, 1.0), (1.0, 0.001), (2.0, -1.0)])
def test_a_probability_at_the_edges_is_painted(qtbot: QtBot, value: float | None, threshold: float | None) -> None:
    bar = ProbabilityBar(name="bar")
    qtbot.addWidget(bar)
    bar.show_value(value, threshold)
    bar.grab()


def test_titles_that_differ_in_the_middle_stay_different(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"expression of the gene {number} in the sample" for number in (1, 2)]
    shown = cell(qtbot, replace(BARS, title=names[0]))
    shown.show_distribution(shown.shown, names)
    shown.resize(150, 120)
    texts: list[str] = []

    class Recording(small_plots.QPainter):
        def drawText(self, *given: object) -> None:
            texts.append(str(given[-1]))
            super().drawText(*given)

    monkeypatch.setattr(small_plots, "QPainter", Recording)
    shown.grab()
    assert any("gene 1" in text for text in texts)


def test_repainting_keeps_the_count_of_none(qtbot: QtBot) -> None:
    made, ring = cell(qtbot, BARS), Ring("r", name="r")
    qtbot.addWidget(ring)
    made.grab()
    before = sys.getrefcount(None)
    for _ in range(200):
        made.grab()
        ring.grab()
    assert sys.getrefcount(None) > before - 100


def test_the_line_of_a_target_of_numbers_lies_over_bars_of_rows(qtbot: QtBot) -> None:
    """A bin of two rows has a mean as high as one of a thousand: what is as high as the bar is the number of rows."""
    shown = Distribution("age", [[1000.0, 2.0]], edges=[0, 10, 20], line=[5.0, -90.0], line_name="mean of price", classes=())
    found = pixels(cell(qtbot, shown))
    plain = pixels(cell(qtbot, Distribution("age", [[1000.0, 2.0]], edges=[0, 10, 20])))
    blue, orange = theme.SERIES["light"][:2]
    assert orange in found
    assert orange not in plain
    assert found[blue] == pytest.approx(plain[blue], rel=0.1)
    assert shown.bar_text(1) == "10 – 20: 2\nmean of price: −90"


def test_a_bar_says_its_range_and_its_rows_by_class(qtbot: QtBot) -> None:
    made = cell(qtbot, Distribution("age", [[3.0, 1.0], [1.0, 2.0]], edges=[0, 10, 20], classes=("no", "yes")))
    assert made.shown.bar_text(0) == "0 – 10: 4\nno: 3\nyes: 1"
    for x, text in ((60, "0 – 10: 4\nno: 3\nyes: 1"), (150, "10 – 20: 3\nno: 1\nyes: 2")):
        QApplication.sendEvent(made, QHelpEvent(QEvent.Type.ToolTip, QPoint(x, 80), made.mapToGlobal(QPoint(x, 80))))
        assert QToolTip.text() == text
    QToolTip.hideText()


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        ("2010-01-01", "2025-06-01", ["2010", "2015", "2020", "2025"]),
        ("2023-12-20", "2024-12-05", ["2024-01", "2024-04", "2024-07", "2024-10"]),
        ("2024-03-01", "2024-03-16", ["2024-03-03", "2024-03-08", "2024-03-13"]),
        ("2024-03-01", "2024-03-01T16:00", ["00:00", "06:00", "12:00"]),
        ("2024-03-01", "2024-03-01", ["2024-03-01"]),
        ("0001-01-01", "9999-12-31", ["0001-01-01", "9999-12-31"]),
    ],
)
def test_dates_have_round_ticks_that_are_dates(low: str, high: str, texts: list[str]) -> None:
    ticks = date_ticks(days_of(low), days_of(high), 4)
    assert [text for _, text in ticks] == texts
    assert all(days_of(low) <= at <= days_of(high) for at, _ in ticks)


def test_what_is_no_date_has_no_tick() -> None:
    assert date_ticks(NAN, 4, 4) == []
    assert date_ticks(0, 1e12, 4) == []
    assert days_of("14:30") == pytest.approx(14.5 / 24)
    assert days_of("soon") != days_of("soon")


def test_a_statistic_that_warns_gives_way_to_the_name_too(qtbot: QtBot) -> None:
    plain = replace(BARS, title="a name that fills the cell", stat="")
    warned = replace(plain, stat="0.09 with the target column", tone="warn")
    assert cell(qtbot, warned).grab().toImage() == cell(qtbot, plain).grab().toImage()
