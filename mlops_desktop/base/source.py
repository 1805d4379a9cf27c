"""The contract of a data source: it opens a location and yields the table there as Arrow record batches, with what it left out."""

from __future__ import annotations

import csv
import re
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from mlops_desktop.base.component import Component
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.params import Flag, Listed, Param, choice, text

BATCH_ROWS = 65_536
BEGINNING_ROWS = 1_000  # of a typed file, for a preview
BATCH_BYTES = 2**25
UNKNOWN_DECIMAL = "?"  # what a delimiter says of the decimal mark where the file may well be written with a comma
_SCHEME = re.compile("([A-Za-z][A-Za-z0-9+.-]+):")  # two characters at least: `C:` is a drive


@dataclass(frozen=True, kw_only=True)
class ReadReport:
    """What a source knows once its last batch is out.

    `rows_read` counts the rows of all batches, `rows_left_out` the rows of the source that hold something, are not among these and do not
    name the columns. `has_names` is False when nothing in the source names the columns: the names in the schema are then placeholders.
    `likely_decimal` is the decimal mark that the mark between the cells suggests (a semicolon: the comma; a tab: `UNKNOWN_DECIMAL`),
    `delimiter` is that mark in a text. `mixed` maps the position of a column to the texts in it that stand for
    values of several types (1 and "1"),
    `units` to the unit that the source gives. `notes` say what was repaired or left out. `found` is the source with the parameters as they
    were found on the way, where `guess` does not find them; `reasons` say of parameters why they were found so.
    """

    rows_read: int
    rows_left_out: int = 0
    notes: tuple[Evidence, ...] = ()
    has_names: bool = True
    likely_decimal: str = ""
    delimiter: str = ""
    mixed: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[int, str] = field(default_factory=dict)
    found: Source | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CellFormat:
    """How the texts in cells are written, as a person chose; what is None or empty is found from the cells.

    `decimal` and `thousands` are the marks of numbers ("" for `thousands`: none), `day_first` is whether 03.04. is the third of April,
    `year_first` that 24-12-31 begins with its year, and `missing` are further texts that mean missing.
    """

    decimal: str = ""
    thousands: str | None = None
    day_first: bool | None = None
    year_first: bool = False
    missing: tuple[str, ...] = ()


DECIMALS = {"auto": "", "point": ".", "comma": ","}
THOUSANDS = {"auto": None, "none": "", "point": ".", "comma": ",", "blank": " ", "apostrophe": "'"}
DATE_ORDERS = {"auto": None, "day": True, "month": False}  # whether the day comes first; "year" is an order of its own
YEAR_FIRST = "year"

Batches = Generator[Any, None, ReadReport]  # of pyarrow.RecordBatch; pyarrow has no types


