"""Unicode normalization in linear time: combining marks beyond the limit of a stream-safe text are cut off from those before them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

LIMIT = 30  # combining marks in a row: “Stream-Safe Text Format”, Unicode Standard Annex 15, section 13
_JOINER = "\u034f"  # COMBINING GRAPHEME JOINER: marks before it are not sorted with those behind it
# No combining mark is a letter, so a run of them lies within such a stretch, with a letter before it that may be made of up to four
# characters; ordinary texts have no stretch of this length.
_STRETCH = re.compile(rf"[^\x00-\x7f]?[^\w\x00-\x7f]{{{LIMIT - 2},}}")


def normalized(form: Literal["NFC", "NFD"], text: str) -> str:
    """A text in a normal form, in time proportional to its length.

    To normalize is to sort each run of combining marks, which takes a time that grows with the square of the run in CPython. A grapheme
    joiner is put behind each 30 of them first, as the standard provides; no word of any language has so many.
    """
    return unicodedata.normalize(form, stream_safe(text))


def is_nfc(text: str) -> bool:
    """Whether `normalized("NFC", text)` is the text itself, in time proportional to its length."""
    return stream_safe(text) is text and unicodedata.is_normalized("NFC", text)


def stream_safe(text: str) -> str:
    """A text with at most `LIMIT` combining marks in a row."""
    if len(text) <= LIMIT or text.isascii() or _STRETCH.search(text) is None:
        return text
    safe = _STRETCH.sub(_limited, text)
    return text if len(safe) == len(text) else safe


def _limited(stretch: re.Match[str]) -> str:
    out: list[str] = []
    run = 0
    for char in stretch[0]:
        marks, only = _marks(char)
        run = run + marks if only else marks
        if run > LIMIT:
            out.append(_JOINER)
            run = marks
        out.append(char)
    return "".join(out)


@lru_cache(maxsize=4096)
def _marks(char: str) -> tuple[int, bool]:
    """How many combining marks are at the end of a decomposed character, and whether it holds nothing else."""
    parts = unicodedata.normalize("NFD", char)
    count = next((i for i, part in enumerate(reversed(parts)) if not unicodedata.combining(part)), len(parts))
    return count, count == len(parts)
