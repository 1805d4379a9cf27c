"""The tokenizer of formulas, and the error with a position in a formula."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import UserError
from ..message import msg

MAX_LENGTH = 4_000  # characters

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)
    |(?P<name>[^\W\d][\w.]*)
    |(?P<quoted>`(?:[^`]|``)+`|\[(?:[^\]]|\]\])+\])
    |(?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    |(?P<sign>\*\*|<=|>=|<>|!=|==|[-+*/%^=<>(),≤≥≠×·÷−])""",
    re.VERBOSE,
)
_SPELLINGS = {"**": "^", "==": "=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!=", "×": "*", "·": "*", "÷": "/", "−": "-"}
_HINTS = {
    "&": "Write “and”, or concat(a, b) to join texts.",
    "|": "Write “or”.",
    "!": "Write “not”, or != for “is not equal to”.",
    "“": 'Write a text in straight quotes: "text".',
    "”": 'Write a text in straight quotes: "text".',
    ";": "Separate the values of a function by commas.",
    '"': "Close the text with the same quote.",
    "'": "Close the text with the same quote.",
    "[": "Close the column's name with ].",
    "`": "Close the column's name with another backquote.",
}
_END = "the end"


class FormulaError(UserError):
    """An invalid formula; `position` counts characters from 0."""

    def __init__(self, message: str, remedy: str, position: int) -> None:
        super().__init__(message, remedy)
        self.position = position


class Token(NamedTuple):
    """A token: its sort (number, name, quoted, text, sign, end), its value, and its position."""

    sort: str
    value: str
    at: int


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, an end marker last; FormulaError at the first invalid character."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            msg("The formula has {count:,} characters; {most:,} are allowed.", count=len(text), most=MAX_LENGTH),
            "Split it into several steps.",
            MAX_LENGTH,
        )
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            sign = text[at]
            raise FormulaError(
                msg("At character {at}: “{sign}” cannot be read.", at=at + 1, sign=sign),
                _HINTS.get(sign, "Remove it, or correct what stands there."),
                at,
            )
        sort, value = match.lastgroup, match.group()
        if sort == "sign":
            value = _SPELLINGS.get(value, value)
        elif sort in ("text", "quoted"):
            value = value[1:-1].replace(value[-1] * 2, value[-1])
        elif sort == "name" and value.lower() in ("and", "or", "not", "in"):
            sort, value = "sign", value.lower()
        if sort != "blank":
            found.append(Token(sort, value, at))
        at = match.end()
    return [*found, Token("end", _END, len(text))]


def shortened(text: str) -> str:
    """A name or value shortened to 60 characters for a message."""
    return text if len(text) <= 60 else text[:57] + "..."
