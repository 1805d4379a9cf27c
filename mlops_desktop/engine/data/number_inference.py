"""Whether a column holds numbers, and how it writes them: one grammar for the whole column, and the cells that do not fit it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import (
    MOST_UNREADABLE,
    Hints,
    example_evidence,
    known_missing_texts,
    mask,
    missing_texts_evidence,
    unreadable_evidence,
    without_missing_texts,
)
from mlops_desktop.engine.data.compound_formats import compound_evidence, compound_format, same_mark
from mlops_desktop.engine.data.footnotes import footnote_evidence, footnote_format, footnote_marks
from mlops_desktop.engine.data.number_formats import POINT_BEFORE_THREE, NumberFormat, find_format, fit_format, points_may_group
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.engine.data.raw_reading import read_raw
from mlops_desktop.serving.cells import EXACT, Grammar
from mlops_desktop.serving.compound_numbers import COMPOUND
from mlops_desktop.serving.frame import Bools, Floats
from mlops_desktop.serving.message import joined, msg, number_msg
from mlops_desktop.serving.numbers import NOTATIONS
from mlops_desktop.serving.plural import plural_msg, quoted_names
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.units import CURRENCIES, UNITS, is_side

_PLAIN = r"[+-]?[0-9]+(?:\.[0-9]+)?"
_SAMPLE = 1000
_INFINITE = r"(?i:[+-]?(?:inf|infinity|∞))|[+-]?[0-9.]+[eE]\+?[0-9]{3,}|[+-]?[0-9]{309,}.*"
_SHORTENED = r"[1-9](?:[.,][0-9]{1,5})?E\+1[1-9]"
_SAME_LENGTH = 3
_PHONE, _PHONE_DIGITS = r"\+[1-9][0-9]{8,14}", r"[+0-9][0-9 ]{5,18}"
_PHONE_NAME = re.compile(
    r"(?i)(?:(?:home|work|office|business|cell|contact|customer|client|private|emergency|day|evening|privat|dienst|geschäft|kunde|kunden)"
    r"[ ._-]?)?(?:(?:tele)?(?:phone|fon)|tel|fax|mobile?|handy|tel[ée]fono|téléphone)[ ._-]?(?:no|nr|number|nummer)?\.?"
)
_VERSION_NAME = re.compile(r"(?i)(?<![a-z])(?:version|release|kapitel|chapter|chapitre)s?(?:[ _-]?(?:no|nr|number|nummer)\.?)?$")
_LETTER_E = "[0-9]{1,3}E[0-9]{1,2}"  # programs write a sign or a decimal mark in powers of ten: 5E+07, 1.5E7
_RANGES = (
    r"[0-9.,]+ ?(?:[-–]|to|bis) ?[0-9.,]+|(?i:over|under|above|below|more than|less than|[<>≤≥]=?) ?[0-9.,]+"
    r"|[0-9.,]+ ?(?:\+|or more|and more)"
)
_MEANINGS = {  # by the id of a notation with `cells`
    "parentheses": "Parentheses are a minus: {shown}.",
    "trailing_minus": "A minus stands behind the number: {shown}.",
    "apostrophe": "An apostrophe in front is left off: {shown}.",
    "limits": "Limits are read as the number that they name: {shown}.",
    "dash_zero": "A dash with a currency is 0: {shown}.",
    "free_zero": "A word for “free” is 0: {shown}.",
}
_RULES = {"limits": "limits", "free_zero": "free"}  # of the evidence for notations that are doubted in their own way
_PRICE = re.compile(
    r"(?i)price|preis|cost|kosten|fee|gebühr|gebuehr|entgelt|prix|tarif|precio|prezzo|preço|cena|eintritt|charge"
    "|amount|betrag"
)
KNOWN_MARKS = frozenset((*CURRENCIES, *UNITS))


@dataclass(frozen=True)
class NumberReading:
    """What was found: the column where the cells are numbers, and the evidence.

    Without a column, at least half of the cells are numbers and the evidence names the others; `codes`: the digits are names.
    """

    column: Column | None
    evidence: list[Evidence]
    codes: bool = False


def number_column(raw: RawColumn, present: Bools, grammar: Grammar, hints: Hints) -> NumberReading | None:
    """The column as numbers, or what stopped it; None when less than half of its cells are numbers.

    `present` marks the distinct texts that are not missing; `grammar` holds the texts and numbers that mean missing.
    """
    found = _found_format(raw, present, hints)
    if found is None:
        return _beside_missing_texts(raw, present, grammar, hints)
    if (found.grammar.affixes, found.grammar.scales, found.grammar.percent) == ((), (), False) and _are_codes(raw, present):
        return None
    if (codes := _code_evidence(raw, present)) is not None:
        return NumberReading(None, [codes], codes=True)
    if found.unit == "s" and raw.matching("[12][0-9]{2}0s")[present].all():
        return None  # decades
    if raw.holds("E+") and (shortened := raw.matching(_SHORTENED) & present).any() and _have_lost_digits(raw, present):
        message = "A spreadsheet shortened long numbers, such as codes, to {cell}: their last digits are lost: {shown}."
        return NumberReading(None, [example_evidence(raw, "lost_digits", message, shortened)], codes=True)
    if _are_grades(raw, present):
        message = "The cells look like grades with a tendency, so the column was read as texts: {shown}."
        return NumberReading(None, [example_evidence(raw, "grades", message, raw.matching(".*[+−–-]") & present)])
    own = replace(found.grammar, missing=grammar.missing, missing_numbers=grammar.missing_numbers)
    column = Column(raw.name, "number", own, unit=found.unit)
    if found.conflict:
        return NumberReading(None, [_conflict_evidence(raw, column, present, found)])
    values, _, refused = read_raw(raw, column)
    column, evidence, bad = _with_missing_texts(raw, column, present, mask(present, refused))
    unmarked = _unmarked(raw, column, present & ~bad, values)
    half = raw.count(present & ~bad) >= 0.5 * raw.count(present)
    if column.grammar.percent and raw.count(unmarked) > MOST_UNREADABLE * raw.count(present):
        bad = bad | unmarked  # "12 %" beside "12": nobody can know whether that is 12 or 0.12
    if raw.count(bad) > MOST_UNREADABLE * raw.count(present):
        return NumberReading(None, [_stopped(raw, present, bad)]) if half and not _are_classes(raw, present, bad) else None
    if bad.any():
        evidence.append(unreadable_evidence(raw, column, bad))
    if _is_whole(raw, column, present & ~bad, values):
        long = present & (np.abs(values) > EXACT)
        if long.any():
            message = "Row {row} = {cell} has more digits than a number can hold, so these are codes."
            return NumberReading(None, [example_evidence(raw, "long_numbers", message, long)], codes=True)
        column = replace(column, type="integer")
    evidence = [*_format_evidence(raw, column, found.doubt), *_notation_evidence(raw, column, present & ~bad), *evidence]
    if unmarked.any():
        evidence.append(_unmarked_evidence(raw, column, unmarked, present & ~bad))
    return NumberReading(column, evidence)


def _found_format(raw: RawColumn, present: Bools, hints: Hints) -> NumberFormat | None:
    """The format that reads most cells of a column, in whatever notation; None when less than half of them are numbers."""
    plain = "," not in (hints.decimal, hints.likely_decimal) and hints.thousands != "."
    plain = plain and (raw.decimals is not None or bool(raw.matching(_PLAIN)[present].all()))
    if plain and not _points_may_group(raw, present, hints):
        return NumberFormat(Grammar(), 1.0)  # as the longer ways below find, on samples
    found = compound_format(raw, present) or fit_format(raw, present, hints)
    found = footnote_format(raw, present, hints, found) or found or _marked_format(raw, present, hints)
    if found is None or found.unit in CURRENCIES or _PRICE.search(raw.name):
        return found
    paid = tuple(one for one in found.grammar.notations if one != "free_zero")  # “free” is a price, or a place that nobody has taken
    return replace(found, grammar=replace(found.grammar, notations=paid))


def _beside_missing_texts(raw: RawColumn, present: Bools, grammar: Grammar, hints: Hints) -> NumberReading | None:
    """The column as numbers where most cells hold a known text for “missing”; None where the others are no numbers either."""
    absent = known_missing_texts(raw, present)
    if not absent.any() or raw.count(absent) == raw.count(present):
        return None
    missing = (*grammar.missing, *raw.texts_at(np.flatnonzero(absent).tolist()))
    found = number_column(raw, present & ~absent, replace(grammar, missing=missing), hints)
    if found is None or found.column is None:
        return None
    return replace(found, evidence=[*found.evidence, *missing_texts_evidence(raw, np.flatnonzero(absent).tolist())])


def _points_may_group(raw: RawColumn, present: Bools, hints: Hints) -> bool:
    """`points_may_group` for plain numbers, held against all cells."""
    if not points_may_group(raw.sample(present, _SAMPLE), hints.decimal, hints.likely_decimal):
        return False
    return bool((raw.matching(rf"{POINT_BEFORE_THREE}|[^.]*"))[present].all())


def _marked_format(raw: RawColumn, present: Bools, hints: Hints) -> NumberFormat | None:
    """The format of numbers with one unknown mark behind each, the same in all cells."""
    mark = same_mark(raw, present)
    if not mark:
        return None
    bare = [text.removesuffix(mark).strip() for text in raw.sample(present, _SAMPLE)]
    found = find_format(bare, hints.decimal, 1.0, likely=hints.likely_decimal)
    return found and replace(found, grammar=replace(found.grammar, affixes=(*found.grammar.affixes, mark)), unit=mark)


def _code_evidence(raw: RawColumn, present: Bools) -> Evidence | None:
    """Why texts that read as numbers are codes; None when nothing says so."""
    if raw.all_match(_PHONE, present) or (_PHONE_NAME.fullmatch(raw.name) and raw.all_match(_PHONE_DIGITS, present)):
        message = "The cells look like telephone numbers, so they were read as codes: {shown}."
    elif _VERSION_NAME.search(raw.name) and raw.holds(".") and raw.all_match("[0-9]{1,3}(?:[.][0-9]{1,3})?", present):
        message = "The column is named like versions or chapters, where 1.10 is not 1.1, so the cells were read as codes: {shown}."
    elif raw.holds("E") and raw.all_match(f"{_LETTER_E}|[0-9]+", present) and _are_often(raw, raw.matching(_LETTER_E) & present, present):
        message = "An E between digits is part of a code more often than a power of ten, so the cells were read as codes: {shown}."
    else:
        return None
    return example_evidence(raw, "code_texts", message, present)


def _are_often(raw: RawColumn, some: Bools, present: Bools) -> bool:
    return raw.count(some) >= 0.02 * raw.count(present) and bool(some.any())


def _are_codes(raw: RawColumn, present: Bools) -> bool:
    """Whether whole numbers are led by zeros, as in post codes: their digits would be lost as numbers."""
    if raw.decimals is not None and raw.count((np.floor(raw.decimals) == raw.decimals) & present) < 0.9 * raw.count(present):
        return False  # quicker than the patterns
    digits = raw.matching("['’]?[0-9]+") & present
    return raw.count(digits) >= 0.9 * raw.count(present) and bool((led_by_zeros(raw) & present).any())


def led_by_zeros(raw: RawColumn) -> Bools:
    """Which distinct texts are whole numbers with zeros in front, perhaps behind the apostrophe of a spreadsheet's text."""
    return raw.matching("['’]?0[0-9]*[1-9][0-9]*")


