"""How a command works with a project and with the child process."""

from __future__ import annotations

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.cli.calling import child_process, edited, run_call
from mlops_desktop.engine.process import ProfileFile
from tests.cli.conftest import SAMPLES


def test_progress_goes_to_stderr_and_a_refusal_is_raised(tmp_path, capfd):
    with child_process() as child:
        profile = run_call(child, ProfileFile(str(SAMPLES / "penguins.csv")))
        assert profile.rows == 344
        with pytest.raises(UserError, match="no file"):
            run_call(child, ProfileFile(str(tmp_path / "gone.csv")))
    out, err = capfd.readouterr()
    assert out == ""
    assert "%  " in err


def test_a_folder_without_a_project_is_refused_before_it_is_locked(tmp_path):
    with pytest.raises(UserError, match="no project"), edited(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
