"""Checks of the rows: whether the parts are large enough and alike, and how much the weights leave of them."""

from __future__ import annotations

from mlops_desktop.engine.diagnostics.check import Check, Checked, Outcome, of_split
from mlops_desktop.engine.diagnostics.facts import TargetShift
from mlops_desktop.engine.project import Changes
from mlops_desktop.serving.message import Message, msg
from mlops_desktop.serving.plural import plural_msg

LEAST_ROWS, FEWEST_ROWS = 30, 10
LEAST_OF_CLASS, FEWEST_OF_CLASS = 10, 5  # in the held-out test set: below ten there is no interval
DOUBTFUL_CLASS_ROWS, FAILED_CLASS_ROWS = 20, 5  # of a class in the training part
CHANCE = 0.01  # that any part of the rows differs so much by chance
SHIFT, LARGE_SHIFT = 0.1, 0.25  # of the rows
LEAST_EFFECTIVE = 30
LEAST_EFFECTIVE_SHARE = 0.1


def _test_rows(checked: Checked) -> Outcome | None:
    parts, classes = checked.facts.parts, checked.facts.classes
    rarest = min(classes, key=lambda one: one.test, default=None)
    few = parts.test < LEAST_ROWS or parts.test_units < LEAST_OF_CLASS
    fewest = parts.test < FEWEST_ROWS
    message = msg("The held-out test set has {rows:,} rows.", rows=parts.test)
    if parts.test_units < LEAST_OF_CLASS and parts.units != "rows":
        units = msg("groups") if parts.units == "groups" else msg("blocks of time")
        message = msg("The held-out test set has {rows:,} rows in {count} {units}.", rows=parts.test, count=parts.test_units, units=units)
    if rarest is not None:
        few, fewest = few or rarest.test < LEAST_OF_CLASS, fewest or rarest.test < FEWEST_OF_CLASS
        message = msg("{rows} The rarest class “{name}” has {count:,} there.", rows=message, name=rarest.name, count=rarest.test)
    if not few and not fewest:
        return Outcome("passed", message)
    return Outcome(
        "failed" if fewest else "doubtful",
        message,
        msg("Its figures depend much on chance: rely on the cross-validation, make the test share larger, or bring more rows."),
    )


TEST_ROWS = Check("test_rows", "Size of the test set", _test_rows, of_split)


def _class_rows(checked: Checked) -> Outcome | None:
    classes = checked.facts.classes
    if not classes:
        return None
    rare = sorted((one for one in classes if one.train < DOUBTFUL_CLASS_ROWS), key=lambda one: one.train)
    if not rare:
        least = min(classes, key=lambda one: one.train)
        return Outcome("passed", msg("Every class has {count:,} training rows or more.", count=least.train))
    first = rare[0]
    message = plural_msg(first.train, "Class “{name}” has 1 training row.", "Class “{name}” has {n} training rows.", name=first.name)
    if len(rare) > 1:
        message = plural_msg(
            len(rare) - 1,
            "{first} 1 more class has fewer than {least}.",
            "{first} {n} more classes have fewer than {least}.",
            first=message,
            least=DOUBTFUL_CLASS_ROWS,
        )
    return Outcome(
        "failed" if first.train < FAILED_CLASS_ROWS else "doubtful",
        message,
        msg("Little can be learned of it, and its figures are rough: bring more rows of it, merge it with another class, or leave it out."),
    )


CLASS_ROWS = Check("class_rows", "Rows of each class", _class_rows, of_split)


def _target_shift(checked: Checked) -> Outcome | None:
    shifts = checked.facts.shifts
    if not shifts:
        return None
    seen = [one for one in shifts if one.p * len(shifts) < CHANCE and one.effect >= SHIFT]
    if not seen:
        worst = max(shifts, key=lambda one: one.effect)
        alike = msg("The target is alike in all parts: at most {share:.0%} of the rows differ.", share=worst.effect)
        few = msg(
            "The target of the parts differs in up to {share:.0%} of the rows; too few rows to rule out chance.",
            share=worst.effect,
        )
        return Outcome("passed", alike if worst.effect < SHIFT else few)
    worst = max(seen, key=lambda one: one.effect)
    return Outcome(
        "failed" if worst.effect >= LARGE_SHIFT else "doubtful",
        msg("In {part} ({rows:,} rows), {share:.0%} of the target’s values differ from those learned from: more than chance explains.",
            part=_part(worst), rows=worst.rows, share=worst.effect),
        msg("Find out what changed between these rows. If time did, expect further change: retrain often, and judge by the latest rows."),
    )  # fmt: skip


def _part(shift: TargetShift) -> Message:
    return msg("fold {number}", number=shift.fold) if shift.fold else msg("the held-out test set")


TARGET_SHIFT = Check("target_shift", "Same target in all parts", _target_shift, of_split)


def _weights(checked: Checked) -> Outcome | None:
    weights = checked.facts.weights
    if weights is None:
        return None
    message = msg(
        "Weighted by “{column}”, the {rows:,} training rows carry as much information as {effective:,.0f} of equal weight.",
        column=weights.column,
        rows=weights.rows,
        effective=weights.effective,
    )
    if weights.effective >= max(LEAST_EFFECTIVE, LEAST_EFFECTIVE_SHARE * weights.rows):
        return Outcome("passed", message)
    ignore: Changes = {"role": {weights.column: "ignore"}}
    remedy = msg("A few rows decide everything: check the largest weights, limit them, or learn without weights.")
    return Outcome("doubtful", message, remedy, ((msg("Learn without weights"), ignore),))


def _of_weights(checked: Checked) -> str:
    """The scope of a doubt about the column of weights on the rows of the parts."""
    weights = checked.facts.weights
    return f"{of_split(checked)}.{weights.column if weights else ''}"


WEIGHTS = Check("weights", "Weights of the rows", _weights, _of_weights)
