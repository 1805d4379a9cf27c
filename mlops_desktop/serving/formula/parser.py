"""The parser of formulas: a precedence-climbing parser over tokens that type-checks every node."""

from __future__ import annotations

import difflib
import math
from functools import reduce
from typing import Any, NamedTuple

from ..frame import CATEGORICAL, DATE, NUMBER, Layout
from ..message import Message, as_message, msg
from ..plural import quoted_names
from .functions import ALIASES, FUNCTIONS, SPECIAL
from .tokens import FormulaError, Token, shortened, tokens
from .values import read_date

MAX_NODES = 600  # values, operators and calls
MAX_DEPTH = 40  # nested brackets

# Precedence of operators; those of LEFT are left-associative.
POWER = {
    "or": 1,
    "and": 2,
    "not": 3,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), 4),
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "%": 6,
    "neg": 7,
    "^": 8,
}
LEFT = frozenset({"or", "and", "+", "-", "*", "/", "%"})
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})

_KIND_NAMES = {
    "number": msg("a number"),
    "boolean": msg("a true-or-false answer"),
    "text": msg("a text"),
    "date": msg("a date"),
    "missing": msg("missing"),
}
_KINDS = {NUMBER: "number", CATEGORICAL: "text", DATE: "date"}


class Node(NamedTuple):
    """A parsed part: its tree, its kind (number, boolean, text, date or missing), and its position."""

    tree: tuple[Any, ...]
    kind: str
    at: int


