"""Regular expressions in bounded time: a match takes at most pattern length times text length steps.

Backtracking with memoization of failed (instruction, position) pairs gives the same matches as `re`, which can take exponential time.
Supported: characters, `.`, classes such as `[A-Z]`, `\\d \\w \\s \\D \\W \\S \\b`, `^ $`, groups `( )`, `(?: )`, `|`, and
`* + ? {m,n}`, each also lazy with a further `?`. Lookaround and back-references are not supported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .errors import UserError
from .message import as_message, msg

MAX_PATTERN = 200  # characters
MAX_TEXT = 1_000  # characters of a text that are searched
MAX_STEPS = 500  # instructions after repeats are expanded
_CLASSES = frozenset("dwsDWS")
_CONTROL = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}

_CHAR, _SPLIT, _SAVE, _START, _END, _EDGE, _MATCH = range(7)


class Pattern:
    """A compiled pattern; `count` is its number of groups. UserError names a syntax error and its position."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_PATTERN:
            raise UserError(
                msg("The pattern has {n_text} characters; {max_pattern} are allowed.", n_text=len(text), max_pattern=MAX_PATTERN),
                "Write a shorter one.",
            )
        reader = _Reader(text)
        tree = reader.whole()
        self.count = reader.groups
        self._program: list[tuple[int, Any, Any]] = []
        self._nodes = 0
        self._write(tree)
        self._emit(_MATCH)

    def find(self, text: str) -> tuple[str | None, ...] | None:
        """The groups of the first match within the first `MAX_TEXT` characters (the whole match when the pattern has no groups), or
        None.
        """
        text = text[:MAX_TEXT]
        seen: set[int] = set()
        for start in range(len(text) + 1):
            found = self._run(text, start, seen)
            if found is not None:
                end, saved = found
                marks: dict[int, int] = {}
                while saved is not None:
                    slot, at, saved = saved
                    marks.setdefault(slot, at)
                if not self.count:
                    return (text[start:end],)
                return tuple(text[marks[2 * g] : marks[2 * g + 1]] if 2 * g + 1 in marks else None for g in range(self.count))
        return None

    def _run(self, text: str, start: int, seen: set[int]) -> tuple[int, Any] | None:
        program, size = self._program, len(self._program)
        stack: list[tuple[int, int, Any]] = [(0, start, None)]
        while stack:
            step, at, saved = stack.pop()
            key = at * size + step
            if key in seen:
                continue
            seen.add(key)
            kind, first, second = program[step]
            if kind == _CHAR:
                if at < len(text) and first(text[at]):
                    stack.append((step + 1, at + 1, saved))
            elif kind == _SPLIT:
                stack.append((second, at, saved))
                stack.append((first, at, saved))
            elif kind == _SAVE:
                stack.append((step + 1, at, (first, at, saved)))
            elif kind == _MATCH:
                return at, saved
            elif _assertion_holds(kind, text, at):
                stack.append((step + 1, at, saved))
        return None

    def _emit(self, kind: int, first: Any = None, second: Any = None) -> int:
        if len(self._program) >= MAX_STEPS:
            raise self._too_long()
        self._program.append((kind, first, second))
        return len(self._program) - 1

    @staticmethod
    def _too_long() -> UserError:
        return UserError("The pattern repeats too much.", "Use * or + instead of large counts in { }.")

    def _write(self, node: tuple[Any, ...]) -> None:
        self._nodes += 1
        if self._nodes > 10 * MAX_STEPS:  # repeats of an empty group add no instruction, but take time
            raise self._too_long()
        kind = node[0]
        if kind == "all":
            for part in node[1]:
                self._write(part)
        elif kind == "any":
            self._write_alternatives(node[1])
        elif kind == "group":
            self._emit(_SAVE, 2 * node[1])
            self._write(node[2])
            self._emit(_SAVE, 2 * node[1] + 1)
        elif kind == "repeat":
            self._write_repeat(*node[1:])
        elif kind == "char":
            self._emit(_CHAR, node[1])
        else:
            self._emit(node[1])

    def _write_alternatives(self, branches: list[tuple[Any, ...]]) -> None:
        ends = []
        for branch in branches[:-1]:
            split = self._emit(_SPLIT)
            self._write(branch)
            ends.append(self._emit(_SPLIT))
            self._program[split] = (_SPLIT, split + 1, len(self._program))
        self._write(branches[-1])
        for end in ends:
            self._program[end] = (_SPLIT, len(self._program), len(self._program))

    def _write_repeat(self, body: tuple[Any, ...], least: int, most: int | None, lazy: bool) -> None:
        for _ in range(least):
            self._write(body)
        splits = []
        if most is None:
            splits.append(self._emit(_SPLIT))
            self._write(body)
            self._emit(_SPLIT, splits[0], splits[0])
        else:
            for _ in range(most - least):
                splits.append(self._emit(_SPLIT))
                self._write(body)
        end = len(self._program)
        for split in splits:
            self._program[split] = (_SPLIT, end, split + 1) if lazy else (_SPLIT, split + 1, end)


