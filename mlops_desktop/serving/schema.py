"""The schema of the input columns: training tables and requests become frames by the same validation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .cells import Grammar
from .column import CATEGORICAL_TYPES, NUMBER_TYPES, TYPES, Column, ValidationIssue, ValidationResult
from .errors import UserError
from .frame import Layout
from .message import msg
from .plural import quoted_columns
from .request_validation import RequestValidator
from .serialization import Serializable

__all__ = ["CATEGORICAL_TYPES", "NUMBER_TYPES", "TYPES", "Column", "Grammar", "Schema", "ValidationIssue", "ValidationResult"]


@dataclass(frozen=True)
class Schema(Serializable):
    """The input columns of a model, in the order of the training table."""

    columns: tuple[Column, ...]

    def layout(self) -> Layout:
        """The frame layout: number, integer and boolean are numbers; category, ordered, text and id are categoricals; date is a date."""
        return self._layout

    def column(self, name: str) -> Column:
        """One column by name; UserError when there is none."""
        if name in self._by_name:
            return self._by_name[name]
        raise UserError(msg("There is no column “{name}”.", name=name), "There are: " + ", ".join(c.name for c in self.columns[:20]) + ".")

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in reversed(self.columns)}

    def select(self, names: Sequence[str]) -> Schema:
        """The schema with these columns only, in its own order."""
        wanted = frozenset(names)
        return Schema(tuple(column for column in self.columns if column.name in wanted))

    def check_columns(self, names: Collection[str]) -> str:
        """A sentence that names the columns which a table with columns of these `names` lacks, whose values count as missing; "" when it
        lacks none. UserError when a column is not there that may not be missing.
        """
        absent = [column for column in self.columns if column.name not in names]
        needed = [column.name for column in absent if not column.nullable]
        if needed:
            remedy = "Add the column, or choose another file." if len(needed) == 1 else "Add these columns, or choose another file."
            template = (
                "The column {names} is needed and not there." if len(needed) == 1 else "The columns {names} are needed and not there."
            )
            raise UserError(msg(template, names=quoted_columns(needed)), remedy)
        if not absent:
            return ""
        if len(absent) == 1:
            return msg("The column {names} is not there; its values count as missing.", names=quoted_columns([absent[0].name]))
        return msg(
            "The columns {names} are not there; their values count as missing.", names=quoted_columns([column.name for column in absent])
        )

    def from_rows(self, rows: Sequence[Mapping[str, Any]]) -> ValidationResult:
        """A frame from JSON rows; all errors and warnings are found at once, by row and field.

        A text is read as a cell of the training table with this text: by the grammar of its column, blanks around it do not count.
        Beside texts, columns of numbers take numbers (whole ones in integer columns), of booleans true / false / 0 / 1, of categories and
        texts numbers and booleans by their canonical level. An absent field is a null; a null is missing where the column allows it. A
        field whose name is a column's but for blanks is that column; other fields that the model does not know give a warning.
        """
        return self._validator.from_rows(rows)

    def from_texts(self, columns: Mapping[str, Sequence[str]], rows: int) -> ValidationResult:
        """A frame from columns of texts (a CSV file), each read by its grammar; `rows` is their length.

        Errors and warnings are those of `from_rows`.
        """
        return self._validator.from_texts(columns, rows)

    @cached_property
    def _layout(self) -> Layout:
        columns = self.columns
        numbers = tuple(c.name for c in columns if c.is_number)
        categoricals = tuple(c.name for c in columns if c.is_categorical)
        return Layout(numbers, categoricals, tuple(c.name for c in columns if c.is_date))

    @cached_property
    def _validator(self) -> RequestValidator:
        return RequestValidator(self.columns, self._layout)
