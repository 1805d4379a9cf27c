"""Texts that a cell holds instead of a value, by which a row without any value is distinguished from a row of names or units."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .cell_kind import cell_kind

_MISSING_TEXT = re.compile(
    r"(?i)unknown|unbekannt|inconnue?|desconocido|missing|fehlt|fehlend|none|keine?r?|nichts?|nothing|empty"
    r"|(?:not|was not) (?:available|known|recorded|measured|applicable|detected|reported|tested|stated|specified|given|answered)"
    r"|nicht (?:bekannt|gemessen|bestimmt|erhoben|vorhanden|verfügbar|anwendbar|beantwortet|angegeben|zutreffend)"
    r"|sans objet|sin datos|non disponibile|n[./]?[abdkmv]\.?|n\. ?[abdkmv]\.?|k\.? ?a\.?|keine (?:angaben?|antwort|daten)|ohne angabe"
    r"|nil|void|blank|leer|tbd|error|refused|withheld|declined|verweigert|no (?:answer|data|response|value|reply)"
    r"|(?:i )?do(?:n['’]?t| not) know|wei(?:ß|ss) (?:ich )?nicht|prefer not to (?:say|answer)|undisclosed|<?(?:lod|loq)|bdl"
    r"|#(?:nv|wert!|bezug!|zahl!|name\?|valeur!|valor!|nombre\?|nome\?|n/a n/a|n/d)"
    r"|[(\[<]?(?:null|none|na|nan|missing|empty|blank|leer)[)\]>]?"
    r"|undefined|nat|not? a time|[-–—:?.…*_]+|#{2,}"
)


def means_missing(text: str) -> bool:
    """Whether a text, without blanks around it, is empty or a word for a value that is not there."""
    return not cell_kind(text) or _MISSING_TEXT.fullmatch(text) is not None


def all_missing(texts: Iterable[str]) -> bool:
    """Whether no text is a value, a name or a unit, and at least one is a word for a value that is not there."""
    filled = [text for text in texts if text]
    return bool(filled) and all(map(means_missing, filled))
