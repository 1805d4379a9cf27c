"""The open project: saved on its own, nothing lost when the disk, the folder or a process lets it down."""

from __future__ import annotations

import os
import random
import shutil
import signal
from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recommendations import write_suggestions
from mlops_desktop.engine.project.assignments import set_note
from mlops_desktop.engine.project.decisions import Brief, Goals, Project, Split, Step
from mlops_desktop.engine.project.project_file import project_key, read_project
from mlops_desktop.ui import project_controller as workbench
from mlops_desktop.ui.jobs import JobRunner
from mlops_desktop.ui.project_controller import Workbench
from mlops_desktop.ui.shell.crash_dialog import CrashDialog
from tests.engine.disks import fill, small_disk
from tests.ui.conftest import banner, find, settle


class Told(QObject):
    """What the bench said."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self.banners: list[tuple[str, str]] = []
        self.states: list[str] = []
        bench.banner.connect(self.hear)
        bench.saved.connect(self.states.append)

    def hear(self, tone: str, text: str, _: str) -> None:
        self.banners.append((tone, text))


@pytest.fixture
def jobs(qapp):
    made = JobRunner()
    yield made
    made.shut_down()


@pytest.fixture
def bench(jobs):
    made = Workbench(jobs)
    yield made
    made.close()


def wait_saved(qtbot, bench: Workbench) -> None:
    qtbot.waitUntil(lambda: not bench.session.dirty, timeout=10_000)


def test_an_edit_is_on_the_disk_a_moment_later(bench, qtbot, make_project):
    folder = make_project()
    bench.open(folder)
    told = Told(bench)
    bench.edit("Seed", seed=5)
    assert read_project(folder).seed == 0
    wait_saved(qtbot, bench)
    assert read_project(folder).seed == 5
    assert told.states == ["saving", "saved"]
    assert told.banners == []


def test_what_is_edited_while_an_older_state_is_written_is_saved_too(bench, qtbot, make_project):
    folder = make_project()
    bench.open(folder)
    for seed in range(1, 30):
        bench.edit("Seed", seed=seed)
        bench._save_aside()
    bench.save()
    assert read_project(folder).seed == 29
    bench.edit("Seed", seed=30)
    bench.close()
    assert read_project(folder).seed == 30


def test_a_full_disk_is_a_sentence_and_saving_is_tried_again(bench, qtbot, make_project, monkeypatch):
    monkeypatch.setattr(workbench, "SAVE_AGAIN_MS", 200)
    made = make_project()
    with small_disk(4000) as disk:
        folder = disk / "project"
        shutil.copytree(made, folder)
        bench.open(folder)
        told = Told(bench)
        fill(disk)
        bench.put("The problem in words", replace(bench.project, brief=Brief(statement="long " * 5000)))
        qtbot.waitUntil(lambda: bool(bench.not_saved), timeout=10_000)
        assert told.states[-1] == "failed"
        assert [tone for tone, _ in told.banners] == ["err"]
        assert "disk is full" in told.banners[0][1]
        qtbot.wait(600)  # refused again and again: said once
        assert len(told.banners) == 1
        assert read_project(folder).brief.statement == ""
        other = make_project()
        with pytest.raises(UserError, match="stays open"):
            bench.open(other)
        assert bench.folder == folder
        (disk / "filler").unlink()
        wait_saved(qtbot, bench)
        assert told.states[-1] == "saved"
        assert told.banners[-1][0] == "ok"
        assert read_project(folder).brief.statement.startswith("long")
        bench.open(other)
        assert bench.folder == other


def test_a_folder_that_vanishes_while_open_is_a_sentence_and_nothing_is_lost(bench, qtbot, make_project, tmp_path):
    folder = make_project()
    bench.open(folder)
    told = Told(bench)
    folder.rename(tmp_path / "away")
    bench.edit("Seed", seed=3)
    qtbot.waitUntil(lambda: bool(bench.not_saved), timeout=10_000)
    assert "not there any more" in told.banners[-1][1]
    assert bench.project.seed == 3
    assert bench.stages()[0].state == "done"
    (tmp_path / "away").rename(folder)
    assert bench.unsaved() == ""
    assert read_project(folder).seed == 3


def test_changes_that_cannot_be_saved_may_be_given_up_in_words(bench, make_project, tmp_path):
    folder, other = make_project(), make_project()
    bench.open(folder)
    folder.rename(tmp_path / "away")
    bench.edit("Seed", seed=3)
    with pytest.raises(UserError, match="stays open"):
        bench.open(other)
    bench.open(other, unsaved=True)
    assert bench.folder == other
    assert bench.not_saved == ""


def test_the_data_file_may_vanish_while_the_project_is_open(window, tmp_path):
    """The project has its own copy of the data."""
    window.show_stage("data")
    settle(window)
    assert banner(window) == ""
    assert window.bench.table() is not None
    assert not (tmp_path / "penguins.csv").exists()


def test_two_windows_on_one_project(bench, jobs, make_project):
    folder = make_project()
    bench.open(folder)
    second = Workbench(jobs)
    with pytest.raises(UserError, match="open in another window"):
        second.open(folder)
    assert second.folder is None
    bench.open(folder)  # the same window again: nothing happens
    assert bench.folder == folder
    bench.close()
    second.open(folder)
    second.close()


def test_a_project_that_is_refused_leaves_the_open_one(bench, make_project, tmp_path):
    folder = make_project()
    bench.open(folder)
    with pytest.raises(UserError, match="no project"):
        bench.open(tmp_path)
    assert bench.folder == folder
    assert bench.project.target


def test_fifty_random_edits_are_undone_to_the_first_hash_and_made_again(window):
    bench, chance = window.bench, random.Random(50)
    first = bench.session.key
    columns = ["island", "bill_length_mm", "body_mass_g", "sex"]
    rules = [choices().cleaners.read(id_) for id_ in ("drop_duplicates", "drop_missing_target")]

    def changed(project: Project, number: int) -> Project:
        kind = chance.randrange(8)
        if kind == 0:
            return replace(project, seed=number)
        if kind == 1:
            return replace(project, brief=replace(project.brief, users=f"user {number}"))
        if kind == 2:
            return replace(project, steps=tuple(chance.sample(project.steps, len(project.steps))))
        if kind == 3:
            return set_note(project, chance.choice(columns), unit=f"u{number}")
        if kind == 4:
            return replace(project, goals=Goals(response_ms=float(number + 1)))
        if kind == 5:
            return replace(project, steps=tuple(replace(step, on=chance.random() < 0.5) for step in project.steps))
        if kind == 6:
            return replace(project, cleaners=tuple(Step(rule, on=chance.random() < 0.5) for rule in rules))
        return replace(project, split=Split(folds=2 + number % 7))

    done = 0
    while done < 50:
        window.show_stage(chance.choice(["problem", "data"]))
        before = bench.session.key
        bench.put(f"Edit {done}", changed(bench.project, done))
        done += bench.session.key != before
    last = bench.session.key
    for _ in range(50):
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert bench.session.key == first
    assert bench.session.undo_label == ""
    for _ in range(50):
        bench.redo()
    assert bench.session.key == last
    assert bench.session.redo_label == ""
    settle(window)
    bench.save()
    assert project_key(read_project(bench.folder)) == last


def test_suggestions_come_back_with_their_project_and_its_undo(bench, make_project):
    folder, other = make_project("penguins", "species"), make_project("x,y\n1,2\n", proposed=False)
    bench.open(folder)
    found = bench.suggestions()
    assert [component.id for component, _ in found] == [step.component.id for step in bench.project.steps]
    bench.edit("Seed", seed=3)
    assert bench.suggestions() == found  # until those of the new rows are known
    bench.store.put(bench.keys.suggestions, write_suggestions(found[:1]))
    assert bench.suggestions() == found[:1]
    bench.undo()
    assert bench.suggestions() == found
    bench.open(other)
    assert bench.suggestions() == ()
    bench.close()
    assert bench.suggestions() == ()
    bench.open(folder)
    assert bench.suggestions() == found


@pytest.mark.skipif(os.name != "posix", reason="kills as a system without memory does")
def test_a_child_that_is_killed_is_a_banner_with_details_and_the_next_call_works(window, qtbot):
    bench = window.bench
    lane = bench.jobs.long
    bench.ask("run", lambda _: None, owner="test", title="Training", long=True)
    qtbot.waitUntil(lambda: lane.fraction > 0 or lane.now is None, timeout=30_000)
    assert lane.now is not None, "it was over too soon to be killed"
    os.kill(lane._worker.child.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: "did not work" in banner(window), timeout=20_000)
    assert "kept" in banner(window)
    assert find(window, QPushButton, "banner_details").isVisible()
    dialog = find(window, CrashDialog, "crash_dialog")
    assert "ended from outside" in dialog._text
    dialog.accept()
    answers: list[object] = []
    bench.ask("profile", answers.append, owner="test", title="Looking at the data")
    settle(window)
    assert answers


def test_work_for_a_project_is_stopped_when_another_is_opened(bench, qtbot, make_project):
    folder, other = make_project(), make_project()
    bench.open(folder)
    heard: list[str] = []
    bench.ask("run", lambda _: heard.append("done"), owner="t", title="Training", long=True, on_over=lambda: heard.append("over"))
    bench.open(other)
    qtbot.waitUntil(lambda: heard == ["over"], timeout=10_000)
    assert not bench.jobs.busy


def test_no_cell_is_in_the_log(open_project, make_project):
    secrets = [f"secret-{i}" for i in range(5)]
    rows = [f"{i % 9},{secrets[i // 50] if i % 125 == 0 else i % 40 + 0.5},{'yes' if i % 3 else 'no'}" for i in range(250)]
    window = open_project(make_project("rank,amount,bought\n" + "\n".join(rows) + "\n", "bought"))
    for column in window.bench.overview()["columns"]:
        for one in column["evidence"]:
            window.bench.log.emit(f"{column['name']}: {one['message']}")
    window.bench.banner.emit("warn", "The class “secret-1” of “bought” is rare.", "")
    lines = "\n".join(window._drawer.lines(1000))
    assert "cannot be read as a number" in lines  # the cells were spoken of
    assert "“bought”" in lines  # names of columns may stay
    assert "secret" not in lines
    assert "secret-1" in find(window, QLabel, "banner_text").text()  # the person may see them
