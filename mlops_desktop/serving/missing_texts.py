"""Texts that a cell holds instead of a value: in any column, and by which a row without any value is no row of names or units."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .cell_kind import cell_kind

# As patterns without regard to case. What means in any column, alone in its cell, that nothing is known:
UNKNOWN = (
    r"unknown|unbekannt|inconnue?|desconocido|missing|fehlt"
    r"|not (?:available|known|recorded|measured|applicable|detected|reported|tested)"
    r"|nicht (?:bekannt|gemessen|bestimmt|erhoben|vorhanden|verfügbar|anwendbar)|sans objet|sin datos|non disponibile"
    r"|n[./]?[abdkmv]\.?|n\. ?[abdkmv]\.?|k\.? ?a\.?|keine angabe|nil|void|blank|leer|tbd|error|refused|verweigert|withheld"
    r"|#(?:nv|wert!|bezug!|zahl!|name\?|valeur!|valor!|nombre\?|nome\?|n/a n/a|n/d)|undefined|nat|not? a time|#{2,}|\.\.+|…"
)
# What programs write in brackets for it:
BRACKETED = r"[(\[<](?:null|none|na|n/a|nan|missing|empty|blank|leer|unknown|unbekannt|vide|vacío|vacio|vuoto|keine angabe|not set)[)\]>]"
# What programs and people write for it where a level stands otherwise; other texts for it may be levels of their own.
PLACEHOLDERS = r"n\.a\.?|n/a|k\. ?a\.?|keine angaben?|missing|not available|#nv|#wert!|#bezug!|undefined|s\.? ?d\.|n\.? ?s\.?/n\.? ?c\.?"
# For a value below what was measured: no number is given, but something is known.
BELOW_LIMIT = (
    r"[<>]? ?(?:lod|loq|mdl|bg|ng|nwg|dl|bdl|llod|lloq)|n\. ?n\.|n\.? ?d\.?|n\. ?b\.|not detected|not detectable|nicht nachweisbar"
    r"|nicht nachgewiesen|below (?:lod|loq|detection limit|limit of detection)|unter (?:bestimmungs|nachweis)grenze"
)
# What may be a value in a column, but not where all other cells of the row mean that nothing is known:
_IN_SUCH_A_ROW = (
    r"fehlend|none|keine?r?|nichts?|nothing|empty|null|na|nan|was not (?:available|known|recorded|measured|applicable|detected|reported)"
    r"|was not tested|(?:not|was not) (?:stated|specified|given|answered)|nicht (?:beantwortet|angegeben|zutreffend)"
    r"|keine (?:angaben|antwort|daten)|ohne angabe|declined|no (?:answer|data|response|value|reply)"
    r"|(?:i )?do(?:n['’]?t| not) know|wei(?:ß|ss) (?:ich )?nicht|prefer not to (?:say|answer)|undisclosed|<?(?:lod|loq)|bdl"
    r"|[-–—:?.…*_]+"
)
_MISSING_TEXT = re.compile(f"(?i){UNKNOWN}|{BRACKETED}|{_IN_SUCH_A_ROW}")


def means_missing(text: str) -> bool:
    """Whether a text, without blanks around it, is empty or a text for a missing value."""
    return not cell_kind(text) or _MISSING_TEXT.fullmatch(text) is not None


def all_missing(texts: Iterable[str]) -> bool:
    """Whether no text is a value, a name or a unit, and at least one is a text for a missing value."""
    filled = [text for text in texts if text]
    return bool(filled) and all(map(means_missing, filled))
