"""A legend keeps its names whole: what does not fit stands in a further line."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mlops_desktop.ui import theme
from mlops_desktop.ui.widgets.legend import LINE, Legend
from tests.ui.clipping import painted
from tests.ui.widgets.test_small_plots import pixels


def test_names_are_whole_in_as_many_lines_as_they_need(qtbot: QtBot) -> None:
    legend = Legend()
    legend.show_entries([(0, "training"), (1, "validation"), (2, "test")])
    qtbot.addWidget(legend)
    legend.show()
    legend.resize(legend.sizeHint())
    assert legend.height() == LINE
    legend.resize(legend.minimumSizeHint())
    assert legend.height() == 3 * LINE
    with painted() as cut:
        legend.grab()
    assert cut == []
    legend.show_entries([])
    assert (legend.sizeHint().width(), legend.height()) == (0, LINE)


def test_a_legend_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    legend = Legend()
    legend.show_entries([(0, "churn = no"), (1, "a name " * 20)])
    qtbot.addWidget(legend)
    legend.resize(legend.sizeHint())
    assert theme.SERIES["light"][0] in pixels(legend)
    theme.apply(qapp, "dark")
    assert theme.SERIES["dark"][0] in pixels(legend)
