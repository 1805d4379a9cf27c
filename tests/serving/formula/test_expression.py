"""Formulas: any text is parsed or a user error, in bounded time, and a row alone equals the row in a table."""

from __future__ import annotations

import json
import math
import random
import re
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.formula.expression import FormulaError, Texts, check, parse, to_text, usages
from mlops_desktop.serving.formula.functions import FUNCTIONS, RUNS, SPECIAL
from mlops_desktop.serving.frame import MISSING_DATE, Frame
from tests.frames import make_frame, request

NAN = math.nan
FRAME = make_frame(
    numbers={"a": [1.0, 0, -5, 2.5, NAN, 1e300], "b": [2.0, NAN, 0, 2, NAN, 1e300], "net income": [3.0, 4, 5, 0.1, -0.0, 7]},
    categoricals={"city": ["Rome", "Oslo", None, "Rome", "", "ÅLESUND"], "said": ["12.5", "x y", "7", None, " -3e2 ", "1e999"]},
    dates={
        "start": ["2024-05-01", None, "1970-01-11T05:00", "1969-12-31T23:59:59.999999", "0001-01-01", "9999-12-31"],
        "end": ["2024-05-03T12:00", "2000-02-29", None, "2024-12-31", "9999-12-31", "0001-01-01"],
    },
)


def values(formula: str, frame: Frame = FRAME) -> list[Any]:
    """What a formula gives, None where it is missing."""
    found = parse(formula, frame.layout).evaluate(frame)
    if isinstance(found, Texts):
        return [None if code < 0 else found.levels[code] for code in found.codes.tolist()]
    return [None if value != value or value == MISSING_DATE else value for value in found.tolist()]


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("a + b * 2", [5, None, -5, 6.5, None, 3e300]),
        ("a * b", [2, None, 0, 5, None, None]),  # an overflow is missing
        ("a / b", [0.5, None, None, 1.25, None, 1]),
        ("a % 2", [1, 0, 1, 0.5, None, 0]),
        ("(a - b) ^ 2", [1, None, 25, 0.25, None, 0]),
        ("-a ** 2", [-1, 0, -25, -6.25, None, None]),
        ("2 ^ 3 ^ 2", [512] * 6),
        ("2 ^ -1", [0.5] * 6),
        ("10 - 4 - 3", [3] * 6),
        ("a < b", [1, None, 1, 0, None, 0]),
        ("0 < a <= 2.5", [1, 0, 0, 1, None, 0]),
        ("not a > 0 or b > 0", [1, 1, 1, 1, None, 1]),
        ("a > 0 and b > 0", [1, 0, 0, 1, None, 1]),
        ("a and missing", [None, 0, None, None, None, None]),
        ("true or missing", [1] * 6),
        ('city = "Rome"', [1, 0, None, 1, 0, 0]),
        ('city in ("Rome", "Oslo")', [1, 1, None, 1, 0, 0]),
        ('city not in ("Rome")', [0, 1, None, 0, 1, 1]),
        ('city < "S"', [1, 1, None, 1, 1, 0]),
        ("[net income] + `net income`", [6, 8, 10, 0.2, 0, 14]),
        ('if(a > 0, "more", a < 0, "less", "none")', ["more", "none", "less", "more", None, "more"]),
        ("if(b = 2, a, missing)", [1, None, None, 2.5, None, None]),
        ("coalesce(b, a, 9)", [2, 0, 0, 2, 9, 1e300]),
        ("coalesce(city, said)", ["Rome", "Oslo", "7", "Rome", "", "ÅLESUND"]),
        ("is_missing(b) + is_missing(city)", [0, 1, 1, 0, 1, 0]),
        ("is_missing(start)", [0, 1, 0, 0, 0, 0]),
        ('start >= "2024-05-01"', [1, None, 0, 0, 0, 1]),
        ("end - start", [2.5, None, None, 20088 + 1e-6 / 86400, 3652058, -3652058]),
        ("days_between(start, end) = end - start", [1, None, None, 1, 1, 1]),
        ("year(start)", [2024, None, 1970, 1969, 1, 9999]),
        ("day(end + 366)", [4, 1, None, 1, None, 2]),  # the calendar ends with the year 9999
        ("start + a / 0", [None] * 6),
        ('concat(city, "-", [net income], "/", a > 0)', ["Rome-3/true", "Oslo-4/false", None, "Rome-0.1/true", None, "ÅLESUND-7/true"]),
        ("number(said)", [12.5, None, 7, None, -300, None]),
        ("missing", [None] * 6),
        ('date("2024-02-29")', [1709164800000000] * 6),
        ("IF(TRUE, Ln(exp(1)), 0)", [1] * 6),
    ],
)
def test_results(formula, wanted):
    assert values(formula) == [None if w is None else pytest.approx(w, rel=1e-12) if isinstance(w, float) else w for w in wanted]


