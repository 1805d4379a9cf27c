"""Decisions on how files were read, kept for the next file of the same shape."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.source import Source
from mlops_desktop.engine.project import Answer, ColumnNote, Project, from_json, to_json
from mlops_desktop.serving.message import msg

if TYPE_CHECKING:
    from mlops_desktop.engine.data import FilePreview

FORMAT = 1  # of the text that is kept; parameters of sources have versions of their own (`Source.upgrade`)
MOST = 50  # shapes that are remembered, the latest first


@dataclass(frozen=True)
class Reading:
    """How a file was read: its name, the source with what a person chose, the notes on its columns, and the doubts that were answered."""

    file: str
    source: Source | None = None
    columns: dict[str, ColumnNote] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """Whether a person decided anything."""
        return bool(self.columns or self.answers or (self.source is not None and self.source.changed_params()))

    @property
    def project(self) -> Project:
        """A project of these decisions, for `read_like`."""
        return Project(source=self.source, columns=self.columns, answers=self.answers)


def shape_of(table: FilePreview) -> str:
    """A digest of what files of one kind have in common before anything is decided: kind of source, delimiter, names of the columns."""
    names = [column.name for column in table.columns]
    document = [table.found.id, getattr(table.found, "delimiter", ""), names]
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()[:32]


class Readings:
    """The readings by shape, as one text that `load` and `save` keep. A text that is no JSON counts as empty."""

    def __init__(self, load: Callable[[], str], save: Callable[[str], None]) -> None:
        self._load, self._save = load, save

    def find(self, shape: str) -> Reading | None:
        """The decisions for files of a shape; None when none are kept.

        UserError when they cannot be read: a parameter or a source of theirs is there no more, or a newer version wrote them.
        """
        document = self._all().get(shape)
        return None if document is None else from_json(Reading, document)

    def keep(self, shape: str, reading: Reading) -> None:
        """Remember the decisions for files of a shape; nothing is remembered where nothing was decided.

        UserError when a newer version wrote what is kept: it stays as it is.
        """
        rest = {key: value for key, value in self._all().items() if key != shape}
        kept = {shape: to_json(reading), **rest} if reading.decided else rest
        self._write(dict(list(kept.items())[:MOST]))

    def forget(self, shape: str) -> None:
        """Take the decisions for files of a shape away. UserError as in `keep`."""
        self._write({key: value for key, value in self._all().items() if key != shape})

    def _write(self, readings: dict[str, Any]) -> None:
        self._save(json.dumps({"format": FORMAT, "readings": readings}))

    def _all(self) -> dict[str, Any]:
        try:
            found = json.loads(self._load() or "{}")
        except ValueError:
            return {}
        return migrate(found)["readings"] if isinstance(found, dict) else {}


def migrate(document: dict[str, Any]) -> dict[str, Any]:
    """The document in today's format. UserError when it is of a newer one."""
    number = document.get("format", 0)
    if not isinstance(number, int) or number > FORMAT:
        raise UserError(
            msg("A newer version of the application kept them, in format {number}.", number=number),
            "Install the newer version to use them.",
        )
    for step in range(number, FORMAT):
        document = {**_STEPS[step](document), "format": step + 1}
    return document


# From this number to the next. 0, without a number, was the mapping itself, from shape to reading.
_STEPS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {0: lambda document: {"readings": document}}
