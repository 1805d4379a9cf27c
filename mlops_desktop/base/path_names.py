"""Refuses names of files and folders that are not UTF-8, as an archive of another system may leave them on Linux."""

from __future__ import annotations

import os
from pathlib import Path

from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.message import msg


def check_name(path: str | Path) -> None:
    """UserError when the name cannot be written as UTF-8: Python holds its bytes as halves of surrogate pairs, which no record can keep."""
    text = os.fspath(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        shown = text.encode("utf-8", "replace").decode()
        raise UserError(
            msg("The name “{name}” holds characters that are not UTF-8 (shown as “?”).", name=shown),
            "Give the file or folder another name, then try again.",
        ) from error
