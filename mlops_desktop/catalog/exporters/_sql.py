"""Writes a program (see `_program`) as one SELECT of SQL: linear models, trees, and means of them.

Numbers are exact where a last bit can move a row over a threshold. SQLite reads decimals of more than 15 digits inexactly, so there a
constant is a quotient of whole numbers. A threshold, which the application compares with a value rounded to float32, is compared with the
double that lies halfway to the next float32, so that no rounding is needed in the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlops_desktop.serving.prediction_spec import class_text

TOP32 = float(np.finfo(np.float32).max)
_SPLIT = 2.0**29 + 1.0  # Veltkamp's constant: c = x * it, then c - (c - x) has the 24 bits of a float32
_DEEPEST = 10  # splits within one another in one expression: SQLite's parser has a stack of 100
_PARTS = ("features", "bounded", "singles", "sums", "scores")  # each reads the one before
_KEY = "row_key"
_CHUNK = 40  # terms of one sum: databases limit the depth of an expression


@dataclass(frozen=True)
class Dialect:
    """What differs between databases: the largest of several values, a value rounded to 1e-12, a cell `x` as a double (`stored` is the
    column itself), and whether decimals are read inexactly.
    """

    name: str
    greatest: str
    rounded: str
    cell: str = "CAST({x} AS DOUBLE PRECISION)"
    quotients: bool = False

    def number(self, value: float) -> str:
        """A double, to the last bit."""
        if not self.quotients:
            return f"CAST({float(value)!r} AS DOUBLE PRECISION)"
        text = repr(float(value))
        if len(text.partition("e")[0].replace(".", "").strip("-0")) <= 15 and abs(value) < 1e15 and "e" not in text:
            return text
        top, bottom = float(value).as_integer_ratio()
        divided = " / ".join(_factors(bottom))
        return f"({' * '.join(_factors(top))} / {divided})"


def _factors(whole: int) -> list[str]:
    """A whole number of at most 53 significant bits as factors that are read exactly."""
    found = []
    while abs(whole) >= 2**53:
        shift = min(50, (whole & -whole).bit_length() - 1)
        found.append(f"{2**shift}.0")
        whole >>= shift
    return [f"{whole}.0", *found]


# SQLite keeps a text in a column of numbers, and its CAST makes 0 of “n/a” and 5 of “5 kg”. ABS of the smallest integer is an error, which
# ends the query.
_SQLITE_CELL = (
    "CASE WHEN TYPEOF({stored}) IN ('text', 'blob') THEN ABS(-9223372036854775807 - 1 + 0 * LENGTH({stored}))"
    " ELSE CAST({x} AS DOUBLE PRECISION) END"
)
DIALECTS = (
    Dialect("sqlite", "MAX", "ROUND({x}, 12)", _SQLITE_CELL, quotients=True),
    Dialect("duckdb", "GREATEST", "ROUND({x}, 12)"),
    Dialect("postgresql", "GREATEST", "CAST(ROUND(CAST({x} AS NUMERIC), 12) AS DOUBLE PRECISION)"),
)


def select(program: dict[str, Any], dialect: Dialect, table: str, key: str) -> str:
    """One SELECT over a table with the columns of the input: the key, the answer, and the probabilities of the classes. `table` is a name
    that is not quoted yet.

    TypeError when the program has a network.
    """
    return _Query(program, dialect, table, key).text()


def answer_columns(program: dict[str, Any]) -> list[str]:
    """The names of the columns of the answer beside the key."""
    return ["prediction", *(f"probability_{class_text(one)}" for one in program["classes"])]


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as a literal."""
    return "'" + text.replace("'", "''") + "'"


