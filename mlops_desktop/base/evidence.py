"""Evidence: why a table or one of its columns was read as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """Why a column was read as it was. `rows` are row numbers from 1, the header not counted; `column` is "" for the whole table.

    `parameter` is the parameter of the source that decides it otherwise, `values` are those of its values that are worth a try, as texts.
    """

    column: str
    rule: str
    message: str
    rows: tuple[int, ...] = ()
    parameter: str = ""
    values: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; without `parameter` and `values` where there are none."""
        found: dict[str, Any] = {"column": self.column, "rule": self.rule, "message": self.message, "rows": list(self.rows)}
        if self.parameter:
            found["parameter"] = self.parameter
        return {**found, "values": list(self.values)} if self.values else found

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Evidence:
        """The evidence of `to_json`. KeyError or TypeError when it is none."""
        values = tuple(record.get("values", ()))
        return cls(record["column"], record["rule"], record["message"], tuple(record["rows"]), record.get("parameter", ""), values)
