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
from mlops_desktop.engine.data.raw_column import Raw, read_raw
from mlops_desktop.engine.data.text_inference import BOOLEAN_PAIRS, has_id_name, known_scale, missing_words, text_column_type
from mlops_desktop.engine.project import ColumnNote
from mlops_desktop.serving.cells import EXACT, MISSING_NUMBER_TEXTS, Grammar, level_of
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.schema import CATEGORICAL_TYPES, Column

_SAMPLE = 1000
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_FRACTION = re.compile(r"[+-]?[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})")
_FREQUENT_WORD = 5  # a word for "missing" stands in at least this many rows; rarer ones are strays


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
            said = "Some cells hold a number and others a text (or a yes / no) that looks the same; they are read as one value."
            evidence.append(Evidence(raw.name, "mixed_types", said))
    return tuple(columns), evidence


def _hints(raws: Sequence[Raw], decimal: str) -> Hints:
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
        told = len(formats) == 1 or (len(formats) == 2 and formats[1].share < formats[0].share)
        if told and formats[0].rival is not None and formats[0].share >= 1 - STRAY_SHARE:
            orders.append(day_first(formats[0].grammar))
    return Hints(votes[0] if votes else "", orders[0] if orders and len(set(orders)) == 1 else None)


def _present(raw: Raw, missing: Sequence[str]) -> Bools:
    import pyarrow as pa
    import pyarrow.compute as pc

    gone = pc.is_in(pc.utf8_trim_whitespace(raw.distinct), value_set=pa.array(missing))
    return ~np.asarray(gone.to_numpy(zero_copy_only=False), dtype=bool)


def _free(raw: Raw, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    if raw.kind != "text":
        return _of_typed(raw, note)
    missing = (*MISSING_NUMBER_TEXTS, *_noted_words(note))
    present = _present(raw, missing)
    if not raw.count(present):
        return Column(raw.name, "category", Grammar(missing=missing)), [Evidence(raw.name, "type", "Every cell is empty.")]
    boolean = _boolean(raw, present, missing)
    if boolean is not None:
        return boolean
    if _says_date(raw.name) and raw.matching("(19|20)[0-9]{6}")[present].all():
        compact = date_column(raw, present, missing, hints, compact=True)
        if compact is not None:
            return compact
    number = _number(raw, present, missing, note, hints)
    if number is not None:
        return _or_id(raw, *number)
    date = date_column(raw, present, missing, hints)
    if date is not None:
        return date
    words = _word_missing(raw, note)
    kind, reason, levels = text_column_type(raw, _present(raw, words))
    evidence = [Evidence(raw.name, "type", reason)]
    zeros = _led_by_zeros(raw) & present
    if zeros.any() and raw.matching("[0-9]+")[present].any():
        rows = raw.rows_with(zeros, 1)
        cell = raw.texts_at([int(raw.codes[rows[0] - 1])])[0]
        said = f"Row {rows[0]:,} = {cell}: its leading zeros mean something, so these are no numbers."
        evidence.append(Evidence(raw.name, "leading_zeros", said, rows))
    return Column(raw.name, kind, Grammar(missing=words), levels=levels), evidence


def _says_date(name: str) -> bool:
    return re.search("(?i)date|datum|day|_dt|^dt", name) is not None


def _of_typed(raw: Raw, note: ColumnNote) -> tuple[Column, list[Evidence]]:
    missing = (*MISSING_NUMBER_TEXTS, *_noted_words(note))
    grammar = Grammar(missing=missing, missing_numbers=_noted_numbers(note), zone=raw.zone)
    reasons = {"number": "numbers", "integer": "whole numbers", "boolean": "true and false", "date": "dates"}
    column = Column(raw.name, raw.kind, grammar)
    return _or_id(raw, column, [Evidence(raw.name, "type", f"The file itself says that these are {reasons[raw.kind]}.")])


def _or_id(raw: Raw, column: Column, evidence: list[Evidence]) -> tuple[Column, list[Evidence]]:
    """Whole numbers that only count or name the rows are an identifier."""
    if column.type != "integer":
        return column, evidence
    values, _, _ = read_raw(raw, column)
    seen = np.isfinite(values)
    rows, distinct = raw.count(seen), len(np.unique(values[seen]))
    unique = distinct == rows
    steps = unique and rows >= 20 and float(values[seen].max() - values[seen].min()) == rows - 1 and values[seen].min() in (0, 1)
    if steps or (has_id_name(raw.name) and ((unique and rows >= 2) or (distinct >= 20 and distinct >= 0.2 * rows))):
        reason = "counts the rows" if steps else f"has {distinct:,} values in {rows:,} rows and is named like an identifier"
        grammar = Grammar(missing=_word_missing(raw, ColumnNote()))
        return Column(raw.name, "id", grammar), [*evidence, Evidence(raw.name, "identifier", f"“{raw.name}” {reason}.")]
    return column, evidence


def _boolean(raw: Raw, present: Bools, missing: tuple[str, ...]) -> tuple[Column, list[Evidence]] | None:
    at = np.flatnonzero(present)
    if not 2 <= len(at) <= 12:
        return None
    words = {text: int(raw.counts[i]) for i, text in zip(at.tolist(), raw.texts_at(at.tolist()), strict=True)}
    low = {word.casefold() for word in words}
    for true, false in BOOLEAN_PAIRS:
        if low == {true, false}:
            usual = [max((w for w in words if w.casefold() == side), key=lambda w: (words[w], w)) for side in (true, false)]
            named = (true, false) != ("true", "false")
            grammar = Grammar(missing=missing, true=(usual[0],) if named else (), false=(usual[1],) if named else ())
            return Column(raw.name, "boolean", grammar), [Evidence(raw.name, "type", f"Every cell is “{usual[0]}” or “{usual[1]}”.")]
    return None


def _number(raw: Raw, present: Bools, missing: tuple[str, ...], note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]] | None:
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


