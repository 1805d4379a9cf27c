"""The schema turns rows and texts into the same frames and reports all errors at once."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mlops_desktop.serving.errors import UserError
from mlops_desktop.serving.frame import MISSING_DATE
from mlops_desktop.serving.schema import Column, Grammar, Schema
from mlops_desktop.serving.serialization import pack, read_object_file, unpack, write_object

DAY = 86_400_000_000
SCHEMA = Schema(
    (
        Column("age", "integer", low=18, high=90),
        Column("income", "number", Grammar(affixes=("$",), thousands=","), low=0.0, high=1e6, missing_share=0.1),
        Column("member", "boolean", Grammar(true=("Yes",), false=("No",)), missing_share=0.1),
        Column("plan", "category", Grammar(missing=("", "NA")), levels=("basic", "0", "pro"), missing_share=0.1),
        Column("size", "ordered", levels=("S", "M", "L"), missing_share=0.1),
        Column("note", "text", missing_share=0.1),
        Column("key", "id", missing_share=0.1),
        Column("since", "date", Grammar(date="%d/%m/%Y"), low=0, high=20_000 * DAY, missing_share=0.1),
        Column("sensor", "number", Grammar(missing_numbers=(-200.0,)), missing_share=0.1, low=-500, high=500),
    )
)
GOOD = {
    "age": 40,
    "income": 1234.5,
    "member": True,
    "plan": "basic",
    "size": "M",
    "note": "hi",
    "key": "a1",
    "since": "2001-02-03",
    "sensor": 3,
}


def codes(problems):
    return [(p.row, p.field, p.code) for p in problems]


def same(a, b):
    assert a.layout == b.layout
    assert a.rows == b.rows
    assert np.array_equal(a.numbers, b.numbers, equal_nan=True)
    assert np.array_equal(a.dates, b.dates)
    assert all(a.texts(name) == b.texts(name) for name in a.layout.categoricals)


def test_a_valid_row():
    checked = SCHEMA.from_rows([GOOD])
    assert not checked.errors
    assert not checked.warnings
    frame = checked.frame
    assert frame.layout.numbers == ("age", "income", "member", "sensor")
    assert frame.numbers.tolist() == [[40.0, 1234.5, 1.0, 3.0]]
    assert [frame.texts(name) for name in ("plan", "size", "note", "key")] == [["basic"], ["M"], ["hi"], ["a1"]]
    assert frame.dates.tolist() == [[11356 * DAY]]


def test_the_order_of_fields_and_no_rows():
    same(SCHEMA.from_rows([dict(reversed(GOOD.items()))]).frame, SCHEMA.from_rows([GOOD]).frame)
    empty = SCHEMA.from_rows([]).frame
    assert (empty.numbers.shape, empty.codes.shape, empty.dates.shape) == ((0, 4), (0, 4), (0, 1))


def test_texts_give_the_same_frame():
    texts = {
        "age": ["40", "41.0"],
        "income": ["$1,234.5 ", "2"],
        "member": ["yes", "0"],
        "plan": ["basic", "0.0"],
        "size": ["M", "S"],
        "note": ["hi", "e\u0301"],
        "key": ["a1", "2"],
        "since": ["03/02/2001", "2001-02-04"],
        "sensor": ["3", "-200"],
    }
    second = {
        **GOOD,
        "age": 41,
        "income": 2,
        "member": False,
        "plan": 0,
        "size": "S",
        "note": "é",
        "key": 2,
        "since": "04/02/2001",
        "sensor": -200,
    }
    by_text, by_row = SCHEMA.from_texts(texts, 2), SCHEMA.from_rows([GOOD, second])
    assert not by_text.errors
    assert not by_row.errors
    same(by_text.frame, by_row.frame)
    assert np.isnan(by_row.frame.number("sensor")[1])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("age", 40.5, "not_integer"),
        ("age", True, "wrong_type"),
        ("age", "forty", "unreadable"),
        ("age", "40.5", "not_integer"),
        ("age", "9007199254740995", "too_large"),
        ("age", 2**53 + 1, "too_large"),
        ("age", 10**400, "too_large"),
        ("age", [40], "wrong_type"),
        ("age", {"a": 1}, "wrong_type"),
        ("income", True, "wrong_type"),
        ("income", "12 €", "unreadable"),
        ("income", "1e999", "unreadable"),
        ("income", float("nan"), "not_finite"),
        ("income", float("inf"), "not_finite"),
        ("income", 10**400, "too_large"),
        ("member", 2, "wrong_type"),
        ("member", "maybe", "unreadable"),
        ("member", [True], "wrong_type"),
        ("plan", ["basic"], "wrong_type"),
        ("plan", float("nan"), "not_finite"),
        ("since", 3, "wrong_type"),
        ("since", "02/30/2001", "unreadable"),
        ("since", "2001-02-03T00:00:00Z", "with_zone"),
        ("since", True, "wrong_type"),
    ],
)
def test_nothing_is_coerced_silently(field, value, code):
    checked = SCHEMA.from_rows([{**GOOD, field: value}])
    assert codes(checked.errors) == [(0, field, code)]
    assert checked.frame.missing(field).all()


@pytest.mark.parametrize(
    ("field", "value", "read"),
    [
        ("age", 40.0, 40.0),
        ("income", 7, 7.0),
        ("age", " 40 ", 40.0),
        ("income", "$1,234.50", 1234.5),
        ("sensor", "3", 3.0),
        ("member", 1, 1.0),
        ("member", 0.0, 0.0),
        ("member", "YES", 1.0),
        ("member", "false", 0.0),
        ("plan", 0, "0"),
        ("plan", 0.0, "0"),
        ("plan", " pro ", "pro"),
        ("note", 12, "12"),
        ("note", True, "true"),
    ],
)
def test_equivalent_values_are_accepted(field, value, read):
    checked = SCHEMA.from_rows([{**GOOD, field: value}])
    assert not checked.errors
    assert not checked.warnings
    found = checked.frame.number(field)[0] if isinstance(read, float) else checked.frame.texts(field)[0]
    assert found == read


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("age", 17, "out_of_training_range"),
        ("income", 2e6, "out_of_training_range"),
        ("age", "17", "out_of_training_range"),
        ("since", "2099-01-01", "out_of_training_range"),
        ("plan", "gold", "unknown_level"),
        ("plan", True, "unknown_level"),
        ("size", "XL", "unknown_level"),
        ("age", None, "missing_value"),
    ],
)
def test_unusual_values_give_warnings(field, value, code):
    checked = SCHEMA.from_rows([{**GOOD, field: value}])
    assert not checked.errors
    assert codes(checked.warnings) == [(0, field, code)]


def test_integers_beyond_floats_are_flagged_in_a_column_of_numbers():
    schema = Schema((Column("x", "number", missing_share=0.1),))
    checked = schema.from_rows([{"x": 2**53 + 1}, {"x": 2**53 + 2}])
    assert codes(checked.warnings) == [(0, "x", "inexact")]


def test_missing_is_null_is_absent():
    row = {"age": 40}
    nulls = {**dict.fromkeys(GOOD), "age": 40}
    a, b = SCHEMA.from_rows([row]), SCHEMA.from_rows([nulls])
    assert not a.errors
    same(a.frame, b.frame)
    assert a.frame.date("since")[0] == MISSING_DATE
    for field, text in (("plan", "NA"), ("income", ""), ("sensor", "-200")):
        assert SCHEMA.from_rows([{**GOOD, field: text}]).frame.missing(field).all()
    needed = Schema((Column("x", "number", nullable=False), Column("d", "date", nullable=False), Column("w", "category", nullable=False)))
    assert {p.code for p in needed.from_rows([{}]).errors} == {"missing"}
    assert len(needed.from_rows([{}]).errors) == 3
    assert codes(needed.from_texts({"x": [""], "d": ["2001-01-01"]}, 1).errors) == [(0, "x", "missing"), (None, "w", "missing")]


def test_all_errors_are_reported_at_once_without_data():
    secret = "Erika Mustermann 4711"
    checked = SCHEMA.from_rows(
        [{**GOOD, "age": secret, "income": secret, "plan": secret}, GOOD, {**GOOD, "since": secret, "note": [secret]}]
    )
    assert codes(checked.errors) == [
        (0, "age", "unreadable"),
        (0, "income", "unreadable"),
        (2, "note", "wrong_type"),
        (2, "since", "unreadable"),
    ]
    assert secret not in repr([*checked.errors, *checked.warnings])
    assert all(p.message and p.expected and p.got for p in checked.errors)
    by_text = SCHEMA.from_texts({**{k: [str(v)] for k, v in GOOD.items()}, "age": [secret], "since": [secret]}, 1)
    assert codes(by_text.errors) == [(0, "age", "unreadable"), (0, "since", "unreadable")]
    assert secret not in repr(by_text.errors)


def test_unknown_fields_give_warnings():
    checked = SCHEMA.from_rows([{**GOOD, "agee": 1}])
    assert not checked.errors
    assert codes(checked.warnings) == [(0, "agee", "unknown_field")]
    swapped = {k: v for k, v in GOOD.items() if k != "note"} | {"nope": 1}
    assert codes(SCHEMA.from_rows([swapped]).warnings) == [(0, "nope", "unknown_field")]
    texts = {**{k: [""] for k in GOOD}, "other": ["1"]}
    assert (None, "other", "unknown_field") in codes(SCHEMA.from_texts(texts, 1).warnings)


def test_a_row_that_is_not_an_object():
    checked = SCHEMA.from_rows([GOOD, 3, None, [1], GOOD])
    assert codes(checked.errors) == [(1, "", "not_an_object"), (2, "", "not_an_object"), (3, "", "not_an_object")]
    assert checked.frame.rows == 5
    assert not checked.warnings


def test_texts_by_row():
    checked = SCHEMA.from_texts(
        {
            "age": ["x", "30", "30.5", "", "95"],
            "plan": ["basic", "gold", "NA", "gold", "pro"],
            "since": ["31/04/2001", *["01/01/2001"] * 4],
        },
        5,
    )
    assert codes(checked.errors) == [(0, "age", "unreadable"), (2, "age", "not_integer"), (0, "since", "unreadable")]
    found = codes(checked.warnings)
    assert [(r, f, c) for r, f, c in found if r is not None] == [
        (3, "age", "missing_value"),
        (4, "age", "out_of_training_range"),
        (1, "plan", "unknown_level"),
        (3, "plan", "unknown_level"),
    ]
    assert {(f, c) for r, f, c in found if r is None} == {
        (name, "missing_column") for name in ("income", "member", "size", "note", "key", "sensor")
    }


def test_levels_belong_to_the_frame():
    rows = [{**GOOD, "plan": plan} for plan in ("pro", "gold", "pro", None, "basic")]
    codes_, levels = SCHEMA.from_rows(rows).frame.categorical("plan")
    assert codes_.tolist() == [0, 1, 0, -1, 2]
    assert list(levels) == ["pro", "gold", "basic"]


def test_a_schema_round_trips(tmp_path):
    arrays: dict = {}
    assert unpack(json.loads(json.dumps(pack(SCHEMA, arrays))), arrays) == SCHEMA
    write_object(SCHEMA, tmp_path, "schema")
    assert read_object_file(tmp_path, "schema") == SCHEMA


def test_columns_by_name():
    assert SCHEMA.column("plan").type == "category"
    assert [c.name for c in SCHEMA.select(["plan", "age"]).columns] == ["age", "plan"]
    with pytest.raises(UserError, match="nope"):
        SCHEMA.column("nope")
