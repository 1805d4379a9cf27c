"""Findings that follow from the evidence of how columns were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mlops_desktop.engine.profiling.finding import Finding, Seen, Severity

# By rule of the evidence: severity, why it matters, and the type that mends it ("" none).
_FINDINGS: Mapping[str, tuple[Severity, str, str]] = {
    "currencies": ("high", "An amount means something else in each currency. Convert the cells to one in the file.", ""),
    "units": ("warning", "A number means something else with each of these marks. Split the column or convert it in the file.", ""),
    "marks": ("warning", "A number means something else with each of these marks. Split the column or convert it in the file.", ""),
    "not_number": ("warning", "As texts these amounts have no order. Mend the cells in the file, or read the rest as numbers.", "number"),
    "not_date": ("warning", "As texts these dates have no order. Mend the cells in the file, or read the rest as dates.", "date"),
    "unmarked": ("warning", "They may be in another unit than the rest.", "category"),
    "infinite": ("warning", "A model cannot learn from a number without end; most come from a division by zero.", ""),
    "decimal": ("warning", "If it is the other mark, every number is a thousand times larger or smaller.", ""),
    "excel_dates": ("warning", "What stood there before the spreadsheet changed it cannot be known: mend the cells in the file.", ""),
    "no_zone": ("warning", "If they are local times, they are hours away from what was taken.", ""),
    "no_date": ("info", "No real date lies near it; as a date it would mislead every model.", "category"),
    "century": ("info", "If the other century is meant, every one of these dates is wrong by a hundred years.", "category"),
    "limits": ("info", "The true value lies beyond the limit, so the smallest or largest values are less sure than they look.", "category"),
}
_STRAY = "They were left out so that the rest can be used as what it is; mend them in the file, or read the column as text."
_MISSING_WORDS = "The other cells hold numbers or dates, so this text can only mean that nothing is known."


def reading_findings(seen: Seen) -> Iterator[Finding]:
    """What a person should know of cells that are not read as they stand, or stopped their column from being numbers."""
    for evidence in seen.table.evidence:
        column = evidence.column
        if evidence.rule == "missing_words":
            yield Finding("missing_words", "info", column, evidence.message, _MISSING_WORDS, _read_as(column, "category"))
        elif seen.roles.get(column, "feature") in ("ignore", "id"):
            continue
        elif evidence.rule == "stray":
            yield Finding("stray", "warning", column, evidence.message, _STRAY, _read_as(column, "category"))
        elif evidence.rule in _FINDINGS:
            severity, why, kind = _FINDINGS[evidence.rule]
            yield Finding(evidence.rule, severity, column, evidence.message, why, _read_as(column, kind) if kind else None)


def _read_as(column: str, kind: str) -> dict[str, Any]:
    return {"type": {column: kind}}
