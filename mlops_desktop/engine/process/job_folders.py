"""The temporary folder of each child process: removed when it ends, and swept by a later start when its parent was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

JOB_PREFIX = "mlops_job_"
PID_FILE = "worker.pid"
_SHARED = Path("/dev/shm")


def sweep_jobs() -> None:
    """Remove the folders of children whose parents are gone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{JOB_PREFIX}*_*"):
        owner = folder.name.removeprefix(JOB_PREFIX).partition("_")[0]
        with contextlib.suppress(OSError):  # another user's, or swept by another process just now
            if owner.isdigit() and int(owner) != os.getpid() and _ours(folder) and not _alive(int(owner)):
                remove_job(folder)


def remove_job(folder: Path) -> None:
    """Remove the folder of a child that has ended, and the semaphores that joblib's pool leaves in shared memory when it is killed."""
    with contextlib.suppress(OSError, ValueError):
        pid = int((folder / PID_FILE).read_text(encoding="ascii"))
        for left in _SHARED.glob(f"sem.loky-{pid}-*"):
            left.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)  # what is still mapped somewhere is swept by a later start


def _ours(folder: Path) -> bool:
    state = folder.lstat()
    return folder.is_dir() and not folder.is_symlink() and (sys.platform == "win32" or state.st_uid == os.getuid())


def _alive(pid: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(pid))
