"""Decides whether a column holds dates, and whether their day or their month comes first: one order for the whole column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import (
    MOST_UNREADABLE,
    Hints,
    example_evidence,
    mask,
    unreadable_evidence,
    without_missing_texts,
)
from mlops_desktop.engine.data.date_formats import SIX_DIGITS, DateFormat, find_date_formats
from mlops_desktop.engine.data.date_rules import (
    are_buddhist_years,
    calendar_evidence,
    clock_evidence,
    is_season,
    never_dates,
    with_century,
    without_no_dates,
)
from mlops_desktop.engine.data.durations import time_of_day_evidence
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.serving.date_formats import day_first, is_short_year_first
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Longs
from mlops_desktop.serving.message import as_message, joined, msg, number_msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.schema import Column


def date_column(
    raw: RawColumn, present: Bools, missing: tuple[str, ...], hints: Hints, *, forced: bool = False, compact: bool = False
) -> tuple[Column | None, list[Evidence]] | None:
    """The column as dates with the evidence; None for the column when at least half of its cells, but not nearly all, are dates (the
    evidence then names the others); None when fewer are.

    `present` marks the distinct texts that are not missing; `forced` takes the best format however few cells it reads; `compact` allows
    "20240328".
    """
    least = 0.01 if forced else 0.5
    sample = raw.sample(present, 300)
    digits = sum(any(c.isdigit() for c in text) for text in sample)
    if digits < least * len(sample) or (not forced and is_season(raw, present)):
        return None
    read = _best_formats(raw, present, missing, sample, compact, least, hints)
    if not read:
        return None
    read = _of_buddhist_years(raw, present, read)
    conflicts, _, column, values, bad = read[0]
    never = never_dates(raw, bad)
    if never.any():
        further = tuple(raw.texts_at(np.flatnonzero(never)[:20].tolist()))
        return date_column(raw, present & ~never, (*missing, *further), hints, forced=forced, compact=compact)
    total = raw.count(present)
    column, absent, bad = without_missing_texts(raw, column, present, bad)
    conflicts = raw.count(bad)
    if conflicts > MOST_UNREADABLE * total and not forced:
        return (None, [_stopped(raw, total, bad)]) if conflicts <= 0.5 * total else None
    message = (
        msg("Every cell is a date.")
        if not conflicts
        else plural_msg(conflicts, "All but 1 cell are dates.", "All but {n} cells are dates.")
    )
    good = present & ~bad & np.not_equal(values, MISSING_DATE)
    period = as_message(_PERIODS.get(_period(column), ""))
    evidence = [Evidence(raw.name, "type", joined([message, period], "") if period else message)]
    column, order = _with_order(raw, read, column, good, conflicts, hints)
    evidence += order
    column, century = with_century(raw, column, good)
    column, gone = without_no_dates(raw, column)
    evidence += [*absent, *century, *gone, *clock_evidence(raw, column, good), *time_of_day_evidence(raw, column, values, good)]
    evidence += calendar_evidence(raw, column, values, good)
    if conflicts:
        evidence.append(unreadable_evidence(raw, column, bad))
    return column, evidence


def _with_order(
    raw: RawColumn, read: list[tuple[int, DateFormat, Column, Longs, Bools]], column: Column, good: Bools, conflicts: int, hints: Hints
) -> tuple[Column, list[Evidence]]:
    """The column with the order of day, month and year, and what settles it or leaves it in doubt; nothing where there is one order."""
    _, found, _, values, _ = read[0]
    if found.grammar.date in SIX_DIGITS:
        swapped = next(one for one in SIX_DIGITS if one != found.grammar.date)
        _, _, refused = read_raw(raw, replace(column, grammar=replace(column.grammar, date=swapped)))
        if not mask(good, refused).any() and not hints.given_year_first:
            message = msg("Every date reads with the year first or last; the order by which the dates lie in fewer years was taken.")
            return column, [Evidence(raw.name, "year_order", message)]
        return column, []
    if found.rival is not None:
        if len(read) > 1 and read[1][0] == read[0][0]:
            other = replace(read[1][2], grammar=replace(read[1][2].grammar, missing=column.grammar.missing))
            column, order = _settle_order(raw, (column, values), (other, read[1][3]), hints)
            return column, [order]
        return column, [_order_evidence(raw, found, good, conflicts, hints.given_day_first)]
    sample = raw.sample(good, 300)
    if hints.given_year_first:
        return column, []
    if is_short_year_first(found.grammar.date) and find_date_formats(sample, least=1.0, year_may_lead=False)[:1] not in ([], [found]):
        message = msg("Every date reads with the year first or last; the year first was taken, because the dates then lie in fewer years.")
        return column, [Evidence(raw.name, "year_order", message)]
    return column, []


def _of_buddhist_years(
    raw: RawColumn, present: Bools, read: list[tuple[int, DateFormat, Column, Longs, Bools]]
) -> list[tuple[int, DateFormat, Column, Longs, Bools]]:
    """The same formats with years of the Buddhist calendar where all years are such."""
    _, _, first, values, bad = read[0]
    if not are_buddhist_years(first, values[present & ~bad & np.not_equal(values, MISSING_DATE)]):
        return read
    found = []
    for _, kind, column, _, _ in read:
        format_ = (column.grammar.date or "%Y-%m-%d %H:%M:%S.%f").replace("%Y", "%N")
        column = replace(column, grammar=replace(column.grammar, date=format_))
        moments, _, refused = read_raw(raw, column)
        wrong = mask(present, refused)
        found.append((raw.count(wrong), kind, column, moments, wrong))
    return sorted(found, key=lambda entry: entry[0])


ORDER_KNOWN = "date_order_known"  # the rule of the evidence for an order that a row, the other columns or a custom settles; else date_order
_PERIODS = {"%V": " A week counts as its Monday.", "%q": " A quarter counts as its first day."}
_FEWEST_MONTHS = 3  # more of them make a series of first days
_ROUNDS = 3  # so often cells that the best format refuses join the sample


def _period(column: Column) -> str:
    return next((field for field in _PERIODS if field in column.grammar.date), "")


def _best_formats(
    raw: RawColumn, present: Bools, missing: tuple[str, ...], sample: list[str], compact: bool, least: float, hints: Hints
) -> list[tuple[int, DateFormat, Column, Longs, Bools]]:
    """The formats of a sample held against every cell, the one with the fewest refused cells first: (their number, format, column, values,
    which are refused). What the best one refuses joins the sample, so that no way of writing is overlooked because it is rare.
    """
    read: list[tuple[int, DateFormat, Column, Longs, Bools]] = []
    for _ in range(_ROUNDS):
        read = []
        for found in find_date_formats(sample, compact, least, hints.given_day_first is None, hints.given_year_first):
            column = Column(raw.name, "date", replace(found.grammar, missing=missing))
            values, _, refused = read_raw(raw, column)
            bad = mask(present, refused)
            read.append((raw.count(bad), found, column, values, bad))
        read.sort(key=lambda entry: entry[0])
        further = [text for text in (raw.sample(read[0][4], 100) if read else ()) if text not in sample]
        if not further:
            break
        sample = [*sample[:300], *further]
    return read


def _stopped(raw: RawColumn, total: int, bad: Bools) -> Evidence:
    message = "{good} of {total} cells are dates. The others are not, so the column was read as texts: {shown}."
    return example_evidence(raw, "not_date", message, bad, good=number_msg(total - raw.count(bad), ","), total=number_msg(total, ","))


def _order_evidence(raw: RawColumn, found: DateFormat, good: Bools, conflicts: int, given: bool | None) -> Evidence:
    """Name the first row that can be read in one order only; `given` is whether a person chose day first."""
    assert found.rival is not None
    rival = Column(raw.name, "date", replace(found.rival, missing=found.grammar.missing))
    _, _, refused = read_raw(raw, rival)
    decisive = np.zeros(len(good), dtype=bool)
    decisive[list(refused)] = True
    decisive &= good
    first = raw.rows_with(decisive, 1)
    order = msg("day") if day_first(found.grammar.date) else msg("month")
    cell = raw.texts_at([int(raw.codes[first[0] - 1])])[0] if first else ""
    message = (
        msg(
            "Row {first:,} = {cell}, so {order} first for the whole column; {conflicts:,} conflicts.",
            first=first[0],
            cell=cell,
            order=order,
            conflicts=conflicts,
        )
        if first
        else msg("The {order} comes first.", order=order)
    )
    known = bool(first) or not conflicts
    if given is not None and given != day_first(found.grammar.date):
        known, message = False, joined([message, msg("The order that you chose does not fit these dates.")], " ")
    return Evidence(raw.name, ORDER_KNOWN if known else "date_order", message, first)


def _are_first_days(values: Any) -> bool:
    """Whether dates are the first days of several months of several years."""
    days = values[np.not_equal(values, MISSING_DATE)].astype("datetime64[us]").astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    several = len(np.unique(months)) > _FEWEST_MONTHS and len(np.unique(months.astype("datetime64[Y]"))) > 1
    return several and bool((days == months.astype("datetime64[D]")).all())


def _settle_order(raw: RawColumn, one: tuple[Column, Any], other: tuple[Column, Any], hints: Hints) -> tuple[Column, Evidence]:
    """The order of dates that all read both ways.

    By the file's other columns, else by the smaller steps from row to row, else by the mark and the file's decimal mark.
    """
    by_day = {day_first(column.grammar.date): (column, values) for column, values in (one, other)}
    monthly = [first for first, (_, values) in by_day.items() if _are_first_days(values)]
    steps = {}
    for first, (_, values) in by_day.items():
        series = values[raw.codes[raw.codes >= 0]]
        series = series[np.not_equal(series, MISSING_DATE)]
        steps[first] = float(np.abs(np.diff(series.astype(np.float64))).mean()) if len(series) > 2 else 0.0
    smaller = min(steps, key=lambda first: steps[first])
    dotted, rule = "." in by_day[True][0].grammar.date, ORDER_KNOWN
    if hints.given_day_first is not None:
        chosen, why = hints.given_day_first, "you chose it"
    elif hints.day_first is not None:
        chosen, why = hints.day_first, "the file's other dates have it so"
    elif len(monthly) == 1:
        chosen, why = monthly[0], "all are then the first day of a month"
    elif dotted and (smaller or steps[smaller] >= 0.5 * steps[not smaller]):
        chosen, why = True, "that is the custom with points between"
    elif steps[smaller] < 0.5 * steps[not smaller]:
        chosen, why, rule = smaller, "the rows then follow each other in time", "date_order"
    elif hints.decimal == ",":
        chosen, why = True, "the file uses a decimal comma"
    else:
        chosen, why, rule = False, "nothing says otherwise; check it", "date_order"
    order = "day" if chosen else "month"
    return by_day[chosen][0], Evidence(
        raw.name, rule, msg("Every date reads both ways; {order} first was taken, because {why}.", order=order, why=why)
    )
