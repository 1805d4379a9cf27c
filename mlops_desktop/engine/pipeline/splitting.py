"""The held-out test set and the folds of a project's splitter: what it may use of a table, and the checks that hold for every method.

Both are functions of the decisions, the target and a seed alone, and give positions in rising order. A split that cannot be learned from or
measured on is refused with the way out; one that merely loses precision is named by `fold_warnings`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.base.splitter import Fold, SplitFacts, Splitter
from mlops_desktop.engine.choices import choices, task_spec
from mlops_desktop.engine.data import moments
from mlops_desktop.serving.frame import Frame, Ints
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg
from mlops_desktop.serving.value_text import value_text

FEW_GROUPS = 5  # fewer groups than that say little of how further ones will fare
MANY_ROWS = 10_000  # from which three folds measure as well as five, in half the time


def read_facts(frame: Frame, target: Target, columns: Mapping[str, tuple[str, ...]], equal: Ints | None = None) -> SplitFacts:
    """What a splitter may use of a table. `columns` names the column of the roles group, time and fold (of time perhaps several, see
    `moments`, and of groups, which are then the combinations of their values); one that is not named is None. `equal` are codes of equal
    rows that are to stay together.

    UserError when a column is absent, or when the time is a text.
    """
    group, time, fold = (columns.get(role, ()) for role in ("group", "time", "fold"))
    fold_codes, fold_names = _codes(frame, fold[0]) if fold else (None, ())
    return SplitFacts(
        target=target,
        strata=task_spec(target.task).strata(target),
        group=_group_codes(frame, group) if group else None,
        time=moments(frame, time) if time else None,
        fold=fold_codes,
        fold_names=fold_names,
        equal=equal,
    )


def keepable(equal: Ints | None) -> Ints | None:
    """Codes of equal rows when a shuffled split can keep these together: at least half of the rows are distinct. None otherwise."""
    return equal if equal is not None and 2 * (int(equal.max()) + 1) >= len(equal) else None


def joined_sets(first: Ints | None, second: Ints | None) -> Ints | None:
    """Codes, (n,), of the rows that share a code of the first or of the second; None where there are neither."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    codes = [one for one in (first, second) if one is not None]
    if len(codes) < 2:
        return codes[0] if codes else None
    starts = [np.unique(one, return_index=True, return_inverse=True)[1:] for one in codes]
    pairs = np.concatenate([at[code] for at, code in starts]), np.tile(np.arange(len(codes[0])), 2)
    sets = connected_components(coo_array((np.ones(len(pairs[0])), pairs), shape=(len(codes[0]),) * 2), directed=False)[1]
    return np.asarray(sets, dtype=np.intp)


def _group_codes(frame: Frame, names: Sequence[str]) -> Ints:
    """Codes of the values of a column, -1 where missing, or of the combinations of several, where a missing value is one like others."""
    codes = _codes(frame, names[0])[0]
    if len(names) == 1:
        return codes
    for name in names[1:]:
        further = _codes(frame, name)[0]
        codes = np.unique((codes + 1) * (int(further.max(initial=0)) + 2) + further, return_inverse=True)[1].astype(np.intp)
    return codes


def _codes(frame: Frame, name: str) -> tuple[Ints, tuple[str, ...]]:
    if frame.layout.kind(name) == "categorical":
        codes, levels = frame.categorical(name)
        return codes, tuple(levels)
    values = frame.date(name) if frame.layout.kind(name) == "date" else frame.number(name)
    distinct, codes = np.unique(values, return_inverse=True)
    return np.where(frame.missing(name), -1, codes).astype(np.intp), tuple(f"{value:.15g}" for value in distinct.tolist())


def split_rows(splitter: Splitter, facts: SplitFacts, seed: int) -> tuple[Ints, Ints]:
    """Positions of the training and of the test rows, (n,) intp each, both rising, no row in both.

    Each side has at least one row, and every class of the table has a row in training. UserError says why it cannot be.
    """
    if facts.rows < 3:
        there = plural_msg(facts.rows, "1 row", "{n} rows")
        raise UserError(msg("The table has {there}: too few to learn from and to test with.", there=there), "Bring a table with more rows.")
    train, test = splitter.hold_out(facts, np.random.default_rng([seed, 1]))
    target = facts.target
    lacking = _lacking_classes(target, train)
    if len(lacking):
        raise UserError(msg("No training row is of class “{classes}”.", classes=target.classes[lacking[0]]), splitter.lacking_class_remedy)
    return train.astype(np.intp), test.astype(np.intp)


def _lacking_classes(target: Target, train: Ints) -> Ints:
    """The classes of the table that no training row has."""
    if not target.classes:
        return np.empty(0, dtype=np.intp)
    there, trained = (np.bincount(values, minlength=len(target.classes)) for values in (target.values, target.values[train]))
    return np.flatnonzero((there > 0) & (trained == 0))


