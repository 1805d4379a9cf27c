from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine.project.project_lock import ProjectLock
from tests.engine.disks import readable_folder, unprivileged

ROOT = Path(__file__).parents[3]
HOLDER = """
import pathlib, sys, time
from mlops_desktop.engine.project.project_lock import ProjectLock
with ProjectLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def open_folder():
    with readable_folder() as folder:
        yield folder


def test_one_at_a_time(tmp_path):
    with ProjectLock(tmp_path):
        with pytest.raises(UserError, match="open in another window or command") as caught, ProjectLock(tmp_path):
            pass
        assert caught.value.remedy
    with ProjectLock(tmp_path):
        pass


def test_it_is_given_back_when_the_work_fails(tmp_path):
    with pytest.raises(ZeroDivisionError), ProjectLock(tmp_path):
        raise ZeroDivisionError
    with ProjectLock(tmp_path):
        pass


def test_another_process_is_kept_out_until_the_holder_ends_even_by_kill_nine(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(UserError, match="another window"), ProjectLock(tmp_path):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with ProjectLock(tmp_path):
        pass


def test_it_can_be_held_by_one_thread_and_given_back_by_another(tmp_path):
    import threading

    lock = ProjectLock(tmp_path)
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    thread.join()
    with pytest.raises(UserError), ProjectLock(tmp_path):
        pass
    lock.release()
    lock.release()
    with ProjectLock(tmp_path):
        pass


def test_a_folder_that_is_not_there_and_one_without_rights_are_refused(tmp_path, open_folder):
    with pytest.raises(UserError, match="no project"):
        ProjectLock(tmp_path / "absent").acquire()
    if os.name == "posix" and os.geteuid() != 0:
        open_folder.chmod(0o555)
    with unprivileged(), pytest.raises(UserError, match="permission"):
        ProjectLock(open_folder).acquire()
