"""Removes results that neither decisions nor recorded runs refer to from a project's store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlops_desktop.engine.pipeline import ArtifactStore, Keys
from mlops_desktop.engine.project import Project
from mlops_desktop.engine.training.runs import Runs


@dataclass(frozen=True)
class Cleanup:
    """Numbers and sizes of the results that were removed, or would be, and of those that stay."""

    removed: int
    removed_bytes: int
    kept: int
    kept_bytes: int


def clean_store(folder: Path, projects: Iterable[Project], *, dry_run: bool = False) -> Cleanup:
    """Remove what neither these values of the project nor a recorded run reach; `dry_run` only counts.

    `projects` are today's decisions and all that undo and redo can bring back. A value reaches its own results and all trials on its
    features, finished or not; a run reaches its folds, models and evaluations. The caller holds the project's lock and has no work going
    on: results that are put into the store meanwhile stay, but one that is read meanwhile may go.
    """
    store, runs = ArtifactStore(folder / "store"), Runs(folder)
    listed = list(store.keys())
    keys = [Keys(project) for project in projects]
    reached = frozenset[str]().union(*(one.of_project() for one in keys))
    bases = {one.features for one in keys} | {name for _, run in runs.history() for name in (run.id, run.trial)}
    sizes = {key: store.size(key) for key in listed}
    removed = [key for key in listed if key not in reached and bases.isdisjoint(store.origin(key).get("from", ()))]
    if not dry_run:
        store.remove(removed)
    freed = sum(sizes[key] for key in removed)
    return Cleanup(len(removed), freed, len(listed) - len(removed), sum(sizes.values()) - freed)
