"""Checks that are not passed, as questions of the queue: mend it, or accept it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.evidence import Weight
from mlops_desktop.engine.diagnostics.check import CheckResult, Verdict
from mlops_desktop.engine.questions import ACCEPT, Option, Question
from mlops_desktop.serving.message import as_message, joined, msg

_WEIGHTS: dict[Verdict, Weight] = {"failed": "high", "doubtful": "warning"}


def check_questions(results: Sequence[CheckResult]) -> Iterator[Question]:
    """A question for each check that is in doubt; none for what another question asks already."""
    for one in results:
        if one.verdict == "passed" or one.asked:
            continue
        added = msg("The decision is added; it can be undone.")
        fixes = (Option(f"fix-{at}", label, added, changes) for at, (label, changes) in enumerate(one.fixes, start=1))
        yield Question(
            id=one.question,
            stage="evaluate",
            weight=_WEIGHTS[one.verdict],
            column="",
            message=joined([as_message(one.title), one.message], ": "),
            evidence=one.remedy,
            options=(*fixes, _accept()),
        )


def unchecked_question(run: str, error: UserError) -> Question:
    """The question about the run with this id, which cannot be checked because of an error."""
    message = joined([as_message("The model could not be checked"), as_message(error.message)], ": ")
    return Question(
        id=f"check.unchecked.{run[:8]}",
        stage="evaluate",
        weight="warning",
        column="",
        message=message,
        evidence=error.remedy,
        options=(_accept(),),
    )


def _accept() -> Option:
    return Option(ACCEPT, msg("Leave it as it is"), msg("The model is used as it is; the report says so, with your reason."))
