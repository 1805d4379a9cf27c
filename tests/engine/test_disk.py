from __future__ import annotations

import errno
import os
import threading
import time

import pytest

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from tests.engine.disks import fill, small_disk


def test_a_file_is_replaced_wholly(tmp_path):
    path = tmp_path / "Größe.json"
    disk.write_atomic(path, b"one")
    disk.write_atomic(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in tmp_path.iterdir()] == ["Größe.json"]


@pytest.mark.skipif(os.name != "posix", reason="modes of files")
def test_the_file_gets_the_rights_that_a_person_gives_to_new_files(tmp_path):
    before = os.umask(0o027)
    try:
        disk.write_atomic(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_a_full_disk_keeps_the_old_file_and_leaves_nothing_behind():
    with small_disk(64) as folder:
        path = folder / "a"
        disk.write_atomic(path, b"old")
        fill(folder)
        with pytest.raises(UserError, match="disk is full"), disk.explain_errors("The file “a”"):
            disk.write_atomic(path, b"new" * 50_000)
        assert path.read_bytes() == b"old"
        assert sorted(p.name for p in folder.iterdir()) == ["a", "filler"]


def test_threads_never_share_a_temporary_name():
    names = []
    threads = [threading.Thread(target=lambda: names.extend(disk.temporary_name("x") for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 4000


def test_sweep_takes_old_leftovers_alone(tmp_path):
    old = time.time() - 2 * disk.STALE_SECONDS
    for name in (".a.1.tmp", ".b.2.tmp", "c.tmp", ".d"):
        (tmp_path / name).mkdir() if "b" in name else (tmp_path / name).touch()
        if name != ".a.1.tmp":
            os.utime(tmp_path / name, (old, old))
    disk.sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".a.1.tmp", ".d", "c.tmp"]
    disk.sweep(tmp_path / "absent")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EACCES, "permission"),
        (errno.EROFS, "permission"),
        (errno.ENOENT, "no longer exists"),
        (errno.EIO, "read or written"),
    ],
)
def test_every_refusal_of_the_disk_has_a_way_out(code, message):
    with pytest.raises(UserError, match=message) as caught, disk.explain_errors("The project"):
        raise OSError(code, os.strerror(code))
    assert caught.value.remedy
