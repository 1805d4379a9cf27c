"""Writes files so that they are there whole or not at all, and turns errors of the disk into a `UserError`."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import as_message, msg

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_COUNTER = itertools.count()
STALE_SECONDS = 3600.0  # what a killed writer left behind is swept when it is older: no writer needs that long for one result


def is_full(error: OSError) -> bool:
    """Whether the disk (or a person's share of it) is full."""
    # Copying a whole folder (shutil) gives the reason as a text alone.
    return error.errno in _FULL or (isinstance(error, shutil.Error) and os.strerror(errno.ENOSPC) in str(error))


def is_forbidden(error: OSError) -> bool:
    """Whether the rights of a person, or a file system that is mounted for reading only, forbid it."""
    return error.errno in _FORBIDDEN


def refusal(error: OSError, what: str) -> UserError:
    """The `UserError` for an error of the disk. `what` names the thing as a sentence begins: `The project`, `The file “a.csv”`."""
    what = as_message(what)
    if is_full(error):
        return UserError(
            msg("{what} could not be saved: the disk is full.", what=what),
            "Free some space and try again. What was saved before is still there.",
        )
    if is_forbidden(error):
        return UserError(
            msg("{what} cannot be used: permission was denied.", what=what),
            "Ask for the right to read and write there, or choose another folder.",
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return UserError(
            msg("{what} no longer exists.", what=what),
            "It may have been moved, or its drive was removed. Open it from where it is now.",
        )
    return UserError(
        msg("{what} could not be read or written: {value}.", what=what, value=error.strerror or error), "Check the disk, then try again."
    )


@contextlib.contextmanager
def explain_errors(what: str) -> Iterator[None]:
    """A context in which an OSError becomes the UserError of `refusal`."""
    try:
        yield
    except OSError as error:
        raise refusal(error, what) from error


def temporary_name(name: str) -> str:
    """A name for a file or folder in the making, its own for every process and call. It begins with a dot and ends with `.tmp`."""
    return f".{name}.{os.getpid()}-{next(_COUNTER)}-{time.monotonic_ns():x}.tmp"


def write_atomic(path: Path, data: bytes) -> None:
    """Write a file so that `path` holds its old bytes or all of `data`, after a kill or a power cut too. OSError when the disk refuses."""
    with temporary_file(path, data) as ready:
        replace(ready, path)


@contextlib.contextmanager
def temporary_file(path: Path, data: bytes) -> Iterator[Path]:
    """A finished, flushed file with `data` beside `path`, to be moved to its place; it is removed when it was not moved."""
    temporary = path.with_name(temporary_name(path.name))
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def replace(source: Path, target: Path) -> None:
    """Move a file to its place in one step, and make the step last."""
    for wait in (0.01, 0.05, 0.2, 0.5):
        try:
            os.replace(source, target)
            break
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(wait)  # Windows refuses while another program, often a virus scanner, reads the old file
    else:
        os.replace(source, target)
    _flush_folder(target.parent)


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # a folder cannot be opened there; the move is in the journal of the file system
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network drives do not flush folders
            raise
    finally:
        os.close(handle)


def sweep(folder: Path, begins: str = ".") -> None:
    """Remove what killed writers left in a folder. What cannot be removed stays: it harms nothing."""
    try:
        left = [path for path in folder.iterdir() if path.name.startswith(begins) and path.name.endswith(".tmp")]
    except OSError:
        return
    for path in left:
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime > STALE_SECONDS:
                remove(path)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder with all that is in it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
