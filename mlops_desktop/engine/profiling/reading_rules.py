"""Findings that follow from the evidence of how columns were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen, Severity

# By kind, whose rule is that of the evidence: severity, why it matters, and the type that mends it ("" none).
_FINDINGS: Mapping[FindingKind, tuple[Severity, str, str]] = {
    FindingKind("currencies", "Several currencies in {column}"): (
        "high",
        "An amount means something else in each currency. Convert the cells to one in the file.",
        "",
    ),
    FindingKind("units", "Units that do not convert in {column}"): (
        "warning",
        "A number means something else with each of these marks. Split the column or convert it in the file.",
        "",
    ),
    FindingKind("marks", "Marks of several kinds in {column}"): (
        "warning",
        "A number means something else with each of these marks. Split the column or convert it in the file.",
        "",
    ),
    FindingKind("not_number", "{column} is nearly a number"): (
        "warning",
        "As texts these amounts have no order. Mend the cells in the file, or read the rest as numbers.",
        "number",
    ),
    FindingKind("not_date", "{column} is nearly a date"): (
        "warning",
        "As texts these dates have no order. Mend the cells in the file, or read the rest as dates.",
        "date",
    ),
    FindingKind("unread_numbers", "{column} looks like numbers"): (
        "warning",
        "As texts these amounts have no order. Leave off in the file what stands beside the numbers.",
        "",
    ),
    FindingKind("unread_dates", "{column} looks like dates"): (
        "warning",
        "As texts these dates have no order. Write them as year-month-day in the file.",
        "",
    ),
    FindingKind("unmarked", "Numbers without their unit in {column}"): (
        "warning",
        "They may be in another unit than the rest.",
        "category",
    ),
    FindingKind("infinite", "Infinite numbers in {column}"): (
        "warning",
        "A model cannot learn from a number without end; most come from a division by zero.",
        "",
    ),
    FindingKind("decimal", "Decimal mark of {column}"): (
        "warning",
        "If it is the other mark, every number is a thousand times larger or smaller.",
        "",
    ),
    FindingKind("amounts", "Amounts that are not read in {column}"): (
        "warning",
        "As texts these amounts have no order. Write them as plain numbers in the file, or cut them by a step.",
        "",
    ),
    FindingKind("debit_credit", "Debit and credit in {column}"): (
        "warning",
        "If the file means it the other way, the sign of every amount is wrong.",
        "category",
    ),
    FindingKind("maybe_date", "Dates written as numbers in {column}?"): (
        "warning",
        "As numbers they have no month and no weekday, and a model learns from the size of a number that only counts.",
        "date",
    ),
    FindingKind("month_or_day", "Months with a year or days in {column}?"): (
        "warning",
        "“Jan 24” can be January 2024 or the 24th of January; as the other one every date is wrong.",
        "category",
    ),
    FindingKind("excel_dates", "Dates that a spreadsheet made in {column}"): (
        "warning",
        "What stood there before the spreadsheet changed it cannot be known: mend the cells in the file.",
        "",
    ),
    FindingKind("date_order", "Day or month first in {column}?"): (
        "warning",
        "If it is the other order, most of these dates are wrong, and no error will show it.",
        "",
    ),
    FindingKind("no_zone", "Times without a zone in {column}"): (
        "warning",
        "If they are local times, they are hours away from what was taken.",
        "",
    ),
    FindingKind("no_date", "A date for “no date” in {column}"): (
        "info",
        "No real date lies near it; as a date it would mislead every model.",
        "category",
    ),
    FindingKind("century", "Two-digit years in {column}"): (
        "info",
        "If the other century is meant, every one of these dates is wrong by a hundred years.",
        "category",
    ),
    FindingKind("limits", "Limits of detection in {column}"): (
        "info",
        "The true value lies beyond the limit, so the smallest or largest values are less sure than they look.",
        "category",
    ),
}
_KINDS = {kind.rule: kind for kind in _FINDINGS}
STRAY = FindingKind("stray", "Odd cells in {column}")
MISSING_WORDS = FindingKind("missing_words", "Words for “missing” in {column}")
PAIRS = FindingKind("pairs", "Two numbers in a cell of {column}")
_PAIRS = "As one text the numbers have no order. Cut in two, each is a number of its own."
_STRAY = "They were left out so that the rest can be used as what it is; mend them in the file, or read the column as text."
_MISSING_WORDS = "The other cells hold numbers or dates, so this text can only mean that nothing is known."


def reading_findings(seen: Seen) -> Iterator[Finding]:
    """What a person should know of cells that are not read as they stand, or stopped their column from being numbers."""
    for evidence in seen.table.evidence:
        column = evidence.column
        if evidence.rule == "missing_words":
            yield MISSING_WORDS.finding("info", column, evidence.message, _MISSING_WORDS, _read_as(column, "category"))
        elif seen.roles.get(column, "feature") in ("ignore", "id"):
            continue
        elif evidence.rule == "stray":
            yield STRAY.finding("warning", column, evidence.message, _STRAY, _read_as(column, "category"))
        elif evidence.rule == "pairs":
            step = {"id": "split_column", "params": {"columns": [column], "separator": "/", "numbers": True, "keep": False}}
            yield PAIRS.finding("warning", column, evidence.message, _PAIRS, {"step": step})
        elif found := _KINDS.get(evidence.rule):
            severity, why, kind = _FINDINGS[found]
            yield found.finding(severity, column, evidence.message, why, _read_as(column, kind) if kind else None)


def _read_as(column: str, kind: str) -> dict[str, Any]:
    return {"type": {column: kind}}
