"""The finding that one column gives away the target: by its values, by where it is filled, or by the order of the rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlops_desktop.engine.data import follows_rows
from mlops_desktop.engine.profiling.date_pieces import is_unix_time, is_year
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen, Severity
from mlops_desktop.engine.profiling.leakage import SingleColumn
from mlops_desktop.engine.profiling.target_means import target_means
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.schema import Column

LEAK = FindingKind("leak", "Possible leak: {column}")
SUSPICIOUS, HIGH = 0.95, 0.975  # of the single-column Gini; 0.95 is an AUC of .975
GAP = 0.5  # of what the next best column leaves unexplained, a leak leaves this share at most
BY_PLACE = 0.5  # of that of a column that numbers the rows
_MOST_CLASSES = 100


def leaks(seen: Seen) -> Iterator[Finding]:
    """Columns that alone predict the target, far better than the best of the others, those that predict it by being filled or empty, and
    those that number rows which are in the order of the target.
    """
    measure = _measure(seen)
    if measure is None or seen.target is None:
        return
    strengths: dict[str, float] = {}
    for column in seen.features():
        missing = measure.missingness(column)
        if missing >= SUSPICIOUS:
            yield _by_filling(seen, column, missing)
        elif not column.is_free_text:
            strengths[column.name] = measure.gini(column)
    averages = dict(_averages(seen))
    for name, group in averages.items():
        yield _by_average(seen, name, group)
    numbering = {name for name, gini in strengths.items() if gini >= BY_PLACE and name not in averages and _numbers_rows(seen, name)}
    for name in strengths:
        if name in numbering:
            yield _by_place(seen, name, strengths[name])
    for name in suspicious_columns({name: gini for name, gini in strengths.items() if name not in averages and name not in numbering}):
        yield _by_values(seen, name, strengths[name])


def suspicious_columns(strengths: dict[str, float]) -> list[str]:
    """The columns whose Gini is suspicious and apart from those of the others: many strong columns are an easy target, no leak."""
    ranked = sorted(strengths, key=lambda name: -strengths[name])
    found = 0
    for count, name in enumerate(ranked, start=1):
        if strengths[name] < SUSPICIOUS:
            break
        following = strengths[ranked[count]] if count < len(ranked) else 0.0
        if 1 - strengths[name] <= GAP * (1 - following):
            found = count
    return ranked[:found]


def _measure(seen: Seen) -> SingleColumn | None:
    if seen.target is None or seen.table.schema.column(seen.target).is_date:
        return None
    classes = seen.classes()
    if classes is None and not seen.table.schema.column(seen.target).is_number:
        return None
    target: tuple[Floats | Ints, int] = (seen.frame.number(seen.target), 0) if classes is None else classes
    return SingleColumn(seen.table, *target) if target[1] <= _MOST_CLASSES else None


def _averages(seen: Seen) -> Iterator[tuple[str, str]]:
    """The columns that hold the mean target of a level of another column, and that column; of a target of two classes, their share."""
    classes = seen.classes()
    if classes is not None and classes[1] != 2:
        return iter(())
    if classes is None:
        target: Floats = seen.frame.number(str(seen.target))
    else:
        target = np.where(classes[0] < 0, np.nan, classes[0].astype(np.float64))
    first = list(target_means(seen.table, list(seen.features()), target))
    return iter(first if classes is None else [*first, *target_means(seen.table, list(seen.features()), 1 - target)])


def _numbers_rows(seen: Seen, name: str) -> bool:
    """Whether a column of numbers that are no years and no times follows the rows."""
    column = seen.table.schema.column(name)
    if not column.is_number or is_year(seen, name) or is_unix_time(seen.frame, column):
        return False
    return follows_rows(seen.frame.number(name))


def _by_place(seen: Seen, name: str, gini: float) -> Finding:
    message = msg(
        "“{column}” numbers the rows, and these are in the order of “{target}”: the place of a row in the file predicts it with a Gini of "
        "{gini:.3f}, where 1 is certainty.",
        column=name,
        target=seen.target,
        gini=gini,
    )
    why = msg("New rows have no place among these. Keep it only if the number is known before the answer and means something.")
    return LEAK.finding("high", name, message, why, {"role": {name: "id"}})


def _by_average(seen: Seen, name: str, group: str) -> Finding:
    message = msg(
        "“{column}” is the mean of “{target}” over the rows with the same “{group}”: each row's own answer is in it, or that of its "
        "neighbours."
        if group
        else "Each value of “{column}” is the mean of “{target}” over the rows that have it: each row's own answer is in it.",
        column=name,
        target=seen.target,
        group=group,
    )
    why = msg("A new row has no answer yet that could be counted. Keep it only if it was made from the answers of earlier rows alone.")
    return LEAK.finding("high", name, message, why, {"role": {name: "ignore"}})


def _by_filling(seen: Seen, column: Column, strength: float) -> Finding:
    message = msg(
        "Whether “{column}” is filled gives away “{target}”: a Gini of {gini:.3f}, where 1 is certainty.",
        column=column.name,
        target=seen.target,
        gini=strength,
    )
    why = msg("It seems to be filled after the event. Keep it only if it is filled in the same way when predictions are made.")
    return LEAK.finding("high", column.name, message, why, {"role": {column.name: "ignore"}})


def _by_values(seen: Seen, name: str, gini: float) -> Finding:
    message = msg(
        "“{column}” alone gives away “{target}”: a Gini of {gini:.3f}, where 1 is certainty."
        if gini >= HIGH
        else "“{column}” alone predicts “{target}” unusually well: a Gini of {gini:.3f}, where 1 is certainty.",
        column=name,
        target=seen.target,
        gini=gini,
    )
    why = msg("It may be known only after the event, or be the target in another form. Keep it if it is known when predictions are made.")
    severity: Severity = "high" if gini >= HIGH else "warning"
    return LEAK.finding(severity, name, message, why, {"role": {name: "ignore"}})