def test_columns_and_kind_of_a_formula_are_known_before_evaluation():
    found = parse('if(a > 1, city, "x")', FRAME.layout)
    assert (found.kind, found.columns) == ("text", ("a", "city"))
    assert parse("start + 1", FRAME.layout).kind == "date"
    assert parse("a > 1", FRAME.layout).kind == "boolean"
    assert parse("(a > 1) + 1", FRAME.layout).kind == "number"
    with pytest.raises(UserError):
        found.numbers(FRAME)
    with pytest.raises(UserError):
        parse("a", FRAME.layout).texts(FRAME)
    assert parse("a > 1", FRAME.layout).true(FRAME).tolist() == [False, False, False, True, False, True]


def test_check_returns_the_kind_or_the_error():
    assert check("a + 1", FRAME.layout)[:2] == ("number", ("a",))
    fault = check("a + agee(1)", FRAME.layout)
    assert (fault.kind, fault.position) == ("", 4)
    assert fault.problem == "At character 5: there is no function “agee”."
    assert fault.remedy


def test_every_function_has_a_usage_that_runs():
    known = usages()
    assert set(known) == {*FUNCTIONS, *SPECIAL}
    for usage, message in known.values():
        assert message.endswith(".")
        formula = usage.replace(", …", "").replace("digits", "2").replace(" n)", " 2)")
        names = {"x": "a", "y": "b", "date": "start", "text": "city", "part": '"o"', "old": '"o"', "new": '"0"', "condition": "a > 1"}
        replacements = {**names, "then": "a", "else": "b", "start": "start", "end": "end", "a": "city", "b": "said"}
        head, _, inside = formula.partition("(")
        if '"' not in inside:
            inside = ", ".join(replacements.get(word, word) for word in inside.rstrip(")").split(", ")) + ")"
        assert len(values(f"{head}({inside}")) == FRAME.rows


def test_no_rows_and_new_levels():
    nothing = FRAME.take(np.array([], dtype=np.intp))
    for formula in ("a + 1", 'concat(city, "x")', "start + 1", "1", '"x"', "upper(said)", "city = said"):
        assert values(formula, nothing) == []
    assert values('left(city, 1) = "L"', make_frame({"a": [0.0]}, {"city": ["Lima"]})) == [1]


def test_rows_and_columns_stay_as_they_were():
    for formula in ("a", "city", "start", "coalesce(a, 0)", "lower(city)"):
        values(formula)  # the arrays of the frame cannot be written to
        found = parse(formula, FRAME.layout).evaluate(FRAME)
        assert not any(np.shares_memory(np.asarray(found[0]), block) for block in (FRAME.numbers, FRAME.codes, FRAME.dates))


# --- properties -------------------------------------------------------------------------------------------------------------------

PIECES = [
    "a",
    "b",
    "[net income]",
    "`net income`",
    "city",
    "said",
    "start",
    "end",
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "**",
    "<",
    "<=",
]
PIECES += [
    "=",
    "!=",
    ">=",
    "and",
    "or",
    "not",
    "in",
    "true",
    "missing",
    "1",
    "0.5",
    "1e300",
    '"x"',
    "'2024-01-01'",
    "[",
    "]",
    "`",
    '"',
    "$",
    "é",
]
PIECES += ["__class__", ".", "if(", "round(", "date(", "\n", "\0", "٣", "²"] + [f"{name}(" for name in sorted(FUNCTIONS)]


def read(text: str) -> tuple[Any, FormulaError | None]:
    """The formula of a text, or the refusal."""
    try:
        return parse(text, FRAME.layout), None
    except FormulaError as error:
        return None, error


def understood(text: str) -> None:
    """A text is a formula that can be evaluated, or it is refused with a sentence that points into it."""
    start = time.perf_counter()
    found, refusal = read(text)
    if refusal:
        assert refusal.message.endswith(".")
        assert refusal.remedy
        assert 0 <= refusal.position <= len(text)
    else:
        assert len(found.evaluate(FRAME)[0] if found.kind == "text" else found.evaluate(FRAME)) == FRAME.rows
        assert set(found.columns) <= set(FRAME.layout.names())
        assert json.loads(json.dumps(found.tree)) is not None
        assert parse(found.text, FRAME.layout).tree == found.tree
    assert time.perf_counter() - start < 5.0


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_a_user_error(text):
    understood(text)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_any_sequence_of_tokens_is_parsed_or_a_user_error(text):
    understood(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3999,
        "-" * 3999,
        "not " * 999,
        "a" + "+a" * 1999,
        "a" + "^a" * 1999,
        "1" + "<a" * 1999,
        "if(a," * 700,
        "(" * 30 + "a" + " in (1, 2, 3, a))" * 30,
        "(" * 30 + "a" + " < a < b)" * 30,
        "replace(" * 30 + "said" + ', "", "xx")' * 30,
        "replace(" * 35 + '"aaaa"' + ', "a", "aaaaaaaa")' * 35,
        "concat(city, " * 30 + "city" + ")" * 30,
        "upper(lower(" * 15 + "city" + "))" * 15,
        "x" * 4000,
        "'" * 3999,
        "[" * 3999,
        "1e" + "9" * 3000,
        "a" * 4001,
    ],
)
def test_hostile_formulas_take_bounded_time(text):
    start = time.perf_counter()
    understood(text)
    assert time.perf_counter() - start < 2.0


