"""What several commands print: JSON documents, counts, evidence."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.serving.plural import pluralize

Json = dict[str, Any]


def print_json(document: Json) -> None:
    """One JSON document on stdout."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def evidence_lines(evidence: Sequence[Evidence]) -> list[str]:
    """One line for each piece of evidence; an ordinary type needs none."""
    shown = [one for one in evidence if one.rule != "type"]
    return [f"{one.column}: {one.message}" if one.column else one.message for one in shown]


def reason_lines(reasons: Mapping[str, str]) -> list[str]:
    """One line for each decision that was filled in: its name and why."""
    return [f"{name}: {reason}" for name, reason in reasons.items()]


def print_evidence(evidence: Sequence[Evidence]) -> None:
    """What a person should know of how a file was read, on stderr: a line for each piece of evidence."""
    for line in evidence_lines(evidence):
        print(f"- {line}", file=sys.stderr)


def print_replaced(out: Path, replaced: bool) -> None:
    """On stderr that an earlier output file is gone, if it is."""
    if replaced:
        print(f"{out} was replaced.", file=sys.stderr)


def rows_text(count: int) -> str:
    """How many rows there are."""
    return pluralize(count, "1 row", "{n} rows")


def columns_text(count: int) -> str:
    """How many columns there are."""
    return pluralize(count, "1 column", "{n} columns")
