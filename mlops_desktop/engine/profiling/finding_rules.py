"""The rules that find problems of a table: each reports numbers, why they matter, and a decision that fixes the problem."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import numpy as np

from mlops_desktop.engine.data import group_column, value_bits
from mlops_desktop.engine.profiling.code_rules import capped, codes_for_missing, hidden_missing, missing_levels, number_codes
from mlops_desktop.engine.profiling.date_pieces import date_pieces
from mlops_desktop.engine.profiling.finding import Finding, FindingKind, Seen, Severity
from mlops_desktop.engine.profiling.hidden_groups import groups_without_name
from mlops_desktop.engine.profiling.leak_rules import leaks
from mlops_desktop.engine.profiling.level_rules import several_answers, spellings, tick_levels, ticks
from mlops_desktop.engine.profiling.near_copies import near_copies
from mlops_desktop.engine.profiling.reading_rules import reading_findings
from mlops_desktop.engine.profiling.report_rows import ditto_marks, group_heads, merged_cells, mixed_amounts
from mlops_desktop.engine.profiling.row_rules import duplicate_rows, few_distinct_rows
from mlops_desktop.engine.profiling.similar_rows import similar_rows
from mlops_desktop.engine.profiling.time_rules import ordered_in_time
from mlops_desktop.engine.project import Changes, is_feature_role
from mlops_desktop.serving.frame import Floats, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.schema import Column
from mlops_desktop.serving.value_text import number_text

MANY_LEVELS = 50
MINORITY = 0.05  # a class with less than this share, or 20 times fewer rows than the largest, is rare
MUCH_MISSING, SOME_MISSING = 0.5, 0.05
FENCE = 3.0  # interquartile ranges beyond the quartiles from which a value counts as far out
FAR_OUT_SHARE, FAR_OUT_MOST = 0.001, 0.05  # more than that are no outliers but a long tail


EMPTY = FindingKind("empty", "{column} is empty", safe=True)
CONSTANT = FindingKind("constant", "{column} never changes", safe=True)


def _constant(seen: Seen) -> Iterator[Finding]:
    for column in seen.features():
        missing = seen.frame.missing(column.name)
        ignore: Changes = {"role": {column.name: "ignore"}}
        if missing.all():
            yield EMPTY.finding(
                "warning",
                column.name,
                msg("“{column}” is empty in every row.", column=column.name),
                msg("Nothing can be learned from it."),
                ignore,
            )
        elif not missing.any() and seen.distinct(column) == 1:
            message = msg("“{column}” has the same value in all {rows:,} rows.", column=column.name, rows=seen.frame.rows)
            if seen.frame.rows > 1:
                why = msg("Nothing can be learned from a column that never changes.")
                yield CONSTANT.finding("warning", column.name, message, why, ignore)


IDENTIFIER = FindingKind("identifier", "{column} is an identifier", safe=True)


def _identifier(seen: Seen) -> Iterator[Finding]:
    group = group_column(seen.table, seen.target or "")
    for column in seen.features():
        if column.type == "id" and (group is None or column.name != group[0]):
            message = msg(
                "“{column}” has {distinct:,} different values in {rows:,} rows: it names them.",
                column=column.name,
                distinct=seen.distinct(column),
                rows=seen.frame.rows,
            )
            why = msg("A model would memorise single rows instead of what they have in common.")
            yield IDENTIFIER.finding("warning", column.name, message, why, {"role": {column.name: "id"}})


GROUP = FindingKind("group", "{column} groups rows", safe=True)


def _group(seen: Seen) -> Iterator[Finding]:
    found = group_column(seen.table, seen.target or "")
    if found is not None and (is_feature_role(role := seen.roles.get(found[0])) or role == "id") and "group" not in seen.roles.values():
        name, reason = found
        why = "With rows of one of them in training and test, a model recognises it, and scores look too good."
        yield GROUP.finding("warning", name, reason, why, {"role": {name: "group"}})


DUPLICATE_COLUMN = FindingKind("duplicate_column", "{column} repeats a column", safe=True)


def _duplicate_columns(seen: Seen) -> Iterator[Finding]:
    kept: dict[bytes, Column] = {}
    for column in seen.features():
        if seen.distinct(column) < 2:
            continue
        same = kept.setdefault(_content(seen, column), column)
        if same is column:
            continue
        if column.is_categorical and not _same_texts(seen, same, column):
            message = msg("“{column}” repeats “{same}” under other values, in every row.", column=column.name, same=same.name)
        else:
            message = msg("“{column}” holds the same as “{same}” in every row.", column=column.name, same=same.name)
        why = msg("The second adds no information.")
        yield DUPLICATE_COLUMN.finding("warning", column.name, message, why, {"role": {column.name: "ignore"}})


def _content(seen: Seen, column: Column) -> bytes:
    """A digest that only columns of the same content share.

    Categories that go together one to one are the same content, unless they hardly repeat: then they go together by chance, and only equal
    texts count.
    """
    values = seen.values(column)
    kind = seen.frame.layout.kind(column.name)
    digest = hashlib.sha256(kind.encode())
    if not column.is_categorical:
        digest.update(value_bits(values).tobytes())
        return digest.digest()
    digest.update(_by_appearance(values).tobytes())
    if seen.distinct(column) > 0.5 * seen.frame.rows:
        digest.update("\0".join(text or "" for text in seen.frame.texts(column.name)).encode("utf-8", "surrogatepass"))
    return digest.digest()


def _same_texts(seen: Seen, one: Column, other: Column) -> bool:
    return seen.frame.texts(one.name) == seen.frame.texts(other.name)


MISSING = FindingKind("missing", "Missing in {column}")


def _missing(seen: Seen) -> Iterator[Finding]:
    for column in seen.features():
        share = float(seen.frame.missing(column.name).mean())
        if not 0 < share < 1 or tick_levels(seen.table, column.name):
            continue
        count = int(seen.frame.missing(column.name).sum())
        severity: Severity = "warning" if share >= SOME_MISSING else "info"
        message = msg(
            "“{column}” is missing in {count:,} of {rows:,} rows ({share:.1%}).",
            column=column.name,
            count=count,
            rows=seen.frame.rows,
            share=share,
        )
        if share >= MUCH_MISSING:
            fix: Changes | None = {"role": {column.name: "ignore"}}
        elif column.is_number:
            fix = {"step": {"id": "impute_numbers", "params": {"columns": [column.name], "missing_flag": share >= SOME_MISSING}}}
        elif column.is_categorical:
            fix = {"step": {"id": "impute_categories", "params": {"columns": [column.name]}}}
        else:
            fix = None
        yield MISSING.finding(
            severity,
            column.name,
            message,
            msg("Most models need a value in every cell; that it is missing can be informative too."),
            fix,
        )


TARGET_MISSING = FindingKind("target_missing", "Rows without the target", safe=True)


def _target_missing(seen: Seen) -> Iterator[Finding]:
    if seen.target is None:
        return
    count = int(seen.frame.missing(seen.target).sum())
    if count:
        message = msg(
            "“{target}”, which is to be predicted, is missing in {count:,} of {rows:,} rows.",
            target=seen.target,
            count=count,
            rows=seen.frame.rows,
        )
        why = msg("Nothing can be learned from a row without a target.")
        yield TARGET_MISSING.finding("high", seen.target, message, why, {"row_filter": {"id": "drop_missing_target"}})


OUTLIERS = FindingKind("outliers", "Outliers in {column}")


def _outliers(seen: Seen) -> Iterator[Finding]:
    for column in seen.features():
        if not column.is_measured:
            continue
        values = seen.frame.number(column.name)
        values = values[~np.isnan(values)]
        if len(values) < 50 or seen.distinct(column) <= 20:
            continue
        low, high = np.quantile(values, (0.25, 0.75)).tolist()
        reach = FENCE * (high - low)
        if codes_for_missing(values):
            continue  # these are another finding
        far = int(((values < low - reach) | (values > high + reach)).sum())
        if reach > 0 and max(FAR_OUT_SHARE * len(values), 1) <= far <= FAR_OUT_MOST * len(values):
            message = plural_msg(
                far,
                "1 value of “{column}” ({share:.1%}) lies more than {fence:g} interquartile ranges outside the middle half, "
                "{low} to {high}.",
                "{n} values of “{column}” ({share:.1%}) lie more than {fence:g} interquartile ranges outside the middle half, "
                "{low} to {high}.",
                column=column.name,
                share=far / len(values),
                fence=FENCE,
                low=number_text(low, 6),
                high=number_text(high, 6),
            )
            fix: Changes = {"step": {"id": "clip", "params": {"columns": [column.name], "fence": FENCE}}}
            yield OUTLIERS.finding(
                "info",
                column.name,
                message,
                msg("A few extreme values can distort linear models and scaling; trees are not affected."),
                fix,
            )


TOO_MANY_LEVELS = FindingKind("many_levels", "Many categories in {column}")


def _many_levels(seen: Seen) -> Iterator[Finding]:
    for column in seen.features():
        if column.has_levels:
            codes, _ = seen.frame.categorical(column.name)
            counts = np.bincount(codes[codes >= 0])
            levels, rare = int((counts > 0).sum()), int(((counts > 0) & (counts < 10)).sum())
            if levels > MANY_LEVELS:
                few = plural_msg(rare, "1 of them has", "{n} of them have")
                message = msg("“{column}” has {levels:,} categories; {few} fewer than 10 rows.", column=column.name, levels=levels, few=few)
                why = msg("Rare categories cannot be learned well, and one-hot encoding makes a column for each.")
                yield TOO_MANY_LEVELS.finding("info", column.name, message, why, {"role": {column.name: "ignore"}})


IMBALANCE = FindingKind("imbalance", "A rare class")


def _imbalance(seen: Seen) -> Iterator[Finding]:
    classes = seen.classes()
    if classes is None or seen.target is None or classes[1] < 2:
        return
    counts = np.bincount(classes[0][classes[0] >= 0], minlength=classes[1])
    counts = counts[counts > 0]
    least, most, total = int(counts.min()), int(counts.max()), int(counts.sum())
    if len(counts) >= 2 and (least < MINORITY * total if len(counts) == 2 else least * 20 <= most):
        rows = plural_msg(least, "1 row", "{n} rows")
        message = msg(
            "The rarest class of “{target}” has {rows} ({share:.1%}), the largest {most:,}.",
            target=seen.target,
            rows=rows,
            share=least / total,
            most=most,
        )
        why = msg("Accuracy says little then: always predicting the largest class is nearly always right. Use PR AUC or balanced accuracy.")
        yield IMBALANCE.finding("warning", seen.target, message, why)


def _by_appearance(values: Floats | Ints) -> Ints:
    """Values as codes in order of appearance, so that equal columns get equal codes whatever their levels are called."""
    _, first, inverse = np.unique(values, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.intp)
    place[np.argsort(first)] = np.arange(len(first))
    return place[inverse]


RULES: tuple[Callable[[Seen], Iterator[Finding]], ...] = (
    _target_missing,
    leaks,
    _constant,
    _identifier,
    _group,
    groups_without_name,
    ordered_in_time,
    duplicate_rows,
    few_distinct_rows,
    near_copies,
    similar_rows,
    group_heads,
    merged_cells,
    ditto_marks,
    mixed_amounts,
    _duplicate_columns,
    _missing,
    hidden_missing,
    missing_levels,
    capped,
    number_codes,
    spellings,
    ticks,
    several_answers,
    reading_findings,
    date_pieces,
    _outliers,
    _many_levels,
    _imbalance,
)