def _are_codes(raw: Raw, present: Bools) -> bool:
    """Whether whole numbers are led by zeros, as in post codes: their digits would be lost as numbers."""
    digits = raw.matching("[0-9]+") & present
    return raw.count(digits) >= 0.9 * raw.count(present) and bool((_led_by_zeros(raw) & present).any())


def _led_by_zeros(raw: Raw) -> Bools:
    return raw.matching("0[0-9]*[1-9][0-9]*")


def _number_evidence(raw: Raw, column: Column, doubt: str) -> list[Evidence]:
    grammar = column.grammar
    said = ["Every cell is a whole number" if column.type == "integer" else "Every cell is a number"]
    if grammar.decimal != ".":
        said.append(f"the decimal mark is “{grammar.decimal}”")
    if grammar.thousands:
        said.append(f"“{grammar.thousands}” parts thousands")
    if grammar.affixes:
        said.append("the mark " + ", ".join(f"“{mark}”" for mark in grammar.affixes) + " is left off")
    if grammar.percent:
        said.append("“12 %” is 0.12")
    found = [Evidence(raw.name, "type", "; ".join(said) + ".")]
    if doubt:
        found.append(
            Evidence(
                raw.name,
                "decimal",
                f"Commas could be decimal marks or part thousands: {doubt}. Say otherwise with the file's decimal mark.",
            )
        )
    return found