def _have_lost_digits(raw: RawColumn, present: Bools) -> bool:
    """Whether numbers of twelve digits and more are written as spreadsheets shorten them, beside whole numbers alone, all about as long."""
    if not raw.matching(rf"{_SHORTENED}|[0-9]+")[present].all():
        return False
    powers = {int(text.rpartition("+")[2]) for text in raw.sample(raw.matching(_SHORTENED) & present, _SAMPLE)}
    return max(powers) - min(powers) <= _SAME_LENGTH


def _are_grades(raw: RawColumn, present: Bools) -> bool:
    """Whether all cells are grades of a school, some with a tendency (“2+”, “1-”): small whole numbers, of which none is negative."""
    return raw.all_match("[0-6] ?[+−–-]?", present) and bool((raw.matching(".*[+−–-]") & present).any())


def _is_whole(raw: RawColumn, column: Column, good: Bools, values: Floats) -> bool:
    """Whether all numbers are whole and written so: 1.0 is the reading of a measurement, 1 is a count."""
    grammar = column.grammar
    if grammar.percent or grammar.scales or set(COMPOUND) & {*grammar.notations} or not _are_whole(values[np.isfinite(values)]):
        return False
    return not (raw.matching(rf".*(?:[0-9][eE][+-]?[0-9]|{re.escape(grammar.decimal)}).*") & good & np.isfinite(values)).any()


