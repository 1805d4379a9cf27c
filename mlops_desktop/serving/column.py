"""An input column of the schema, and the validation issues (errors and warnings) of values; `column_types` has what depends on the type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .cells import Grammar
from .frame import Frame
from .serialization import Serializable

TYPES = ("number", "integer", "boolean", "category", "ordered", "text", "id", "date")
MEASURED_TYPES = ("number", "integer")
NUMBER_TYPES = (*MEASURED_TYPES, "boolean")
LEVEL_TYPES = ("category", "ordered")
FREE_TYPES = ("text", "id")
CATEGORICAL_TYPES = (*LEVEL_TYPES, *FREE_TYPES)


class HasType:
    """What the type of a column means, for everything with a `type` of `TYPES`."""

    type: str

    @property
    def is_number(self) -> bool:
        """Whether its values are among the numbers of a frame: number, integer or boolean."""
        return self.type in NUMBER_TYPES

    @property
    def is_measured(self) -> bool:
        """Whether its values are amounts: number or integer."""
        return self.type in MEASURED_TYPES

    @property
    def is_categorical(self) -> bool:
        """Whether its values are among the categoricals of a frame: category, ordered, text or id."""
        return self.type in CATEGORICAL_TYPES

    @property
    def has_levels(self) -> bool:
        """Whether its values are levels that may be known: category or ordered."""
        return self.type in LEVEL_TYPES

    @property
    def is_free_text(self) -> bool:
        """Whether nearly each value may be another one: text or id."""
        return self.type in FREE_TYPES

    @property
    def is_date(self) -> bool:
        """Whether its values are among the dates of a frame."""
        return self.type == "date"


@dataclass(frozen=True)
class Column(HasType, Serializable):
    """One input column: its type, and a summary of its training data.

    `low` and `high` are the range of numbers (dates: int64 microseconds), `levels` the frequent levels in order (ordered categories: from
    low to high; booleans: none), `typical` a synthetic typical value (median, most frequent level, ISO text of a date; None when unknown),
    `nullable` whether missing values are accepted, `missing_share` the share of training rows without a value, 0 only when there was none.
    """

    name: str
    type: str
    grammar: Grammar = Grammar()  # noqa: RUF009  (frozen, so shared safely)
    unit: str = ""
    description: str = ""
    nullable: bool = True
    low: float | int | None = None
    high: float | int | None = None
    levels: tuple[str, ...] = ()
    typical: str | float | int | bool | None = None
    missing_share: float = 0.0
    label: str = ""  # a short name for people; requests and answers have `name`
    has_no_days: bool = True  # days such as 9999-12-31 mean “no date” in rows too, not in files alone; see `date_notation.no_day`

    @property
    def shown_name(self) -> str:
        """What a person reads instead of the name: the label, where there is one."""
        return self.label or self.name

    @cached_property
    def sentences(self) -> dict[str, str]:
        """Sentences about the column by their code, each made once: a client's rows can bring up the same one a million times."""
        return {}


@dataclass(frozen=True, slots=True)
class ValidationIssue:
    """One error or warning. `row` counts from 0, None stands for the whole table; `got` is the kind of the value, never the value."""

    row: int | None
    field: str
    code: str
    message: str
    expected: str = ""
    got: str = ""


@dataclass(frozen=True, eq=False)
class ValidationResult:
    """A frame of the schema's layout with every row of the input, and all validation issues.

    Invalid cells are missing in the frame, so rows with errors must not be scored.
    """

    frame: Frame
    errors: Sequence[ValidationIssue]
    warnings: Sequence[ValidationIssue]


class Issues:
    """The errors and warnings of one call."""

    __slots__ = ("errors", "warnings")

    def __init__(self) -> None:
        self.errors: list[ValidationIssue] = []
        self.warnings: list[ValidationIssue] = []


def kind_of_value(value: Any) -> str:
    """The JSON kind of a value: null, boolean, number, text, list or object."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, (list, tuple)) else "object" if isinstance(value, dict) else type(value).__name__


def well_formed(text: str) -> str:
    """A text of a client as it may be in an answer: half of a surrogate pair is “?”, as no encoding of Unicode can hold it."""
    return text.encode("utf-8", "replace").decode("utf-8")


def not_an_object(row: Any, i: int) -> ValidationIssue:
    """The error that a row is no object."""
    message = "Each row must be an object of fields and values."
    return ValidationIssue(i, "", "not_an_object", message, "an object", kind_of_value(row))


def unknown_field(row: int | None, name: str) -> ValidationIssue:
    """The warning that the model has no such column."""
    # The name came with the data: it is in `field` alone, truncated, so that a response can leave it out.
    message = "The model has no such field; it is left out."
    return ValidationIssue(row, well_formed(str(name)[:100]), "unknown_field", message, "the fields of the schema", "a further field")
