"""Evidence: why a table or one of its columns was read as it was, and which rules of it leave a doubt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mlops_desktop.serving.message import msg

Weight = Literal["high", "warning", "info"]


@dataclass(frozen=True, kw_only=True)
class EvidenceRule:
    """What all evidence of one rule has in common.

    `weight` is how much its doubt weighs, None when it leaves none. `question` is asked where a parameter of the source decides it
    otherwise, or where only a person can confirm it (`by_person`). `instead` is the type that a person may want for a column ("" none).
    Nobody has to act on what is `ordinary`.
    """

    weight: Weight | None = None
    question: str = ""
    instead: str = ""
    ordinary: bool = False
    by_person: bool = False

    @property
    def doubts_column(self) -> bool:
        """Whether it leaves a doubt about how a column was read, rather than about the whole table."""
        return self.weight is not None and not self.question


_OF_TABLES = {
    "header": EvidenceRule(weight="warning", question=msg("Does no row name the columns?")),
    "first_row": EvidenceRule(weight="warning", question=msg("Does the first row name the columns?")),
    "names": EvidenceRule(weight="info", question=msg("Do several rows name the columns?")),
    "total": EvidenceRule(weight="warning", question=msg("Are these rows totals?")),
    "inside": EvidenceRule(weight="warning", question=msg("Are these lines no rows of the table?")),
    "heads": EvidenceRule(weight="warning", question=msg("Do these lines head the rows below them?")),
    "split_decimals": EvidenceRule(weight="warning", question=msg("Do the names stand above the right columns?")),
    "delimiter": EvidenceRule(weight="warning", question=msg("Is this the delimiter between the cells?")),
    "escape": EvidenceRule(weight="warning", question=msg("Does a backslash escape the quote after it?")),
    "sheet": EvidenceRule(weight="warning", question=msg("Is this the sheet that you want?")),
    "hidden": EvidenceRule(weight="warning", question=msg("Do hidden rows and columns belong to the table?")),
    "table": EvidenceRule(weight="warning", question=msg("Is this the table that you want?")),
    "member": EvidenceRule(weight="warning", question=msg("Is this the file of the archive that you want?")),
    "layout": EvidenceRule(weight="high", question=msg("Are these the data that the project is for?"), by_person=True),
    "encodings": EvidenceRule(weight="warning", question=msg("Is this the encoding of its texts?")),
    "encoding": EvidenceRule(weight="info", question=msg("Is this the encoding of its texts?")),
}
_TABLE_NOTES = (
    *("above", "comment", "rule", "repeated", "head", "below", "end", "empty", "ragged", "trailing", "row_names", "fixed"),
    *("file", "spelled", "errors", "formulas", "merged", "labels", "date_range"),
)
_TEXT, _CATEGORY = EvidenceRule(weight="warning", instead="text"), EvidenceRule(weight="warning", instead="category")
_DETAIL = EvidenceRule(weight="info", instead="text")
_NUMBER, _DATE = EvidenceRule(weight="warning", instead="number"), EvidenceRule(weight="warning", instead="date")
_OF_COLUMNS = {
    **dict.fromkeys(("code_texts", "grades", "lost_digits"), _NUMBER),
    "free": _CATEGORY,
    "currencies": EvidenceRule(weight="high", instead="number"),
    **dict.fromkeys(("not_number", "units", "marks", "clock"), _NUMBER),
    **dict.fromkeys(("not_date", "maybe_date"), _DATE),
    **dict.fromkeys(("date_order", "mixed_types", "decimal", "infinite", "no_zone", "excel_dates", "amounts", "pairs", "exchanged"), _TEXT),
    **dict.fromkeys(("year_order", "calendar", "parentheses"), _TEXT),
    **dict.fromkeys(("stray", "unmarked", "footnotes", "debit_credit", "month_or_day"), _CATEGORY),
    **dict.fromkeys(("unread_numbers", "unread_dates", "nested", "damaged"), EvidenceRule(weight="warning")),
    **dict.fromkeys(("missing_words", "no_date", "century", "limits"), EvidenceRule(weight="info", instead="category")),
    **dict.fromkeys(("leading_zeros", "long_numbers", "notation", "converted", "duration", "mark"), _DETAIL),
    "duration_by_name": EvidenceRule(weight="info", instead="date"),
    **dict.fromkeys(("type", "date_order_known", "identifier"), EvidenceRule(ordinary=True)),
}
_COLUMN_NOTES = ("digits", "two_digit_years", "no_clock", "dash", "missing_na", "invisible", "recode")
RULES: Mapping[str, EvidenceRule] = {**_OF_TABLES, **_OF_COLUMNS, **dict.fromkeys((*_TABLE_NOTES, *_COLUMN_NOTES), EvidenceRule())}


@dataclass(frozen=True)
class Evidence:
    """Why a table or a column was read as it was.

    `column` is "" for the whole table, `rows` are row numbers from 1, the header not counted.
    `rule` is one of `RULES` (ValueError when it is none). `parameter` is the parameter of the source that decides it otherwise, `values`
    are those of its values that are worth a try, as texts.
    """

    column: str
    rule: str
    message: str
    rows: tuple[int, ...] = ()
    parameter: str = ""
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"“{self.rule}” is no rule of evidence.")

    def to_json(self) -> dict[str, Any]:
        """As plain JSON; without `parameter` and `values` where there are none."""
        found: dict[str, Any] = {"column": self.column, "rule": self.rule, "message": self.message, "rows": list(self.rows)}
        if self.parameter:
            found["parameter"] = self.parameter
        return {**found, "values": list(self.values)} if self.values else found

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Evidence:
        """The evidence of `to_json`; a rule that only another version has is read as the plain note “file”.

        KeyError or TypeError when it is none.
        """
        values = tuple(record.get("values", ()))
        rule = record["rule"] if record["rule"] in RULES else "file"
        return cls(record["column"], rule, record["message"], tuple(record["rows"]), record.get("parameter", ""), values)
