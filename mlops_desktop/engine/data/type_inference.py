"""Types decided once for each column, with the evidence: what a person reads to agree or to overrule (`ColumnNote.type`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cells import Cells
from mlops_desktop.engine.data.date_formats import day_first, find_date_formats
from mlops_desktop.engine.data.date_inference import date_column
from mlops_desktop.engine.data.evidence import STRAY_SHARE, Hints, stray_evidence
from mlops_desktop.engine.data.number_formats import decimal_vote, find_format
from mlops_desktop.engine.data.raw_column import RawColumn, read_raw
from mlops_desktop.engine.data.text_inference import BOOLEAN_PAIRS, has_id_name, known_scale, missing_texts_of, text_column_type
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.cells import EXACT, MISSING_NUMBER_TEXTS, Grammar, level_of
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, Column

_SAMPLE = 1000
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_FRACTION = re.compile(r"[+-]?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})")
_FREQUENT_MISSING = 5  # a text that means missing is in at least this many rows; rarer ones are strays


def decide_types(cells: Cells, notes: Mapping[str, ColumnNote] | None = None) -> tuple[tuple[Column, ...], list[Evidence]]:
    """The type and grammar of every column, with the evidence. What a person noted overrides.

    The returned columns have no ranges and, except for ordered ones, no levels: see `column_summary.describe_columns`.
    """
    notes = notes or {}
    raws = cells.columns()
    hints = _hints(raws, cells.decimal)
    columns, evidence = [], []
    for raw in raws:
        note = notes.get(raw.name, ColumnNote())
        column, found = _forced(raw, note, hints) if note.type else _free(raw, note, hints)
        columns.append(replace(column, unit=note.unit, description=note.description))
        evidence.extend(found)
        if raw.mixed:
            message = "Some cells hold a number and others a text (or a yes / no) that looks the same; they are read as one value."
            evidence.append(Evidence(raw.name, "mixed_types", message))
    return tuple(columns), evidence


def _hints(raws: Sequence[RawColumn], decimal: str) -> Hints:
    votes = [decimal] if decimal else []
    orders: list[bool] = []
    for raw in raws:
        if raw.kind != "text":
            continue
        sample = raw.sample(_present(raw, MISSING_NUMBER_TEXTS), 200)
        if not sample or sum(any(c.isdigit() for c in text) for text in sample) < 0.9 * len(sample):
            continue
        if all(_PLAIN.fullmatch(text) for text in sample):
            votes.extend(["."] if any(_FRACTION.fullmatch(text) for text in sample) else [])
            continue
        if not votes:
            votes.extend(filter(None, [decimal_vote(sample)]))
        formats = find_date_formats(sample)
        unambiguous = len(formats) == 1 or (len(formats) == 2 and formats[1].share < formats[0].share)
        if unambiguous and formats[0].rival is not None and formats[0].share >= 1 - STRAY_SHARE:
            orders.append(day_first(formats[0].grammar))
    return Hints(votes[0] if votes else "", orders[0] if orders and len(set(orders)) == 1 else None)


def _present(raw: RawColumn, missing: Sequence[str]) -> Bools:
    import pyarrow as pa
    import pyarrow.compute as pc

    gone = pc.is_in(pc.utf8_trim_whitespace(raw.distinct), value_set=pa.array(missing))
    return ~np.asarray(gone.to_numpy(zero_copy_only=False), dtype=bool)


def _free(raw: RawColumn, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    if raw.kind != "text":
        return _of_typed(raw, note)
    missing = (*MISSING_NUMBER_TEXTS, *_noted_missing(note))
    present = _present(raw, missing)
    if not raw.count(present):
        return Column(raw.name, "category", Grammar(missing=missing)), [Evidence(raw.name, "type", msg("Every cell is empty."))]
    boolean = _boolean(raw, present, missing)
    if boolean is not None:
        return boolean
    if _is_named_date(raw.name) and raw.matching("(19|20)[0-9]{6}")[present].all():
        compact = date_column(raw, present, missing, hints, compact=True)
        if compact is not None:
            return compact
    number = _number(raw, present, missing, note, hints)
    if number is not None:
        return _or_id(raw, *number)
    date = date_column(raw, present, missing, hints)
    if date is not None:
        return date
    missing_texts = _missing_texts(raw, note)
    kind, reason, levels = text_column_type(raw, _present(raw, missing_texts))
    evidence = [Evidence(raw.name, "type", reason)]
    zeros = _led_by_zeros(raw) & present
    if zeros.any() and raw.matching("[0-9]+")[present].any():
        rows = raw.rows_with(zeros, 1)
        cell = raw.texts_at([int(raw.codes[rows[0] - 1])])[0]
        message = msg("Row {rows:,} = {cell}: its leading zeros mean something, so these are no numbers.", rows=rows[0], cell=cell)
        evidence.append(Evidence(raw.name, "leading_zeros", message, rows))
    return Column(raw.name, kind, Grammar(missing=missing_texts), levels=levels), evidence


def _is_named_date(name: str) -> bool:
    return re.search("(?i)date|datum|day|_dt|^dt", name) is not None


def _of_typed(raw: RawColumn, note: ColumnNote) -> tuple[Column, list[Evidence]]:
    missing = (*MISSING_NUMBER_TEXTS, *_noted_missing(note))
    grammar = Grammar(missing=missing, missing_numbers=_noted_numbers(note), zone=raw.zone)
    reasons = {"number": msg("numbers"), "integer": msg("whole numbers"), "boolean": msg("true and false"), "date": msg("dates")}
    column = Column(raw.name, raw.kind, grammar)
    return _or_id(
        raw, column, [Evidence(raw.name, "type", msg("The file itself says that these are {reasons}.", reasons=reasons[raw.kind]))]
    )


def _or_id(raw: RawColumn, column: Column, evidence: list[Evidence]) -> tuple[Column, list[Evidence]]:
    """Whole numbers that only count or name the rows are an identifier."""
    if column.type != "integer":
        return column, evidence
    values, _, _ = read_raw(raw, column)
    seen = np.isfinite(values)
    rows, distinct = raw.count(seen), len(np.unique(values[seen]))
    unique = distinct == rows
    steps = unique and rows >= 20 and float(values[seen].max() - values[seen].min()) == rows - 1 and values[seen].min() in (0, 1)
    if steps or (has_id_name(raw.name) and ((unique and rows >= 2) or (distinct >= 20 and distinct >= 0.2 * rows))):
        reason = (
            msg("counts the rows")
            if steps
            else msg("has {distinct:,} values in {rows:,} rows and is named like an identifier", distinct=distinct, rows=rows)
        )
        grammar = Grammar(missing=_missing_texts(raw, ColumnNote()))
        return Column(raw.name, "id", grammar), [
            *evidence,
            Evidence(raw.name, "identifier", msg("“{raw}” {reason}.", raw=raw.name, reason=reason)),
        ]
    return column, evidence


def _boolean(raw: RawColumn, present: Bools, missing: tuple[str, ...]) -> tuple[Column, list[Evidence]] | None:
    at = np.flatnonzero(present)
    if not 2 <= len(at) <= 12:
        return None
    counts = {text: int(raw.counts[i]) for i, text in zip(at.tolist(), raw.texts_at(at.tolist()), strict=True)}
    low = {text.casefold() for text in counts}
    for true, false in BOOLEAN_PAIRS:
        if low == {true, false}:
            usual = [max((w for w in counts if w.casefold() == side), key=lambda w: (counts[w], w)) for side in (true, false)]
            named = (true, false) != ("true", "false")
            grammar = Grammar(missing=missing, true=(usual[0],) if named else (), false=(usual[1],) if named else ())
            return Column(raw.name, "boolean", grammar), [
                Evidence(raw.name, "type", msg("Every cell is “{usual}” or “{usual2}”.", usual=usual[0], usual2=usual[1]))
            ]
    return None


def _number(
    raw: RawColumn, present: Bools, missing: tuple[str, ...], note: ColumnNote, hints: Hints
) -> tuple[Column, list[Evidence]] | None:
    found = find_format(raw.sample(present, _SAMPLE), hints.decimal)
    if found is None:
        return None
    if not found.grammar.affixes and _are_codes(raw, present):
        return None
    column = Column(raw.name, "number", replace(found.grammar, missing=missing, missing_numbers=_noted_numbers(note)))
    values, _, refused = read_raw(raw, column)
    column, evidence, bad = _without_strays(raw, column, present, refused)
    if bad is None:
        return None
    whole = bool((values[np.isfinite(values)] % 1 == 0).all()) and not found.grammar.percent
    if whole and not (raw.matching(rf".*[eE{re.escape(column.grammar.decimal)}].*") & present & ~bad).any():
        if np.nanmax(np.abs(values), initial=0) > EXACT:
            return None  # more digits than a number can hold: these are codes
        column = replace(column, type="integer")
    return column, [*_number_evidence(raw, column, found.doubt), *evidence]


def _are_codes(raw: RawColumn, present: Bools) -> bool:
    """Whether whole numbers are led by zeros, as in post codes: their digits would be lost as numbers."""
    digits = raw.matching("[0-9]+") & present
    return raw.count(digits) >= 0.9 * raw.count(present) and bool((_led_by_zeros(raw) & present).any())


def _led_by_zeros(raw: RawColumn) -> Bools:
    return raw.matching("0[0-9]*[1-9][0-9]*")


def _number_evidence(raw: RawColumn, column: Column, doubt: str) -> list[Evidence]:
    grammar = column.grammar
    parts = [msg("Every cell is a whole number" if column.type == "integer" else "Every cell is a number")]
    if grammar.decimal != ".":
        parts.append(msg("the decimal mark is “{decimal}”", decimal=grammar.decimal))
    if grammar.thousands:
        parts.append(msg("“{thousands}” parts thousands", thousands=grammar.thousands))
    if grammar.affixes:
        parts.append(msg("the mark {marks} is left off", marks=", ".join(f"“{mark}”" for mark in grammar.affixes)))
    if grammar.percent:
        parts.append(msg("“12 %” is 0.12"))
    found = [Evidence(raw.name, "type", msg("{parts}.", parts=joined(parts, "; ")))]
    if doubt:
        found.append(
            Evidence(
                raw.name,
                "decimal",
                msg("Commas could be decimal marks or part thousands: {doubt}. Say otherwise with the file's decimal mark.", doubt=doubt),
            )
        )
    return found


def _without_strays(
    raw: RawColumn, column: Column, present: Bools, refused: Mapping[int, str]
) -> tuple[Column, list[Evidence], Bools | None]:
    """Deal with the cells that cannot be read, by distinct text. None: too many cannot.

    Returns the column with further texts for "missing" where few frequent texts are among readable cells, the evidence for these and for
    single strays, and where the strays are.
    """
    bad = np.zeros(len(present), dtype=bool)
    bad[list(refused)] = True
    bad &= present
    total = raw.count(present)
    frequent = [i for i in np.flatnonzero(bad).tolist() if raw.counts[i] >= max(_FREQUENT_MISSING, 0.002 * total)]
    readable = int(np.count_nonzero(present & ~bad))
    if 0 < len(frequent) <= 3 and readable >= 20 and raw.count(bad) <= 0.5 * total:
        evidence = [
            Evidence(
                raw.name,
                "missing_words",
                msg("“{texts}” stands in {counts:,} cells and counts as missing.", texts=raw.texts[i], counts=raw.counts[i]),
            )
            for i in frequent
        ]
        grammar = replace(column.grammar, missing=(*column.grammar.missing, *(raw.texts[i] for i in frequent)))
        column = replace(column, grammar=grammar)
        bad[frequent] = False
    else:
        evidence = []
    if raw.count(bad) > STRAY_SHARE * total:
        return column, [], None
    if bad.any():
        evidence.append(stray_evidence(raw, column, bad))
    return column, evidence, bad


def _missing_texts(raw: RawColumn, note: ColumnNote) -> tuple[str, ...]:
    return (*missing_texts_of(raw), *_noted_missing(note))


def _noted_missing(note: ColumnNote) -> tuple[str, ...]:
    return tuple(text.strip() for text in note.missing)


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
        missing_texts = _missing_texts(raw, note) if raw.kind == "text" else missing
        levels = _order_of(raw, Column(raw.name, "category", Grammar(missing=missing_texts)), note) if note.type == "ordered" else ()
        return Column(raw.name, note.type, Grammar(missing=missing_texts, zone=raw.zone), levels=levels), evidence
    grammar = Grammar(missing=missing, missing_numbers=_noted_numbers(note), zone=raw.zone)
    column = Column(raw.name, note.type, grammar)
    if raw.kind == "text":
        present = _present(raw, missing)
        if note.type == "date":
            found = date_column(raw, present, missing, hints, least=0.01, compact=True) if raw.count(present) else None
            if found is not None:
                return found[0], [*evidence, *found[1][1:]]
        elif note.type == "boolean":
            column = replace(column, grammar=_boolean_grammar(raw, present, grammar))
        else:
            form = find_format(raw.sample(present, _SAMPLE), hints.decimal, least=0.01)
            if form is not None:
                column = replace(column, grammar=replace(form.grammar, missing=missing, missing_numbers=grammar.missing_numbers))
    _, _, refused = read_raw(raw, column)
    bad = np.zeros(len(raw.counts), dtype=bool)
    bad[list(refused)] = True
    return column, evidence + ([stray_evidence(raw, column, bad)] if raw.count(bad) else [])


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