def _assertion_holds(kind: int, text: str, at: int) -> bool:
    if kind == _START:
        return at == 0
    if kind == _END:
        return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
    before, after = at > 0 and _is_word(text[at - 1]), at < len(text) and _is_word(text[at])
    return before != after


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


class _Reader:
    """Parses a pattern into nested tuples."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.groups, self.depth = text, 0, 0, 0

    def whole(self) -> tuple[Any, ...]:
        node = self._alternatives()
        if self.at < len(self.text):
            raise self._error("this bracket was never opened", "Write \\) for a bracket of the text.")
        return node

    def _error(self, message: str, remedy: str) -> UserError:
        text = "The pattern cannot be read at character {number}: {message}."
        return UserError(msg(text, number=self.at + 1, message=as_message(message)), remedy)

    def _current(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def _alternatives(self) -> tuple[Any, ...]:
        branches = [self._sequence()]
        while self._current() == "|":
            self.at += 1
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else ("any", branches)

    def _sequence(self) -> tuple[Any, ...]:
        parts = []
        while self._current() not in ("", "|", ")"):
            parts.append(self._repeat(self._atom()))
        return ("all", parts)

    def _atom(self) -> tuple[Any, ...]:
        sign = self._current()
        if sign in "*+?":
            raise self._error(
                msg("“{sign}” has nothing before it to repeat", sign=sign), msg("Write \\{sign} for the sign itself.", sign=sign)
            )
        if sign == "(":
            return self._group()
        if sign == "[":
            return ("char", _one_of(self._class()))
        self.at += 1
        if sign == "\\":
            return self._escape()
        if sign in "^$":
            return ("mark", _START if sign == "^" else _END)
        return ("char", "\n".__ne__) if sign == "." else ("char", sign.__eq__)

    def _group(self) -> tuple[Any, ...]:
        self.at += 1
        self.depth += 1
        if self.depth > 20:
            raise self._error("there are too many groups within groups", "Write a simpler pattern.")
        number = None
        if self.text.startswith("?:", self.at):
            self.at += 2
        elif self._current() == "?":
            raise self._error("groups that begin with (? are not known, but for (?: )", "Write a plain group ( ).")
        else:
            number, self.groups = self.groups, self.groups + 1
        inner = self._alternatives()
        if self._current() != ")":
            raise self._error("a bracket is missing", "Close the group with ).")
        self.at += 1
        self.depth -= 1
        return inner if number is None else ("group", number, inner)

    def _repeat(self, atom: tuple[Any, ...]) -> tuple[Any, ...]:
        sign = self._current()
        limits: tuple[int, int | None] | None = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign)
        if limits is not None and sign:
            self.at += 1
        elif counts := re.compile(r"\{([0-9]{1,3})(,?)([0-9]{0,3})\}").match(self.text, self.at):
            least = int(counts[1])
            limits = (least, int(counts[3]) if counts[3] else None if counts[2] else least)
            if limits[1] is not None and limits[1] < least:
                raise self._error("the second count is smaller than the first", "Write the smaller count first.")
            self.at = counts.end()
        else:
            return atom
        lazy = self._current() == "?"
        self.at += lazy
        if self._current() and self._current() in "*+?":
            raise self._error("a repeat cannot be repeated", "Remove this sign, or put the part before it into (?: ).")
        return ("repeat", atom, *limits, lazy)

    def _escape(self) -> tuple[Any, ...]:
        sign = self._escaped()
        if sign == "b":
            return ("mark", _EDGE)
        if sign in _CLASSES:
            return ("char", _one_of(f"[\\{sign}]"))
        return ("char", _CONTROL.get(sign, sign).__eq__)

    def _escaped(self) -> str:
        if not self._current():
            raise self._error("it ends with a backslash", "Write \\\\ for a backslash of the text.")
        sign = self._take()
        if sign.isalnum() and sign not in _CLASSES and sign not in _CONTROL and sign != "b":
            self.at -= 1
            raise self._error(
                msg("“\\{sign}” is not known", sign=sign), "Known are \\d \\w \\s \\D \\W \\S \\b and \\ before any other sign."
            )
        return sign

    def _class(self) -> str:
        start = self.at
        self.at += 1
        negated = self._current() == "^"
        self.at += negated
        parts: list[str] = []
        while self._current() != "]" or not parts:
            low = self._member(start)
            if self._current() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", "") and len(low) == 1:
                self.at += 1
                high = self._member(start)
                if len(high) != 1 or high < low:
                    raise self._error("this range of characters runs backwards", "Write the smaller character first, such as a-z.")
                parts.append(f"{re.escape(low)}-{re.escape(high)}")
            else:
                parts.append(low if len(low) == 2 else re.escape(low))
        self.at += 1
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def _member(self, start: int) -> str:
        if not self._current():
            self.at = start
            raise self._error("the class is not closed", "Close it with ].")
        sign = self._take()
        if sign != "\\":
            return sign
        sign = self._escaped()
        if sign == "b":
            return "\b"
        return f"\\{sign}" if sign in _CLASSES else _CONTROL.get(sign, sign)


def _one_of(regex: str) -> Callable[[str], bool]:
    compiled = re.compile(regex)  # one character class without repeats takes constant time
    return lru_cache(maxsize=4096)(lambda char: compiled.fullmatch(char) is not None)
