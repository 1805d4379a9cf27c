"""A small disk that can be full, and a process without rights, for tests."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

NOBODY = 65534


@contextlib.contextmanager
def small_disk(kilobytes):
    """A file system of its own that is full after so many kilobytes. Skips where that may not be made."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("a small disk needs Linux and the rights to mount one")
    folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"no disk may be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


@contextlib.contextmanager
def read_only_disk(source):
    """A folder with what is in `source`, on a file system of its own that is mounted for reading only. Skips where that may not be made."""
    with small_disk(64 * 1024) as disk:
        folder = disk / source.name
        shutil.copytree(source, folder)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        yield folder


def fill(folder):
    """Use up all the space that is left."""
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 1024)


@contextlib.contextmanager
def unprivileged():
    """Act as a person without rights; the administrator's rights come back afterwards."""
    if os.name != "posix":
        pytest.skip("rights of files as POSIX has them")
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextlib.contextmanager
def readable_folder():
    """A folder that everyone may read and only its owner may write."""
    folder = Path(tempfile.mkdtemp(prefix="readable-folder-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir():
                path.chmod(0o755)
        shutil.rmtree(folder)


def killed_while_writing(code, arguments, seed):
    """Run a program that writes for ever and kill it with -9 at a random moment after it printed its first line."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, env=env)
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.0, 0.15))
    process.kill()
    process.wait()
    process.stdout.close()
