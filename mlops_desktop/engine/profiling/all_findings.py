"""Lists the findings of a table, the gravest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from mlops_desktop.base.job import Job
from mlops_desktop.engine.data import Table
from mlops_desktop.engine.profiling.finding import Finding, Seen
from mlops_desktop.engine.profiling.finding_rules import RULES
from mlops_desktop.engine.project import Changes, Role
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import quoted_columns

__all__ = ["Finding", "find"]

MOST_ALIKE = 12  # findings of one rule that are listed one by one; more are grouped as one
_ORDER = {"high": 0, "warning": 1, "info": 2}


def find(table: Table, target: str | None, task: str | None, roles: Mapping[str, Role], job: Job) -> list[Finding]:
    """Every finding, the gravest first, then in the order of the columns."""
    seen = Seen(table, target, task, roles)
    found: list[Finding] = []
    if table.rows:
        for i, rule in enumerate(RULES):
            job.step(i / len(RULES))
            found.extend(rule(seen))
    place = {column.name: i for i, column in enumerate(table.schema.columns)}
    found = _grouped(found)
    return sorted(found, key=lambda finding: (_ORDER[finding.severity], place.get(finding.column, -1)))


def _grouped(found: list[Finding]) -> list[Finding]:
    """Many findings of one rule as one, so that a table of a thousand columns has no list of a thousand lines."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in found:
        by_rule.setdefault(finding.rule, []).append(finding)
    out = []
    for same in by_rule.values():
        if len(same) <= MOST_ALIKE:
            out.extend(same)
            continue
        gravest = min(same, key=lambda finding: _ORDER[finding.severity])
        names = quoted_columns([finding.column for finding in same[:5]])
        message = msg("{n_same} columns, such as {names}. The first: {message}", n_same=len(same), names=names, message=same[0].message)
        out.append(replace(gravest, column="", message=message, fix=_joined([finding.fix for finding in same]), alternatives=()))
    return out


def _joined(fixes: Sequence[Changes | None]) -> Changes | None:
    """One fix for all: roles, types and texts that mean missing by column; steps with all their columns."""
    out: dict[str, Any] = {}
    for fix in fixes:
        given: Mapping[str, Any] = fix or {}
        for kind, value in given.items():
            if kind in ("role", "type", "missing", "recode"):
                out.setdefault(kind, {}).update(value)
            elif kind not in out:
                out[kind] = value
            elif kind == "step" and value["id"] == out[kind]["id"]:
                params = out[kind]["params"]
                out[kind] = {"id": value["id"], "params": {**params, "columns": [*params["columns"], *value["params"]["columns"]]}}
            else:
                return None  # steps of several kinds are no single decision
    return cast(Changes, out) if out else None
