"""The open project: saved automatically, nothing lost when the disk, the folder or a process fails."""

from __future__ import annotations

import os
import random
import shutil
import signal
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.choices import choices
from mlops_desktop.engine.pipeline.recommendations import write_suggestions
from mlops_desktop.engine.process import MakeProfile, ProjectCall, Train
from mlops_desktop.engine.project.assignments import set_note
from mlops_desktop.engine.project.decisions import Brief, Goals, Project, Step
from mlops_desktop.engine.project.project_file import project_key, read_project
from mlops_desktop.ui import project_controller as workbench
from mlops_desktop.ui.jobs import JobRunner
from mlops_desktop.ui.project_controller import ProjectController
from mlops_desktop.ui.shell.crash_dialog import CrashDialog
from tests.engine.disks import fill, read_only_disk, small_disk
from tests.splitters import splitter
from tests.ui.conftest import banner, find, settle


class Recorder(QObject):
    """The banners and the states of saving that the controller emitted."""

    def __init__(self, controller: ProjectController) -> None:
        super().__init__()
        self.banners: list[tuple[str, str]] = []
        self.states: list[str] = []
        controller.banner.connect(self.record)
        controller.saved.connect(self.states.append)

    def record(self, tone: str, text: str, _: str) -> None:
        self.banners.append((tone, text))


@pytest.fixture
def jobs(qapp):
    made = JobRunner()
    yield made
    made.shut_down()


@pytest.fixture
def controller(jobs):
    made = ProjectController(jobs)
    yield made
    made.close()


def wait_saved(qtbot, controller: ProjectController) -> None:
    qtbot.waitUntil(lambda: not controller.session.dirty, timeout=10_000)


def test_an_edit_is_on_the_disk_a_moment_later(controller, qtbot, make_project):
    folder = make_project()
    controller.open(folder)
    text = Recorder(controller)
    controller.edit("Seed", seed=5)
    assert read_project(folder).seed == 0
    wait_saved(qtbot, controller)
    assert read_project(folder).seed == 5
    assert text.states == ["saving", "saved"]
    assert text.banners == []


def test_a_folder_that_cannot_be_written_is_open_for_reading(controller, qtbot, make_project):
    text = Recorder(controller)
    with read_only_disk(make_project()) as folder:
        before = read_project(folder)
        controller.open(folder)
        copy = controller.folder
        assert (controller.place, controller.project) == (folder, before)
        assert [tone for tone, shown in text.banners if "reading only" in shown] == ["warn"]
        controller.open(folder)  # it is open already
        controller.edit("Seed", seed=5)
        wait_saved(qtbot, controller)
        assert read_project(folder) == before
        controller.close()
        assert not copy.exists()


def test_what_is_edited_while_an_older_state_is_written_is_saved_too(controller, qtbot, make_project):
    folder = make_project()
    controller.open(folder)
    for seed in range(1, 30):
        controller.edit("Seed", seed=seed)
        controller._save_in_background()
    controller.save()
    assert read_project(folder).seed == 29
    controller.edit("Seed", seed=30)
    controller.close()
    assert read_project(folder).seed == 30


def test_a_full_disk_is_a_sentence_and_saving_is_tried_again(controller, qtbot, make_project, monkeypatch):
    monkeypatch.setattr(workbench, "SAVE_AGAIN_MS", 200)
    made = make_project()
    with small_disk(4000) as disk:
        folder = disk / "project"
        shutil.copytree(made, folder)
        controller.open(folder)
        text = Recorder(controller)
        fill(disk)
        controller.put("The problem in words", replace(controller.project, brief=Brief(statement="long " * 5000)))
        qtbot.waitUntil(lambda: bool(controller.not_saved), timeout=10_000)
        assert text.states[-1] == "failed"
        assert [tone for tone, _ in text.banners] == ["err"]
        assert "disk is full" in text.banners[0][1]
        qtbot.wait(600)  # refused again and again: one message
        assert len(text.banners) == 1
        assert read_project(folder).brief.statement == ""
        other = make_project()
        with pytest.raises(UserError, match="stays open"):
            controller.open(other)
        assert controller.folder == folder
        (disk / "filler").unlink()
        wait_saved(qtbot, controller)
        assert text.states[-1] == "saved"
        assert text.banners[-1][0] == "ok"
        assert read_project(folder).brief.statement.startswith("long")
        controller.open(other)
        assert controller.folder == other


