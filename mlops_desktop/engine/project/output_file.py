"""Refuses an output file that would replace the input, a file of a project or a bundle, or a file of another kind."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.engine import disk
from mlops_desktop.engine.project.project_file import PROJECT_FILE
from mlops_desktop.serving.manifest import IDENTITY
from mlops_desktop.serving.message import msg

_FOLDERS = ("data", "store")
_FILES = (PROJECT_FILE, "runs.sqlite", ".lock")  # with what is written beside them: project.json.bak, runs.sqlite-wal
_REMOVE = "Remove it, or choose another name."
_ELSEWHERE = "Choose another name or another folder."


def refuse_output(out: Path, suffix: str, source: str | os.PathLike[str] | None = None) -> None:
    """UserError unless a file of the kind `suffix` (such as `.csv`) may be written at `out`.

    An earlier file of the same kind may be replaced. Refused are `source` itself (the path or the address that is read), the files of a
    project or a bundle, and what exists and is write-protected, no file, or of another kind.
    """
    with disk.explain_errors(msg("“{name}”", name=out.name)):
        place = out.parent.resolve() / out.name  # a link at `out` is replaced, not followed
        if source is not None and out.exists() and os.path.exists(source) and os.path.samefile(source, out):
            raise UserError(msg("“{out}” is the file that is read, so it is not written.", out=out), _ELSEWHERE)
        _refuse_owned(out, place)
        if not out.exists():
            return
        mode = out.stat().st_mode
        if not stat.S_ISREG(mode):
            raise UserError(msg("“{out}” is not a file that could be replaced.", out=out), _ELSEWHERE)
        if out.suffix.lower() != suffix:
            raise UserError(msg("“{out}” exists and is not a {suffix} file, so it is not replaced.", out=out, suffix=suffix), _REMOVE)
        if not mode & stat.S_IWRITE or not os.access(out, os.W_OK):
            raise UserError(msg("“{out}” is write-protected, so it is not replaced.", out=out), _ELSEWHERE)


def _refuse_owned(out: Path, place: Path) -> None:
    for folder in place.parents:
        first = place.relative_to(folder).parts[0].casefold()
        if (folder / PROJECT_FILE).is_file() and (first in _FOLDERS or first.startswith(_FILES)):
            raise UserError(msg("“{out}” is a place for the project's own files, so it is not written.", out=out), _ELSEWHERE)
        if (folder / IDENTITY).is_file():
            raise UserError(msg("“{out}” is in a bundle, whose files are not changed.", out=out), _ELSEWHERE)
