from __future__ import annotations

import pytest

from mlops_desktop.serving import strict_json
from mlops_desktop.serving.strict_json import InvalidJson, count_lines, filled_lines, parse


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"a":1,}', "invalid_json"),
        (b"[1] 2", "invalid_json"),
        (b"{'a': 1}", "invalid_json"),
        (b'"\n"', "invalid_json"),
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'[{"x":{"a":1,"b":2,"a":3}}]', "duplicate_key"),
        (b"NaN", "not_finite"),
        (b'{"a":-Infinity}', "not_finite"),
        (b"\xff\xfe[\x00]\x00", "invalid_encoding"),
        (b'"\xc3"', "invalid_encoding"),
        ("﻿{}".encode(), "invalid_json"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "too_deep"),
        (b"9" * 5000, "too_large"),
    ],
)
def test_what_is_no_json_is_refused(body, code):
    with pytest.raises(InvalidJson) as caught:
        parse(body)
    assert caught.value.code == code


def test_no_part_of_the_data_is_in_an_error():
    with pytest.raises(InvalidJson) as caught:
        parse(b'{"secret-name": "secret-value" "x"}')
    assert "secret" not in caught.value.message
    assert caught.value.position is not None


def test_json_is_read():
    assert parse(b' {"a": [1, -2.5e3, null, true, "\\u00fc\xc3\xbc"]} ') == {"a": [1, -2500.0, None, True, "üü"]}


@pytest.mark.parametrize("element", [b"{}", b"[]"])
def test_a_body_of_many_objects_or_lists_is_refused(element, monkeypatch):
    monkeypatch.setattr(strict_json, "MAX_LISTS", 1000)
    monkeypatch.setattr(strict_json, "MAX_OBJECTS", 1000)
    padding = b" " * 1_000_000  # they are counted in large bodies alone
    assert parse(b'{"rows":[' + b",".join([element] * 999) + b"]}") == {"rows": [parse(element)] * 999}
    assert len(parse(b"[" + b",".join([element] * 999) + b"]" + padding)) == 999
    with pytest.raises(InvalidJson) as caught:
        parse(b"[" + b",".join([element] * 1001) + b"]" + padding)
    assert caught.value.code == "too_large"


def test_lines_are_counted_without_blank_ones():
    body = b'{"a":1}\n\n \r\n{"a":2}\r\n3'
    assert count_lines(body) == len(filled_lines(body)) == 3
    assert [*map(parse, filled_lines(body))] == [{"a": 1}, {"a": 2}, 3]
