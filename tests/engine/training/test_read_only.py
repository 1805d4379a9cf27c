"""A project whose folder cannot be written is read: also one of an older version, whose runs are moved to today's keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.job import Silent
from mlops_desktop.engine.pipeline.keys import Keys
from mlops_desktop.engine.pipeline.pipeline import Pipeline
from mlops_desktop.engine.training.final_model import open_chosen
from mlops_desktop.engine.training.project_opening import open_project
from mlops_desktop.engine.training.read_only import readable_project
from mlops_desktop.engine.training.runs import Runs
from tests.engine.disks import read_only_disk

OLD = Path(__file__).parents[2] / "data" / "projects"


def test_a_folder_that_can_be_written_is_opened_itself(tmp_path, copy_of, trained):
    made = copy_of(trained)
    before = sorted(path.name for path in made.folder.iterdir())
    with readable_project(made.folder) as place:
        assert place == made.folder
    assert sorted(path.name for path in made.folder.iterdir()) == before
    with pytest.raises(UserError, match="no project"), readable_project(tmp_path / "nothing"):
        pass


def test_an_old_project_is_read_in_a_copy(tmp_path):
    with read_only_disk(OLD / "trained_regression") as folder:
        with readable_project(folder) as place:
            project, runs = open_project(place), Runs(place)
            assert len(runs.list(Keys(project).board)) == 5
            scorer = open_chosen(Pipeline(place, project), runs, Silent()).scorer
            assert scorer.target == project.target
            with pytest.raises(UserError, match="cannot be counted"):
                runs.record_test_access(Keys(project).split, "evaluation")
        assert not place.exists()


def test_stored_results_are_used_and_stay(trained):
    with read_only_disk(trained.folder) as folder, readable_project(folder) as place:
        store = Pipeline(place, trained.project).store
        assert list(store.keys()) == list(trained.pipeline.store.keys())
        for key in list(store.keys()):
            store.get(key)
        store.clear()
        assert list(trained.pipeline.store.keys())
        assert list(Pipeline(folder, trained.project).store.keys())
