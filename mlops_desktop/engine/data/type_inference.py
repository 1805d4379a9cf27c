"""Types decided once for each column, with the evidence: what a person reads to agree or to overrule (`ColumnNote.type`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from mlops_desktop.base.column_threads import for_columns
from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.job import Job
from mlops_desktop.base.source import UNKNOWN_DECIMAL
from mlops_desktop.engine.data.cell_evidence import MOST_UNREADABLE, Hints, example_evidence, mask, unreadable_evidence
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.compound_formats import compound_format, unread_amounts
from mlops_desktop.engine.data.date_formats import find_date_formats
from mlops_desktop.engine.data.date_inference import date_column
from mlops_desktop.engine.data.date_rules import excel_dates, without_no_dates
from mlops_desktop.engine.data.dates_as_numbers import as_texts, maybe_dates, reads_as_date
from mlops_desktop.engine.data.identifiers import identifies_rows, may_identify
from mlops_desktop.engine.data.number_formats import GROUPED, are_thousands, decimal_vote, fit_format, points_may_group
from mlops_desktop.engine.data.number_inference import infinite_evidence, led_by_zeros, number_column
from mlops_desktop.engine.data.raw_column import RawColumn, recoded_column, repeats_of, western_column
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.engine.data.text_inference import (
    TRUE_FALSE,
    dash_evidence,
    known_scale,
    missing_texts_of,
    text_column_type,
)
from mlops_desktop.engine.data.unread_values import unread_evidence
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.cells import (
    BOOLEAN_PAIRS,
    DAMAGED,
    MISSING_NUMBER_TEXTS,
    Grammar,
    clean_text,
    has_invisible,
    level_of,
)
from mlops_desktop.serving.date_formats import day_first
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import listed, plural_msg
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, Column

_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_OTHER_MARK = {".": ",", ",": "."}  # the decimal mark beside a mark of thousands
_FRACTION = re.compile(r"[+-]?(?:[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})|0\.[0-9]{3})")


def decide_types(
    cells: Cells, notes: Mapping[str, ColumnNote] | None = None, job: Job | None = None
) -> tuple[tuple[Column, ...], list[Evidence]]:
    """The type and grammar of every column, with the evidence. What a person noted overrides. `job` gets the progress.

    The returned columns have no ranges and, except for ordered ones, no levels: see `column_summary.describe_columns`.
    """
    known = notes or {}
    raws = cells.columns()
    hints = _hints(raws, cells)
    noted = {note.column for note in cells.notes if note.rule == "encoding"}  # the damage of their cells is reported already

    def decide(raw: RawColumn) -> tuple[Column, list[Evidence]]:
        note = known.get(raw.name, ColumnNote())
        column, evidence = _decided(
            raw, replace(note, missing=(*note.missing, *cells.format.missing)) if cells.format.missing else note, hints
        )
        return column, [one for one in evidence if one.rule != "damaged" or raw.name not in noted]

    found = for_columns(decide, raws, cells.rows, job)
    return tuple(column for column, _ in found), [one for _, evidence in found for one in evidence]


def _decided(raw: RawColumn, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    """The type and grammar of one column, with the evidence."""
    shown = recoded_column(raw, note.recode) if note.recode else raw
    column, evidence = _of_script(shown, note, hints)
    if note.recode:
        column, recoded = _recoded(column, note)
        evidence = [*evidence, recoded]
    column = replace(column, unit=note.unit or column.unit, description=note.description)
    evidence = [*evidence, *(() if note.type else maybe_dates(raw, column)), *_source_evidence(raw)]
    if raw.mixed:
        message = "Some cells hold a number and others a text (or a yes / no) that looks the same; they are read as one value."
        evidence.append(Evidence(raw.name, "mixed_types", message))
    return column, evidence


def _of_script(raw: RawColumn, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    """The type and grammar of a column, whose numbers and dates may have the digits of another script."""
    decide = _forced if note.type else _free
    western = western_column(raw)
    if western is not None:
        column, evidence = decide(western, note, hints)
        if not column.is_categorical:
            other = ~raw.matching("[\x00-\x7f]*")
            message = "Digits of another script were read as 0 to 9: {shown}."
            return column, [*evidence, example_evidence(raw, "digits", message, other)]
    return decide(raw, note, hints)


def _recoded(column: Column, note: ColumnNote) -> tuple[Column, Evidence]:
    """The column with the texts that stand for another level. Numbers and dates have none."""
    if column.is_measured or column.is_date:
        return column, Evidence(column.name, "recode", "What texts stand for has no effect in a column of numbers or dates.")
    levels = tuple((level_of(text), level_of(level)) for text, level in sorted(note.recode.items()))
    pairs = [msg("“{text}” as “{level}”" if text else "an empty cell as “{level}”", text=text, level=level) for text, level in levels[:5]]
    message = msg("You chose to read {shown}.", shown=listed(pairs, len(levels) - 5))
    return replace(column, grammar=replace(column.grammar, recoded=levels)), Evidence(column.name, "recode", message)


def _source_evidence(raw: RawColumn) -> Iterator[Evidence]:
    """What of the cells is not kept or was lost before, whatever their type is."""
    if raw.kind == "text" and raw.holds(DAMAGED):
        message = "Characters were damaged before or while they were read, and cells hold “\ufffd” for them: {shown}."
        yield example_evidence(raw, "damaged", message, raw.matching(f"(?s).*{DAMAGED}.*"))
    if raw.infinite:
        yield infinite_evidence(raw, len(raw.infinite), raw.infinite, "∞")
    if raw.given is not None:
        codes, texts = raw.given
        rows = np.flatnonzero(np.array([has_invisible(text) for text in texts.to_pylist()])[codes]) + 1
        if len(rows):
            message = msg(
                "{cells} invisible characters, which were removed.", cells=plural_msg(len(rows), "1 cell holds", "{n} cells hold")
            )
            yield Evidence(raw.name, "invisible", message, tuple(rows[:10].tolist()))


def _hints(raws: Sequence[RawColumn], cells: Cells) -> Hints:
    given = cells.format
    votes = [given.decimal] if given.decimal else []
    orders: list[bool] = []
    undecided = grouped = 0  # columns with nothing but points before three digits, and those where these part thousands
    for raw in raws:
        if raw.kind != "text":
            continue
        sample = raw.sample(~raw.among(MISSING_NUMBER_TEXTS), 200)
        if not sample:
            continue
        if all(map(_PLAIN.fullmatch, sample)):
            if any(map(_FRACTION.fullmatch, sample)):
                votes.append(".")
            elif cells.likely_decimal == ",":
                votes.extend(filter(None, [decimal_vote(sample, ",")]))
            elif points_may_group(sample, "", UNKNOWN_DECIMAL):
                undecided += 1
                grouped += are_thousands(sample)
            continue
        if sum(any(c.isdigit() for c in text) for text in sample) < 0.9 * len(sample):
            continue
        votes.extend(filter(None, [decimal_vote(sample, cells.likely_decimal)]))
        formats = find_date_formats(sample)
        unambiguous = len(formats) == 1 or (len(formats) == 2 and formats[1].share < formats[0].share)
        if unambiguous and formats[0].rival is not None and formats[0].share >= 1 - MOST_UNREADABLE:
            orders.append(day_first(formats[0].grammar.date))
    decimal = given.decimal or _OTHER_MARK.get(given.thousands or "", "") or (votes[0] if len(set(votes)) == 1 else "")
    return Hints(
        decimal,
        _likely_decimal(set(votes), cells.likely_decimal, undecided, grouped),
        orders[0] if orders and len(set(orders)) == 1 else None,
        given.thousands,
        given.day_first,
        given.year_first,
        repeats_of(raws),
        raws,
    )


def _likely_decimal(votes: Collection[str], by_delimiter: str, undecided: int, grouped: int) -> str:
    """What the table suggests of the decimal mark where its columns do not show it, as `find_format` takes it.

    Of the columns with nothing but points before three digits, `undecided` in number, `grouped` look like thousands: several of these are
    no chance, but no proof either, and beside commas a point is a decimal mark more often.
    """
    if votes:
        return UNKNOWN_DECIMAL if len(votes) > 1 else ""
    if grouped > 1 and by_delimiter:
        return GROUPED
    return by_delimiter or (UNKNOWN_DECIMAL if undecided > 1 else "")


def _free(raw: RawColumn, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    if raw.kind != "text":
        return _of_typed(raw, note, hints)
    missing = (*MISSING_NUMBER_TEXTS, *_noted_missing(note))
    present = ~raw.among(missing)
    if not raw.count(present):
        return Column(raw.name, "category", Grammar(missing=missing)), [Evidence(raw.name, "type", msg("Every cell is empty."))]
    boolean = _boolean(raw, present, missing)
    if boolean is not None:
        return boolean
    if reads_as_date(raw, present):
        compact = date_column(raw, present, missing, hints, compact=True)
        if compact is not None and compact[0] is not None:
            return compact[0], compact[1]
    number = number_column(raw, present, Grammar(missing=missing, missing_numbers=_noted_numbers(note)), hints)
    if number is not None and number.column is not None:
        return _or_id(raw, number.column, number.evidence, hints.repeats)
    date = date_column(raw, present, missing, hints)
    if date is not None and date[0] is not None:
        return date[0], date[1]
    missing_texts, doubted = missing_texts_of(raw, hints)
    missing_texts = (*missing_texts, *_noted_missing(note))
    forms = list(unread_amounts(raw, present))
    amounts = (number is not None and not number.codes) or date is not None or bool(forms)
    kind, reason, levels = text_column_type(raw, ~raw.among(missing_texts), amounts, hints.repeats)
    stopped = number.evidence if number is not None else date[1] if date is not None else []
    stopped = stopped or forms
    evidence = [Evidence(raw.name, "type", reason), *stopped, *excel_dates(raw, present), *dash_evidence(raw)]
    if len(evidence) == 1:
        evidence += unread_evidence(raw, present)
    evidence += doubted
    zeros = led_by_zeros(raw) & present
    if zeros.any() and raw.matching("['’]?[0-9]+")[present].any():
        rows = raw.rows_with(zeros, 1)
        cell = raw.texts_at([int(raw.codes[rows[0] - 1])])[0]
        message = msg("Row {rows:,} = {cell}: its leading zeros mean something, so these are not numbers.", rows=rows[0], cell=cell)
        evidence.append(Evidence(raw.name, "leading_zeros", message, rows))
    return Column(raw.name, kind, Grammar(missing=missing_texts), levels=levels), evidence


def _of_typed(raw: RawColumn, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    missing = (*MISSING_NUMBER_TEXTS, *_noted_missing(note))
    grammar = Grammar(missing=missing, missing_numbers=_noted_numbers(note), zone=raw.zone)
    reasons = {"number": msg("numbers"), "integer": msg("whole numbers"), "boolean": msg("true and false"), "date": msg("dates")}
    column = Column(raw.name, raw.kind, grammar)
    evidence = [Evidence(raw.name, "type", msg("The file itself says that these are {reasons}.", reasons=reasons[raw.kind]))]
    if raw.kind == "date":
        column, gone = without_no_dates(raw, column)
        return column, [*evidence, *gone]
    return _or_id(raw, column, evidence, hints.repeats)


def _or_id(raw: RawColumn, column: Column, evidence: list[Evidence], repeats: int) -> tuple[Column, list[Evidence]]:
    """Whole numbers that only count or name the rows are an identifier."""
    if column.type != "integer" or column.unit:  # an amount names no row
        return column, evidence
    values, _, _ = read_raw(raw, column)
    there = np.isfinite(values) & (raw.counts > 0)
    if not may_identify(raw.name, raw.count(there) // repeats, len(np.unique(values[there]))):
        return column, evidence
    if reason := identifies_rows(raw.name, raw.once(values, repeats)):
        grammar = Grammar(missing=column.grammar.missing)
        return Column(raw.name, "id", grammar), [
            *evidence,
            Evidence(raw.name, "identifier", msg("“{raw}” {reason}.", raw=raw.name, reason=reason)),
        ]
    return column, evidence


def _boolean(raw: RawColumn, present: Bools, missing: tuple[str, ...]) -> tuple[Column, list[Evidence]] | None:
    at = np.flatnonzero(present)
    if not 1 <= len(at) <= 12:
        return None
    counts = {text: int(raw.counts[i]) for i, text in zip(at.tolist(), raw.texts_at(at.tolist()), strict=True)}
    low = {text.casefold() for text in counts}
    for true, false in BOOLEAN_PAIRS:
        if low == {true, false} or (len(low) == 1 and low <= {true, false} and (true, false) in TRUE_FALSE):
            usual = [max((w for w in counts if w.casefold() == side), key=lambda w: (counts[w], w), default=side) for side in (true, false)]
            named = (true, false) != ("true", "false")
            grammar = Grammar(missing=missing, true=(usual[0],) if named else (), false=(usual[1],) if named else ())
            return Column(raw.name, "boolean", grammar), [
                Evidence(raw.name, "type", msg("Every cell is “{usual}” or “{usual2}”.", usual=usual[0], usual2=usual[1]))
            ]
    return None


def _noted_missing(note: ColumnNote) -> tuple[str, ...]:
    return tuple(clean_text(text) for text in note.missing)


def _noted_numbers(note: ColumnNote) -> tuple[float, ...]:
    found = []
    for text in note.missing:
        try:
            found.append(float(text))
        except ValueError:
            continue  # a text, which the grammar takes as it is
    return tuple(value for value in found if np.isfinite(value))


def _forced(raw: RawColumn, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    """The type that a person chose, with the best grammar for it; cells that do not fit count as missing and are named."""
    assert note.type is not None
    evidence = [Evidence(raw.name, "type", msg("You chose this type."))]
    missing = (*MISSING_NUMBER_TEXTS, *_noted_missing(note))
    if note.type in CATEGORICAL_TYPES:
        missing_texts = (*missing_texts_of(raw, hints)[0], *_noted_missing(note)) if raw.kind == "text" else missing
        levels = _order_of(raw, Column(raw.name, "category", Grammar(missing=missing_texts)), note) if note.type == "ordered" else ()
        return Column(raw.name, note.type, Grammar(missing=missing_texts, zone=raw.zone), levels=levels), evidence
    grammar = Grammar(missing=missing, missing_numbers=_noted_numbers(note), zone=raw.zone)
    column = Column(raw.name, note.type, grammar)
    if note.type == "date":
        raw = as_texts(raw)
    if raw.kind == "text":
        present = ~raw.among(missing)
        if note.type == "date":
            found = date_column(raw, present, missing, hints, forced=True, compact=True) if raw.count(present) else None
            if found is not None and found[0] is not None:
                return found[0], [*evidence, *found[1][1:]]
        elif note.type == "boolean":
            column = replace(column, grammar=_boolean_grammar(raw, present, grammar))
        else:
            form = compound_format(raw, present, chosen=True) or fit_format(raw, present, hints, least=0.01)
            if form is not None:
                own = replace(form.grammar, missing=missing, missing_numbers=grammar.missing_numbers)
                column = replace(column, grammar=own, unit=form.unit)
    _, _, refused = read_raw(raw, column)
    bad = mask(np.ones(len(raw.counts), dtype=bool), refused)
    return column, evidence + ([unreadable_evidence(raw, column, bad)] if raw.count(bad) else [])


def _boolean_grammar(raw: RawColumn, present: Bools, grammar: Grammar) -> Grammar:
    texts = sorted({level_of(raw.texts[i]).casefold() for i in np.flatnonzero(present).tolist()})
    for true, false in BOOLEAN_PAIRS:
        if set(texts) <= {true, false} or (len(texts) != 2 and (true in texts or false in texts)):
            return replace(grammar, true=(true,), false=(false,))
    if len(texts) != 2 or texts == ["0", "1"]:
        return grammar
    trues, falses = {true for true, _ in BOOLEAN_PAIRS}, {false for _, false in BOOLEAN_PAIRS}
    true = texts[0] if texts[0] in trues or texts[1] in falses else texts[1]
    return replace(grammar, true=(true,), false=(texts[0] if true == texts[1] else texts[1],))


def _order_of(raw: RawColumn, column: Column, note: ColumnNote) -> tuple[str, ...]:
    """The levels of an ordered column, low to high.

    As the person gave them, else a known scale, else the file's own, numbers by size, texts by letter.
    """
    _, levels, _ = read_raw(raw, column)
    given = tuple(level_of(level) for level in note.levels) or raw.ordered or known_scale(levels)
    rest = [level for level in levels if level not in given]

    def by_size(level: str) -> tuple[int, float, str]:
        try:
            return (0, float(level), level)
        except ValueError:
            return (1, 0.0, level)

    return (*given, *sorted(rest, key=by_size))
