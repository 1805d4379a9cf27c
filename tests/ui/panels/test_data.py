"""Stage 2 by real clicks and keys: figures, pictures, findings whose fixes work, the table with its filter."""

from __future__ import annotations

from dataclasses import replace
from threading import Event

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton

from mlops_desktop.base.job import Silent
from mlops_desktop.engine.pipeline import ArtifactStore, Keys
from mlops_desktop.engine.process import MakeProfile
from mlops_desktop.engine.profiling import Profile
from mlops_desktop.engine.project.decisions import ColumnNote
from mlops_desktop.engine.project.project_file import read_project
from mlops_desktop.ui.panels.data import panel as panel_module
from mlops_desktop.ui.widgets.cards import FindingRow
from tests.ui.conftest import banner, click, find, settle

Key = Qt.Key


@pytest.fixture
def panel(open_project, make_project):
    return open_project(make_project("penguins", "species"), "data").panel


def opened(open_project, make_project, *args, **options):
    window = open_project(make_project(*args, **options), "data")
    return window, window.panel


def kpi(panel, name: str) -> tuple[str, str]:
    return panel.kpis.cards[name].value.text(), panel.kpis.cards[name].hint.text()


def tab(panel, id_: str) -> None:
    click(find(panel, QPushButton, f"data_view_{id_}"))


def write_filter(panel, text: str) -> None:
    line = find(panel, QLineEdit, "row_filter")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    line.names.view.hide()
    QTest.keyClick(line, Key.Key_Return)
    settle(panel.window())


def act(panel, rule: str, action: str = "fix") -> None:
    at = next(i for i, one in enumerate(panel._findings) if one.finding.rule == rule)
    click(find(panel, QPushButton, f"finding_{at}_{action}"))
    settle(panel.window())


def rules(panel, *, open_only: bool = True) -> list[str]:
    return [one.finding.rule for one in panel._findings if not (open_only and one.care)]


# ---- figures and pictures


def test_the_figures(panel):
    assert kpi(panel, "rows") == ("344", "penguins.csv")
    assert kpi(panel, "columns") == ("7", "4 numeric · 3 categorical")
    assert kpi(panel, "missing") == ("0.8%", "5 columns affected")
    assert kpi(panel, "duplicates") == ("0", "checked on all rows")
    value, hint = kpi(panel, "target")
    assert value == "3 classes"
    assert hint == "species · least: Chinstrap 19.8%"


