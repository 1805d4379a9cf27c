"""Proposals for small tables with empty, constant, unique or equal columns: every one can be trained, or is refused before any fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.data import import_cells
from mlops_desktop.engine.pipeline import Pipeline, propose
from mlops_desktop.engine.project import ColumnNote, Project, Search
from mlops_desktop.engine.training import Runs, search
from simulations.hostile_tables import tables

TABLES = dict(list(tables(20))[::9])  # the whole of them: python -m simulations.hostile_tables


def project_of(folder: Path, text: str, target: str, **roles: str) -> Project:
    """A project with all proposals; UserError when there are none."""
    file = folder / "table.csv"
    file.write_text(text, encoding="utf-8")
    notes = {name: ColumnNote(role=role) for name, role in roles.items()}
    found = import_cells(folder, file, Project(name="p", target=target, columns=notes), Silent())
    return propose(folder, found.project, Silent())[0]


@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_table_is_trained_or_refused_before_the_run(tmp_path, name):
    try:
        project = project_of(tmp_path, TABLES[name], "outcome")
    except UserError:
        return
    project = replace(project, candidates=project.candidates[:2], search=Search(trials=2, seconds=None))
    pipeline, runs = Pipeline(tmp_path, project), Runs(tmp_path)
    search(pipeline, runs, Silent())
    assert [run.reason for run in runs.list(pipeline.keys.board) if run.status != "done"] == []


ROWS = [("yes" if i % 3 else "no", f"2024-01-{1 + i // 6:02}") for i in range(60)]
ROLES = "x,weightless,negative,zero,one,equal,gaps,outcome\n" + "".join(
    f"{i * 37 % 101},{int(label == 'yes')},{i - 5},0,a,2024-01-01,{day if i % 7 else ''},{label}\n" for i, (label, day) in enumerate(ROWS)
)


@pytest.mark.parametrize(
    ("column", "role", "sentence"),
    [
        ("weightless", "weight", "rows of class “no” have the weight 0"),
        ("negative", "weight", "must be numbers that are not negative"),
        ("zero", "weight", "The weights in “zero” are all 0"),
        ("one", "group", "holds one group only"),
        ("one", "fold", "gives all rows to one side"),
        ("equal", "time", "all have the same time"),
        ("gaps", "time", "The time is missing in 9 rows"),
    ],
)
def test_a_role_that_cannot_hold_is_refused_before_the_run(tmp_path, column, role, sentence):
    with pytest.raises(UserError, match=sentence):
        project_of(tmp_path, ROLES, "outcome", **{column: role})
