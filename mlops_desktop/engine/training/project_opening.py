"""Opens a project together with its runs: what an older version recorded under its keys is moved to today's keys first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.path_names import check_name
from mlops_desktop.engine.pipeline import Keys, LegacyKeys
from mlops_desktop.engine.project import Project, ProjectLock, read_document, read_project
from mlops_desktop.engine.training.runs import Run, Runs


def open_project(folder: Path) -> Project:
    """The project in a folder, with its leaderboard, chosen run and accesses to the held-out test set under today's keys.

    A project of format 1 or 2 keeps its runs under the keys of that time. They are moved once, with the project's lock, which nobody else
    may hold then. A kill leaves all of them moved or none. UserError as for `check_name`, `read_project` and
    `ProjectLock`.
    """
    check_name(folder)
    project = read_project(folder)
    document, runs = read_document(folder), Runs(folder)
    if document["format"] <= LegacyKeys.last_format and runs.path.exists():
        old = LegacyKeys.of_document(document)
        if runs.list(old.board) or runs.test_accesses(old.split):
            with ProjectLock(folder):
                _move(project, runs, old)
        project = replace(project, chosen=runs.renamed(project.chosen))
    return project


def _move(project: Project, runs: Runs, old: LegacyKeys) -> None:
    keys = Keys(project)
    moved: dict[str, tuple[Run, Run]] = {}
    for run in runs.list(old.board):
        new = _with_keys(run, project, keys)
        new = new if new.id not in moved else replace(new, id=run.id)  # two that are one today are both kept
        moved[new.id] = (run, new)
    runs.move(moved.values(), (old.split, keys.split))


def _with_keys(run: Run, project: Project, keys: Keys) -> Run:
    """The run as today's version records it. One with a part that is unknown here stays on the leaderboard under the id it has."""
    from mlops_desktop.engine.training.trials import run_component  # only projects of older formats need what it imports

    try:
        candidate = run.candidate_of(project)
    except UserError:
        return replace(run, key=keys.board)
    return replace(
        run,
        id=keys.run(candidate),
        key=keys.board,
        trial=keys.trial(candidate),
        algorithm=run_component(candidate).to_json(),
        algorithm_id=candidate.id,
        candidate=candidate.to_json(),
    )