def test_a_binary_target_and_repeated_rows(open_project, make_project):
    rows = "".join(f"{i % 10},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(40))
    _, panel = opened(open_project, make_project, "x,y\n" + rows, "y")
    assert kpi(panel, "target") == ("25.0% yes", "y · uneven · split: stratified")
    assert kpi(panel, "duplicates")[0] == "25"  # there are 15 different rows


def test_a_target_of_numbers(open_project, make_project):
    _, panel = opened(open_project, make_project, "energy_efficiency", "heating_load")
    value, hint = kpi(panel, "target")
    assert value == "18.95"
    assert hint.startswith("median of heating_load, 6.01")
    assert [name for _, name in panel.distributions.legend._entries] == ["rows", "mean of heating_load"]
    shown = panel.distributions.cells[0].shown
    assert sum(shown.totals()) == 768  # the bars are rows, not means
    assert len(shown.line) == len(shown.totals())


def test_distributions_of_all_and_by_target(panel):
    cards = panel.distributions
    shown = {cell.shown.title: cell.shown for cell in cards.cells if not cell.isHidden()}
    assert "species" not in shown
    assert set(shown) == {"island", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "sex"}
    assert len(shown["island"].groups) == 3
    assert sum(shown["body_mass_g"].totals()) == 342
    assert [text for _, text in cards.legend._entries] == ["species = Adelie", "species = Chinstrap", "species = Gentoo"]
    click(find(panel, QPushButton, "split_all"))
    assert len(cards.cells[0].shown.groups) == 1
    assert cards.legend._entries == []
    assert shown["sex"].stat == "3.2% missing"


def test_the_choice_of_all_stays_when_the_profile_changes(panel):
    click(find(panel, QPushButton, "split_all"))
    panel.controller.edit("role", columns={})
    panel.controller.undo()
    settle(panel.window())
    assert panel.distributions.split.choice() == "all"


def test_a_distribution_leads_to_its_column(panel):
    tab(panel, "missing")
    cell = next(c for c in panel.distributions.cells if c.shown.title == "body_mass_g")
    click(cell)
    assert panel.tabs.choice() == "preview"
    at = panel.preview.currentIndex().column()
    assert panel.preview.table.columns[at].name == "body_mass_g"
    other = next(c for c in panel.distributions.cells if c.shown.title == "island")
    other.setFocus()
    QTest.keyClick(other, Key.Key_Return)
    assert panel.preview.table.columns[panel.preview.currentIndex().column()].name == "island"


def test_many_columns_are_paged_and_searched(open_project, make_project):
    names = [f"a_long_name_of_the_column_number_{i}" for i in range(79)]
    rows = "".join(",".join(str((i * (j + 3)) % (j + 5)) for j in range(79)) + f",{'yn'[i % 2]}\n" for i in range(60))
    window, panel = opened(open_project, make_project, ",".join([*names, "y"]) + "\n" + rows, "y")
    cards = panel.distributions
    assert cards.where.text() == "1–8 of 79"
    window.resize(1024, 768)
    QApplication.processEvents()
    area = window.pages.area("data")
    assert (area.horizontalScrollBar().maximum(), area.verticalScrollBar().maximum()) == (0, 0)
    assert not find(panel, QToolButton, "distributions_back").isEnabled()
    click(find(panel, QToolButton, "distributions_on"))
    assert cards.where.text() == "9–16 of 79"
    assert cards.cells[0].shown.title == names[8]
    QTest.keyClicks(find(panel, QLineEdit, "distribution_search"), "number_7")
    assert cards.where.text() == "1–8 of 10"
    panel.open_column(names[78])
    assert cards.where.text() == "9–10 of 10"
    QTest.keyClicks(find(panel, QLineEdit, "distribution_search"), "zzz")
    assert cards.where.text() == "none found"
    for size in ((1280, 800), (1024, 768)):
        window.resize(*size)
        QApplication.processEvents()
        assert window.pages.area("data").horizontalScrollBar().maximum() == 0, size


# ---- findings


def test_nothing_is_applied_by_itself(panel):
    assert panel.controller.session.undo_label == ""
    assert panel.health.ring.isVisible()
    assert "finding" in panel.health.message.text()


def test_what_a_step_does_already_is_shown(panel):
    gaps = [one for one in panel._findings if one.finding.rule == "missing" and one.finding.column != "sex"]
    assert gaps
    assert all("Fill missing numbers" in one.care for one in gaps)
    found = panel.findChildren(FindingRow)
    assert len(found) == len(panel._findings)
    assert all(row.accessibleName() for row in found)


@pytest.fixture
def troubled(open_project, make_project):
    """A table with something for most rules."""
    lines = ["key,twin,same,n,code,y"]
    for i in range(200):
        code = 999 if i % 10 == 0 else (i * 7) % 60
        lines.append(f"K{i:04d},{(i * 13) % 90},always,{(i * 13) % 90},{code},{'yn'[(i * 5) % 3 == 0]}")
    lines += lines[1:11]  # ten repeated rows
    return opened(open_project, make_project, "\n".join(lines) + "\n", "y", proposed=True)


def test_the_fixes_of_findings_work_and_can_be_undone(troubled):
    window, panel = troubled
    before = window.controller.session.key
    assert "duplicate_rows" in rules(panel)
    act(panel, "duplicate_rows")
    assert [c.component.id for c in window.controller.project.row_filters] == ["drop_duplicates"]
    assert "duplicate_rows" not in rules(panel)
    assert kpi(panel, "duplicates")[1] == "taken out by your decisions"
    assert "duplicate_rows" in rules(panel, open_only=False)
    found = next(one for one in panel._findings if one.finding.rule == "duplicate_rows")
    assert found.care == f"Fixed: {found.finding.message.split()[0]} rows are taken out, together with your other steps."
    shown = [panel.health._list.itemAt(at).widget().objectName() for at in range(panel.health._list.count())]
    done = [bool(panel._findings[int(name.rpartition("_")[2])].care) for name in shown]
    assert done == sorted(done)  # what is open is first
    assert done[-1]
    assert window.controller.session.undo_label == "Repeated rows"
    window.controller.undo()
    settle(window)
    assert window.controller.session.key == before
    assert "duplicate_rows" in rules(panel)


def test_a_fix_that_changes_nothing_stays_open(open_project, make_project):
    """The effect of a fix is measured, so one that finds nothing to do is not taken for one."""
    lines = ["key,n,y", *(f"K{i:04d},{i % 40},{'yn'[i % 40 % 3 == 0]}" for i in range(200))]
    folder = make_project("\n".join(lines) + "\n", "y")
    project = read_project(folder)
    profile = MakeProfile(folder, project).run(Silent())
    record = {"id": "drop_duplicates"}  # of all columns, an identifier among them
    findings = [replace(one, fix={"row_filter": record}) if one.rule == "duplicate_rows" else one for one in profile.findings]
    store, key = ArtifactStore(folder / "store"), Keys(project).profile
    store.remove([key])
    store.put_value(key, replace(profile, findings=tuple(findings)))
    window = open_project(folder, "data")
    panel = window.panel
    value = panel.health.ring._value
    act(panel, "duplicate_rows")
    at = next(i for i, one in enumerate(panel._findings) if one.finding.rule == "duplicate_rows")
    assert "duplicate_rows" in rules(panel)
    assert "changes nothing" in panel._findings[at].vain
    assert panel.findChild(QPushButton, f"finding_{at}_fix") is None
    assert panel.health.ring._value == value


def test_a_hidden_code_for_missing_is_counted_as_missing(troubled):
    window, panel = troubled
    act(panel, "hidden_missing")
    assert window.controller.project.columns["code"].missing == ("999",)
    assert "hidden_missing" not in rules(panel)
    assert int(window.controller.table().frame.missing("code").sum()) == 21
    assert kpi(panel, "missing")[1] == "1 column affected"


def test_all_safe_fixes_at_once_are_one_step_of_undo(troubled):
    window, panel = troubled
    before, health = window.controller.session.key, panel.health.ring._value
    button = find(panel, QPushButton, "apply_safe_fixes")
    assert button.isVisible()
    count = int(button.text().split()[1])
    assert count >= 2
    QTest.keyClick(window, Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # the page's own main button
    settle(window)
    assert not button.isVisible()
    assert panel.health.ring._value > health
    assert [c.component.id for c in window.controller.project.row_filters] == ["drop_duplicates"]
    assert window.controller.session.undo_label == "Safe fixes of the data"
    window.controller.undo()
    settle(window)
    assert window.controller.session.key == before
    assert button.isVisible()


def test_a_finding_shows_its_column(troubled):
    _, panel = troubled
    tab(panel, "columns")
    act(panel, "hidden_missing", "look")
    assert panel.tabs.choice() == "preview"
    assert panel.preview.table.columns[panel.preview.currentIndex().column()].name == "code"


def test_a_role_changes_what_is_found(troubled):
    window, panel = troubled
    assert "duplicate_column" in rules(panel)
    act(panel, "duplicate_column")
    assert "ignore" in {note.role for note in window.controller.project.columns.values()}
    assert "duplicate_column" not in rules(panel)


# ---- the table


def test_the_filter(panel):
    count = find(panel, QLabel, "row_count")
    assert count.text() == "344 of 344 rows"
    write_filter(panel, 'island = "Dream" and body_mass_g > 4000')
    frame = panel.controller.table().frame
    islands, mass = frame.texts("island"), frame.number("body_mass_g")
    expected = sum(a == "Dream" and b > 4000 for a, b in zip(islands, mass.tolist(), strict=True))
    assert panel.preview.table.rowCount() == expected > 0
    assert count.text() == f"{expected} of 344 rows"
    write_filter(panel, "body_mass_g >")
    problem = find(panel, QLabel, "row_filter_problem")
    assert problem.isVisible()
    assert problem.text()
    assert panel.preview.table.rowCount() == expected  # what was right stays
    write_filter(panel, "body_mass_g + 1")
    assert "number" in problem.text()
    write_filter(panel, "no_such_column > 1")
    assert "no_such_column" in problem.text()
    write_filter(panel, "is_missing(sex)")
    assert not problem.isVisible()
    assert panel.preview.table.rowCount() == 11
    line = find(panel, QLineEdit, "row_filter")
    line.clear()
    assert panel.preview.table.rowCount() == 344


def test_the_filter_of_a_large_table_is_made_by_the_child(panel, monkeypatch):
    monkeypatch.setattr(panel_module, "AT_ONCE", 10)
    write_filter(panel, 'island = "Dream"')
    assert panel.preview.table.rowCount() == panel.controller.table().frame.texts("island").count("Dream")
    write_filter(panel, "body_mass_g < 0")
    assert panel.preview.table.rowCount() == 0
    assert find(panel, QLabel, "row_count").text() == "0 of 344 rows"
    asked: list[str] = []
    panel.controller.started.connect(asked.append)
    write_filter(panel, 'island = "Dream"')  # remembered
    assert panel.preview.table.rowCount() == panel.controller.table().frame.texts("island").count("Dream")
    assert asked == []


def test_a_filter_that_was_stopped_is_not_applied_and_enter_tries_again(panel, monkeypatch):
    monkeypatch.setattr(panel_module, "AT_ONCE", 10)
    line = find(panel, QLineEdit, "row_filter")
    other_work = Event()
    panel.controller.jobs.quick.warm_up([other_work.wait])  # the call waits behind it
    line.setText("body_mass_g < 1")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert find(panel, QLabel, "row_count").text() == "looking …"
    panel._filtered.cancel()
    other_work.set()
    settle(panel.window())
    assert "not applied" in find(panel, QLabel, "row_count").text()
    assert panel.preview.table.rowCount() == 344
    QTest.keyClick(line, Qt.Key.Key_Return)
    settle(panel.window())
    assert panel.preview.table.rowCount() == 0


def test_the_filter_holds_for_the_new_types(panel):
    write_filter(panel, "bill_length_mm > 50")
    some = panel.preview.table.rowCount()
    panel.controller.edit("type", columns={"bill_depth_mm": ColumnNote(type="category")})
    settle(panel.window())
    assert panel.preview.table.rowCount() == some < 344


def test_names_are_offered_while_typing(panel):
    line = find(panel, QLineEdit, "row_filter")
    line.setFocus()
    QTest.keyClicks(line, "body")
    popup = line.names.view
    assert popup.isVisible()
    QTest.keyClick(popup, Key.Key_Down)
    QTest.keyClick(popup, Key.Key_Return)
    assert line.text() == "body_mass_g"
    line.clear()


def test_the_table_sorts_by_a_click_on_a_head(panel):
    head = panel.preview.horizontalHeader()
    at = [c.name for c in panel.preview.table.columns].index("body_mass_g")
    place = QPoint(head.sectionViewportPosition(at) + 20, head.height() // 2)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert panel.preview.table.text(0, at) == "2,700"


def test_statistics_correlations_and_gaps(panel):
    tab(panel, "columns")
    rows = {row.id: [row.cell(i).text for i in range(13)] for row in panel.statistics.rows_model.rows}
    assert rows["species"][2] == "Target"
    assert rows["body_mass_g"][3] == "2 (0.6%)"
    assert rows["body_mass_g"][9] == "4,050"
    assert "Biscoe (168)" in rows["island"][-1]
    assert not find(panel, QLineEdit, "row_filter").isVisible()
    tab(panel, "relations")
    assert panel.relations.isVisible()
    assert not panel.distributions.isVisible()  # correlations need the room
    assert find(panel, QLineEdit, "pairs_search").isVisible()
    titles, lines = panel.relations.heatmap.as_rows()
    assert len(lines) == 7
    assert titles[1] == lines[0][0] == "species"  # the target leads
    assert "body_mass_g" in titles
    assert {"flipper_length_mm", "body_mass_g"} <= set(panel.relations.pairs.rows_model.rows[0].id.split("\n")) | set(
        panel.relations.pairs.rows_model.rows[1].id.split("\n")
    ) | set(panel.relations.pairs.rows_model.rows[2].id.split("\n"))
    tab(panel, "missing")
    assert panel.distributions.isVisible()
    assert panel.missing.rows_model.rows[0].id == "sex"
    assert panel.missing.rows_model.rows[0].cell(3).bar == pytest.approx(11 / 344)
    panel.missing.selectRow(0)
    QTest.keyClick(panel.missing, Key.Key_Return)
    assert panel.tabs.choice() == "preview"


def test_the_table_can_have_the_whole_page(panel):
    high = panel.preview.height()
    larger = find(panel, QToolButton, "enlarge_table")
    click(larger)
    QApplication.processEvents()
    assert not panel.distributions.isVisible()
    assert panel.preview.height() > high
    click(larger)
    QApplication.processEvents()
    assert panel.distributions.isVisible()


def test_a_sample_is_shown(open_project, make_project, tmp_path):
    rows = "".join(f"{(i * 37) % 101},{(i * 91) % 89},{'yn'[i % 3 == 0]}\n" for i in range(20_500))
    _, panel = opened(open_project, make_project, "a,b,y\n" + rows, "y")
    tab(panel, "relations")
    assert "Sample of 20,000 rows." in panel.relations.note.text()


def test_without_gaps_that_is_shown(open_project, make_project):
    _, panel = opened(open_project, make_project, "energy_efficiency", "heating_load")
    tab(panel, "missing")
    assert panel.complete.isVisible()
    assert kpi(panel, "missing") == ("0.0%", "every cell is filled")


# ---- what is odd


def test_before_a_target_is_chosen(open_project, make_project):
    window, panel = opened(open_project, make_project, "penguins", proposed=False)
    assert kpi(panel, "target") == ("–", "choose it in stage 1")
    assert kpi(panel, "rows")[0] == "344"
    assert panel.distributions.split.isHidden()
    assert banner(window) == ""


@pytest.mark.parametrize(
    "text",
    [
        "a,b,y\n1,,x\n2,,z\n3,,x\n",
        "when,note,y\n2024-01-05,a long story about a day,1\n2024-02-06,another story with words,2\n2024-03-07,and a third one here,3\n",
        "x,y\n1,a\n2,b\n",
        "only\n1\n2\n3\n",
        "x,y\n1,a\n",
    ],
    ids=["an empty column", "dates and texts", "two rows", "one column", "one row"],
)
def test_small_and_odd_tables(open_project, make_project, text):
    _, panel = opened(open_project, make_project, text, proposed=False)
    assert kpi(panel, "rows")[0] == str(len(text.strip().split("\n")) - 1)
    for view in ("columns", "relations", "missing", "preview"):
        tab(panel, view)
        QApplication.processEvents()
        panel.grab()


def test_every_tab_stop_has_a_name(panel):
    reached = []
    panel.distributions.cells[0].setFocus()
    for _ in range(60):
        now = QApplication.focusWidget()
        if now in reached:
            break
        reached.append(now)
        QTest.keyClick(now, Key.Key_Tab)
    inside = [w for w in reached if w is not None and panel.isAncestorOf(w)]
    assert {"data_view_preview", "row_filter", "preview"} <= {w.objectName() for w in inside}
    for widget in inside:
        assert widget.accessibleName(), widget.objectName() or type(widget)


def test_the_search_finds_columns_and_views(panel):
    found = dict(panel.searchable())
    found["Correlations"]()
    assert panel.tabs.choice() == "relations"
    found["island"]()
    assert panel.tabs.choice() == "preview"
    assert panel.preview.table.columns[panel.preview.currentIndex().column()].name == "island"


def test_a_change_of_the_target_in_stage_1_changes_the_pictures(panel):
    window = panel.window()
    window.show_stage("problem")
    window.panel.decisions.choose_target("sex")
    settle(window)
    window.show_stage("data")
    settle(window)
    assert kpi(panel, "target")[0] == "49.5% FEMALE"
    assert panel.preview.table.columns[6].marked
    window.controller.undo()
    window.controller.undo()
    settle(window)
    assert kpi(panel, "target")[0] == "3 classes"


def test_a_stopped_profile_can_be_asked_for_again(open_project, make_project):
    rows = "".join(f"{(i * 37) % 1001},{(i * 91) % 889},{'yn'[i % 3 == 0]}\n" for i in range(30_000))
    window = open_project(make_project("a,b,y\n" + rows, "y"))
    window.show_stage("data")
    window.controller.jobs.stop()
    settle(window)
    panel = window.panel
    again = find(panel, QPushButton, "look_again")
    if window.controller.result(window.controller.keys.profile, Profile) is None:  # else it was quicker than the stop
        assert again.isVisible()
        assert "could not" in panel.health.message.text()
        click(again)
        settle(window)
    assert not again.isVisible()
    assert kpi(panel, "rows")[0] == "30,000"


def test_an_answer_about_a_closed_project_is_dropped(open_project, make_project):
    first, second = make_project("penguins", "species"), make_project("energy_efficiency", "heating_load")
    window = open_project(first)
    window.panel.decisions.choose_target("sex")
    window.controller.open(second)
    window.show_stage("problem")
    before = window.controller.session.key
    settle(window)
    assert window.controller.session.key == before
    assert window.controller.project.target == "heating_load"
    assert window.panel.target.target.chosen() == "heating_load"
    assert not window.panel.target.renew.isVisible()
