"""What is answered instead of a result: RFC 9457 problem details that name every fault and repeat none of the data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from .column import ValidationIssue

MOST_ERRORS = 1000  # listed in one answer; `errors_total` says how many there are
TYPE = "urn:mlops-desktop:problem:"


class Refusal(Exception):
    """A request that is not answered, and why: `status` (4xx, or 503 while the service stops), `code`, `title`, `detail`, `errors`."""

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

    def body(self, request: str) -> bytes:
        """The problem document; `request` is the id of the request."""
        document: dict[str, Any] = {"type": TYPE + self.code.replace("_", "-"), "title": self.title, "status": self.status}
        if self.detail:
            document["detail"] = self.detail
        document["instance"] = f"urn:request:{request}"
        if self.errors:
            document["errors"] = list(self.errors[:MOST_ERRORS])
            document["errors_total"] = self.total
        return json.dumps(document, ensure_ascii=True, allow_nan=False).encode()


def pointer(*steps: str | int) -> str:
    """A JSON pointer in its URI fragment form (RFC 6901), such as `#/rows/0/age`."""
    return "#" + "".join("/" + quote(str(step).replace("~", "~0").replace("/", "~1"), safe="~", errors="replace") for step in steps)


def fault(code: str, detail: str, *steps: str | int, **more: Any) -> dict[str, Any]:
    """One entry of `errors`."""
    return {"pointer": pointer(*steps), "code": code, "detail": detail, **more}


def faults_of(problems: Iterable[ValidationIssue], *base: str | int, rows: bool = True, first: int = 0) -> list[dict[str, Any]]:
    """The schema's faults as entries of `errors`.

    `base` leads to the list of rows (or, without `rows`, to the one row); `first` is the number of the row that the problems count as 0.
    """
    found = []
    for problem in problems:
        row = None if problem.row is None else problem.row + first
        steps = [*base, *([row] if rows and row is not None else []), *([problem.field] if problem.field else [])]
        entry = fault(problem.code, problem.message, *steps)
        if rows and row is not None:
            entry["row"] = row
        found.append({**entry, "field": problem.field, "expected": problem.expected, "got": problem.got})
    return found


def remark(problem: ValidationIssue) -> dict[str, str]:
    """A warning beside an answer."""
    return {"field": problem.field, "code": problem.code, "detail": problem.message}


def invalid(errors: Sequence[dict[str, Any]], total: int | None = None) -> Refusal:
    """422: the request can be read, and something in it is wrong."""
    return Refusal(422, "invalid_input", "The input is not valid.", "Each entry of errors names one fault.", errors, total=total)


def too_large(what: str) -> Refusal:
    """413: more than the service takes at once."""
    return Refusal(413, "too_large", "The request is too large.", what)