def _are_whole(values: Floats) -> bool:
    return bool((np.floor(values) == values).all())


def _with_missing_texts(raw: RawColumn, column: Column, present: Bools, bad: Bools) -> tuple[Column, list[Evidence], Bools]:
    """The column with further texts for "missing", the evidence for them, and which of the distinct texts still cannot be read.

    Infinities are missing, and so are texts that mean it (`without_missing_texts`).
    """
    evidence: list[Evidence] = []
    if not bad.any():
        return column, evidence, bad
    infinite = bad & raw.matching(_INFINITE)
    if infinite.any():
        evidence.append(infinite_evidence(raw, raw.count(infinite), raw.rows_with(infinite), raw.texts[np.flatnonzero(infinite)[0]]))
    grammar = replace(column.grammar, missing=(*column.grammar.missing, *raw.texts_at(np.flatnonzero(infinite)[:20].tolist())))
    column, absent, bad = without_missing_texts(raw, replace(column, grammar=grammar), present, bad & ~infinite)
    return column, [*evidence, *absent], bad


def infinite_evidence(raw: RawColumn, count: int, rows: tuple[int, ...], shown: str) -> Evidence:
    """That a column holds numbers without end."""
    cells = plural_msg(count, "1 cell is", "{n} cells are")
    message = msg("{cells} infinite or too large (“{shown}”), so missing.", cells=cells, shown=shown[:40])
    return Evidence(raw.name, "infinite", message, rows[:10])