class Parser:
    """Parses one formula over one layout. `columns` are the columns that it uses, as the keys of a dict."""

    def __init__(self, text: str, layout: Layout) -> None:
        self._tokens = tokens(text)
        self._next = 0
        self._nodes = 0
        self._kinds = {
            name: _KINDS[kind]
            for kind, names in ((NUMBER, layout.numbers), (CATEGORICAL, layout.categoricals), (DATE, layout.dates))
            for name in names
        }
        self._sparse = layout.sparse
        self.columns: dict[str, None] = {}

    def parse(self) -> Node:
        """The whole formula as one node."""
        if self._here.sort == "end":
            raise FormulaError("The formula is empty.", "Write for example: [first column] / [second column].", 0)
        node = self._expression(0, 0)
        if self._here.sort != "end":
            raise self._unexpected(msg("an operator such as + or and"))
        return self._settle(node, "number") if node.kind == "missing" else node

    @property
    def _here(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._here
        self._next += token.sort != "end"
        return token

    def _expect(self, sign: str) -> None:
        if self._here.sort != "sign" or self._here.value != sign:
            raise self._unexpected(msg("“{name}”", name=sign))
        self._take()

    def _is(self, *signs: str) -> bool:
        return self._here.sort == "sign" and self._here.value in signs

    def _unexpected(self, wanted: str) -> FormulaError:
        token = self._here
        found = msg("the formula ends") if token.sort == "end" else msg("there is “{value}”", value=shortened(token.value))
        return FormulaError(
            msg("At character {at}: {found} where {wanted} is expected.", at=token.at + 1, found=found, wanted=wanted),
            self._correction(),
            token.at,
        )

    def _correction(self) -> str:
        """What to do about a token that is not expected here."""
        before, after = self._tokens[max(self._next - 1, 0)], self._tokens[min(self._next + 1, len(self._tokens) - 1)]
        if self._here.value == "," and before.sort == after.sort == "number":
            return msg("Write numbers with a decimal point here: {value}.", value=f"{before.value}.{after.value}")
        return as_message("Complete or correct the formula there.")

    def _make(self, name: str, kind: str, at: int, *arguments: Any) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise FormulaError(msg("The formula has more than {most} parts.", most=MAX_NODES), "Split it into several steps.", at)
        return Node((name, *arguments), kind, at)

    def _expression(self, least: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise FormulaError(
                msg("The formula has more than {most} brackets within brackets.", most=MAX_DEPTH),
                "Split it into several steps.",
                self._here.at,
            )
        left = self._prefix(depth)
        while self._here.sort == "sign":
            sign = self._here.value
            if sign in COMPARISONS or sign in ("in", "not"):
                if least > POWER["="]:
                    break
                left = self._comparison(left, depth)
            elif sign in POWER and POWER[sign] >= least:
                self._take()
                right = self._expression(POWER[sign] + (sign in LEFT) - (sign == "^"), depth + 1)
                left = self._binary(sign, left, right)
            else:
                break
        return left

    def _prefix(self, depth: int) -> Node:
        token = self._here
        if self._is("-", "+", "not"):
            self._take()
            operand = self._expression(POWER["not"] if token.value == "not" else POWER["neg"], depth + 1)
            if token.value == "not":
                return self._make("not", "boolean", token.at, self._accept(operand, "boolean", msg("“{name}”", name="not")).tree)
            operand = self._accept(operand, "number", msg("“{name}”", name=token.value))
            return self._make("neg", "number", token.at, operand.tree) if token.value == "-" else operand
        if self._is("("):
            self._take()
            inner = self._expression(0, depth + 1)
            self._expect(")")
            return inner._replace(at=token.at)
        if token.sort in ("sign", "end"):
            raise self._unexpected(msg("a column, a value or a function"))
        self._take()
        if token.sort == "number":
            return self._number(token)
        if token.sort == "text":
            return self._make("text.value", "text", token.at, token.value)
        if token.sort == "name" and self._is("("):
            return self._call(token, depth)
        return self._name(token)

    def _number(self, token: Token) -> Node:
        value = float(token.value)
        if not math.isfinite(value):
            raise FormulaError(
                msg("At character {at}: the number “{value}” is too large.", at=token.at + 1, value=shortened(token.value)),
                "Write a smaller one.",
                token.at,
            )
        return self._make("number.value", "number", token.at, value)

    def _name(self, token: Token) -> Node:
        name = token.value
        if name in self._kinds:
            self.columns[name] = None
            kind = self._kinds[name]
            return self._make("column", kind, token.at, {"number": NUMBER, "text": CATEGORICAL, "date": DATE}[kind], name)
        word = name.lower() if token.sort == "name" else ""
        if word in ("true", "false"):
            return self._make("boolean.value", "boolean", token.at, word == "true")
        if word == "missing":
            return self._make("missing.value", "missing", token.at, "number")
        if any(name in block for block in self._sparse):
            raise FormulaError(
                msg("At character {at}: “{name}” is a feature of a text.", at=token.at + 1, name=shortened(name)),
                "A formula reads whole columns.",
                token.at,
            )
        remedy = _suggest(name, list(self._kinds), "Columns: {names}.")
        if (function := name.lower()) in FUNCTIONS or function in SPECIAL:
            usage = FUNCTIONS[function].usage if function in FUNCTIONS else SPECIAL[function][0]
            remedy = msg("A function is written with brackets: {usage}.", usage=usage)
        raise FormulaError(
            msg("At character {at}: there is no column “{name}” here.", at=token.at + 1, name=shortened(name)), remedy, token.at
        )

    def _comparison(self, left: Node, depth: int) -> Node:
        """One comparison, `in`, or a chain such as 1 < x <= 5, which is 1 < x and x <= 5."""
        whole: Node | None = None
        while self._is(*COMPARISONS, "in", "not"):
            token = self._take()
            if token.value in ("in", "not"):
                if token.value == "not":
                    self._expect("in")
                part = self._member(left, depth)
                if token.value == "not":
                    part = self._make("not", "boolean", left.at, part.tree)
                return part if whole is None else self._make("and", "boolean", left.at, whole.tree, part.tree)
            right = self._expression(POWER["="] + 1, depth + 1)
            part = self._compare(token.value, left, right)
            whole = part if whole is None else self._make("and", "boolean", left.at, whole.tree, part.tree)
            left = right
        assert whole is not None
        return whole

    def _member(self, left: Node, depth: int) -> Node:
        self._expect("(")
        whole = self._compare("=", left, self._expression(0, depth + 1))
        while self._is(","):
            self._take()
            part = self._compare("=", left, self._expression(0, depth + 1))
            whole = self._make("or", "boolean", left.at, whole.tree, part.tree)
        self._expect(")")
        return whole

    def _compare(self, sign: str, left: Node, right: Node) -> Node:
        if "missing" in (left.kind, right.kind):
            at = left.at if left.kind == "missing" else right.at
            raise FormulaError(
                msg("At character {at}: nothing can be compared with missing.", at=at + 1), "Write is_missing(x) instead.", at
            )
        kind, (left, right) = self._same([left, right], msg("“{name}”", name=sign))
        self._nodes += self._size(left.tree) if self._nodes < MAX_NODES else 0  # a chain or a list repeats its left side
        return self._make(sign + {"text": ".text", "date": ".date"}.get(kind, ""), "boolean", left.at, left.tree, right.tree)

    @staticmethod
    def _size(tree: Any) -> int:
        count, pending = 0, [tree]
        while pending:
            node = pending.pop()
            if isinstance(node, tuple):
                count += 1
                pending.extend(node[1:])
        return count

    def _binary(self, sign: str, left: Node, right: Node) -> Node:
        context = msg("“{name}”", name=sign)
        if sign in ("and", "or"):
            return self._make(sign, "boolean", left.at, *(self._accept(side, "boolean", context).tree for side in (left, right)))
        if left.kind == "date" and sign == "-" and right.kind == "date":
            return self._make("-.dates", "number", left.at, left.tree, right.tree)
        if left.kind == "date" and sign in ("+", "-"):
            return self._make(sign + ".date", "date", left.at, left.tree, self._accept(right, "number", context).tree)
        return self._make(sign, "number", left.at, *(self._accept(side, "number", context).tree for side in (left, right)))

    def _call(self, token: Token, depth: int) -> Node:
        name = ALIASES.get(token.value.lower(), token.value.lower())
        self._take()
        arguments: list[Node] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._expression(0, depth + 1))
        self._take()
        if name in SPECIAL:
            return self._special(name, token, arguments)
        if name not in FUNCTIONS:
            remedy = _suggest(name, [*FUNCTIONS, *SPECIAL, *ALIASES], "Functions: {names}.")
            if name in ("today", "now"):
                remedy = 'The same row must always give the same answer, so there is no clock: write date("2024-05-01") or use a column.'
            raise FormulaError(
                msg("At character {at}: there is no function “{value}”.", at=token.at + 1, value=shortened(token.value)), remedy, token.at
            )
        return self._plain_call(name, token, arguments)

    def _plain_call(self, name: str, token: Token, arguments: list[Node]) -> Node:
        function = FUNCTIONS[name]
        kinds = function.arguments
        most = math.inf if function.repeats else len(kinds)
        if not len(kinds) - function.optional <= len(arguments) <= most:
            raise self._wrong_count(token, len(arguments), function.usage)
        taken = []
        for i, argument in enumerate(arguments):
            kind = kinds[min(i, len(kinds) - 1)]
            if kind == "whole":
                taken.append(self._whole(argument, function.usage).tree)
            elif kind == "string":
                taken.append(self._string(argument).tree)
            else:
                taken.append(self._accept(argument, kind, f"{name}(…)").tree)
        if name == "date" and taken[0][0] == "text.value":
            return self._accept(arguments[0], "date", "date(…)")
        return self._make(name, function.result, token.at, *taken)

    def _special(self, name: str, token: Token, arguments: list[Node]) -> Node:
        if name == "is_missing" and len(arguments) == 1:
            return self._make(name, "boolean", token.at, arguments[0].tree)
        if name == "text" and len(arguments) == 1:
            return self._string(arguments[0])
        if name == "coalesce" and arguments:
            kind, settled = self._same(arguments, "coalesce(…)")
            form = kind if kind in ("text", "date") else "number"
            return self._make(f"coalesce.{form}", kind, token.at, *(node.tree for node in settled))
        if name == "if" and len(arguments) >= 3 and len(arguments) % 2:
            kind, values = self._same([*arguments[1::2], arguments[-1]], "if(…)")
            whole = values[-1]
            for condition, value in zip(arguments[-3::-2], values[-2::-1], strict=True):
                tested = self._accept(condition, "boolean", msg("the condition of if(…)"))
                form = kind if kind in ("text", "date") else "number"
                whole = self._make(f"if.{form}", kind, token.at, tested.tree, value.tree, whole.tree)
            return whole
        raise self._wrong_count(token, len(arguments), SPECIAL[name][0])

    def _wrong_count(self, token: Token, count: int, usage: str) -> FormulaError:
        given = msg("1 value") if count == 1 else msg("{count} values", count=count)
        return FormulaError(
            msg("At character {at}: “{value}” cannot take {given}.", at=token.at + 1, value=shortened(token.value), given=given),
            msg("Write it as {usage}.", usage=usage),
            token.at,
        )

    def _whole(self, node: Node, usage: str) -> Node:
        tree = node.tree
        value = tree[1] if tree[0] == "number.value" else -tree[1][1] if tree[0] == "neg" and tree[1][0] == "number.value" else None
        if value is None or value != int(value) or not -15 <= value <= 1_000_000 or (usage.startswith("round") and value > 15):
            raise FormulaError(
                msg("At character {at}: a whole number must be written out here.", at=node.at + 1),
                msg("For example 2, in {usage}.", usage=usage),
                node.at,
            )
        return node

    def _string(self, node: Node) -> Node:
        if node.kind in ("text", "missing"):
            return self._settle(node, "text")
        return self._make(f"text.{node.kind}", "text", node.at, node.tree)

    def _same(self, nodes: list[Node], context: str) -> tuple[str, list[Node]]:
        """The common kind of several nodes, and the nodes converted to it."""
        kinds = {node.kind for node in nodes} - {"missing"}
        kind = next((k for k in ("date", "number", "boolean", "text") if k in kinds), "number")
        return kind, [self._accept(node, kind, context) for node in nodes]

    def _settle(self, node: Node, kind: str) -> Node:
        return Node((*node.tree[:1], kind), kind, node.at) if node.kind == "missing" else node

    def _accept(self, node: Node, kind: str, context: str) -> Node:
        """The node converted to a kind; FormulaError when that is impossible."""
        if node.kind == "missing":
            return self._settle(node, kind)
        if kind == node.kind or {kind, node.kind} == {"number", "boolean"}:
            return node
        if kind == "date" and node.tree[0] == "text.value":
            micros = read_date(node.tree[1])
            if micros is None:
                message = msg("At character {at}: “{text}” is not a date.", at=node.at + 1, text=shortened(node.tree[1]))
                raise FormulaError(message, 'Write year, month and day: "2024-05-01" or "2024-05-01 13:30".', node.at)
            return Node(("date.value", micros), "date", node.at)
        message = msg(
            "At character {at}: {context} needs {wanted}, but this is {given}.",
            at=node.at + 1,
            context=context,
            wanted=_KIND_NAMES[kind],
            given=_KIND_NAMES[node.kind],
        )
        raise FormulaError(message, _remedy(node.kind, kind), node.at)


def _remedy(has: str, wanted: str) -> str:
    if has == "text" and wanted in ("number", "boolean"):
        return "Put number(…) around a text that says a number, or compare it: = “…”."
    if has == "date" and wanted in ("number", "boolean"):
        return "Take a part of the date such as year(…) or weekday(…), or days_between(start, end)."
    if wanted == "text":
        return "Put text(…) around it."
    return "Write a date column or date(“2024-05-01”)."


def _suggest(name: str, known: list[str], heading: str) -> str:
    folded = {candidate.lower(): candidate for candidate in reversed(known[:2000])}
    near = [
        folded[match]
        for match in difflib.get_close_matches(name.lower()[:80], [c[:80] for c in folded], n=3, cutoff=0.6)
        if match in folded
    ]
    if near:
        pair: list[Message] = [msg("“{name}”", name=candidate) for candidate in near]
        names = reduce(lambda first, second: msg("{first} or {second}", first=first, second=second), pair)
        return msg("Did you mean {names}?", names=names)
    first = quoted_names([shortened(candidate) for candidate in known], 8)
    return msg(heading, names=first) if known else "This step has no columns."
