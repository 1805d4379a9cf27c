"""How rows are kept apart: the sealed test part, and the folds of the training part.

Both are functions of the decisions, the target and a seed alone, and give positions in rising order. A split that cannot be learned from or
measured on is refused with the way out; one that merely loses precision is told by `fold_warnings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import Target
from mlops_desktop.base.plural import pluralize
from mlops_desktop.engine.choices import task_spec
from mlops_desktop.engine.project import Split
from mlops_desktop.serving.frame import MISSING_DATE, Bools, Floats, Frame, Ints, Longs

Fold = tuple[Ints, Ints]

TRAIN_WORDS = frozenset({"train", "training"})
VALID_WORDS = frozenset({"valid", "validation", "val", "dev"})
TEST_WORDS = frozenset({"test", "testing", "holdout", "hold-out"})
MANY_ROWS = 10_000  # from which three folds measure as well as five, in half the time


@dataclass(frozen=True, eq=False)
class SplitColumns:
    """What a split may look at beside the target, row by row.

    `group` intp codes (-1 is missing: those rows are one group of their own), `time` int64 microseconds or float64, `fold` intp codes into
    `fold_words`.
    """

    group: Ints | None = None
    time: Longs | Floats | None = None
    fold: Ints | None = None
    fold_words: tuple[str, ...] = ()

    def take(self, rows: Ints) -> SplitColumns:
        """The given rows."""
        return SplitColumns(
            None if self.group is None else self.group[rows],
            None if self.time is None else self.time[rows],
            None if self.fold is None else self.fold[rows],
            self.fold_words,
        )


def read_columns(frame: Frame, *, group: str = "", time: str = "", fold: str = "") -> SplitColumns:
    """The split columns of a table by name; an empty name is none. UserError when a column is absent, or when the time is a text."""
    group_codes = _codes(frame, group)[0] if group else None
    fold_codes, words = _codes(frame, fold) if fold else (None, ())
    when: Longs | Floats | None = None
    if time:
        kind = frame.layout.kind(time)
        if kind not in ("date", "number"):
            raise UserError(
                f"The time column “{time}” holds neither dates nor numbers.", "Choose a date or number column, or set its type."
            )
        when = frame.date(time) if kind == "date" else frame.number(time)
    return SplitColumns(group_codes, when, fold_codes, words)


def _codes(frame: Frame, name: str) -> tuple[Ints, tuple[str, ...]]:
    if frame.layout.kind(name) == "categorical":
        codes, levels = frame.categorical(name)
        return codes, tuple(levels)
    values = frame.date(name) if frame.layout.kind(name) == "date" else frame.number(name)
    distinct, codes = np.unique(values, return_inverse=True)
    return np.where(frame.missing(name), -1, codes).astype(np.intp), tuple(f"{value:.15g}" for value in distinct.tolist())


def split_rows(split: Split, target: Target, columns: SplitColumns, seed: int) -> tuple[Ints, Ints]:
    """Positions of the training and of the test rows, (n,) intp each, both rising, no row in both.

    Each side has at least one row, and every class of the table has a row in training. A time-ordered split puts the latest rows into the
    test part, never two rows of one moment on both sides, and leaves out `gap` rows between the sides. UserError says why it cannot be.
    """
    rows = len(target.values)
    if split.method != "column" and not 0 < split.test < 1:
        raise UserError(f"The test part cannot be {split.test:g} of the rows.", "Choose a share between 0 and 1, such as 0.2.")
    if rows < 3:
        raise UserError(f"The table has {_rows(rows)}: too few to learn from and to test with.", "Bring a table with more rows.")
    rng = np.random.default_rng([seed, 1])
    wanted = min(max(1, round(rows * split.test)), rows - 2)
    if split.method == "time":
        train, test = _latest(_ordered(columns, split), wanted, split.gap)
    elif split.method == "column":
        test = _marked_test(columns, split)
        train = np.setdiff1d(np.arange(rows), test)
    elif split.method == "grouped":
        test = _whole_groups(_groups(columns, split), task_spec(target.task).strata(target), split.test, rng)
        train = np.setdiff1d(np.arange(rows), test)
    else:
        shuffled = rng.permutation(rows)
        chosen = _stratified(task_spec(target.task).strata(target), shuffled, wanted) if split.method == "stratified" else shuffled[:wanted]
        test, train = np.sort(chosen), np.setdiff1d(np.arange(rows), chosen)
    _every_class(target, train, split)
    return train.astype(np.intp), test.astype(np.intp)


def folds(split: Split, target: Target, columns: SplitColumns, seed: int) -> list[Fold]:
    """Pairs of training and validation positions within the training part that is given, both rising.

    `random`, `stratified`, `grouped`: every row is validated exactly once. `time`: an expanding window, so the earliest rows are never
    validated. `column`: each label of the column is validated once; with the words train and valid alone there is one fold; with one label
    only, folds are made as for `stratified` (classes) or `random` (numbers). A fold that would train on fewer than two classes is refused;
    a class that one lacks is allowed (its probability is 0 there) and told by `fold_warnings`.
    """
    rows, count = len(target.values), split.folds
    if count < 2:
        raise UserError("There must be at least two folds.", "Set the number of folds to 5, for example.")
    if split.method == "time":
        made = _expanding(_ordered(columns, split), count, split.gap)
    elif split.method == "column" and (labelled := _labelled(columns)) is not None:
        made = labelled
    else:
        if rows < count:
            there = pluralize(rows, "1 training row", "{n} training rows")
            raise UserError(f"{there} cannot be dealt into {count} folds.", "Set a smaller number of folds, or bring more rows.")
        rng = np.random.default_rng([seed, 2])
        if split.method == "grouped":
            part = _deal_groups(_groups(columns, split), task_spec(target.task).strata(target), np.full(count, 1 / count), rng, forced=None)
        else:
            by_shares = split.method == "stratified" or (split.method == "column" and bool(target.classes))
            strata = task_spec(target.task).strata(target) if by_shares else np.zeros(rows, dtype=np.intp)
            part = _dealt(strata, rng.permutation(rows), count)
        made = [(np.flatnonzero(part != fold), np.flatnonzero(part == fold)) for fold in range(count)]
    for number, (train, _) in enumerate(made, start=1):
        if target.classes and len(np.unique(target.values[train])) < 2:
            raise UserError(
                f"The training part of fold {number} would hold one class only.",
                "Use a stratified split or fewer folds, take rare classes out with a filter, or bring more rows of them.",
            )
    return made


def fold_warnings(target: Target, made: Sequence[Fold]) -> list[str]:
    """Sentences on what the folds cannot measure well: classes that a training part lacks, or that have fewer rows than there are folds."""
    if not target.classes:
        return []
    counts = np.bincount(target.values, minlength=len(target.classes))
    told = []
    for position, name in enumerate(target.classes):
        lacking = sum(1 for train, _ in made if not np.any(target.values[train] == position))
        if lacking:
            told.append(f"Class “{name}” has {_rows(counts[position])} in training: {lacking} of {len(made)} folds learn without it.")
        elif counts[position] < len(made):
            told.append(f"Class “{name}” has {_rows(counts[position])} in training, fewer than folds: its scores are uncertain.")
    return told


def default_split(task: str, has_group: bool, has_time: bool, counts: Sequence[int], has_fold: bool = False) -> tuple[Split, str]:
    """A fitting split and the reason for it, in one sentence. `counts`: rows of each class; for regression, of the table."""
    rows = sum(counts)
    share = 0.2 if rows >= 200 else 0.25
    number = 3 if rows > MANY_ROWS else 5
    if has_fold:
        return _chosen("column", share, number, "A column of the table says which rows are for training and which for testing.")
    if has_group:
        return _chosen("grouped", share, number, "Rows of one group stay on one side, so that the test shows how new groups will fare.")
    if has_time:
        return _chosen("time", share, number, "The rows have a time, so the model learns from the past and is tested on the latest rows.")
    if not task_spec(task).has_classes:
        return _chosen("random", share, number, "Nothing is known that ties rows together, so the test part is drawn at random.")
    rarest = int(min(counts, default=0) * (1 - share))
    return _chosen(
        "stratified",
        share,
        rarest if 2 <= rarest < number else number,
        "Each class keeps its share on both sides, so that rare classes are learned and tested.",
    )


def _chosen(
    method: Literal["random", "stratified", "grouped", "time", "column"], share: float, number: int, reason: str
) -> tuple[Split, str]:
    return Split(method=method, test=share, folds=number), reason


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"


def _every_class(target: Target, train: Ints, split: Split) -> None:
    lacking = np.setdiff1d(target.values, target.values[train]) if target.classes else np.empty(0, dtype=np.intp)
    if len(lacking):
        ways = {
            "time": "The class appears in the latest rows only: choose another split, or a smaller test part.",
            "column": "Mark some rows of that class for training, or choose another split.",
            "grouped": "Choose another split, or bring more groups with that class.",
        }
        way = ways.get(split.method, "Choose a stratified split, or take rare classes out with a filter.")
        raise UserError(f"No training row is of class “{target.classes[lacking[0]]}”.", way)


def _stratified(strata: Ints, shuffled: Ints, wanted: int) -> Ints:
    """`wanted` rows with the shares of the strata by largest remainders; no stratum is emptied, so a stratum of one row gives none."""
    counts = np.bincount(strata)
    room = np.maximum(counts - 1, 0)
    ideal = counts * (wanted / len(strata))
    taken = np.minimum(np.floor(ideal).astype(np.intp), room)
    for position in np.argsort(np.floor(ideal) - ideal, kind="stable").tolist() * 2:
        if taken.sum() < wanted and taken[position] < room[position]:
            taken[position] += 1
    by_stratum = shuffled[np.argsort(strata[shuffled], kind="stable")]
    rank = np.arange(len(strata)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen: Ints = by_stratum[rank < np.repeat(taken, counts)]
    if not len(chosen):
        raise UserError("Every class has one row only, so nothing is left to test with.", "Bring more rows, or choose another target.")
    return chosen


def _dealt(strata: Ints, shuffled: Ints, count: int) -> Ints:
    """The fold of each row: strata are dealt out in turn, so that sizes of folds, whole and by stratum, differ by one at most."""
    part = np.empty(len(strata), dtype=np.intp)
    part[shuffled[np.argsort(strata[shuffled], kind="stable")]] = np.arange(len(strata)) % count
    return part


def _named(split: Split) -> str:
    return f"“{split.column}” " if split.column else ""


def _groups(columns: SplitColumns, split: Split) -> Ints:
    if columns.group is None:
        raise UserError("A grouped split needs a group column.", "Give a column the role “group”, or choose another split.")
    groups: Ints = np.unique(columns.group, return_inverse=True)[1].astype(np.intp)
    found = int(groups.max(initial=-1)) + 1
    if found < 2:
        raise UserError(f"The group column {_named(split)}holds one group only.", "Choose another group column, or another split.")
    return groups


def _whole_groups(groups: Ints, strata: Ints, share: float, rng: np.random.Generator) -> Ints:
    """The rows of groups that make up about `share` of the rows; a group that alone holds a class stays in training."""
    table = _table(groups, strata)
    lonely = np.count_nonzero(table, axis=0) == 1
    forced = np.any(table[:, lonely] > 0, axis=1)
    if forced.all():
        raise UserError(
            "Each group is the only one with some class, so none can be left for testing.", "Choose another split, or more groups."
        )
    part = _deal_groups(groups, strata, np.array([share, 1 - share]), rng, forced)
    return np.flatnonzero(part == 0)


def _table(groups: Ints, strata: Ints) -> Longs:
    width = int(strata.max()) + 1
    return np.bincount(groups * width + strata, minlength=(int(groups.max()) + 1) * width).reshape(-1, width)


def _deal_groups(groups: Ints, strata: Ints, shares: Floats, rng: np.random.Generator, forced: Bools | None) -> Ints:
    """The part of each row when whole groups are dealt to parts of the given shares; `forced` groups go to the last part.

    Greedy: each group goes where the strata that it holds are least filled; of several orders the one with the smallest deviation is taken.
    """
    table = _table(groups, strata).astype(np.float64)
    count, totals = len(table), table.sum(axis=0)
    if count < len(shares):
        there = pluralize(count, "1 group", "{n} groups")
        raise UserError(f"{there} cannot be dealt into {len(shares)} folds.", "Set a smaller number of folds, or bring more groups.")
    weight = np.divide(table, totals, out=np.zeros_like(table), where=totals > 0)
    best, least = np.zeros(count, dtype=np.intp), np.inf
    for _ in range(int(np.clip(20_000 // count, 1, 20))):
        filled, part = np.zeros((len(shares), table.shape[1])), np.full(count, len(shares) - 1, dtype=np.intp)
        if forced is not None:
            filled[-1] = weight[forced].sum(axis=0)
        order = rng.permutation(count)
        for group in order[~forced[order]] if forced is not None else order:
            part[group] = np.argmin((filled / shares[:, None]) @ weight[group])
            filled[part[group]] += weight[group]
        rows_in = np.bincount(part, weights=table.sum(axis=1), minlength=len(shares)) / totals.sum()
        off = float(np.mean(np.abs(filled - shares[:, None])) + np.mean(np.abs(rows_in - shares))) + (np.count_nonzero(rows_in == 0) * 10)
        if off < least:
            best, least = part, off
    found: Ints = best[groups]
    return found


def _ordered(columns: SplitColumns, split: Split) -> tuple[Ints, Bools]:
    """Row positions from the earliest to the latest, and where in that order a new moment begins, (rows,) bool."""
    if columns.time is None:
        raise UserError("A time-ordered split needs a time column.", "Give a column the role “time”, or choose another split.")
    if split.gap < 0:
        raise UserError("The gap cannot be negative.", "Set the number of rows to leave out to 0 or more.")
    missing = np.isnan(columns.time) if columns.time.dtype.kind == "f" else columns.time == MISSING_DATE
    if missing.any():
        raise UserError(
            f"The time is missing in {_rows(int(missing.sum()))}, so the order of rows is not known.",
            "Take these rows out with a filter, or choose another split.",
        )
    order = np.argsort(columns.time, kind="stable")
    moments = columns.time[order]
    return order, np.concatenate(([True], moments[1:] != moments[:-1]))


def _latest(ordered: tuple[Ints, Bools], wanted: int, gap: int) -> Fold:
    order, begins = ordered
    starts = np.flatnonzero(begins)[1:]
    starts = starts[starts > gap]
    if not len(starts):
        raise UserError(
            "The rows cannot be parted by time" + (f" with a gap of {gap} rows" if gap else ": all have the same time") + ".",
            "Choose a smaller gap." if gap else "Choose another time column, or another split.",
        )
    cut = int(starts[np.argmin(np.abs(starts - (len(order) - wanted)))])
    return np.sort(order[: cut - gap]), np.sort(order[cut:])


def _expanding(ordered: tuple[Ints, Bools], count: int, gap: int) -> list[Fold]:
    order, begins = ordered
    rows, starts = len(order), np.flatnonzero(begins)
    size = rows // (count + 1)
    cuts = np.unique([starts[np.argmin(np.abs(starts - (rows - size * left)))] for left in range(count, 0, -1)])
    cuts = cuts[(cuts > gap) & (cuts > 0)]
    if len(cuts) < count:
        most = len(cuts)
        raise UserError(
            f"The training part is too short for {count} time-ordered folds" + (f" with a gap of {_rows(gap)}." if gap else "."),
            (f"Set the number of folds to {most}" if most >= 2 else "Choose another split") + (", or a smaller gap." if gap else "."),
        )
    ends = [*cuts[1:].tolist(), rows]
    return [(np.sort(order[: cut - gap]), np.sort(order[cut:end])) for cut, end in zip(cuts.tolist(), ends, strict=True)]


def _fold_words(columns: SplitColumns) -> tuple[Ints, list[str]]:
    if columns.fold is None:
        raise UserError("This split needs a column that marks the rows.", "Give a column the role “fold”, or choose another split.")
    if np.any(columns.fold < 0):
        empty = _rows(int(np.count_nonzero(columns.fold < 0)))
        raise UserError(f"The fold column is empty in {empty}.", "Take these rows out with a filter, or choose another split.")
    return columns.fold, [word.strip().casefold() for word in columns.fold_words]


def _marked_test(columns: SplitColumns, split: Split) -> Ints:
    """The rows marked as test; when none is, those of the last fold (the greatest number, or the last word in alphabetical order)."""
    codes, words = _fold_words(columns)
    here = [int(code) for code in np.unique(codes)]
    marked = [code for code in here if words[code] in TEST_WORDS]
    if not marked:
        marked = [max(here, key=lambda code: _rank(words[code]))]
    if len(marked) == len(here):
        raise UserError(
            f"The fold column {_named(split)}gives all rows to one side.", "It must mark training and test rows, or hold numbers."
        )
    return np.flatnonzero(np.isin(codes, marked))


def _rank(word: str) -> tuple[bool, float, str]:
    try:
        return False, float(word), word
    except ValueError:
        return True, 0.0, word


def _labelled(columns: SplitColumns) -> list[Fold] | None:
    """The folds that a column's labels make; None when all rows of the training part carry one label."""
    codes, words = _fold_words(columns)
    here = sorted((int(code) for code in np.unique(codes)), key=lambda code: _rank(words[code]))
    if len(here) < 2:
        return None
    valid = [code for code in here if words[code] in VALID_WORDS]
    if valid and all(words[code] in TRAIN_WORDS for code in here if code not in valid):
        scored = np.isin(codes, valid)
        return [(np.flatnonzero(~scored), np.flatnonzero(scored))]
    return [(np.flatnonzero(codes != code), np.flatnonzero(codes == code)) for code in here]