def _stopped(raw: RawColumn, present: Bools, bad: Bools) -> Evidence:
    good, total = raw.count(present & ~bad), raw.count(present)
    message = "{good} of {total} cells are numbers. The others are not, so the column was read as texts: {shown}."
    return example_evidence(raw, "not_number", message, bad, good=number_msg(good, ","), total=number_msg(total, ","))


def _are_classes(raw: RawColumn, present: Bools, bad: Bools) -> bool:
    """Whether the cells are classes of a scale, such as 0, 1, 2-10, over 10: more of them are ranges than numbers, and nothing else."""
    return bool(raw.matching(_RANGES)[bad].all()) and int(np.count_nonzero(bad)) > int(np.count_nonzero(present & ~bad))


def _conflict_evidence(raw: RawColumn, column: Column, present: Bools, found: NumberFormat) -> Evidence:
    marks = quoted_names(found.marks)
    reason = msg("currencies do not mix") if found.conflict == "currencies" else msg("they do not convert into each other")
    template = "The cells carry the marks {marks}: {reason}, so the column is not numeric. Apart from the most frequent mark: {shown}."
    _, _, refused = read_raw(raw, column)
    return example_evidence(raw, found.conflict, template, mask(present, refused), marks=marks, reason=reason)


def _marks(column: Column) -> list[str]:
    """The marks that give a cell its unit; magnitudes alone give none."""
    grammar, footnotes = column.grammar, footnote_marks(column)
    affixes = [mark for mark in grammar.affixes if mark not in footnotes]
    return [*affixes, *(["%", *(scale.mark for scale in grammar.scales)] if grammar.percent else [])]


def _unmarked(raw: RawColumn, column: Column, good: Bools, values: Floats) -> Bools:
    """The numbers without the mark that the others have; 0 is 0 in every unit."""
    marks = _marks(column) or ([scale.mark for scale in column.grammar.scales] if column.unit else [])
    if not marks:
        return np.zeros(len(good), dtype=bool)
    has_mark = raw.matching(f".*(?:{'|'.join(map(re.escape, marks))}).*")
    return np.asarray(good & ~has_mark & np.isfinite(values) & (values != 0), dtype=bool)


def _unmarked_evidence(raw: RawColumn, column: Column, unmarked: Bools, good: Bools) -> Evidence:
    counts = {"count": number_msg(raw.count(unmarked), ","), "total": number_msg(raw.count(good), ",")}
    if column.grammar.percent:
        message = "{count} of {total} cells have no “%” and were taken as they stand, not as per cent: {shown}."
        return example_evidence(raw, "unmarked", message, unmarked, **counts)
    message = "{count} of {total} cells have no mark and were taken to be in “{unit}”: {shown}."
    return example_evidence(raw, "unmarked", message, unmarked, unit=column.unit, **counts)


