"""Findings about codes: numbers and levels that stand for “missing”, values cut off at a limit, numbers that stand for categories."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from mlops_desktop.engine.data import Table, has_id_name, snake_name
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen
from mlops_desktop.serving.cells import MISSING_NUMBER_TEXTS
from mlops_desktop.serving.frame import Bools, Floats, Ints
from mlops_desktop.serving.message import msg, number_msg
from mlops_desktop.serving.missing_texts import BRACKETED, PLACEHOLDERS
from mlops_desktop.serving.plural import plural_msg, quoted_names
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.value_text import number_text

LEAST_NEGATIVE = -9  # -1 may be an answer as well
_CELLS = 2**16  # that are looked at together, so that they stay in the processor's cache
_FEW = 10  # numbers of fewer different values are answers of a scale rather than measurements
_NINES = re.compile("9{3,}|8{4,}|7{4,}")
_DONT_KNOW = frozenset((-1, -7, -8, -9, -77, -88, -97, -98, -99, 77, 88, 97, 98, 99))
# Measurements of living people and years: none of them is 0.
_NEVER_ZERO = re.compile(
    r"(?:.*_)?(?:glucose|bmi|blood_?pressure|bp|cholesterol|heart_?rate|pulse|insulin|skin_?thickness|h[ae]+moglobin|weight|height|age|year"
    r"|gewicht|gr[öo]+[sß]+e|groesse|alter|puls|blutdruck|blutzucker|jahr|baujahr|poids|taille|peso|altura|edad)(?:_(?:cm|kg|mm|hg|bpm|lbs))?"
)

HIDDEN_MISSING = FindingKind("hidden_missing", "A code for “missing” in {column}?", safe=True)
MISSING_CODE = FindingKind("missing_code", "An answer for “missing” in {column}?")
IMPOSSIBLE_ZERO = FindingKind("impossible_zero", "Zeros in {column}?")
_MISLEADS = msg("Such a number often stands for “not known”; as a number it misleads every model.")


def hidden_missing(seen: Seen) -> Iterator[Finding]:
    """Numbers that stand for “missing”."""
    for column in _number_columns(seen):
        values = _present(seen, column)
        for code, count in codes_for_missing(values):
            message = _cells_with(column, code, count, len(values), msg("far from all other values"))
            yield HIDDEN_MISSING.finding("warning", column.name, message, _MISLEADS, {"missing": {column.name: [number_text(code)]}})
        for code, count in _frequent_nines(values):
            message = _cells_with(column, code, count, len(values), msg("far more than any other value"))
            yield MISSING_CODE.finding("warning", column.name, message, _MISLEADS, {"missing": {column.name: [number_text(code)]}})
        for code, count in _answers_for_missing(values):
            message = _cells_with(column, code, count, len(values), msg("apart from the other answers"))
            yield MISSING_CODE.finding("warning", column.name, message, _MISLEADS, {"missing": {column.name: [number_text(code)]}})
        if zeros := _impossible_zeros(column.name, values):
            message = _cells_with(column, 0.0, zeros, len(values), msg("where all others are far above"))
            why = msg("If 0 cannot be here, it stands for “not known” and misleads every model.")
            yield IMPOSSIBLE_ZERO.finding("warning", column.name, message, why, {"missing": {column.name: ["0"]}})


def _cells_with(column: Column, code: float, count: int, total: int, where: str) -> str:
    return plural_msg(
        count,
        "1 cell of “{column}” ({share:.1%}) holds {code}, {where}.",
        "{n} cells of “{column}” ({share:.1%}) hold {code}, {where}.",
        column=column.name,
        share=count / total,
        code=number_text(code),
        where=where,
    )


def codes_for_missing(values: Floats) -> list[tuple[float, int]]:
    """The least and the largest values that are frequent, far from the others, and written as people write "not known", with counts.

    `values` are the numbers of a column, none of them NaN. Several codes may be together, such as 98 and 99.
    """
    distinct, counts = np.unique(values, return_counts=True)
    found: list[tuple[float, int]] = []
    for places in (range(len(distinct)), range(len(distinct) - 1, -1, -1)):
        codes: list[int] = []
        for at in places:
            if len(codes) == 4 or not _is_missing_code(float(distinct[at])):
                break
            codes.append(at)
        while codes:
            rest = np.ones(len(distinct), dtype=bool)
            rest[codes] = False
            if _are_apart(distinct, counts, codes, rest):
                found.extend((float(distinct[at]), int(counts[at])) for at in codes)
                break
            codes.pop()
    return found


def negative_codes(table: Table, names: Collection[str]) -> dict[str, list[tuple[float, int]]]:
    """The codes of `codes_for_missing` in these columns that are -9 or less and stand for "missing" beyond doubt, with counts.

    These are nines such as -999, and numbers such as -200 that more than one column holds. -100 may be a loss of all and -10 the end of a
    scale: what only a person can distinguish from a value is not among them.
    """
    low = [name for name, one in zip(table.frame.layout.numbers, _are_low(table.frame.numbers).tolist(), strict=True) if one]
    found = {name: codes for name in low if name in names and (codes := _negative_codes(table.frame.number(name)))}
    columns = Counter(code for codes in found.values() for code, _ in codes)
    sure = {code for code, count in columns.items() if _NINES.fullmatch(number_text(-code)) or (count > 1 and not _is_power_of_ten(-code))}
    return {name: kept for name, codes in found.items() if (kept := [one for one in codes if one[0] in sure])}


def _are_low(numbers: Floats) -> Bools:
    """Which columns hold a number that may be a code of `negative_codes`; all columns are looked at together, some rows at a time, as the
    cells of a row lie together.
    """
    found = np.zeros(numbers.shape[1], dtype=bool)
    step = max(1, _CELLS // max(1, numbers.shape[1]))
    for start in range(0, len(numbers), step):
        low = numbers[start : start + step] <= LEAST_NEGATIVE
        if low.any():
            found |= low.any(axis=0)
    return found


def _negative_codes(values: Floats) -> list[tuple[float, int]]:
    if not _is_missing_code(float(np.fmin.reduce(values))):  # nearly always, without the sorting that the rest takes
        return []
    return [(code, count) for code, count in codes_for_missing(values[~np.isnan(values)]) if code <= LEAST_NEGATIVE]


def _is_power_of_ten(value: float) -> bool:
    return number_text(value).rstrip("0") == "1"


def _are_apart(distinct: Floats, counts: Ints, codes: list[int], rest: Bools) -> bool:
    total, others = int(counts.sum()), int(counts[rest].sum())
    if others < 20 or int(rest.sum()) < _FEW:
        return False  # a few numbers are classes, and the last of them is one as well
    sure = all(_NINES.fullmatch(number_text(abs(float(distinct[at])))) for at in codes)
    if min(int(counts[at]) for at in codes) < max(2 if sure else 5, 0.001 * total) or (total < 50 and not sure):
        return False
    values = np.repeat(distinct[rest], counts[rest])
    low, high = np.quantile(values, (0.25, 0.75)).tolist()
    gap = min(float(np.abs(distinct[rest] - distinct[at]).min()) for at in codes)
    below = float(distinct[codes].max()) < 0 <= float(distinct[rest].min())
    return bool(gap > 3 * (high - low) or (below and gap > 0.5 * (high - low)))


def _is_missing_code(value: float) -> bool:
    """Numbers that people write for "not known": -1, 97, 98, 999, -200, 10000."""
    digits = number_text(abs(value))
    if not digits.isdigit():
        return re.fullmatch("9{2,5}[.]9{1,3}", digits) is not None
    if value in _DONT_KNOW or digits in ("997", "998", "9997", "9998"):
        return True
    return len(digits) >= 2 and (len(set(digits)) == 1 or set(digits[1:]) == {"0"})


def _frequent_nines(values: Floats) -> list[tuple[float, int]]:
    """A largest value of nines, or a least one of a minus and nines, that is near the others but far more frequent, with its count.

    99 among ages is nobody's age when many have it. What `codes_for_missing` finds is left out.
    """
    distinct, counts = np.unique(values, return_counts=True)
    if len(values) < 20 or len(distinct) <= _FEW + 4:
        return []
    known = dict(codes_for_missing(values))
    found = []
    for at, next_to in ((-1, -2), (0, 1)):
        value, count = float(distinct[at]), int(counts[at])
        others = np.delete(counts, at)
        nines = re.fullmatch("9{2,}", number_text(abs(value))) is not None and (at == -1) == (value > 0)
        apart = abs(value - float(distinct[next_to])) > 5 * float(np.median(np.diff(distinct)))
        often = count >= max(4, 0.01 * len(values)) and count >= 2 * others.max() and count >= 5 * others.mean()
        if nines and apart and often and value not in known:
            found.append((value, count))
    return found


def _answers_for_missing(values: Floats) -> list[tuple[float, int]]:
    """Codes for "not known" among the answers of a scale, such as 9 or 99 beside 1 to 5, and -1 beside counts from 0 on, with counts."""
    distinct, counts = np.unique(values, return_counts=True)
    whole = len(distinct) and (distinct % 1 == 0).all()
    if not whole or len(values) < 20 or not 4 <= len(distinct) <= _FEW + 4:
        return []
    scale = distinct[(distinct >= 0) & (distinct <= _FEW)]
    if len(scale) and scale[-1] in (8, 9) and len(scale) >= 4 and scale[-1] - scale[-2] >= 3 and scale[0] == 1:
        scale = scale[:-1]
    others = np.setdiff1d(distinct, scale)
    steps = len(scale) >= 3 and scale[0] in (0, 1) and bool((np.diff(scale) == 1).all())
    known = all(value in _DONT_KNOW or value in (8, 9, 997, 998, 999) for value in others.tolist())
    if not steps or not known or len(others) > 4 or (-1 in others and scale[0] == 0 and len(scale) < 4):
        return []
    return [(float(value), int(counts[distinct == value][0])) for value in others.tolist()]


def _impossible_zeros(name: str, values: Floats) -> int:
    """How many values are 0 where 0 cannot be: by the name of the column, or since all others lie close together and far above."""
    rest = values[values != 0]
    zeros = len(values) - len(rest)
    if not zeros or len(rest) < 20 or rest.min() <= 0 or len(np.unique(rest)) < _FEW:
        return 0
    low, middle, high = np.quantile(rest, (0.25, 0.5, 0.75)).tolist()
    least = float(rest.min())
    if _NEVER_ZERO.fullmatch(snake_name(name)):
        return zeros if least >= 0.1 * middle and least >= 2 else 0
    return zeros if zeros >= 5 and least >= 0.5 * middle and least > 5 * (high - low) else 0


MISSING_LEVELS = FindingKind("missing_levels", "Levels for “missing” in {column}?")
_LONGEST_PLACEHOLDER = 24
_PLACEHOLDER = re.compile(f"(?i){BRACKETED}|{PLACEHOLDERS}")


def missing_levels(seen: Seen) -> Iterator[Finding]:
    """Levels of categories that are texts for “missing”: placeholders, and texts that count as missing in another column of the table."""
    usual = {text.casefold() for text in MISSING_NUMBER_TEXTS}
    noted = {text.casefold() for column in seen.table.schema.columns for text in column.grammar.missing}
    for column in _features_and_target(seen):
        if column.type not in ("category", "text"):
            continue
        codes, levels = seen.frame.categorical(column.name)
        own = {text.casefold() for text in column.grammar.missing}
        elsewhere = noted - usual - own
        short = [level for level in levels if len(level) <= _LONGEST_PLACEHOLDER and level.casefold() not in own]
        placeholders = [level for level in short if _PLACEHOLDER.fullmatch(level) or level.casefold() in elsewhere]
        if not placeholders or len(placeholders) == len(levels):
            continue
        cells = int(np.isin(codes, [levels.index(level) for level in placeholders]).sum())
        shown = quoted_names(placeholders)
        message = plural_msg(
            cells,
            "1 cell of “{column}” holds {shown}, which is a level like others.",
            "{n} cells of “{column}” hold {shown}, which count as levels like others.",
            column=column.name,
            shown=shown,
        )
        why = msg("Such a word says that nothing is known; as a level it is learned from like any other.")
        yield MISSING_LEVELS.finding("warning", column.name, message, why, {"missing": {column.name: placeholders}})


CAPPED = FindingKind("capped", "{column} is cut off")


def capped(seen: Seen) -> Iterator[Finding]:
    """A largest value that so many rows share that larger ones were probably cut off there."""
    limits = {evidence.column for evidence in seen.table.evidence if evidence.rule == "limits"}  # reported already
    for column in _number_columns(seen):
        values = _present(seen, column)
        distinct, counts = np.unique(values, return_counts=True)
        if column.name in limits or len(distinct) < 30 or distinct[-1] in (1, 10, 100):
            continue
        near = counts[-1 - max(5, len(distinct) // 10) : -1]
        most, code = int(counts[-1]), float(distinct[-1])
        if most < max(10, 0.01 * len(values)) or most < 8 * near.mean() or most < 4 * near.max() or code in dict(codes_for_missing(values)):
            continue
        message = _cells_with(column, code, most, len(values), msg("the largest value: larger ones were probably cut off there"))
        why = msg(
            "The true values lie at or beyond the limit, so they are less sure than they look. Counted as missing, they mislead no model."
        )
        yield CAPPED.finding("info", column.name, message, why, {"missing": {column.name: [number_text(code, 15)]}})


_CODE_NAMES = (
    r"post_?(?:al)?_?code|postcode|zip|zip_?code|plz|postleitzahl|ward|district|bezirk|precinct|county|region|state|kreis|gemeinde|country|land"
    r"|code|codes|sku|kennziffer|schlüssel|schluessel|artikel_?(?:nr|nummer)|product|produkt|item|branch|filiale|store|shop|department|dept"
    r"|abteilung|sector|category|kategorie|cat|type|typ|kind|sub_?class|cluster|channel|kanal|gender|sex|geschlecht|race|ethnicity|religion"
    r"|konfession|nationality|marital|marital_status|familienstand|occupation|job|beruf|industry|branche|naics|sic|icd|drg|fips|status|brand"
    r"|marke|colou?r|farbe|terminal|station|route|team|zone|locationid|location_id"
)
_CODE_NAME = re.compile(rf"(?:.*_)?(?:{_CODE_NAMES})|.+(?:code|schlüssel|schluessel|kennziffer|nummer)")
_POSTAL_NAME = re.compile(r"(?:.*_)?(?:[a-z]+code|post_?(?:al)?_?code|zip|zip_?code|plz|postleitzahl|code|sku|artikel_?(?:nr|nummer))")
_AREA_NAME = re.compile(r"(?:.*_)?(?:post_?(?:al)?_?code|postcode|zip|zip_?code|plz|postleitzahl)")
_ANSWER_NAME = re.compile(r"(?:q|item|frage|question|antwort|answer|response|likert)_?[0-9]+[a-z]?(?:_[0-9a-z]+)?")
CODES = FindingKind("codes", "Numbers for categories in {column}?")


def number_codes(seen: Seen) -> Iterator[Finding]:
    """Whole numbers that probably stand for categories, by the name of their column."""
    for column in seen.features():
        distinct = seen.distinct(column)
        if column.type != "integer" or distinct < 3:
            continue
        values, name = _present(seen, column), snake_name(column.name)
        if values.min() < 0:
            continue
        answers = _ANSWER_NAME.fullmatch(name) is not None and values.max() <= _FEW
        postal = _POSTAL_NAME.fullmatch(name) is not None
        area = _AREA_NAME.fullmatch(name) is not None and values.min() >= 1000
        named = (_CODE_NAME.fullmatch(name) is not None or has_id_name(column.name)) and distinct <= 0.5 * len(values)
        if not (answers or named or area or (postal and distinct <= 0.95 * len(values))):
            continue
        what = msg("answers") if answers else msg("categories")
        shown = ", ".join(number_text(value) for value in np.unique(values)[:5].tolist()) + (" …" if distinct > 5 else "")
        message = msg(
            "“{column}” holds {distinct} whole numbers ({shown}) that may stand for {what}.",
            column=column.name,
            distinct=number_msg(distinct, ","),
            shown=shown,
            what=what,
        )
        why = msg("As numbers, 3 lies between 2 and 4 and is thrice 1; as categories each stands for itself.")
        found = CODES.finding("warning", column.name, message, why, {"type": {column.name: "category"}})
        yield replace(found, alternatives=({"type": {column.name: "ordered"}},))


def _number_columns(seen: Seen) -> Iterator[Column]:
    """The numeric feature columns, and the target when it is one."""
    return (column for column in _features_and_target(seen) if column.is_measured)


def _features_and_target(seen: Seen) -> Iterator[Column]:
    """The feature columns, and the target."""
    yield from seen.features()
    if seen.target is not None:
        yield seen.table.schema.column(seen.target)


def _present(seen: Seen, column: Column) -> Floats:
    values = seen.frame.number(column.name)
    return values[~np.isnan(values)]
