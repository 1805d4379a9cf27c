"""Error responses as RFC 9457 problem details: every error by row and field, and no value of the request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from .column import ValidationIssue
from .message import msg
from .strict_json import InvalidJson, parse

MAX_LISTED_ERRORS = 1000  # in one response; `errors_total` is the number of all of them
TYPE = "tag:mlops-desktop,2026:"  # a tag URI (RFC 4151): it names the kind of a problem and is no address


class HttpProblem(Exception):
    """An error response: `status` (4xx, or 503 while the service stops), `code`, `title`, `detail`, `errors`.

    `errors` are entries made by `error_entry`; `total` is their number when only the first ones are given. `is_body_unread`: the request's
    body has not been read, so its connection cannot be used again.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str = "",
        errors: Sequence[dict[str, Any]] = (),
        headers: tuple[tuple[bytes, bytes], ...] = (),
        total: int | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.errors, self.headers, self.total = errors, headers, len(errors) if total is None else total
        self.is_body_unread = False

    def body(self, request_id: str) -> bytes:
        """The problem document as JSON."""
        document: dict[str, Any] = {"type": TYPE + self.code.replace("_", "-"), "title": self.title, "status": self.status}
        if self.detail:
            document["detail"] = self.detail
        document["instance"] = f"urn:request:{request_id}"
        if self.errors:
            document["errors"] = list(self.errors[:MAX_LISTED_ERRORS])
            document["errors_total"] = self.total
        return json.dumps(document, ensure_ascii=True, allow_nan=False).encode()


def json_pointer(*steps: str | int) -> str:
    """A JSON pointer in its URI fragment form (RFC 6901), such as `#/rows/0/age`."""
    return "#" + "".join("/" + quote(str(step).replace("~", "~0").replace("/", "~1"), safe="~", errors="replace") for step in steps)


def error_entry(code: str, detail: str, *steps: str | int, **more: Any) -> dict[str, Any]:
    """One entry of `errors`; `steps` lead to the place in the request."""
    return {"pointer": json_pointer(*steps), "code": code, "detail": detail, **more}


def error_entries(issues: Iterable[ValidationIssue], *base: str | int, rows: bool = True, first: int = 0) -> list[dict[str, Any]]:
    """The errors of a validation as entries of `errors`.

    `base` leads to the list of rows (or, without `rows`, to the one row); `first` is the number of the row that the issues count as 0.
    """
    entries = []
    for issue in issues:
        row = None if issue.row is None else issue.row + first
        steps = [*base, *([row] if rows and row is not None else []), *([issue.field] if issue.field else [])]
        entry = error_entry(issue.code, issue.message, *steps)
        if rows and row is not None:
            entry["row"] = row
        entries.append({**entry, "field": issue.field, "expected": issue.expected, "got": issue.got})
    return entries


def warning_entry(issue: ValidationIssue) -> dict[str, str]:
    """One entry of the `warnings` of a prediction."""
    return {"field": issue.field, "code": issue.code, "detail": issue.message}


def read_json(body: bytes) -> Any:
    """The value of a JSON body. HttpProblem (400) when it is none."""
    try:
        return parse(body)
    except InvalidJson as error:
        raise HttpProblem(400, error.code, "The body cannot be read.", error.message) from None


def invalid_input(errors: Sequence[dict[str, Any]], total: int | None = None) -> HttpProblem:
    """422: the request can be read, and something in it is wrong."""
    return HttpProblem(422, "invalid_input", "The input is not valid.", "Each entry of errors names one fault.", errors, total=total)


def too_large(detail: str) -> HttpProblem:
    """413: more than the service takes at once."""
    return HttpProblem(413, "too_large", "The request is too large.", detail)


def too_many_rows(most: int, rows: int) -> HttpProblem:
    """413: more rows than one request may have."""
    return too_large(msg("At most {most:,} rows are taken at once; there are {rows:,}.", most=most, rows=rows))
