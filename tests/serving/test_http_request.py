from __future__ import annotations

from mlops_desktop.serving.http_request import accepted_type, media_type


def test_media_types():
    assert media_type(b" Text/CSV ; charset=utf-8") == "text/csv"
    offered = ("application/json", "text/csv")
    assert [accepted_type(accept, offered) for accept in (b"", b"*/*", b"text/html, text/csv;q=0.5", b"application/json, text/csv")] == [
        *("application/json", "application/json", "text/csv", "application/json")
    ]
