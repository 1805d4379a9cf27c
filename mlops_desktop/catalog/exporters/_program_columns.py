"""The columns that a program reads (see `_program`): what a form shows of each, and how a text of a file is read as its cell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from mlops_desktop.serving.cells import Grammar, boolean_texts
from mlops_desktop.serving.compound_numbers import COMPOUND, DASHES
from mlops_desktop.serving.date_notation import NO_DAYS, no_day
from mlops_desktop.serving.dates import AFTERNOON, DAY, ZERO_DATE, date_pattern
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.month_names import MONTHS, month_number
from mlops_desktop.serving.numbers import FREE, THOUSANDS, number_pattern
from mlops_desktop.serving.schema import NUMBER_TYPES, Column
from mlops_desktop.serving.scorer import Scorer

NUMBER, BOOLEAN, DATE, TEXT = "number", "boolean", "date", "text"
_DATE_FIELDS = frozenset("YymdobBaHIpMSf")  # of the formats of dates that a program reads
_CLOCK = "(?P<H>[0-9]{2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:[.,](?P<f>[0-9]{1,9}))?)?"
_ISO = f"(?P<Y>[0-9]{{4}})-(?P<m>[0-9]{{2}})(?:-(?P<d>[0-9]{{2}})(?:[T ]{_CLOCK})?)?"


def column_record(column: Column) -> dict[str, Any]:
    """A column as JSON. Bounds of a date are left out: a form shows them as texts."""
    grammar, kind = column.grammar, kind_of_column(column)
    texts = boolean_texts(grammar)
    return {
        "name": column.name,
        "label": column.shown_name,
        "kind": kind,
        "unit": column.unit,
        "low": None if kind == DATE else column.low,
        "high": None if kind == DATE else column.high,
        "levels": list(column.levels),
        "typical": column.typical,
        "missing": sorted({"", *grammar.missing}),
        "true": [text for text, value in texts.items() if value],
        "false": [text for text, value in texts.items() if not value],
        "recoded": dict(grammar.recoded),
        "written": _numbers(grammar) if kind == NUMBER else None,
        "dates": _dates(column) if kind == DATE else None,
        "whole": column.type == "integer",
    }


def kind_of_column(column: Column) -> str:
    """The kind of a column's cells: number, boolean, date or text."""
    if column.type == "date":
        return DATE
    return BOOLEAN if column.type == "boolean" else NUMBER if column.type in NUMBER_TYPES else TEXT


def refused_texts(scorer: Scorer) -> str:
    """Why the texts of a column that the model uses cannot be read by a program, with the name of the column; empty when all can."""
    for column in scorer.schema.columns:
        if column.name not in scorer.used_sources:
            continue
        grammar, kind = column.grammar, kind_of_column(column)
        if kind == NUMBER and (parts := set(grammar.notations) & set(COMPOUND)):
            return msg(
                "The numbers of “{column}” are written in several parts ({notation}), which this form cannot read.",
                column=column.name,
                notation=", ".join(sorted(parts)),
            )
        if kind == DATE and (grammar.zone or not _is_read(grammar.date)):
            return msg(
                "The dates of “{column}” are written as {format}, which this form cannot read.",
                column=column.name,
                format=f"{grammar.date or 'ISO 8601'}{' %z' * grammar.zone}",
            )
    return ""


def _is_read(format_: str) -> bool:
    """Whether a program reads dates of a format: "" is ISO 8601, any other has a year."""
    fields = set(re.findall("%(.)", format_))
    return not format_ or (fields <= _DATE_FIELDS and bool(fields & {"Y", "y"}))


def _numbers(grammar: Grammar) -> dict[str, Any]:
    """How numbers are written: the pattern of a text, the thousands separator (a pattern, may be empty), the decimal mark, the dashes
    that may stand for decimals, the pattern of texts that are zero in small letters (may be empty), and the conversions by mark as texts of
    decimal numbers: times, over, shift.
    """
    notations = tuple(one for one in grammar.notations if one not in COMPOUND)
    marks = "|".join(map(re.escape, grammar.affixes))
    zeros = (
        [rf"(?:{marks.lower()})\s*[{DASHES}]{{1,2}}|[{DASHES}]{{1,2}}\s*(?:{marks.lower()})"] if marks and "dash_zero" in notations else []
    )
    zeros += [FREE.replace("(?i:", "(?:")] if "free_zero" in notations else []
    return {
        "pattern": number_pattern(replace(grammar, notations=notations)),
        "thousands": THOUSANDS.get(grammar.thousands, re.escape(grammar.thousands)),
        "decimal": grammar.decimal,
        "dashes": DASHES,
        "zero": "|".join(zeros),
        "scales": {one.mark: [repr(float(x)) for x in (one.times, one.over, one.shift)] for one in grammar.scales},
    }


def _dates(column: Column) -> dict[str, Any]:
    """How dates are written: the patterns of a text with a group for each field, tried in their order, the numbers of names of months where
    they are written with names, the first two-digit year of the last century, words for the afternoon, and the days and the pattern of
    texts that mean “no date”.
    """
    grammar = column.grammar
    own = grammar.date if _is_read(grammar.date) else ""
    named = {name: month_number(name) for name in sorted(MONTHS)} if "%b" in own or "%B" in own else {}
    patterns = [date_pattern(own)] if own else []
    return {
        "patterns": [*patterns, _ISO],
        "months": named,
        "pivot": grammar.pivot,
        "afternoon": list(AFTERNOON),
        "none": [*grammar.missing_dates, *(day for number, day in NO_DAYS.items() if no_day(column, number * DAY))],
        "zero": ZERO_DATE.pattern,
    }
