"""Checks of decisions: what was accepted or left open although it may make the figures too good."""

from __future__ import annotations

from mlops_desktop.engine.diagnostics.check import Check, Checked, Outcome
from mlops_desktop.serving.message import Message, joined, msg
from mlops_desktop.serving.value_text import value_text


def names_text(names: tuple[str, ...]) -> Message:
    """Up to three names in quotation marks, and how many more there are."""
    shown = joined([msg("“{column}”", column=name) for name in names[:3]], ", ")
    return msg("{names} and {n} more", names=shown, n=len(names) - 3) if len(names) > 3 else shown


def _leaks(checked: Checked) -> Outcome | None:
    leaks = checked.facts.leaks
    if not leaks:
        return Outcome("passed", msg("No column that is learned from gives away the target."))
    return Outcome(
        "failed",
        msg("The model learns from {names}, which may give away the target.", names=names_text(leaks)),
        msg("Leave it out unless it is known, in the same form, when predictions are made."),
        asked=checked.facts.leak_questions,
        asked_in="data",
    )


LEAKS = Check("leaks", "Columns that give away the target", _leaks)


def _test_accesses(checked: Checked) -> Outcome | None:
    measured = checked.measured
    if measured is None:
        return None
    if not measured:
        return Outcome("passed", msg("The held-out test set was not used yet."))
    models = len(set(measured) - {""})
    if models < 2:
        return Outcome("passed", msg("The held-out test set measured one model only."))
    return Outcome(
        "doubtful",
        msg("The held-out test set measured {models} different models ({count} uses).", models=models, count=len(measured)),
        msg("If a model was chosen by these figures, they are too good: choose by cross-validation, and measure once on new rows."),
    )


TEST_ACCESSES = Check("test_accesses", "Uses of the test set", _test_accesses)


def _positive(checked: Checked) -> Outcome | None:
    project = checked.project
    if project.positive is None:
        return None
    positive = value_text(project.positive)
    question = f"guess.positive.{project.target}"
    if not checked.facts.positive_doubtful or question in project.answers:
        return Outcome("passed", msg("Precision, recall and the threshold are about “{positive}”.", positive=positive))
    return Outcome(
        "doubtful",
        msg("Nobody has decided that “{positive}” is the class that matters; the data does not tell.", positive=positive),
        msg("Say which class matters: precision, recall, PR AUC and the threshold are about it."),
        asked=(question,),
        asked_in="problem",
    )


POSITIVE = Check("positive", "Positive class", _positive)
