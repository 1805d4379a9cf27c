"""The stages at the left: every state is painted, accessible and can be opened by keys and clicks."""

from __future__ import annotations

from itertools import cycle, islice

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from mlops_desktop.engine.workflow import STAGES, TITLES, StageState
from mlops_desktop.ui import theme
from mlops_desktop.ui.shell.rail import ROW, Rail, elided

COUNT = len(STAGES)
STATES = tuple(islice(cycle(("done", "open", "locked", "running", "stale", "failed")), COUNT))


@pytest.fixture
def rail(qtbot):
    made = Rail()
    qtbot.addWidget(made)
    made.resize(248, COUNT * ROW)
    made.show_stages([StageState(id_, state, f"summary {i}", "why") for i, (id_, state) in enumerate(zip(STAGES, STATES, strict=True))])
    made.show()
    return made


def test_every_state_has_an_accessible_name(rail):
    accessible_name = [rail.item(i).data(Qt.ItemDataRole.AccessibleTextRole) for i in range(COUNT)]
    assert accessible_name[0] == f"Stage 1 of {COUNT}, Problem, done, summary 0"
    for described, state in zip(accessible_name, ("done", "open", "locked", "running", "out of date", "failed"), strict=False):
        assert f", {state}, " in described
    assert rail.item(2).toolTip() == f"{TITLES[STAGES[2]]}: why"


def test_states_differ_in_both_themes(rail, qapp):
    for name in ("light", "dark"):
        theme.apply(qapp, name)
        picture = rail.viewport().grab().toImage()
        marks = {state: picture.copy(8, i * ROW, 44, ROW) for i, state in enumerate(STATES)}
        overview = [bytes(mark.constBits()) for mark in marks.values()]
        assert len(set(overview)) == len(overview), name
    theme.apply(qapp, "light")


def test_a_changed_state_is_painted(rail):
    before = rail.viewport().grab().toImage()
    states = ["done" if i == 2 else state for i, state in enumerate(STATES)]
    rail.show_stages([StageState(id_, state, f"summary {i}", "why") for i, (id_, state) in enumerate(zip(STAGES, states, strict=True))])
    after = rail.viewport().grab().toImage()
    changed = [i for i in range(COUNT) if before.copy(0, i * ROW, 248, ROW) != after.copy(0, i * ROW, 248, ROW)]
    assert changed == [2]


def test_a_click_and_the_arrows_open_stages(rail):
    received: list[str] = []
    rail.opened.connect(received.append)
    QTest.mouseClick(rail.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(60, 5 * ROW + 20))
    assert received == ["train"]
    rail.setFocus()
    QTest.keyClick(rail, Qt.Key.Key_Down)
    QTest.keyClick(rail, Qt.Key.Key_Home)
    assert received == ["train", "evaluate", "problem"]


def test_showing_states_and_the_current_stage_emits_nothing(rail):
    received: list[str] = []
    rail.opened.connect(received.append)
    rail.show_current("deploy")
    assert rail.currentRow() == STAGES.index("deploy")
    rail.show_stages([StageState(id_, "open", "") for id_ in STAGES])
    assert rail.currentRow() == STAGES.index("deploy")
    rail.show_current("")
    assert rail.currentRow() == -1
    assert received == []


def test_the_last_part_of_a_summary_gives_way_last():
    metrics = QFontMetrics(theme.font("caption"))
    text = "Logistic regression, from search · ROC AUC 0.841"
    available = metrics.horizontalAdvance(text) - 40
    message = elided(metrics, text, available)
    assert message.startswith("Logistic")
    assert message.endswith("… · ROC AUC 0.841")
    assert metrics.horizontalAdvance(message) <= available
    assert elided(metrics, text, 1000) == text
    assert elided(metrics, "one part that is too long", 60).endswith("…")
    assert metrics.horizontalAdvance(elided(metrics, "a · " + "b" * 100, 90)) <= 90
