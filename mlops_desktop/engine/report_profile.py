"""The section of a report on the data: size, columns, findings, correlations. Keys that a profile does not hold are passed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlops_desktop.engine.figures import short
from mlops_desktop.engine.report_page import Html, escape, facts, heading, items, join, number, paragraph, pill, share, table
from mlops_desktop.engine.report_sections import not_yet

Json = dict[str, Any]

MOST_COLUMNS = 200
MOST_FINDINGS = 100
MOST_PAIRS = 20
MOST_TOP = 3
_COLOURS = {"error": "bad", "high": "bad", "serious": "bad", "warning": "warn", "medium": "warn", "info": "", "low": ""}


def data(profile: Json | None, project: Json) -> Html:
    """Everything found in the data."""
    if not profile:
        return not_yet("Profile the data in stage 2.")
    columns = profile.get("columns") or []
    cells = profile["rows"] * len(columns)
    missing = sum(column.get("missing") or 0 for column in columns)
    told = facts(
        [
            ("Rows", number(profile["rows"])),
            ("Columns", number(len(columns))),
            ("Missing cells", f"{number(missing)} ({share(missing / cells)})" if cells else None),
            ("Duplicate rows", number(profile["duplicates"]) if isinstance(profile.get("duplicates"), int) else None),
        ]
    )
    found = findings(profile.get("findings") or [])
    return join(
        [told, heading("Findings"), found, heading("Columns"), column_table(columns, project), correlations(profile.get("correlations"))]
    )


def findings(found: Sequence[Json]) -> Html:
    """What is worth a look, with its weight and the way out."""
    if not found:
        return paragraph("Nothing was found that needs attention.", quiet=True)
    entries = []
    for finding in found[:MOST_FINDINGS]:
        weight = str(finding.get("severity") or "")
        mark = f"{pill(weight, _COLOURS.get(weight, ''))} " if weight else ""
        way = finding.get("remedy") or ""
        entries.append(Html(f"{mark}{escape(finding.get('message', ''))}" + (f' <span class="quiet">{escape(way)}</span>' if way else "")))
    more = paragraph(f"{len(found) - MOST_FINDINGS} more findings are not shown.", quiet=True) if len(found) > MOST_FINDINGS else ""
    return join([items(entries), more])


def column_table(columns: Sequence[Json], project: Json) -> Html:
    """One row per column: type, role, gaps, different values, what it holds."""
    notes = project.get("columns") or {}
    rows = []
    for column in columns[:MOST_COLUMNS]:
        note = notes.get(column["name"]) or {}
        role = "target" if column["name"] == project.get("target") else note.get("role") or column.get("role") or ""
        said = "".join(f"<br><small>{escape(text)}</small>" for text in (note.get("description"), _unit(note)) if text)
        name = Html(f"{escape(short(column['name'], 60))}{said}")
        missing = column.get("missing")
        rows.append((name, column.get("type", ""), role, number(missing), number(column.get("distinct")), _bars(column), _contents(column)))
    head = ["Column", "Type", "Role", "Missing", "Different", "Distribution", "Holds"]
    caption = f"The first {MOST_COLUMNS} of {len(columns)} columns." if len(columns) > MOST_COLUMNS else ""
    return table(head, rows, (3, 4), caption=caption)


def _unit(note: Mapping[str, Any]) -> str:
    return f"in {note['unit']}" if note.get("unit") else ""


def _bars(column: Json) -> Html:
    counts = (column.get("histogram") or {}).get("counts") or [count for _, count in _top(column)]
    if not counts or max(counts) <= 0:
        return Html("")
    bars = "".join(f'<i style="height:{max(round(100 * count / max(counts)), 0)}%"></i>' for count in counts[:40])
    return Html(f'<div class="bars" aria-hidden="true">{bars}</div>')


def _top(column: Json) -> list[tuple[str, int]]:
    """The most frequent values with their counts, whether they come as objects or as pairs."""
    pairs = []
    for entry in column.get("top") or ():
        if isinstance(entry, Mapping):
            pairs.append((str(entry.get("value", entry.get("level", ""))), int(entry.get("count", entry.get("rows", 0)))))
        else:
            pairs.append((str(entry[0]), int(entry[1])))
    return pairs


def _contents(column: Json) -> str:
    low, high = column.get("min", column.get("low")), column.get("max", column.get("high"))
    if low is not None and high is not None:
        middle = column.get("mean")
        return f"{_said(low)} to {_said(high)}" + (f", mean {number(middle)}" if isinstance(middle, (int, float)) else "")
    return ", ".join(f"{short(value, 24)} ({number(count)})" for value, count in _top(column)[:MOST_TOP])


def _said(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


def correlations(found: Any) -> Html:
    """The strongest pairs of columns, from pairs or from a matrix with names."""
    pairs = [pair for pair in _pairs(found) if pair[2] is not None]
    if not pairs:
        return Html("")
    pairs.sort(key=lambda pair: (-abs(pair[2]), pair[0], pair[1]))
    rows = [(a, b, number(value, 3)) for a, b, value in pairs[:MOST_PAIRS]]
    return join([heading("Strongest correlations"), table(["Column", "with", "Correlation"], rows, (2,))])


def _pairs(found: Any) -> list[tuple[str, str, Any]]:
    if isinstance(found, Mapping):
        names, values = found.get("columns") or found.get("names") or [], found.get("values") or found.get("matrix") or []
        return [(str(names[i]), str(names[j]), values[i][j]) for i in range(len(values)) for j in range(i)]
    pairs = []
    for entry in found or ():
        if isinstance(entry, Mapping):
            pairs.append(
                (
                    str(entry.get("a", entry.get("left", ""))),
                    str(entry.get("b", entry.get("right", ""))),
                    entry.get("value", entry.get("r")),
                )
            )
        else:
            pairs.append((str(entry[0]), str(entry[1]), entry[2]))
    return pairs


def evidence(told: Sequence[Any]) -> Html:
    """Sentences on how the file was read and why the types are what they are; an entry is a sentence, or an object with its column."""
    sentences = []
    for entry in told:
        if isinstance(entry, Mapping):
            sentences.append(f"{entry['column']}: {entry.get('message', '')}" if entry.get("column") else str(entry.get("message", "")))
        else:
            sentences.append(str(entry))
    return items(sentences)