def test_nothing_reaches_beyond_the_table_of_functions():
    for text in (
        "a.__class__",
        "__import__('os')",
        "open('x')",
        "().__class__",
        "a.real",
        "lambda: 1",
        "[x for x in a]",
        "exec('1')",
        "f'{a}'",
    ):
        with pytest.raises(FormulaError):
            parse(text, FRAME.layout)


LEAVES = {
    "number": ["a", "b", "[net income]", "2", "0", "0.1", "1e300", "-3", "missing"],
    "boolean": ["true", "false", "a > b", "is_missing(said)", 'city = "Rome"', "a in (1, 2.5)"],
    "text": ["city", "said", '"Rome"', '""', '"say ""hi"""'],
    "date": ["start", "end", 'date("2024-05-01")', 'date("0999-01-01 10:30")'],
}
# %n, %b, %t and %d stand for a part of that kind
FORMS = {
    "number": [
        "(%n) + %n",
        "%n - (%n)",
        "(%n) * (%n)",
        "(%n) / (%n)",
        "(%n) % (%n)",
        "(%n) ^ (%n)",
        "-(%n)",
        "if(%b, %n, %n)",
        "log(%n)",
        "exp(%n)",
        "sqrt(%n)",
        "round(%n, 1)",
        "floor(%n)",
        "min(%n, %n)",
        "coalesce(%n, %n)",
        "mean(%n, %n)",
        "year(%d)",
        "month(%d)",
        "day(%d)",
        "weekday(%d)",
        "hour(%d)",
        "length(%t)",
        "number(%t)",
        "count(%t, %t)",
        "(%d) - (%d)",
    ],
    "boolean": [
        "(%b) and (%b)",
        "(%b) or (%b)",
        "not (%b)",
        "(%n) < (%n)",
        "(%t) = (%t)",
        "(%t) < (%t)",
        "(%d) >= (%d)",
        "contains(%t, %t)",
        "is_missing(%t)",
        "is_missing(%d)",
        "0 < (1 + %n) <= (%n)",
    ],
    "text": [
        "concat(%t, %n, %d)",
        "upper(%t)",
        "lower(%t)",
        "trim(%t)",
        "if(%b, %t, %t)",
        "coalesce(%t, %t)",
        "replace(%t, %t, %t)",
        "left(%t, 2)",
    ],
    "date": ["(%d) + (%n)", "(%d) - (%n)", "if(%b, %d, %d)", "coalesce(%d, %d)", "date(%t)"],
}


def random_formula(rng: random.Random, kind: str, depth: int) -> str:
    """A formula of a kind, made by the rules of the language."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([leaf for leaf in LEAVES[kind] if leaf != "missing" or depth])
    kinds = {"%n": "number", "%b": "boolean", "%t": "text", "%d": "date"}
    return re.sub("%[nbtd]", lambda found: random_formula(rng, kinds[found[0]], depth - 1), rng.choice(FORMS[kind]))


@pytest.mark.parametrize("kind", ["number", "boolean", "text", "date"])
def test_a_row_alone_equals_the_row_in_a_table(kind):
    rng, understood_count = random.Random(7), 0
    for _ in range(80):
        text = random_formula(rng, kind, 4)
        found, refusal = read(text)
        if refusal:
            continue  # such as a comparison with missing, or a text beside a date that says none
        understood_count += 1
        together = values(text)
        assert [values(text, request(FRAME, i))[0] for i in range(FRAME.rows)] == together, text
        again = parse(to_text(found.tree), FRAME.layout)
        assert again.tree == found.tree
        assert values(again.text) == together
        assert all(node in RUNS or node.endswith(".value") or node == "column" for node in node_names(found.tree))
    assert understood_count > 40


def node_names(tree: Any) -> list[str]:
    names, pending = [], [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            names.append(node[0])
            pending.extend(child for child in node[1:] if isinstance(child, tuple))
    return names
