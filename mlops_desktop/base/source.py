"""The contract of a data source: it opens a location and yields the table there as Arrow record batches, with what it left out."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit, urlunsplit

from mlops_desktop.base.component import Component
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job

BATCH_ROWS = 65_536
BATCH_BYTES = 2**25
_SCHEME = re.compile("([A-Za-z][A-Za-z0-9+.-]+):")  # two characters at least: `C:` is a drive


@dataclass(frozen=True, kw_only=True)
class ReadReport:
    """What a source knows once its last batch is out.

    `rows_read` counts the rows of all batches, `rows_left_out` the rows of the source that hold something, are not among these and do not
    name the columns. `has_names` is False when nothing in the source names the columns: the names in the schema are then placeholders.
    `decimal` is the decimal mark of texts where it is known, else "". `mixed` maps the position of a column to the texts in it that stand
    for values of several types (1 and "1"), `units` to the unit that the source gives. `notes` say what was repaired or left out.
    """

    rows_read: int
    rows_left_out: int = 0
    notes: tuple[Evidence, ...] = ()
    has_names: bool = True
    decimal: str = ""
    mixed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)


Batches = Generator[Any, None, ReadReport]  # of pyarrow.RecordBatch; pyarrow has no types


class Source(Component, ABC):
    """Opens one kind of location: a file by its ending, or an address by its scheme (`sqlite:`, `clipboard:` …)."""

    suffixes: ClassVar[tuple[str, ...]] = ()  # endings of files, in small letters, with the dot
    schemes: ClassVar[tuple[str, ...]] = ()  # schemes of addresses, in small letters, without the colon

    @classmethod
    def opens(cls, location: str) -> bool:
        """Whether a path or an address is of this kind, by its ending or its scheme alone."""
        scheme = _SCHEME.match(location)
        if scheme and scheme[1].lower() in cls.schemes:
            return True
        return bool(cls.suffixes) and location.lower().endswith(cls.suffixes)

    @abstractmethod
    def read(self, location: str, job: Job) -> Batches:
        """Yield every row as record batches of one schema, at most about `BATCH_BYTES` each, one batch at least; return the report.

        Cells of a text format stay the texts that they are ("" where empty): types are decided later, for a whole column at once. Typed
        formats keep their types; a column of several types is given as texts (`base.mixed_cells`) and named in `ReadReport.mixed`. Names of
        columns are as they stand in the source, whether empty or doubled. UserError when the location does not hold this kind of data.
        """

    def guess(self, location: str) -> Self:
        """This source with the parameters that are left to it found from the location (delimiter, encoding, sheet …)."""
        return self


def is_address(location: str, sources: Iterable[type[Source]]) -> bool:
    """Whether a location is an address of one of these sources rather than the path of a file."""
    scheme = _SCHEME.match(location)
    return scheme is not None and any(scheme[1].lower() in source.schemes for source in sources)


def display_name(location: str, sources: Iterable[type[Source]]) -> str:
    """How a location is named to a person and in a project: a file's name; an address without user and password."""
    if not is_address(location, sources):
        return Path(location).name
    parts = urlsplit(location)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def file_notes(messages: Iterable[str]) -> tuple[Evidence, ...]:
    """Messages about a whole table as evidence."""
    return tuple(Evidence("", "file", message) for message in messages)


def table_batches(table: Any) -> Generator[Any, None, None]:
    """A pyarrow.Table as record batches of bounded size, without a copy; one empty batch when it has no rows."""
    import pyarrow as pa

    rows = BATCH_ROWS
    if table.nbytes > BATCH_BYTES and table.num_rows:
        rows = max(1, min(rows, BATCH_BYTES * table.num_rows // table.nbytes))
    batches = table.to_batches(max_chunksize=rows)
    yield from batches or [pa.RecordBatch.from_arrays([pa.array([], kind) for kind in table.schema.types], schema=table.schema)]
