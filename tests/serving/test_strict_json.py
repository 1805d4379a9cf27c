from __future__ import annotations

import pytest

from mlops_desktop.serving.strict_json import InvalidJson, parse


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