class _Query:
    def __init__(self, program: dict[str, Any], dialect: Dialect, table: str, key: str) -> None:
        self._program, self._number = program, dialect.number
        self._dialect, self._table, self._key = dialect, quoted(table), quoted(key)
        # SQLite resolves the name of a table to a part of the query of the same name.
        self._suffix = "_" if table.casefold() in _PARTS else ""
        self._booleans = {column["name"] for column in program["columns"] if column["kind"] == "boolean"}
        self._rounded: set[int] = set()  # matrices of linear models
        self._sums: list[str] = []  # columns of partial sums
        self._outputs = self._scores(program["node"])

    def text(self) -> str:
        matrices = self._program["features"]
        features = [f"{self._expression(one)} AS f{m}_{j}" for m, matrix in enumerate(matrices) for j, one in enumerate(matrix)]
        rounded = [f"{m}_{j}" for m in sorted(self._rounded) for j in range(len(matrices[m]))]
        split = [f"{self._bounded(f'f{at}')} AS b{at}" for at in rounded]
        factor = self._number(_SPLIT)
        single = [f"b{at} * {factor} - (b{at} * {factor} - b{at}) AS r{at}" for at in rounded]
        scores = [f"{self._dialect.rounded.format(x=x)} AS p{i}" for i, x in enumerate(self._outputs)]
        # Inside the query the key has a name that no other column of a part has.
        columns = (
            [f"{self._column_of(self._key)} AS {_KEY}", *features],
            ["*", *split],
            ["*", *single],
            [_KEY, *self._sums],
            [_KEY, *scores],
        )
        names = [f"{name}{self._suffix}" for name in _PARTS]
        parts = [self._part(*one) for one in zip(names, columns, [self._table, *names[:-1]], strict=True)]
        return "WITH " + ",\n".join(parts) + "\n" + self._answer(names[-1]) + ";\n"

    def _part(self, name: str, columns: Sequence[str], source: str) -> str:
        listed = ",\n    ".join(columns)
        return f"{name} AS MATERIALIZED (\n  SELECT\n    {listed}\n  FROM {source}\n)"

    def _column_of(self, name: str) -> str:
        """A quoted column of the table. SQLite takes a quoted name that is no column for a text, unless a table is before it."""
        return f"{self._table}.{name}"

    def _answer(self, source: str) -> str:
        classes = [class_text(one) for one in self._program["classes"]]
        if not classes:
            return f"SELECT {_KEY} AS {self._key}, p0 AS prediction FROM {source}"
        positive, threshold = self._program["positive"], self._program["threshold"]
        if positive is not None and threshold is not None:
            yes, no = literal(classes[positive]), literal(classes[1 - positive])
            decided = f"CASE WHEN p{positive} >= {self._number(threshold)} THEN {yes} ELSE {no} END"
        else:
            whens = [
                f"WHEN {' AND '.join(f'p{i} >= p{j}' for j in range(len(classes)) if j != i) or '1 = 1'} THEN {literal(one)}"
                for i, one in enumerate(classes)
            ]
            decided = f"CASE {' '.join(whens)} END"
        shown = [f"p{i} AS {quoted(name)}" for i, name in enumerate(answer_columns(self._program)[1:])]
        return f"SELECT {_KEY} AS {self._key}, {decided} AS prediction,\n  {', '.join(shown)}\nFROM {source}"

    # ---- features

    def _expression(self, expression: list[Any]) -> str:
        operation, first, *rest = expression
        if operation == "number":
            inner = self._column_of(quoted(first))
            return self._dialect.cell.format(x=f"CAST({inner} AS INTEGER)" if first in self._booleans else inner, stored=inner)
        if operation == "constant":
            return self._value(first)
        if operation == "has_no_text":
            return f"CASE WHEN {self._column_of(quoted(first))} IS NULL THEN {self._number(1.0)} ELSE {self._number(0.0)} END"
        if operation == "level":
            return self._level(first, *rest)
        if operation == "dot":
            return self._dot(first, *rest)
        return self._of_number(operation, self._expression(first), rest)

    def _of_number(self, operation: str, x: str, rest: list[Any]) -> str:
        one, zero = self._number(1.0), self._number(0.0)
        if operation == "without":
            return f"CASE WHEN {x} IN ({', '.join(map(self._number, rest[0]))}) THEN NULL ELSE {x} END"
        if operation == "is_missing":
            return f"CASE WHEN {x} IS NULL THEN {one} ELSE {zero} END"
        if operation == "fill":
            return f"COALESCE({x}, {self._value(rest[0])})"
        if operation == "scale":
            return f"(({x} - {self._number(rest[0])}) / {self._number(rest[1])})"
        if operation == "clip":
            low, high = ("" if end is None else self._number(end) for end in rest)
            cases = [f"WHEN {x} < {low} THEN {low}"] if low else []
            cases += [f"WHEN {x} > {high} THEN {high}"] if high else []
            return f"CASE {' '.join(cases)} ELSE {x} END" if cases else x
        if operation in ("bin", "in_bin"):
            whens = " ".join(f"WHEN {x} < {self._number(edge)} THEN {self._number(float(i))}" for i, edge in enumerate(rest[0]))
            place = f"CASE WHEN {x} IS NULL THEN NULL {whens} ELSE {self._number(float(len(rest[0])))} END"
            return place if operation == "bin" else f"CASE WHEN {place} = {self._number(float(rest[1]))} THEN {one} ELSE {zero} END"
        y = self._expression(rest[0])
        if operation == "over":
            return f"CASE WHEN {y} = {zero} THEN NULL ELSE {x} / {y} END"
        return f"({x} {'*' if operation == 'times' else '-'} {y})"

    def _value(self, value: float | None) -> str:
        return "CAST(NULL AS DOUBLE PRECISION)" if value is None else self._number(float(value))

    def _level(self, column: str, fill: str | None, table: dict[str, Any], other: float | None, gone: float | None) -> str:
        missing = gone if fill is None else table.get(fill, other)
        whens = " ".join(f"WHEN {literal(level)} THEN {self._value(value)}" for level, value in table.items())
        text = self._column_of(quoted(column))
        known = f"CASE {text} {whens} ELSE {self._value(other)} END" if whens else self._value(other)
        return f"CASE WHEN {text} IS NULL THEN {self._value(missing)} ELSE {known} END"

    def _dot(self, parts: list[Any], means: list[float], scales: list[float], weights: list[float]) -> str:
        number = self._number
        terms = [
            f"COALESCE(({self._expression(part)} - {number(mean)}) / {number(scale)} * {number(weight)}, {number(0.0)})"
            for part, mean, scale, weight in zip(parts, means, scales, weights, strict=True)
        ]
        return f"({' + '.join(terms)})"

    def _bounded(self, x: str) -> str:
        top = self._number(TOP32)
        return f"CASE WHEN {x} > {top} THEN {top} WHEN {x} < -{top} THEN -{top} ELSE {x} END"

    # ---- models

    def _scores(self, node: dict[str, Any]) -> list[str]:
        """The expressions of the scores of a node, over the columns of the partial sums."""
        kind = node["kind"]
        if kind == "constant":
            return [self._number(x) for x in node["answer"]]
        if kind == "some":
            inner = self._scores(node["inner"])
            places = dict(zip(node["seen"], inner, strict=True))
            return [places.get(i, self._number(0.0)) for i in range(node["classes"])]
        if kind == "mean":
            members = [self._scores(one) for one in node["members"]]
            return [
                "(" + " + ".join(f"{x} * {self._number(w)}" for x, w in zip(column, node["weights"], strict=True)) + ")"
                for column in zip(*members, strict=True)
            ]
        if kind == "linear":
            return self._linear(node)
        if kind == "trees":
            return self._trees(node)
        raise TypeError(f"no form for a {kind}")

    def _linear(self, node: dict[str, Any]) -> list[str]:
        m = node["matrix"]
        self._rounded.add(m)
        raw = []
        for k, start in enumerate(node["intercept"]):
            terms = [f"r{m}_{j} * {self._number(row[k])}" for j, row in enumerate(node["weights"]) if row[k]]
            raw.append(self._sum([*terms, self._number(start)]))
        return self._linked(raw, node["link"])

    def _trees(self, node: dict[str, Any]) -> list[str]:
        outputs = len(node["baseline"])
        terms: list[list[str]] = [[self._number(x)] for x in node["baseline"]]
        split = leaf = 0
        for t, splits in enumerate(node["splits"]):
            root = split if splits else ~leaf
            for k in range(outputs) if len(node["values"][0]) == outputs else [t % outputs]:
                terms[k] += self._tree(node, root, k if len(node["values"][0]) == outputs else 0)
            split, leaf = split + splits, leaf + splits + 1
        raw = [self._sum(one) for one in terms]
        if node["link"] == "mean":
            return [f"({x} / {self._number(float(len(node['splits'])))})" for x in raw]
        return self._linked(raw, node["link"])

    def _tree(self, node: dict[str, Any], root: int, k: int) -> list[str]:
        """A tree as terms of a sum: the tree down to a depth that every parser takes, and each deeper part where its path leads there."""
        terms, waiting = [], [(root, "")]
        while waiting:
            start, path = waiting.pop(0)

            def below(at: int, depth: int, path: str, waiting: list[tuple[int, str]] = waiting) -> str:
                if at < 0:
                    return self._number(node["values"][~at][k])
                test = self._goes_left(node, at)
                if depth == _DEEPEST:
                    waiting.append((at, path))
                    return self._number(0.0)
                left = below(node["left"][at], depth + 1, f"{path} AND ({test})")
                right = below(node["right"][at], depth + 1, f"{path} AND CASE WHEN {test} THEN 0 ELSE 1 END = 1")
                return f"CASE WHEN {test} THEN {left} ELSE {right} END"

            found = below(start, 0, path)
            terms.append(f"CASE WHEN {path.removeprefix(' AND ')} THEN {found} ELSE {self._number(0.0)} END" if path else found)
        return terms

    def _goes_left(self, node: dict[str, Any], at: int) -> str:
        feature = node["feature"][at]
        x, missing = f"f{node['matrix']}_{feature}", bool(node["missing_left"][at])
        codes = node["sets"][at]
        if codes is not None:
            known = f"{x} IN ({', '.join(map(str, codes))})" if codes else "1 = 0"
            return f"{known} OR {x} IS NULL OR {x} < 0 OR {x} >= {node['levels'][feature]}" if missing else known
        test = _halfway(node["threshold"][at])
        if test is None:
            return "1 = 1" if missing else f"{x} IS NOT NULL"
        compared = f"{x} {test[0]} {self._number(test[1])}"
        return f"{compared} OR {x} IS NULL" if missing else compared

    def _sum(self, terms: Iterable[str]) -> str:
        """A sum as columns of some terms each; the expression that adds them up."""
        listed, names = list(terms), []
        for start in range(0, len(listed), _CHUNK):
            names.append(f"s{len(self._sums)}")
            self._sums.append(f"{' + '.join(listed[start : start + _CHUNK])} AS {names[-1]}")
        return f"({' + '.join(names)})"

    def _linked(self, raw: list[str], link: str) -> list[str]:
        one = self._number(1.0)
        if link == "sigmoid":
            p = f"({one} / ({one} + EXP({self._within(f'-{raw[0]}')})))"
            return [f"({one} - {p})", p]
        if link == "softmax":
            most = f"{self._dialect.greatest}({', '.join(raw)})" if len(raw) > 1 else raw[0]
            powers = [f"EXP({self._within(f'{x} - {most}')})" for x in raw]
            return [f"({power} / ({' + '.join(powers)}))" for power in powers]
        return raw

    def _within(self, x: str) -> str:
        """A value within what EXP takes without an overflow or an underflow."""
        high = self._number(700.0)
        return f"CASE WHEN {x} > {high} THEN {high} WHEN {x} < -{high} THEN -{high} ELSE {x} END"


def _halfway(threshold: float) -> tuple[str, float] | None:
    """The comparison of a double that says whether its float32 is at most a threshold; None when every number is."""
    low = np.float32(threshold)
    if float(low) > threshold:
        low = np.nextafter(low, np.float32(-np.inf))
    if float(low) >= TOP32:
        return None
    high = np.nextafter(low, np.float32(np.inf))
    middle = (float(low) + float(high)) / 2
    even = int(low.view(np.uint32)) % 2 == 0  # a value in the middle is rounded to the even one
    return ("<=" if even else "<"), middle