def test_a_folder_that_vanishes_while_open_is_a_sentence_and_nothing_is_lost(controller, qtbot, make_project, tmp_path):
    folder = make_project()
    controller.open(folder)
    text = Recorder(controller)
    folder.rename(tmp_path / "away")
    controller.edit("Seed", seed=3)
    qtbot.waitUntil(lambda: bool(controller.not_saved), timeout=10_000)
    assert "no longer exists" in text.banners[-1][1]
    assert controller.project.seed == 3
    assert controller.stages()[0].state == "done"
    (tmp_path / "away").rename(folder)
    assert controller.unsaved() == ""
    assert read_project(folder).seed == 3


def test_changes_that_cannot_be_saved_may_be_given_up_after_a_message(controller, make_project, tmp_path):
    folder, other = make_project(), make_project()
    controller.open(folder)
    folder.rename(tmp_path / "away")
    controller.edit("Seed", seed=3)
    with pytest.raises(UserError, match="stays open"):
        controller.open(other)
    controller.open(other, unsaved=True)
    assert controller.folder == other
    assert controller.not_saved == ""


def test_the_data_file_may_vanish_while_the_project_is_open(window, tmp_path):
    """The project has its own copy of the data."""
    window.show_stage("data")
    settle(window)
    assert banner(window) == ""
    assert window.controller.table() is not None
    assert not (tmp_path / "penguins.csv").exists()


def test_two_windows_on_one_project(controller, jobs, make_project):
    folder = make_project()
    controller.open(folder)
    second = ProjectController(jobs)
    with pytest.raises(UserError, match="open in another window"):
        second.open(folder)
    assert second.folder is None
    controller.open(folder)  # the same window again: nothing happens
    assert controller.folder == folder
    controller.close()
    second.open(folder)
    second.close()


def test_a_project_that_is_refused_leaves_the_open_one(controller, make_project, tmp_path):
    folder = make_project()
    controller.open(folder)
    with pytest.raises(UserError, match="no project"):
        controller.open(tmp_path)
    assert controller.folder == folder
    assert controller.project.target


def test_fifty_random_edits_are_undone_to_the_first_hash_and_made_again(window):
    controller, chance = window.controller, random.Random(50)
    first = controller.session.key
    columns = ["island", "bill_length_mm", "body_mass_g", "sex"]
    rules = [choices().row_filters.read(id_) for id_ in ("drop_duplicates", "drop_missing_target")]

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
            return replace(project, row_filters=tuple(Step(rule, on=chance.random() < 0.5) for rule in rules))
        return replace(project, split=splitter(folds=2 + number % 7))

    done = 0
    while done < 50:
        window.show_stage(chance.choice(["problem", "data"]))
        before = controller.session.key
        controller.put(f"Edit {done}", changed(controller.project, done))
        done += controller.session.key != before
    last = controller.session.key
    for _ in range(50):
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert controller.session.key == first
    assert controller.session.undo_label == ""
    for _ in range(50):
        controller.redo()
    assert controller.session.key == last
    assert controller.session.redo_label == ""
    settle(window)
    controller.save()
    assert project_key(read_project(controller.folder)) == last