def _format_evidence(raw: RawColumn, column: Column, doubt: str) -> Iterator[Evidence]:
    grammar = column.grammar
    parts = [msg("Every cell is a whole number" if column.type == "integer" else "Every cell is a number")]
    if grammar.decimal != ".":
        parts.append(msg("the decimal mark is “{decimal}”", decimal=grammar.decimal))
    if grammar.thousands:
        template = "“{mark}” parts lakhs" if "lakh" in grammar.notations else "“{mark}” parts thousands"
        parts.append(msg(template, mark=grammar.thousands))
    if grammar.affixes:
        parts.append(msg("the mark {marks} is left off", marks=quoted_names(grammar.affixes)))
    if grammar.percent:
        parts.append(msg("“12 %” is 0.12"))
    yield Evidence(raw.name, "type", msg("{parts}.", parts=joined(parts, "; ")))
    if doubt:
        message = "Its mark could be a decimal mark or part thousands: {doubt}. Say otherwise with the file's decimal mark."
        yield Evidence(raw.name, "decimal", msg(message, doubt=doubt))


def _notation_evidence(raw: RawColumn, column: Column, good: Bools) -> Iterator[Evidence]:
    """What a person may want to know of cells that are not read as they stand."""
    grammar = column.grammar
    for one in NOTATIONS.values():
        if one.cells and one.id in grammar.notations and (cells := raw.matching(one.cells) & good).any():
            rule = _RULES.get(one.id, "notation")
            if one.id == "parentheses" and raw.count(cells) >= 2 and (cells == (good & ~raw.among(("0",)))).all():
                rule = "parentheses"
            found = example_evidence(raw, rule, _MEANINGS[one.id], cells)
            yield replace(found, values=tuple(raw.texts_at(np.flatnonzero(cells).tolist()))) if one.id == "free_zero" else found
    yield from compound_evidence(raw, column, good)
    sides = [scale for scale in grammar.scales if is_side(scale)]
    if sides and (cells := raw.matching(rf".*(?:{'|'.join(re.escape(one.mark) for one in sides)})") & good).any():
        signs = joined([msg("“{mark}” as a plus" if one.times > 0 else "“{mark}” as a minus", mark=one.mark) for one in sides], ", ")
        yield example_evidence(raw, "debit_credit", "Marks of debit and credit were read: {signs}. {shown}.", cells, signs=signs)
    yield from footnote_evidence(raw, column, good)
    if grammar.affixes and grammar.affixes[-1] not in KNOWN_MARKS and grammar.affixes[-1] not in footnote_marks(column):
        message = "The mark “{mark}” stands behind every number and was left off: {shown}."
        yield example_evidence(raw, "mark", message, good, mark=grammar.affixes[-1])
    if grammar.scales:
        others = [scale for scale in grammar.scales if not is_side(scale)]
        converted = [scale for scale in others if (scale.times, scale.over, scale.shift) != (1, 1, 0)]
        unit = "" if grammar.percent else column.unit
        facts = ", ".join(_conversion_text(scale.times, scale.over, scale.shift, scale.mark, unit) for scale in converted)
        cells = raw.matching(rf".*[0-9.,\s](?:{'|'.join(re.escape(scale.mark) for scale in converted)}).*") & good
        if converted and cells.any():
            message = "Cells were converted to “{unit}” ({facts}): {shown}." if unit else "Cells were converted ({facts}): {shown}."
            yield example_evidence(raw, "converted", message, cells, unit=unit, facts=facts)
    if "parentheses" in grammar.notations and (dashes := raw.matching("[−–—-]{1,2}")).any():
        message = "Dashes alone count as missing, though accounting formats write 0 so: {shown}."
        yield example_evidence(raw, "missing_words", message, dashes)


def _conversion_text(times: float, over: float, shift: float, mark: str, unit: str) -> str:
    if shift:
        return "°C = (°F − 32) × 5 ÷ 9"
    return f"1 {mark} = {times / over:,.12g} {unit}".strip()
