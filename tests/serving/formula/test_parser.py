"""The parser: precedence, kinds, and errors with positions."""

from __future__ import annotations

import pytest

from mlops_desktop.serving.formula.expression import parse
from mlops_desktop.serving.formula.tokens import FormulaError
from mlops_desktop.serving.frame import Layout

LAYOUT = Layout(numbers=("age", "income", "log", "in"), categoricals=("city",), dates=("day",), sparse=(("text: free",),))


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("age + income * 2 ^ 2", "age + (income * (2 ^ 2))"),
        ("age - 1 - 2", "(age - 1) - 2"),
        ("2 ^ 3 ^ 2", "2 ^ (3 ^ 2)"),
        ("-age ^ 2", "-(age ^ 2)"),
        ("2 ^ -age ^ 2", "2 ^ (-(age ^ 2))"),
        ("not age > 1 and income > 2 or log = 3", "((not (age > 1)) and (income > 2)) or (log = 3)"),
        ("1 < age <= 5", "(1 < age) and (age <= 5)"),
        ("age + 1 in (1, 2)", "(age + 1 = 1) or (age + 1 = 2)"),
        ("age not in (1)", "not (age = 1)"),
        ('day > "2024-05-01"', 'day > date("2024-05-01 00:00")'),
        ("if(age > 1, 2, age > 0, 1, 0)", "if(age > 1, 2, if(age > 0, 1, 0))"),
        ("age ≥ 1 and age ≠ 2", "age >= 1 and age != 2"),
        ("age == 1", "age = 1"),
        ("`in` + [log]", "[in] + log"),
        ("IfMissing(age, 1)", "coalesce(age, 1)"),
    ],
)
def test_precedence_and_spellings(short, full):
    assert parse(short, LAYOUT).tree == parse(full, LAYOUT).tree


@pytest.mark.parametrize(
    ("formula", "position", "message", "remedy"),
    [
        ("", 0, "empty", "Write"),
        ("   ", 0, "empty", "Write"),
        ("age +", 5, "the formula ends", "Complete"),
        ("age 5", 4, "“5”", "Complete"),
        ("agee + 1", 0, "no column “agee”", "“age”"),
        ("1 + INCOME", 4, "no column “INCOME”", "“income”"),
        ("1 + nothing_like_it", 4, "no column", "Columns: “age”"),
        ("sqtr(age)", 0, "no function “sqtr”", "“sqrt”"),
        ("1 + sqrt", 4, "no column “sqrt”", "sqrt(x)"),
        ("today() - day", 0, "no function “today”", "no clock"),
        ("city * 2", 0, "needs a number, but this is a text", "number(…)"),
        ("day * 2", 0, "needs a number, but this is a date", "year(…)"),
        ("upper(age)", 6, "needs a text, but this is a number", "text(…)"),
        ("year(city)", 5, "needs a date, but this is a text", "date"),
        ("city = 5", 0, "needs a number, but this is a text", "number(…)"),
        ('day > "soon"', 6, "“soon” is not a date", "2024-05-01"),
        ("day > '2024-02-30'", 6, "is not a date", "2024-05-01"),
        ("age = missing", 6, "compared with missing", "is_missing"),
        ("if(age, 1)", 0, "cannot take 2 values", "if(condition, then, else)"),
        ("min()", 0, "cannot take 0 values", "min(x, y, …)"),
        ("round(age, income)", 11, "whole number", "round(x, digits)"),
        ("round(age, 99)", 11, "whole number", "round(x, digits)"),
        ("if(age > 1, 2, city)", 15, "needs a number, but this is a text", "number(…)"),
        ("[text: free] + 1", 0, "feature of a text", "whole columns"),
        ("(age", 4, "“)”", "Complete"),
        ("min(age,)", 8, "a column, a value", "Complete"),
        ("1e999", 0, "too large", "smaller"),
        ("(" * 50 + "1" + ")" * 50, 41, "40 brackets", "several steps"),
        ("age" + " + 1" * 400, 0, "600 parts", "several steps"),
    ],
)
def test_errors_have_a_position_and_a_remedy(formula, position, message, remedy):
    with pytest.raises(FormulaError) as caught:
        parse(formula, LAYOUT)
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert caught.value.position == position


def test_a_table_without_columns_says_so():
    with pytest.raises(FormulaError) as caught:
        parse("age", Layout())
    assert caught.value.remedy == "This step has no columns."


def test_a_decimal_comma_is_answered_by_the_number_with_a_point_and_what_is_expected_is_translated():
    with pytest.raises(FormulaError) as caught:
        parse("age > 3,5", LAYOUT)
    assert caught.value.remedy == "Write numbers with a decimal point here: 3.5."
    assert caught.value.message.args["wanted"].template == "an operator such as + or and"
