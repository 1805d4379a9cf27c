"""Opens a project together with its runs: what an older version recorded under its keys is moved to today's keys first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.path_names import check_name
from mlops_desktop.engine.pipeline import RESULTS_BY_EVERY_ROLE, ArtifactStore, Keys, LegacyKeys
from mlops_desktop.engine.project import Project, ProjectLock, read_document, read_project
from mlops_desktop.engine.training.runs import Run, Runs

MOST_FOLDS = 10  # that are looked for of a run that was stopped


def open_project(folder: Path) -> Project:
    """The project in a folder, with its leaderboard, chosen run and accesses to the held-out test set under today's keys.

    A project of format 1 or 2 keeps its runs under the keys of that time, and one in which columns are identifiers or not used those of a
    time when these were distinguished. They are moved once, with the project's lock, which nobody else may hold then. A kill leaves all of
    them moved or none. UserError as for `check_name`, `read_project` and `ProjectLock`.
    """
    check_name(folder)
    project = read_project(folder)
    document, runs = read_document(folder), Runs(folder)
    if document["format"] <= LegacyKeys.last_format and runs.path.exists():
        old = LegacyKeys.of_document(document)
        if runs.list(old.board) or runs.test_accesses(old.split):
            with ProjectLock(folder):
                runs.move(_moved(project, runs, old.board), (old.split, Keys(project).split))
    if runs.path.exists():
        project = _with_roles_alike(folder, project, runs)
        project = replace(project, chosen=runs.renamed(project.chosen)) if project.chosen else project
    return project


def _with_roles_alike(folder: Path, project: Project, runs: Runs) -> Project:
    """The project with the runs, results and answers that were kept while a column that is not used was another one than an identifier."""
    old, keys = Keys(project, RESULTS_BY_EVERY_ROLE), Keys(project)
    before, after = old.split[:8], keys.split[:8]
    project = replace(project, answers={id_.replace(before, after): answer for id_, answer in project.answers.items()})
    if old.board == keys.board or not runs.list(old.board):
        return project
    with ProjectLock(folder):
        moved = _moved(project, runs, old.board)
        store = ArtifactStore(folder / "store")
        for then, now in _carried(project, (old, keys), moved):
            if then in store and now not in store:
                store.put(now, *store.get(then))
        runs.move(moved, (old.split, keys.split), measured=True)
    return project


def _carried(project: Project, keys: tuple[Keys, Keys], moved: Iterable[tuple[Run, Run]]) -> Iterator[tuple[str, str]]:
    """The keys, then and today, of the results that are the same: of the rows and columns, and of the runs that were moved. Those of a run
    that hold its id (checks, selection) are made again when they are wanted.
    """
    for name in ("split", "train_rows", "validation", "features", "suggestions", "steps"):
        yield getattr(keys[0], name), getattr(keys[1], name)
    old, new = keys
    for before, after in moved:
        try:
            candidate = before.candidate_of(project)
        except UserError:
            continue  # unknown here: nothing can be made of its results
        yield from ((old.fold(candidate, fold), new.fold(candidate, fold)) for fold in range(max(MOST_FOLDS, len(before.fold_scores))))
        yield from zip(_of_run(old, before.id), _of_run(new, after.id), strict=True)


def _of_run(keys: Keys, run: str) -> list[str]:
    of_model = (keys.model, keys.scorer, keys.exported, keys.response)
    measured = (keys.learning_curve, keys.other_split, keys.evaluation, keys.out_of_fold)
    return [*(one(run) for one in (*of_model, *measured)), *keys.former_evaluations(run)]


def _moved(project: Project, runs: Runs, board: str) -> list[tuple[Run, Run]]:
    """The runs of a leaderboard of then, each with what it is today."""
    keys = Keys(project)
    moved: dict[str, tuple[Run, Run]] = {}
    for run in runs.list(board):
        new = _with_keys(run, project, keys)
        new = new if new.id not in moved else replace(new, id=run.id)  # two that are one today are both kept
        moved[new.id] = (run, new)
    return list(moved.values())


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