def test_suggestions_come_back_with_their_project_and_its_undo(controller, make_project):
    folder, other = make_project("penguins", "species"), make_project("x,y\n1,2\n", proposed=False)
    controller.open(folder)
    controller.store.remove([controller.keys.suggestions])
    controller.store.put(controller.keys.suggestions, write_suggestions([(step.component, "Why.") for step in controller.project.steps]))
    found = controller.suggestions()
    assert [component.id for component, _ in found] == [step.component.id for step in controller.project.steps]
    controller.edit("Seed", seed=3)
    assert controller.suggestions() == found  # until those of the new rows are known
    controller.store.put(controller.keys.suggestions, write_suggestions(found[:1]))
    assert controller.suggestions() == found[:1]
    controller.undo()
    assert controller.suggestions() == found
    controller.open(other)
    assert controller.suggestions() == ()
    controller.close()
    assert controller.suggestions() == ()
    controller.open(folder)
    assert controller.suggestions() == found


@pytest.mark.skipif(os.name != "posix", reason="kills as a system without memory does")
def test_a_child_that_is_killed_is_a_banner_with_details_and_the_next_call_works(window, qtbot):
    controller = window.controller
    queue = controller.jobs.long
    controller.ask(Train(*controller.inputs), lambda _: None, owner="test", title="Training", long=True)
    qtbot.waitUntil(lambda: queue.fraction > 0 or queue.now is None, timeout=30_000)
    assert queue.now is not None, "it was over too soon to be killed"
    os.kill(queue._worker.child.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: "did not work" in banner(window), timeout=20_000)
    assert "kept" in banner(window)
    assert find(window, QPushButton, "banner_details").isVisible()
    dialog = find(window, CrashDialog, "crash_dialog")
    assert "ended from outside" in dialog._text
    dialog.accept()
    answers: list[object] = []
    controller.ask(MakeProfile(*controller.inputs), answers.append, owner="test", title="Profiling the data")
    settle(window)
    assert answers


@dataclass(frozen=True)
class Broken(ProjectCall[None, None]):
    """A call that the child does not know: a fault of the program in a process that lives on."""

    stage = "data"

    def run(self, job):
        raise AssertionError


def test_a_fault_in_the_child_shows_its_traceback_and_does_not_say_that_it_ended(window):
    controller = window.controller
    controller.ask(Broken(*controller.inputs), lambda _: None, owner="test", title="Profiling the data")
    settle(window)
    assert "did not work. Your decisions" in banner(window)
    text = find(window, CrashDialog, "crash_dialog")._text
    assert "KeyError" in text
    assert "worker.py" in text
    assert "ended" not in text.splitlines()[0]


def test_work_for_a_project_is_stopped_when_another_is_opened(controller, qtbot, make_project):
    folder, other = make_project(), make_project()
    controller.open(folder)
    received: list[str] = []
    controller.ask(
        Train(*controller.inputs),
        lambda _: received.append("done"),
        owner="t",
        title="Training",
        long=True,
        on_progress=lambda *_: received.append("progress"),
        on_over=lambda: received.append("over"),
    )
    controller.open(other)
    received.clear()
    qtbot.waitUntil(lambda: not controller.jobs.busy, timeout=10_000)
    assert received == []  # whoever asked is gone with the project


def test_no_cell_is_in_the_log(open_project, make_project):
    secrets = [f"secret-{i}" for i in range(5)]
    rows = [f"{i % 9},{secrets[i // 50] if i % 125 == 0 else i % 40 + 0.5},{'yes' if i % 3 else 'no'}" for i in range(250)]
    window = open_project(make_project("rank,amount,bought\n" + "\n".join(rows) + "\n", "bought"))
    for column in window.controller.overview().columns:
        for one in column.evidence:
            window.controller.log.emit(f"{column.name}: {one.message}")
    window.controller.banner.emit("warn", "The class “secret-1” of “bought” is rare.", "")
    lines = "\n".join(window._drawer.lines(1000))
    assert "cannot be read as a number" in lines  # the log names the cells without showing them
    assert "“bought”" in lines  # names of columns may stay
    assert "secret" not in lines
    assert "secret-1" in find(window, QLabel, "banner_text").text()  # the person may see them
