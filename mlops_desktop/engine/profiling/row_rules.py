"""The findings about rows that repeat: exact duplicates, and too few distinct rows for a shuffled split that keeps equal rows together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlops_desktop.engine.data import row_digests
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen, Severity
from mlops_desktop.engine.project import ComponentRecord
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

DUPLICATE_ROWS = FindingKind("duplicate_rows", "Repeated rows", safe=True)
FEW_DISTINCT_ROWS = FindingKind("few_distinct_rows", "Few distinct rows")
_LEAST_ROWS = 20


def repeated_rows(seen: Seen) -> int:
    """How many rows repeat an earlier row in every column that is no identifier."""
    columns = [c for c in seen.table.schema.columns if seen.roles.get(c.name) != "id"]
    return seen.frame.rows - _distinct(seen, [c.name for c in columns]) if columns else 0


def _distinct(seen: Seen, names: list[str]) -> int:
    columns = (seen.values(seen.table.schema.column(name)) for name in names)
    ordered = np.sort(row_digests(columns, seen.frame.rows))  # several times quicker than `unique`, which hashes
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + min(1, len(ordered))


def duplicate_rows(seen: Seen) -> Iterator[Finding]:
    """Rows that repeat an earlier one; the fix compares the columns that are counted here."""
    count = repeated_rows(seen)
    if not count:
        return
    fix: ComponentRecord = {"id": "drop_duplicates"}
    if "id" in seen.roles.values():
        message = plural_msg(
            count,
            "1 row repeats an earlier row in every column but the identifier.",
            "{n} rows repeat an earlier row in every column but the identifier.",
        )
        fix["params"] = {"columns": [c.name for c in seen.table.schema.columns if seen.roles.get(c.name) != "id"]}
    else:
        message = plural_msg(count, "1 row repeats an earlier row in every column.", "{n} rows repeat an earlier row in every column.")
    why = msg("A row that is both in the training and in the test part is recognised rather than predicted, so scores look too good.")
    severity: Severity = "warning" if count >= 0.001 * seen.frame.rows else "info"
    yield DUPLICATE_ROWS.finding(severity, "", message, why, {"row_filter": fix})


def few_distinct_rows(seen: Seen) -> Iterator[Finding]:
    """Fewer than half of the rows are distinct in the features, so that equal rows are not kept on one side of a shuffled split."""
    names = [column.name for column in seen.features()]
    if not names or seen.target is None or seen.frame.rows < _LEAST_ROWS:
        return
    distinct = _distinct(seen, names)
    if 1 < distinct < 0.5 * seen.frame.rows:
        message = msg("Only {distinct:,} of {rows:,} rows are distinct in what is learned from.", distinct=distinct, rows=seen.frame.rows)
        why = msg(
            "A shuffled split does not keep equal rows on one side then, since too few would be left to test with: scores tell how well "
            "combinations that were seen before are predicted, not new ones."
        )
        yield FEW_DISTINCT_ROWS.finding("info", "", message, why)
