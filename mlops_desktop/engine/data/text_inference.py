"""The type of a column of texts: category, ordered, text or id, by the number and the form of its values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.engine.data.cell_evidence import Hints
from mlops_desktop.engine.data.identifiers import has_id_name
from mlops_desktop.engine.data.raw_column import RawColumn
from mlops_desktop.serving.cells import MISSING_TEXTS, level_of
from mlops_desktop.serving.frame import Bools
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

# Words that are a boolean even where all cells hold the same one; “yes” alone may be a level among others to come.
TRUE_FALSE = (("true", "false"), ("vrai", "faux"), ("wahr", "falsch"))
# Scales from low to high, casefolded; a column whose levels are all on one of them, at least three, is ordered.
SCALES = (
    ("none", "very low", "low", "medium", "high", "very high"),
    ("low", "moderate", "high"),
    ("minor", "moderate", "major", "severe", "critical"),
    ("none", "mild", "moderate", "severe"),
    ("very poor", "poor", "fair", "average", "good", "very good", "excellent"),
    ("very bad", "bad", "average", "good", "very good"),
    ("xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"),
    ("tiny", "small", "medium", "large", "huge"),
    ("never", "rarely", "sometimes", "often", "always"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
    ("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    ("bronze", "silver", "gold", "platinum"),
    ("first", "second", "third", "fourth", "fifth"),
)
_CODE = re.compile("[A-Z]{2}")
_MOST_ID_LENGTH = 64
_LEAST_NAMES, _MOST_NAMES = 20, 2000  # rows, and names that are compared
_WORDS_OF_NAME, _SHARED_NAMES = 4, 0.4  # mean words of a name at most, and the share of the names with a word of another one


def missing_texts_of(raw: RawColumn, hints: Hints) -> tuple[tuple[str, ...], list[Evidence]]:
    """The texts that mean missing in a column of texts, and the evidence where that is in doubt.

    “NA” is a level among codes of two letters, where it can be Namibia or North America, unless it is among the numbers of another
    column.
    """
    na = raw.matching("NA") if raw.kind == "text" else np.zeros(0, dtype=bool)
    if not na.any():
        return MISSING_TEXTS, []
    others = [text for text in raw.sample(raw.matching("..*"), 200) if text not in MISSING_TEXTS]
    if len(others) < 5 or sum(_CODE.fullmatch(text) is not None for text in others) < 0.9 * len(others):
        return MISSING_TEXTS, []
    if not hints.numbers_have_na:
        return tuple(text for text in MISSING_TEXTS if text != "NA"), []
    message = plural_msg(
        raw.count(na),
        "1 cell “NA” was read as missing, as in columns of numbers; among these codes it may be a level, such as Namibia.",
        "{n} cells “NA” were read as missing, as in columns of numbers; among these codes they may be a level, such as Namibia.",
    )
    return MISSING_TEXTS, [Evidence(raw.name, "missing_na", message, raw.rows_with(na))]


def dash_evidence(raw: RawColumn) -> list[Evidence]:
    """That a dash is a level of its own in a column of texts, where it may mean missing; not beside a plus, which makes it a sign."""
    dash = raw.matching("-|--|–|—")
    if not dash.any() or raw.matching(r"\+").any() or not raw.matching(r"(?s).*[\pL\pN].*").any():
        return []
    one = "1 cell holds a dash, which is a level like others; note it among the texts for missing if it stands for no value."
    many = "{n} cells hold a dash, which is a level like others; note it among the texts for missing if it stands for no value."
    message = plural_msg(raw.count(dash), one, many)
    return [Evidence(raw.name, "dash", message, raw.rows_with(dash))]


def known_scale(levels: Sequence[str]) -> tuple[str, ...]:
    """The levels from low to high when they are all on one scale of `SCALES`, else nothing."""
    by_low = {level.casefold(): level for level in levels}
    for scale in SCALES:
        if len(by_low) >= 3 and len(by_low) == len(levels) and set(by_low) <= set(scale):
            return tuple(by_low[step] for step in scale if step in by_low)
    return ()


def text_column_type(raw: RawColumn, present: Bools, amounts: bool = False, repeats: int = 1) -> tuple[str, str, tuple[str, ...]]:
    """`(type, reason, levels)`: levels only for ordered categories. `present` marks the distinct texts that are not missing.

    `amounts`: at least half of the cells are numbers or dates, so the column is an identifier only if its name and bare digits say so.
    `repeats`: so often the whole table is in its rows, which makes no value less unique.
    """
    rows, distinct = raw.count(present) // repeats, int(np.count_nonzero(present))
    there = msg(
        "{values} in {rows}",
        values=plural_msg(distinct, "1 value", "{n} different values"),
        rows=plural_msg(rows, "1 row", "{n} rows"),
    )
    if not rows:
        return "category", msg("Every cell is empty."), ()
    if raw.ordered:
        return "ordered", msg("The file itself orders these levels."), raw.ordered
    sample = raw.sample(present, 500)
    if distinct <= 10:
        scale = known_scale(list(dict.fromkeys(level_of(text) for text in sample)))
        if scale:
            return "ordered", msg("The levels are a scale: {levels}.", levels=", ".join(scale)), scale
    named = has_id_name(raw.name)
    amounts = amounts and not (named and raw.count(raw.matching("[0-9]+")) >= 0.5 * rows * repeats)
    if not amounts and _is_id(sample, rows, distinct, named):
        return "id", msg("Codes, {there}, named like an identifier." if named else "Codes, {there}.", there=there), ()
    if not amounts and distinct >= 0.995 * rows and rows >= _LEAST_NAMES and _are_names(raw.sample(present, _MOST_NAMES)):
        return "id", msg("Names, {there}: hardly a word is in two of them.", there=there), ()
    words_per_text = float(np.mean([len(text.split()) for text in sample]))
    if distinct > 20 and distinct > 0.5 * rows:
        return "text", msg("{there}: too different to be categories.", there=there), ()
    if words_per_text >= 5 and distinct > 50 and distinct > 0.05 * rows:
        return (
            "text",
            msg("{there}, {words:.0f} words each: free text.", there=there, words=words_per_text),
            (),
        )
    return "category", msg("{there}.", there=there), ()


def _is_id(sample: Sequence[str], rows: int, distinct: int, named: bool) -> bool:
    unique = distinct >= 0.995 * rows
    if not ((unique and (rows >= 20 or (named and rows >= 2))) or (named and distinct >= 20 and distinct >= 0.2 * rows)):
        return False
    together = sum(not any(c.isspace() for c in text) for text in sample)
    digits = sum(any(c.isdigit() for c in text) for text in sample)
    short = max(len(text) for text in sample) <= _MOST_ID_LENGTH
    return short and together >= 0.95 * len(sample) and (named or digits >= 0.5 * len(sample))


def _are_names(texts: Sequence[str]) -> bool:
    """Whether these texts, each in one row, are names that have no word in common, such as those of countries: they name the rows. People
    and products have titles, first names or makes in common, which carry information.
    """
    words = [{*re.findall(r"[^\W\d_]+", text.casefold())} for text in texts]
    if not all(words) or float(np.mean([len(one) for one in words])) > _WORDS_OF_NAME:
        return False
    rows_of = Counter(word for one in words for word in one)
    return float(np.mean([any(rows_of[word] > 1 for word in one) for one in words])) <= _SHARED_NAMES
