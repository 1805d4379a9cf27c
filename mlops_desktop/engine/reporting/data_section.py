"""The section of a report on the data: size, findings, columns, relations; see `profile` for what it is made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlops_desktop.base.evidence import Evidence
from mlops_desktop.base.number_format import format_number
from mlops_desktop.engine.profiling import ColumnProfile, Finding, Profile
from mlops_desktop.engine.project import ColumnNote, Project
from mlops_desktop.engine.reporting.decision_sections import not_yet
from mlops_desktop.engine.reporting.page import Html, escape, facts, heading, items, join, number, paragraph, pill, share, table
from mlops_desktop.engine.reporting.report_plots import short
from mlops_desktop.serving.message import joined, msg
from mlops_desktop.serving.plural import plural_msg

MOST_COLUMNS = 200
MOST_FINDINGS = 100
MOST_PAIRS = 20
WEAK = 0.1  # relations below this strength are not listed
MOST_EVIDENCE = 200
MOST_TOP = 3
_SEVERITIES = {"high": (msg("high"), "bad"), "warning": (msg("warning"), "warn"), "info": (msg("info"), "")}
_TYPES = {
    "number": msg("number"),
    "integer": msg("integer"),
    "category": msg("category"),
    "ordered": msg("ordered"),
    "boolean": msg("boolean"),
    "date": msg("date"),
    "text": msg("text"),
    "id": msg("id"),
}
_ROLES = {
    "feature": msg("feature"),
    "target": msg("target"),
    "id": msg("id"),
    "group": msg("group"),
    "time": msg("time"),
    "weight": msg("weight"),
    "fold": msg("fold"),
    "ignore": msg("ignore"),
}


def data(profile: Profile | None, project: Project) -> Html:
    """Everything found in the data."""
    if not profile:
        return not_yet(msg("Profile the data in stage 2."))
    columns = profile.columns
    cells = profile.rows * len(columns)
    missing = sum(column.missing for column in columns)
    totals = facts(
        [
            (msg("Rows"), number(profile.rows)),
            (msg("Columns"), number(len(columns))),
            (msg("Missing cells"), f"{number(missing)} ({share(missing / cells)})" if cells else None),
        ]
    )
    found = findings(profile.findings)
    relations = related(profile)
    parts = [totals, heading(msg("Findings")), found, heading(msg("Columns")), column_table(columns, project)]
    return join([*parts, heading(msg("Relations")), relations] if relations else parts)


def findings(found: Sequence[Finding]) -> Html:
    """The findings, each with its weight and why it matters."""
    if not found:
        return paragraph(msg("Nothing was found that needs attention."), quiet=True)
    entries = []
    for finding in found[:MOST_FINDINGS]:
        mark = f"{pill(*_SEVERITIES[finding.severity])} " if finding.severity else ""
        why = finding.why
        entries.append(Html(f"{mark}{escape(finding.message)}" + (f' <span class="quiet">{escape(why)}</span>' if why else "")))
    left = plural_msg(len(found) - MOST_FINDINGS, "1 more finding is not shown.", "{n} more findings are not shown.")
    more = paragraph(left, quiet=True) if len(found) > MOST_FINDINGS else ""
    return join([items(entries), more])


def column_table(columns: Sequence[ColumnProfile], project: Project) -> Html:
    """One row per column: type, role, gaps, different values, what it holds."""
    rows = []
    for column in columns[:MOST_COLUMNS]:
        note = project.columns.get(column.name) or ColumnNote()
        role = project.role(column.name) or ""
        notes_html = "".join(f"<br><small>{escape(text)}</small>" for text in _notes(column, note))
        name = Html(f"{escape(short(column.name, 60))}{notes_html}")
        missing = column.missing
        rows.append(
            (name, _TYPES[column.type], _ROLES.get(role, role), number(missing), number(column.distinct), _bars(column), _contents(column))
        )
    head = [msg("Column"), msg("Type"), msg("Role"), msg("Missing"), msg("Unique"), msg("Distribution"), msg("Holds")]
    left_out = len(columns) > MOST_COLUMNS
    caption = msg("The first {shown} of {all} columns.", shown=MOST_COLUMNS, all=len(columns)) if left_out else ""
    return table(head, rows, (3, 4), caption=caption)


def _notes(column: ColumnProfile, note: ColumnNote) -> list[str]:
    unit = note.unit or column.unit
    return [text for text in (note.label, note.description or column.description, msg("in {unit}", unit=unit) if unit else "") if text]


def _bars(column: ColumnProfile) -> Html:
    counts = column.histogram.counts if column.histogram else [count for _, count in column.top or ()]
    if not counts or max(counts) <= 0:
        return Html("")
    bars = "".join(f'<i style="height:{round(100 * count / max(counts))}%"></i>' for count in counts)
    return Html(f'<div class="bars" aria-hidden="true">{bars}</div>')


def _contents(column: ColumnProfile) -> str:
    if column.min is not None:
        middle = (column.quantiles or {}).get("0.5")
        template = "{low} to {high}" if middle is None else "{low} to {high}, median {middle}"
        return msg(template, low=_value_text(column.min), high=_value_text(column.max), middle=_value_text(middle))
    return ", ".join(f"{short(value, 24)} ({number(count)})" for value, count in (column.top or ())[:MOST_TOP])


def _value_text(value: Any) -> str:
    return format_number(value, 6) if isinstance(value, (int, float)) else str(value)


def related(profile: Profile) -> Html:
    """The strongest relations between columns, those with the target first."""
    found, target = profile.relations, profile.target
    strong = [pair for pair in found.pairs() if max(abs(pair[2]), abs(pair[3] or 0.0)) >= WEAK]
    with_target = [(a if b == target else b, value, ranked) for a, b, value, ranked in strong if target in (a, b)]
    others = [(a, b, number(value, 3), number(ranked, 3)) for a, b, value, ranked in strong if target not in (a, b)]
    if not strong:
        return Html("")
    explanation = msg(
        "One scale from 0 to 1: correlation of two numbers (with its sign), Cramér's V of categories, correlation ratio of a number and a "
        "category, both corrected for chance. By rank: Spearman's correlation of two numbers, which also sees curves."
    )
    sample = [msg("A sample of {rows} rows.", rows=number(found.rows))] if found.sampled else []
    parts = [paragraph(joined([explanation, *sample], " "), quiet=True)]
    if with_target:
        rows = [(name, number(value, 3), number(ranked, 3), _strength(value)) for name, value, ranked in with_target[:MOST_PAIRS]]
        parts.append(table([msg("With “{target}”", target=target), msg("Strength"), msg("By rank"), ""], rows, (1, 2)))
    if others:
        parts.append(table([msg("Column"), msg("with"), msg("Strength"), msg("By rank")], others[:MOST_PAIRS], (2, 3)))
    return join(parts)


def _strength(value: float) -> Html:
    return Html(f'<span class="bar" style="width:{round(180 * min(abs(value), 1.0))}px"></span>')


def evidence(found: Sequence[Evidence]) -> Html:
    """Sentences on how the file was read and why the types are what they are."""
    return items([joined([one.column, one.message], ": ") if one.column else one.message for one in found[:MOST_EVIDENCE]])
