"""Where an output file may be written, and where something else would be lost."""

from __future__ import annotations

import os

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project import Project, refuse_output, write_project


def test_a_new_file_and_an_earlier_one_of_the_same_kind_are_written(tmp_path):
    write_project(tmp_path, Project())
    (tmp_path / "old.CSV").touch()
    for name in ("new.csv", "new.txt", "old.CSV", "databases.csv", "out/data/new.csv"):
        refuse_output(tmp_path / name, ".csv", "sqlite:shop.db?table=sale")


@pytest.mark.parametrize("name", ["project.json", "project.json.bak", "runs.sqlite", ".lock", "data/new.csv", "store/ab/cd/new.csv"])
def test_the_files_of_a_project_are_not_written(tmp_path, name):
    write_project(tmp_path, Project())
    with pytest.raises(UserError, match="project's own files"):
        refuse_output(tmp_path / name, ".csv")


def test_what_would_be_lost_is_not_written(tmp_path):
    bundle, own, other, protected = (tmp_path / name for name in ("bundle", "own.csv", "own.xlsx", "protected.csv"))
    bundle.mkdir()
    (bundle / "bundle.json").touch()
    for file in (own, other, protected):
        file.touch()
    protected.chmod(0o444)
    os.symlink(own, tmp_path / "link.csv")
    for out, message in (
        (bundle / "model" / "new.csv", "in a bundle"),
        (own, "file that is read"),
        (tmp_path / "link.csv", "file that is read"),
        (other, "not a .csv file"),
        (protected, "write-protected"),
        (bundle.parent, "not a file"),
    ):
        with pytest.raises(UserError, match=message):
            refuse_output(out, ".csv", own)
