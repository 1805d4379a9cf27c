from __future__ import annotations

import pytest

from mlops_desktop.serving.request_head import matches, read_headers


def test_headers_are_read_in_one_pass():
    trace = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = [(b"host", b"a"), (b"authorization", b"Bearer x"), (b"x-api-key", b"y"), (b"traceparent", trace), (b"origin", b"https://a")]
    found = read_headers([*headers, (b"content-length", b"12"), (b"content-encoding", b"gzip"), (b"accept", b"text/csv")])
    assert (found.credentials, found.origin, found.length, found.accept) == ([b"Bearer x", b"y"], b"https://a", 12, b"text/csv")
    assert (found.encodings, found.trace_id) == ([b"gzip"], "4bf92f3577b34da6a3ce929d0e0e4736")


@pytest.mark.parametrize(
    "value", [b"", b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01", b"00-" + b"A" * 32 + b"-00f067aa0ba902b7-01", b"x\r\n"]
)
def test_an_invalid_trace_is_left_out(value):
    assert read_headers([(b"traceparent", value)]).traceparent == b""


def test_content_types_with_their_parameters():
    assert matches(b"Text/CSV; header=present", b"text/csv")
    assert not matches(b"text/csv; charset=latin-1", b"text/csv")
