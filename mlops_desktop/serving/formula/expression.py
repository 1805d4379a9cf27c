"""Parses, checks and evaluates formulas for derived columns and filters.

A formula is never executed as code: it becomes a tree of plain data whose nodes name functions of a fixed table. There are no loops,
attributes, clock or random numbers, and length, nesting and size are limited, so evaluation takes bounded time.

- columns: `age`, or in brackets or backquotes when the name has blanks or other characters: `[net income]`
- values: `1.5`, `"a text"` (quotes are doubled inside), `true`, `false`, `missing`, `date("2024-05-01")`
- `or`, `and`, `not`, `= != < <= > >=` (also chained: `1 < x <= 5`), `x in (1, 2)`, `+ - * / %`, `^` or `**`, and functions
- kinds: number, boolean (a number 1 or 0 is one too), text, date; a text compared with a date is parsed as a date
- missing values stay missing; dividing by zero gives a missing value
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..errors import UserError
from ..frame import CATEGORICAL, MISSING_DATE, NUMBER, Floats, Frame, Layout, Longs
from ..message import as_message, msg
from .functions import FUNCTIONS, RUNS, SPECIAL
from .parser import LEFT, POWER, Parser
from .tokens import FormulaError
from .values import Texts, write_date, write_number

Tree = tuple[Any, ...]
Load = Callable[[Frame], Any]

_BARE = re.compile(r"[^\W\d][\w.]*")
_BRACKET = "]"
_QUOTE = '"'
_RESERVED = frozenset({"and", "or", "not", "in", "true", "false", "missing"})


@dataclass(frozen=True)
class Expression:
    """A parsed formula, for frames of the layout it was parsed for.

    `tree` is plain data (nested tuples of texts, numbers and truth values), `kind` is number, boolean, text or date, and `columns` are the
    columns that it uses, each once, in order of appearance.
    """

    tree: Tree
    kind: str
    columns: tuple[str, ...]
    _program: tuple[tuple[int, Callable[..., Any]], ...] = field(repr=False, compare=False)

    def evaluate(self, frame: Frame) -> Floats | Longs | Texts:
        """One entry per row: float64 for numbers and booleans (NaN is missing), `Texts` for texts, int64 microseconds for dates."""
        stack: list[Any] = []
        with np.errstate(all="ignore"):
            for arity, run in self._program:
                if arity < 0:
                    stack.append(run(frame))
                else:
                    arguments = stack[len(stack) - arity :]
                    del stack[len(stack) - arity :]
                    stack.append(run(*arguments))
        (value,) = stack
        if isinstance(value, Texts):
            return Texts(np.broadcast_to(value.codes, (frame.rows,)).copy(), value.levels)
        values: Floats | Longs = np.broadcast_to(value, (frame.rows,)).copy()
        return values

    def numbers(self, frame: Frame) -> Floats:
        """The values of a number or boolean formula, (rows,) float64; UserError for other kinds."""
        if self.kind not in ("number", "boolean"):
            raise UserError(
                msg("The formula gives a {kind}, but a number or a true-or-false answer is needed.", kind=as_message(self.kind)),
                "Change the formula.",
            )
        value = self.evaluate(frame)
        assert isinstance(value, np.ndarray)
        return value.astype(np.float64, copy=False)

    def true(self, frame: Frame) -> Any:
        """Where a boolean (or number) formula is true, (rows,) bool; missing counts as false."""
        values = self.numbers(frame)
        return ~np.isnan(values) & (values != 0)

    def texts(self, frame: Frame) -> Texts:
        """The values of a text formula as codes and levels; UserError for other kinds."""
        value = self.evaluate(frame)
        if not isinstance(value, Texts):
            raise UserError(msg("The formula gives a {kind}, but a text is needed.", kind=as_message(self.kind)), "Put text(…) around it.")
        return value

    @property
    def text(self) -> str:
        """The formula in its canonical form."""
        return to_text(self.tree)


class Check(NamedTuple):
    """The result of checking a formula: `kind` and `columns` when it is valid, else `problem`, `remedy` and `position` of the error."""

    kind: str = ""
    columns: tuple[str, ...] = ()
    problem: str = ""
    remedy: str = ""
    position: int = 0


def parse(text: str, layout: Layout) -> Expression:
    """Parse a formula over the columns of a layout. FormulaError (a UserError with `position`) when it is invalid."""
    parser = Parser(text, layout)
    node = parser.parse()
    return Expression(node.tree, node.kind, tuple(parser.columns), _compile(node.tree, layout))


def check(text: str, layout: Layout) -> Check:
    """As `parse`, with the error as a result."""
    try:
        found = parse(text, layout)
    except FormulaError as error:
        return Check(problem=error.message, remedy=error.remedy, position=error.position)
    return Check(found.kind, found.columns)


def usages() -> dict[str, tuple[str, str]]:
    """The usage and help of each function, by name, for completion."""
    known = {name: (function.usage, function.help) for name, function in FUNCTIONS.items()}
    return dict(sorted({**known, **SPECIAL}.items()))


def _compile(tree: Tree, layout: Layout) -> tuple[tuple[int, Callable[..., Any]], ...]:
    """The tree as a program for a stack machine, so that deep trees need no recursion."""
    program: list[tuple[int, Callable[..., Any]]] = []
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        name, rest = node[0], node[1:]
        if name in _LEAVES:
            program.append((-1, _LEAVES[name](layout, *rest)))
        else:
            program.append((len(rest), RUNS[name]))
            pending.extend(rest)
    program.reverse()
    return tuple(program)


def _constant(value: Any) -> Load:
    return lambda frame: value


def _column(layout: Layout, kind: str, name: str) -> Load:
    if kind == NUMBER:
        at = int(layout.number_at([name])[0])
        return lambda frame: np.ascontiguousarray(frame.numbers[:, at])
    if kind == CATEGORICAL:
        place = int(layout.categorical_at([name])[0])
        return lambda frame: Texts(frame.codes[:, place], frame.levels[place])
    day = int(layout.date_at([name])[0])
    return lambda frame: np.ascontiguousarray(frame.dates[:, day])


def _missing(layout: Layout, kind: str) -> Load:
    if kind == "text":
        return _constant(Texts(np.array([-1], dtype=np.intp), ()))
    return _constant(np.array([MISSING_DATE], dtype=np.int64) if kind == "date" else np.array([np.nan]))


_LEAVES: dict[str, Callable[..., Load]] = {
    "number.value": lambda layout, value: _constant(np.array([value], dtype=np.float64)),
    "boolean.value": lambda layout, value: _constant(np.array([float(value)])),
    "text.value": lambda layout, value: _constant(Texts(np.zeros(1, dtype=np.intp), (value,))),
    "date.value": lambda layout, value: _constant(np.array([value], dtype=np.int64)),
    "missing.value": _missing,
    "column": _column,
}


def to_text(tree: Tree) -> str:
    """A tree in canonical form: `parse` of it gives the same tree."""
    done: list[tuple[str, int]] = []
    pending: list[tuple[Tree, bool]] = [(tree, False)]
    while pending:
        node, ready = pending.pop()
        if node[0] in _LEAVES:
            done.append((_leaf_text(node), 99))
        elif ready:
            parts = done[len(done) - len(node) + 1 :]
            del done[len(done) - len(node) + 1 :]
            done.append(_call_text(node[0].partition(".")[0], parts))
        else:
            pending.append((node, True))
            pending.extend((child, False) for child in reversed(node[1:]))
    return done[0][0]


def _leaf_text(node: Tree) -> str:
    match node:
        case ("number.value", value):
            return write_number(value)
        case ("boolean.value", value):
            return "true" if value else "false"
        case ("text.value", value):
            return f'"{_doubled(value, _QUOTE)}"'
        case ("date.value", value):
            return f'date("{write_date(value)}")'
        case ("column", _, name):
            return name if _BARE.fullmatch(name) and name.lower() not in _RESERVED else f"[{_doubled(name, _BRACKET)}]"
    return "missing"


def _doubled(text: str, quote: str) -> str:
    return text.replace(quote, quote * 2)


def _call_text(name: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
    if name in ("neg", "not"):
        text, strength = parts[0]
        sign, own = ("-", POWER["neg"]) if name == "neg" else ("not ", POWER["not"])
        return sign + (text if strength >= own else f"({text})"), own
    if name not in POWER:
        return f"{name}({', '.join(text for text, _ in parts)})", 99
    own = POWER[name]
    sides = []
    for i, (text, strength) in enumerate(parts):
        loose = strength > own or (strength == own and (name in LEFT) == (i == 0) and (name in LEFT or name == "^"))
        if name == "^" and i == 1 and strength == POWER["neg"]:
            loose = True
        sides.append(text if loose else f"({text})")
    return f"{sides[0]} {name} {sides[1]}", own


__all__ = ["Check", "Expression", "FormulaError", "Texts", "check", "parse", "to_text", "usages"]
