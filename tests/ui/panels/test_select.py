"""Stage 5 by real clicks and keys: columns are ranked, forced in and out, and every one says whether it stays and why."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton

from mlops_desktop.base.selection import Selection
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recommended import operation
from mlops_desktop.engine.project.decisions import ColumnNote, Step
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.ui.panels.select.panel import forced_by
from tests.ui.conftest import click, find, settle
from tests.ui.panels.recipes import begin, ids, label_text, opened, rest

SELECTIONS = sorted(id_ for id_, member in choices().operations.items() if issubclass(member, Selection))


def ready(panel):
    rest(panel)
    settle(panel.window())
    rest(panel)
    return panel


@pytest.fixture
def panel(open_project, make_project):
    return ready(opened(open_project, make_project("penguins", "species"), "select"))


@pytest.fixture
def chosen(open_project, make_project):
    """A recipe that keeps the four most telling columns."""
    steps = read_project(make_project("penguins", "species")).steps
    step = Step(operation("select_mutual_information", keep_by="count", count=4))
    return ready(opened(open_project, make_project("penguins", "species", steps=(*steps, step)), "select"))


def listed(panel) -> dict[str, tuple[str, str]]:
    rows = panel.remains.table.rows_model.rows
    return {row.id: (row.cell(2).text, row.cell(3).text) for row in rows}


def pick(panel, id_: str) -> None:
    box = find(panel, QComboBox, "select_ranking")
    box.setCurrentIndex(box.findData(id_))
    box.activated.emit(box.currentIndex())
    ready(panel)


def force(panel, names: list[str], where: str) -> None:
    table = panel.remains.table
    table.select(names)
    table._emit()
    click(find(panel, QPushButton, f"select_force_{where}"))
    ready(panel)


def count(panel) -> str:
    return find(panel, QLabel, "select_count").text()


def test_without_a_step_all_columns_are_ranked_and_stay(panel):
    names = [bar.name for bar in panel.ranking.chart._bars]
    assert names[0] == "flipper_length_mm"
    assert len(names) == 10
    assert count(panel) == "10 of 10 kept"
    assert {result for result, _ in listed(panel).values()} == {"kept"}
    assert not find(panel, QPushButton, "select_force_out").isEnabled()
    assert panel.controller.session.undo_label == ""


@pytest.mark.parametrize("id_", SELECTIONS)
def test_every_way_of_ranking_draws_its_bars(panel, id_):
    pick(panel, id_)
    values = [bar.value for bar in panel.ranking.chart._bars]
    assert len(values) == 10
    assert values == sorted(values, reverse=True) or id_ == "select_variance"
    assert "10 columns" in find(panel, QLabel, "select_ranking_facts").text()


def test_a_ranking_is_made_once(panel, monkeypatch):
    pick(panel, "select_variance")
    asked: list[str] = []
    ask = panel.controller.ask
    monkeypatch.setattr(panel.controller, "ask", lambda name, *rest, **more: asked.append(name) or ask(name, *rest, **more))
    pick(panel, "select_correlation")
    pick(panel, "select_variance")
    assert asked == []


def test_a_step_that_selects_is_added_and_shows_what_remains(panel):
    begin(panel, "select_mutual_information")
    ready(panel)
    assert count(panel) == "5 of 10 kept"
    click(find(panel, QPushButton, "select_take"))
    ready(panel)
    assert ids(panel)[-1] == "select_mutual_information"
    assert label_text(panel, "outcome") == "5 features go to the models."
    dropped = {why for result, why in listed(panel).values() if result == "dropped"}
    assert dropped == {"less informative about the target than those kept"}
    assert {bar.color for bar in panel.ranking.chart._bars} == {None, "control"}
    panel.controller.undo()
    ready(panel)
    assert count(panel) == "10 of 10 kept"


def test_columns_are_forced_in_and_out_and_set_free_again(chosen):
    panel = chosen
    names = list(listed(panel))
    assert count(panel) == "4 of 10 kept"
    force(panel, names[:2], "out")
    step = panel.controller.project.steps[-1].component
    assert set(step.forced_out) == set(names[:2])
    assert listed(panel)[names[0]] == ("dropped", "always left out")
    assert panel.controller.session.undo_label == "Keep the most informative columns: Always leave out"
    force(panel, [names[-1]], "in")
    assert listed(panel)[names[-1]] == ("kept", "always kept")
    assert count(panel) == "4 of 10 kept"
    force(panel, [names[0], names[-1]], "free")
    step = panel.controller.project.steps[-1].component
    assert step.forced_in == ()
    assert step.forced_out == (names[1],)
    for _ in range(3):
        panel.controller.undo()
    assert panel.controller.project.steps[-1].component.forced_out == ()


def test_a_column_forced_by_its_source_is_set_free(chosen):
    panel = chosen
    step = panel.controller.project.steps[-1].component
    panel.recipe.edit(type(step)(keep_by="count", count=4, forced_out=("island",)))
    ready(panel)
    assert listed(panel)["island = Dream"] == ("dropped", "always left out")
    force(panel, ["island = Dream"], "free")
    assert panel.controller.project.steps[-1].component.forced_out == ()
    assert forced_by("island = Dream", ["island", "sex"]) == ["island"]


def test_the_list_shows_all_kept_or_dropped(chosen):
    panel = chosen
    for id_, rows in (("kept", 4), ("gone", 6), ("all", 10)):
        click(find(panel, QPushButton, f"select_which_{id_}"))
        assert len(panel.remains.table.rows_model.rows) == rows


def test_a_twin_names_the_column_it_repeats(open_project, make_project):
    rows = "".join(f"{i % 13},{i % 13 * 2 + 1},{(i * 7) % 11},{'yn'[i % 3 > 0]}\n" for i in range(60))
    steps = (Step(operation("select_correlation")),)
    panel = ready(opened(open_project, make_project("a,b,c,out\n" + rows, "out", steps=steps), "select"))
    why = dict(listed(panel).values())
    assert why["dropped"] in ("repeats “a” (correlation 1.00)", "repeats “b” (correlation 1.00)")


def test_directions_show_their_first_rows(panel):
    begin(panel, "pca")
    ready(panel)
    assert panel.remains._rows_pane.isVisible()
    titles = [column.title for column in panel.remains._rows_pane.table.rows_model.columns]
    assert "→ PC1" in titles
    assert not find(panel, QPushButton, "select_force_in").isVisible()


NOTES = "note,color,out\n" + "".join(f"the note number {i},{'rgb'[i % 3]},{'yn'[i % 3 > 0]}\n" for i in range(60))


def test_categories_are_ranked_and_selected(open_project, make_project):
    steps = (Step(operation("select_mutual_information", keep_by="count", count=2)),)
    panel = ready(opened(open_project, make_project("penguins", "species", steps=steps), "select"))
    assert {bar.name for bar in panel.ranking.chart._bars} >= {"island", "sex"}
    assert count(panel) == "2 of 6 kept"
    assert listed(panel)["sex"][0] == "dropped"


def test_columns_of_a_step_are_called_by_the_label_of_what_they_are_made_of(open_project, make_project):
    rows = "".join(f"2024-{i % 12 + 1:02d}-{i % 28 + 1:02d},{'ab'[i % 12 > 5]}\n" for i in range(120))
    decided = {"steps": (Step(operation("date_parts", columns=["when"])),), "columns": {"when": ColumnNote(label="Day of order")}}
    panel = ready(opened(open_project, make_project("when,out\n" + rows, "out", **decided), "select"))
    assert "Day of order: month" in {bar.shown_name for bar in panel.ranking.chart._bars}
    assert "Day of order: month" in {row.cell(0).text for row in panel.remains.table.rows_model.rows}


def test_texts_that_are_left_stop_next_here(open_project, make_project):
    panel = ready(opened(open_project, make_project(NOTES, "out", steps=()), "select"))
    assert "cannot go into a model" in panel.unready()[0]
    assert listed(panel)["note"] == ("kept", "not scored: free text")
    assert "no score" in find(panel, QLabel, "select_ranking_facts").text()


def test_a_selected_row_is_forced_by_keys_alone(chosen):
    panel = chosen
    table = panel.remains.table
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(table.ids()) == 2
    button = find(panel, QPushButton, "select_force_out")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    ready(panel)
    assert len(panel.controller.project.steps[-1].component.forced_out) == 2