def make_folds(splitter: Splitter, facts: SplitFacts, seed: int) -> list[Fold]:
    """Pairs of training and validation positions within the training part that `facts` describe, both rising.

    A fold that would train on fewer than two classes is refused (UserError); a class that one lacks is allowed (its probability is 0 there)
    and named by `fold_warnings`.
    """
    made = splitter.make_folds(facts, np.random.default_rng([seed, 2]))
    for number, (train, valid) in enumerate(made, start=1):
        if not len(train) or not len(valid):
            raise UserError(
                msg("Fold {number} would have no rows to learn from, or none to validate.", number=number),
                "Set a smaller number of folds, or choose another split.",
            )
        if facts.target.classes and len(np.unique(facts.target.values[train])) < 2:
            raise UserError(
                msg("The training part of fold {number} would hold one class only.", number=number),
                "Use a stratified split or fewer folds, take rare classes out with a filter, or bring more rows of them.",
            )
    return made


def fold_warnings(target: Target, made: Sequence[Fold]) -> list[str]:
    """Sentences on what the folds cannot measure well: classes that a training part lacks, or that have fewer rows than there are folds."""
    if not target.classes:
        return []
    counts = np.bincount(target.values, minlength=len(target.classes))
    warnings: list[str] = []
    for position, name in enumerate(target.classes):
        rows = plural_msg(int(counts[position]), "1 row", "{n} rows")
        lacking = sum(1 for train, _ in made if not np.any(target.values[train] == position))
        if lacking:
            warnings.append(
                msg(
                    "Class “{name}” has {rows} in training: {lacking} of {n_made} folds learn without it.",
                    name=value_text(name),
                    rows=rows,
                    lacking=lacking,
                    n_made=len(made),
                )
            )
        elif counts[position] < len(made):
            warnings.append(
                msg("Class “{name}” has {rows} in training, fewer than folds: its scores are uncertain.", name=value_text(name), rows=rows)
            )
    return warnings


def group_warnings(target: Target, groups: Ints, folds: int) -> list[str]:
    """Sentences on classes that lie in fewer groups, (n,) codes, than there are folds."""
    warnings: list[str] = []
    for position, name in enumerate(target.classes):
        count = len(np.unique(groups[target.values == position]))
        if 0 < count < max(folds, FEW_GROUPS):
            there = plural_msg(count, "1 group", "{n} groups")
            warnings.append(
                msg(
                    "Class “{name}” lies in {there} of the training part: its scores are uncertain.",
                    name=value_text(name),
                    there=there,
                )
            )
    return warnings


def default_split(
    target: Target,
    roles: Collection[str],
    equal: Ints | None = None,
    order: tuple[tuple[str, ...], str] | None = None,
    hidden: tuple[tuple[str, ...], str] | None = None,
) -> tuple[Splitter, str]:
    """A fitting splitter for a table whose columns have these roles, and the reason for it. `equal` are codes of rows that are equal in all
    features (None: all differ); a shuffled split keeps them together where at least half of the rows are distinct. `order` are the
    columns that the rows follow in time, and why; `hidden` are those whose combinations group the rows, and why.
    """
    rows = len(target.values)
    share = 0.2 if rows >= 200 else 0.25
    reason: str
    folds = 3 if rows > MANY_ROWS else 5
    if "fold" in roles:
        method, reason = "column", msg("A column of the table says which rows are for training and which for testing.")
    elif "group" in roles:
        method, reason = "grouped", msg("Rows of one group stay on one side, so that the test shows how new groups will fare.")
    elif "time" in roles:
        method, reason = "time", msg("The rows have a time, so the model learns from the past and is tested on the latest rows.")
    elif hidden is not None:
        why = "{evidence} They stay on one side, so that the test shows how new combinations will fare."
        method, reason = "grouped", msg(why, evidence=hidden[1])
    elif order is not None:
        method, reason = "time", order[1]
    elif not target.classes:
        method, reason = "random", msg("Nothing is known that ties rows together, so the test part is drawn at random.")
    else:
        rarest = int(np.bincount(target.values).min() * (1 - share)) if rows else 0
        folds = rarest if 2 <= rarest < folds else folds
        method, reason = "stratified", msg("Each class keeps its share on both sides, so that rare classes are learned and tested.")
    split = choices().splitters[method].with_known({"test": share, "folds": folds, "equal_together": keepable(equal) is not None})
    by_columns = order if split.by_time else hidden if method == "grouped" and "group" not in roles else None
    if by_columns is not None:
        split = split.with_known({"test": share, "folds": folds, "column": by_columns[0]})
    return split, msg("{reason} {equal}", reason=reason, equal=_why_equal(equal)) if equal is not None and not split.role else reason


def _why_equal(equal: Ints) -> str:
    distinct, rows = int(equal.max()) + 1, len(equal)
    if keepable(equal) is not None:
        return msg(
            "Rows that are equal in all features stay on one side ({distinct:,} of {rows:,} are distinct).", distinct=distinct, rows=rows
        )
    return msg(
        "Equal rows may be on both sides, since only {distinct:,} of {rows:,} rows are distinct in the features: scores tell how well "
        "combinations that were seen before are predicted.",
        distinct=distinct,
        rows=rows,
    )