def _without_strays(raw: Raw, column: Column, present: Bools, refused: Mapping[int, str]) -> tuple[Column, list[Evidence], Bools | None]:
    """Deal with the cells that cannot be read, by distinct text. None: too many cannot.

    Returns the column with words for "missing" added where few frequent words stand among readable cells, the evidence for these and for
    single strays, and where the strays are.
    """
    bad = np.zeros(len(present), dtype=bool)
    bad[list(refused)] = True
    bad &= present
    total = raw.count(present)
    words = [i for i in np.flatnonzero(bad).tolist() if raw.counts[i] >= max(_FREQUENT_WORD, 0.002 * total)]
    readable = int(np.count_nonzero(present & ~bad))
    if 0 < len(words) <= 3 and readable >= 20 and raw.count(bad) <= 0.5 * total:
        said = [
            Evidence(raw.name, "missing_words", f"“{raw.texts[i]}” stands in {raw.counts[i]:,} cells and counts as missing.") for i in words
        ]
        grammar = replace(column.grammar, missing=(*column.grammar.missing, *(raw.texts[i] for i in words)))
        column = replace(column, grammar=grammar)
        bad[words] = False
    else:
        said = []
    if raw.count(bad) > STRAY_SHARE * total:
        return column, [], None
    if bad.any():
        said.append(stray_evidence(raw, column, bad))
    return column, said, bad


def _word_missing(raw: Raw, note: ColumnNote) -> tuple[str, ...]:
    return (*missing_words(raw), *_noted_words(note))


def _noted_words(note: ColumnNote) -> tuple[str, ...]:
    return tuple(word.strip() for word in note.missing)


def _noted_numbers(note: ColumnNote) -> tuple[float, ...]:
    found = []
    for word in note.missing:
        try:
            found.append(float(word))
        except ValueError:
            continue  # a word, which the grammar takes as it is
    return tuple(value for value in found if np.isfinite(value))


def _forced(raw: Raw, note: ColumnNote, hints: Hints) -> tuple[Column, list[Evidence]]:
    """The type that a person chose, with the best grammar for it; cells that do not fit count as missing and are named."""
    assert note.type is not None
    said = [Evidence(raw.name, "type", "You chose this type.")]
    missing = (*MISSING_NUMBER_TEXTS, *_noted_words(note))
    if note.type in CATEGORICAL_TYPES:
        words = _word_missing(raw, note) if raw.kind == "text" else missing
        levels = _order_of(raw, Column(raw.name, "category", Grammar(missing=words)), note) if note.type == "ordered" else ()
        return Column(raw.name, note.type, Grammar(missing=words, zone=raw.zone), levels=levels), said
    grammar = Grammar(missing=missing, missing_numbers=_noted_numbers(note), zone=raw.zone)
    column = Column(raw.name, note.type, grammar)
    if raw.kind == "text":
        present = _present(raw, missing)
        if note.type == "date":
            found = date_column(raw, present, missing, hints, least=0.01, compact=True) if raw.count(present) else None
            if found is not None:
                return found[0], [*said, *found[1][1:]]
        elif note.type == "boolean":
            column = replace(column, grammar=_boolean_grammar(raw, present, grammar))
        else:
            form = find_format(raw.sample(present, _SAMPLE), hints.decimal, least=0.01)
            if form is not None:
                column = replace(column, grammar=replace(form.grammar, missing=missing, missing_numbers=grammar.missing_numbers))
    _, _, refused = read_raw(raw, column)
    bad = np.zeros(len(raw.counts), dtype=bool)
    bad[list(refused)] = True
    return column, said + ([stray_evidence(raw, column, bad)] if raw.count(bad) else [])


def _boolean_grammar(raw: Raw, present: Bools, grammar: Grammar) -> Grammar:
    words = sorted({level_of(raw.texts[i]).casefold() for i in np.flatnonzero(present).tolist()})
    for true, false in BOOLEAN_PAIRS:
        if set(words) <= {true, false} or (len(words) != 2 and (true in words or false in words)):
            return replace(grammar, true=(true,), false=(false,))
    if len(words) != 2 or words == ["0", "1"]:
        return grammar
    trues, falses = {true for true, _ in BOOLEAN_PAIRS}, {false for _, false in BOOLEAN_PAIRS}
    true = words[0] if words[0] in trues or words[1] in falses else words[1]
    return replace(grammar, true=(true,), false=(words[0] if true == words[1] else words[1],))


def _order_of(raw: Raw, column: Column, note: ColumnNote) -> tuple[str, ...]:
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
