"""The problem as text, and what ties rows together: it shows what is in force, decided or not."""

from __future__ import annotations

from mlops_desktop.engine.project import Project
from mlops_desktop.ui.panels.problem.brief_card import BriefCard
from tests.splitters import splitter


def test_the_order_in_time_is_the_one_of_the_split_where_nobody_chose_one(qtbot):
    card = BriefCard()
    qtbot.addWidget(card)
    box = card.split_columns["time"]
    columns = [("day", "date"), ("year", "number"), ("month", "number")]
    for names in (("day",), ("year", "month")):
        card.show_split_columns(columns, {}, Project(split=splitter(method="time", column=names)))
        assert box.currentText() == f"Yes, by {', '.join(names)}, as the split does"
        with qtbot.assertNotEmitted(card.split_column_picked):
            box.picked.emit(box.chosen())
    card.show_split_columns(columns, {}, Project(split=splitter(method="random")))
    assert box.currentText() == "No"
