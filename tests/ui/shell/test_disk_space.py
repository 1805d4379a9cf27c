"""Freeing disk space from the window's search."""

from __future__ import annotations

from mlops_desktop.engine.project.decisions import Project
from mlops_desktop.engine.project.project_file import write_project
from mlops_desktop.ui.jobs import JobQueue
from tests.ui.conftest import banner, settle


def test_space_is_freed_and_what_is_freed_is_shown(open_project, tmp_path, monkeypatch):
    (tmp_path / "p").mkdir()
    write_project(tmp_path / "p", Project(name="p"))
    window = open_project(tmp_path / "p")
    store = window.controller.store
    store.put("ab" * 16, {"rows": 1})
    free = next(call for text, _, call in window._search_entries() if text == "Free disk space")
    with monkeypatch.context() as working:
        working.setattr(JobQueue, "now", property(lambda _: object()))
        free()
    assert "ab" * 16 in store
    assert "when the work" in banner(window)
    free()
    window.controller.jobs.io.finish()
    settle(window)
    assert "ab" * 16 not in store
    assert banner(window).startswith("Freed")
