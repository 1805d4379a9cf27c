"""Findings that follow from the evidence of how columns were read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from mlops_desktop.base.evidence import RULES, Evidence
from mlops_desktop.base.source import DECIMALS, THOUSANDS
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.engine.project import Changes, ComponentRecord
from mlops_desktop.serving.cells import Grammar


def _no_fix(evidence: Evidence, grammar: Grammar, is_target: bool) -> None:
    """Only a person can mend it."""


def _other_type(evidence: Evidence, grammar: Grammar, is_target: bool) -> Changes:
    """The decision that reads the column as the other type of the rule."""
    return {"type": {evidence.column: RULES[evidence.rule].instead}}


def _as_missing(evidence: Evidence, grammar: Grammar, is_target: bool) -> Changes:
    """The decision that counts the texts as missing."""
    return {"missing": {evidence.column: list(evidence.values)}}


def _limits(evidence: Evidence, grammar: Grammar, is_target: bool) -> Changes:
    """The decision that keeps which values of a column are limits: the column as texts, and a step that reads value and flag from them."""
    column = evidence.column
    if is_target or grammar.percent or grammar.scales or set(grammar.notations) != {"limits"}:
        return _other_type(evidence, grammar, is_target)  # the step reads plain numbers with their unit
    marks = {name: next(id_ for id_, mark in ids.items() if mark == value) for name, ids, value in _marks_of(grammar)}
    further = {"marks": list(grammar.affixes)} if grammar.affixes else {}
    step: ComponentRecord = {"id": "limits_of_detection", "params": {"columns": [column], **marks, **further}}
    return {"type": {column: "text"}, "step": step}


def _marks_of(grammar: Grammar) -> Iterator[tuple[str, Mapping[str, str | None], str]]:
    """The marks of numbers that differ from the defaults of the step, each with its parameter and the ids of its values."""
    if grammar.decimal != ".":
        yield "decimal", DECIMALS, grammar.decimal
    if grammar.thousands:
        yield "thousands", THOUSANDS, grammar.thousands


def _split_in_two(evidence: Evidence, grammar: Grammar, is_target: bool) -> Changes:
    """The step that cuts the cells at the mark between their numbers."""
    mark = next(iter(evidence.values), "/")
    return {"step": {"id": "split_column", "params": {"columns": [evidence.column], "separator": mark, "numbers": True, "keep": False}}}


# By kind, whose rule is that of the evidence: why it matters, and what makes the decision that mends it.
_FINDINGS: Mapping[FindingKind, tuple[str, Callable[[Evidence, Grammar, bool], Changes | None]]] = {
    FindingKind("currencies", "Several currencies in {column}"): (
        "An amount means something else in each currency. Convert the cells to one in the file.",
        _no_fix,
    ),
    FindingKind("units", "Units that do not convert in {column}"): (
        "A number means something else with each of these marks. Split the column or convert it in the file.",
        _no_fix,
    ),
    FindingKind("marks", "Marks of several kinds in {column}"): (
        "A number means something else with each of these marks. Split the column or convert it in the file.",
        _no_fix,
    ),
    FindingKind("not_number", "{column} is nearly a number"): (
        "As texts these amounts have no order. Mend the cells in the file, or read the rest as numbers.",
        _other_type,
    ),
    FindingKind("not_date", "{column} is nearly a date"): (
        "As texts these dates have no order. Mend the cells in the file, or read the rest as dates.",
        _other_type,
    ),
    FindingKind("unread_numbers", "{column} looks like numbers"): (
        "As texts these amounts have no order. Leave off in the file what stands beside the numbers.",
        _no_fix,
    ),
    FindingKind("unread_dates", "{column} looks like dates"): (
        "As texts these dates have no order. Write them as year-month-day in the file.",
        _no_fix,
    ),
    FindingKind("unmarked", "Numbers without their unit in {column}"): (
        "They may be in another unit than the rest.",
        _other_type,
    ),
    FindingKind("calendar", "Another calendar in {column}?"): (
        "A year of another calendar is hundreds of years away in ours, and its months and leap years may be others.",
        _other_type,
    ),
    FindingKind("lost_digits", "Digits are lost in {column}"): (
        "Different codes became one. Export the file again with the column as text; what was lost cannot be found again.",
        _no_fix,
    ),
    FindingKind("grades", "Grades in {column}"): (
        "As texts they have no order. As numbers “1-” is read with a minus: order the levels, or write 1.3 in the file.",
        _no_fix,
    ),
    FindingKind("free", "Words for “free” in {column}"): (
        "What costs nothing has the price 0. If the word says that nothing is known, count it as missing.",
        _as_missing,
    ),
    FindingKind("footnotes", "Marks beside the numbers of {column}"): (
        "A mark may say that a number is estimated, provisional or breaks with those before it; the number alone was read.",
        _other_type,
    ),
    FindingKind("infinite", "Infinite numbers in {column}"): (
        "A model cannot learn from a number without end; most come from a division by zero.",
        _no_fix,
    ),
    FindingKind("decimal", "Decimal mark of {column}"): (
        "If it is the other mark, every number is a thousand times larger or smaller.",
        _no_fix,
    ),
    FindingKind("amounts", "Amounts that are not read in {column}"): (
        "As texts these amounts have no order. Write them as plain numbers in the file, or cut them by a step.",
        _no_fix,
    ),
    FindingKind("debit_credit", "Debit and credit in {column}"): (
        "If the file means it the other way, the sign of every amount is wrong.",
        _other_type,
    ),
    FindingKind("maybe_date", "Dates written as numbers in {column}?"): (
        "As numbers they have no month and no weekday, and a model learns from the size of a number that only counts.",
        _other_type,
    ),
    FindingKind("clock", "Times of day or durations in {column}?"): (
        "A duration has a size, a time of day has none: 23:50 and 0:10 are near each other. Read as numbers, they are durations.",
        _other_type,
    ),
    FindingKind("month_or_day", "Months with a year or days in {column}?"): (
        "“Jan 24” can be January 2024 or the 24th of January; as the other one every date is wrong.",
        _other_type,
    ),
    FindingKind("excel_dates", "Dates that a spreadsheet made in {column}"): (
        "What stood there before the spreadsheet changed it cannot be known: mend the cells in the file.",
        _no_fix,
    ),
    FindingKind("date_order", "Day or month first in {column}?"): (
        "If it is the other order, most of these dates are wrong, and no error will show it.",
        _no_fix,
    ),
    FindingKind("year_order", "Year first or last in {column}?"): (
        "If it is the other order, most of these dates are wrong, and no error will show it.",
        _no_fix,
    ),
    FindingKind("no_zone", "Times without a zone in {column}"): (
        "If they are local times, they are hours away from what was taken.",
        _no_fix,
    ),
    FindingKind("no_date", "A date for “no date” in {column}"): (
        "No real date lies near it; as a date it would mislead every model.",
        _other_type,
    ),
    FindingKind("century", "Two-digit years in {column}"): (
        "If the other century is meant, every one of these dates is wrong by a hundred years.",
        _other_type,
    ),
    FindingKind("stray", "Odd cells in {column}"): (
        "They were left out so that the rest can be used as what it is; mend them in the file, or read the column as text.",
        _other_type,
    ),
    FindingKind("missing_words", "Words for “missing” in {column}"): (
        "The other cells hold numbers or dates, so this text can only mean that nothing is known.",
        _other_type,
    ),
    FindingKind("pairs", "Two numbers in a cell of {column}"): (
        "As one text the numbers have no order. Cut in two, each is a number of its own.",
        _split_in_two,
    ),
    FindingKind("parentheses", "Only numbers in parentheses in {column}"): (
        "In accounts they are negative. Beside estimates they are standard errors or the like, which are not.",
        _other_type,
    ),
    FindingKind("limits", "Limits of detection in {column}"): (
        "The true value lies beyond the limit, so the smallest or largest values are less sure than they look.",
        _limits,
    ),
}
_KINDS = {kind.rule: kind for kind in _FINDINGS}
EVIDENCE_RULES = frozenset(_KINDS)  # of findings that repeat the evidence of a column


def reading_findings(seen: Seen) -> Iterator[Finding]:
    """What a person should know of cells that are not read as they stand, or stopped their column from being numbers.

    Its severity is the weight of the doubt. `engine.questions` asks it as the question of the evidence, not as one of its own.
    """
    for evidence in seen.table.evidence:
        unused = seen.roles.get(evidence.column, "feature") in ("ignore", "id") and evidence.rule != "missing_words"
        if evidence.rule in EVIDENCE_RULES and not unused:
            grammar = seen.table.schema.column(evidence.column).grammar
            yield from evidence_findings([evidence], grammar, is_target=evidence.column == seen.target)


def evidence_findings(found: Iterable[Evidence], grammar: Grammar, *, is_target: bool) -> Iterator[Finding]:
    """The findings that repeat the evidence of one column, which was read by `grammar`."""
    for evidence in found:
        if (kind := _KINDS.get(evidence.rule)) is not None:
            why, fix = _FINDINGS[kind]
            changes = fix(evidence, grammar, is_target)
            yield kind.finding(RULES[kind.rule].weight or "info", evidence.column, evidence.message, why, changes)
