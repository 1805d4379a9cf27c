"""One writer for a project at a time. The lock is the operating system's, so it is released however its holder ends."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.serving.message import msg

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK_FILE = ".lock"


class ProjectLock:
    """`with ProjectLock(folder):` holds a project for writing. Readers need no lock: files are replaced in one step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: BaseFileLock | None = None

    def acquire(self) -> None:
        """Take the lock. UserError when another window or command has it, or when the folder may not be written."""
        from filelock import FileLock, Timeout  # brings asyncio along: not for who only asks for help

        name = self._folder.resolve().name
        if not self._folder.is_dir():
            raise UserError(
                msg("There is no project in “{folder}”.", folder=self._folder), "Check the folder's name, or make a project there first."
            )
        lock = FileLock(self._folder / LOCK_FILE, thread_local=False)
        with disk.explain_errors(msg("The project “{name}”", name=name)):
            try:
                lock.acquire(timeout=0)
            except Timeout as error:
                message = msg("The project “{name}” is open in another window or command.", name=name)
                raise UserError(message, "Close it there, or wait until that has finished; then try again.") from error
        self._lock = lock

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