@dataclass(frozen=True, kw_only=True)
class Source(Component, ABC):
    """Opens one kind of location: a file by its ending, or an address by its scheme (`sqlite:`, `clipboard:` …).

    Its own parameters say how texts in cells are written, whatever source they come from; the engine applies them.
    """

    suffixes: ClassVar[tuple[str, ...]] = ()  # endings of files, in small letters, with the dot
    schemes: ClassVar[tuple[str, ...]] = ()  # schemes of addresses, in small letters, without the colon
    signatures: ClassVar[tuple[bytes, ...]] = ()  # what files with these endings begin with; none: anything
    example: ClassVar[str] = ""  # a location as a person writes it, where no file dialog leads to it
    opens_folders: ClassVar[bool] = False  # whether its locations are folders rather than files
    has_password: ClassVar[bool] = False  # whether a password may have to be asked for

    decimal: str = choice(
        "auto",
        {"auto": "found from the cells", "point": "point 1.5", "comma": "comma 1,5"},
        "Decimal mark",
        help="Settles numbers such as 1,234 that can be read both ways.",
    )
    thousands: str = choice(
        "auto",
        {
            "auto": "found from the cells",
            "none": "none",
            "point": "point 1.000",
            "comma": "comma 1,000",
            "blank": "blank 1 000",
            "apostrophe": "apostrophe 1'000",
        },
        "Thousands",
        help="The mark between the thousands of a number.",
    )
    dates: str = choice(
        "auto",
        {
            "auto": "found from the cells",
            "day": "day first: 31.12.2024",
            "month": "month first: 12/31/2024",
            YEAR_FIRST: "year first: 24-12-31",
        },
        "Order of dates",
        help="Settles dates such as 03/04/2024 that can be read both ways.",
    )
    missing_texts: str = text(
        "", "Means missing", help="Further texts that stand for “not known” in every column, with commas between, such as unknown, -9."
    )

    @classmethod
    def params(cls) -> dict[str, Param]:
        """The parameters by their name: those of the class itself come before those that it shares with others."""
        found = super().params()
        sharing = {name: sum(name in getattr(one, "__dataclass_fields__", ()) for one in cls.__mro__) for name in found}
        return dict(sorted(found.items(), key=lambda item: sharing[item[0]]))

    def cell_format(self) -> CellFormat:
        """What the parameters say of the texts in cells."""
        texts = next(csv.reader([self.missing_texts], skipinitialspace=True), [])
        return CellFormat(
            decimal=DECIMALS[self.decimal],
            thousands=THOUSANDS[self.thousands],
            day_first=DATE_ORDERS.get(self.dates),
            year_first=self.dates == YEAR_FIRST,
            missing=tuple(text.strip() for text in texts if text.strip()),
        )

    @classmethod
    def opens(cls, location: str) -> bool:
        """Whether a path or an address is of this kind, by its ending or its scheme alone."""
        return cls.matching(location) > 0

    @classmethod
    def matching(cls, location: str) -> int:
        """How many characters of a path or an address show this kind, 0 when it is of another: `.json.gz` shows more than `.gz`."""
        scheme = _SCHEME.match(location)
        if scheme and scheme[1].lower() in cls.schemes:
            return len(location)
        lower = location.lower()
        return max((len(suffix) for suffix in cls.suffixes if lower.endswith(suffix)), default=0)

    @classmethod
    def recognises(cls, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this kind, though its ending belongs to another (a page saved as “.xls”)."""
        return False

    def located(self, location: str) -> tuple[Self, str]:
        """This source with the parameters that are in the query of an address (`sqlite:shop.db?table=item`), and the rest of it.

        UserError when a value is none that the parameter takes. The path of a file is left as it is.
        """
        if not is_address(location, (type(self),)):
            return self, location
        rest, _, query = location.partition("?")
        known, given, others = self.params(), {}, []
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name in known:
                given[name] = value.lower() in ("1", "true", "yes") if isinstance(known[name], Flag) else value
            else:
                others.append((name, value))
        changed: Any = given
        return replace(self, **changed), rest + (f"?{urlencode(others)}" if others else "")

    @abstractmethod
    def read(self, location: str, job: Job) -> Batches:
        """Yield every row as record batches of one schema, at most about `BATCH_BYTES` each, one batch at least; return the report.

        Cells of a text format stay the texts that they are ("" where empty): types are decided later, for a whole column at once. Typed
        formats keep their types; a column of several types is given as texts (`base.mixed_cells`) and named in `ReadReport.mixed`. Names of
        columns are as they are in the source, whether empty or doubled. UserError when the location does not hold this kind of data.
        """

    def beginning(self, location: str, folder: Path) -> str:
        """A location that holds the first rows of this one, for a preview: a file written into `folder`.

        The location itself where it is small, or where its beginning cannot be had without reading everything.
        """
        return location

    def guess(self, location: str) -> Self:
        """This source with the parameters that are left to it found from the location (delimiter, encoding, sheet …)."""
        return self

    def listed(self, location: str) -> dict[str, tuple[str, ...]]:
        """What there is to choose from for parameters that name a part of the location (sheets, tables), by parameter."""
        return {}

    def alternatives(self, notes: Iterable[Evidence]) -> Iterator[tuple[Self, str]]:
        """Sources that read another table of the location, or other rows of it as the names, in the order of a try; with the name of the
        table where it is another one, else "". `notes` say what else was there.
        """
        tables = {name for name, param in self.params().items() if isinstance(param, Listed)}
        for note in notes:
            if note.parameter in tables:
                for value in note.values:
                    changes: Any = {note.parameter: value}
                    yield replace(type(self)(), **changes), value

    def fits(self, location: str) -> bool:
        """Whether parameters that were found for another location may be right for this one; False when its bytes disprove one."""
        return True


@dataclass(frozen=True, kw_only=True)
class PartTable:
    """One of the tables that a combined source puts together.

    `name` is how a person knows its location, `table` a pyarrow.Table with unique names. `mixed` maps a column's name to the texts in it
    that stand for values of several types, `notes` say what was repaired or left out.
    """

    name: str
    table: Any
    mixed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Evidence, ...] = ()


class CombinedSource(Source):
    """A source of several locations: the engine reads each by the source that opens it, and this one puts the tables together."""

    def read(self, location: str, job: Job) -> Batches:
        """TypeError: only the engine can open the parts (`engine.data.reading.read_source`)."""
        raise TypeError(f"The parts of “{self.id}” are read by the engine.")

    @abstractmethod
    def parts(self, location: str) -> list[str]:
        """The locations of the tables, in their order. UserError when there are none."""

    @abstractmethod
    def combine(self, location: str, tables: Sequence[PartTable], job: Job) -> Batches:
        """The tables of the parts as one, with the report, as `Source.read` gives them."""


def is_address(location: str, sources: Iterable[type[Source]]) -> bool:
    """Whether a location is an address of one of these sources rather than the path of a file."""
    scheme = _SCHEME.match(location)
    return scheme is not None and any(scheme[1].lower() in source.schemes for source in sources)


def display_name(location: str, sources: Iterable[type[Source]]) -> str:
    """How a location is named to a person and in a project: the name of a file or a folder; an address without user and password."""
    if not is_address(location, sources):
        return Path(location).name
    parts = urlsplit(location)
    if not parts.netloc:
        return Path(unquote(parts.path)).name or location
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def path_address(scheme: str, path: Path) -> str:
    """The address of a path; `address_path` gives the path back."""
    return f"{scheme}:{quote(str(path))}"


def address_path(address: str) -> str:
    """The path in an address without server, such as `folder:/data/sales`."""
    return unquote(address.partition(":")[2].partition("?")[0])


def with_parameters(address: str, source: Source) -> str:
    """An address that carries the parameters of a source which are not at their default in its query."""
    changed = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in source.changed_params().items()}
    return address + (("&" if "?" in address else "?") + urlencode(changed, quote_via=quote) if changed else "")


def without_password(address: str) -> str:
    """An address as it may be kept: what is between the user's name and `@` is left out."""
    parts = urlsplit(address)
    user, mark, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}{mark}{host}"))


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
