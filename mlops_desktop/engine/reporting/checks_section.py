"""The section of a report on the checks of the chosen model."""

from __future__ import annotations

from collections.abc import Sequence

from mlops_desktop.engine.diagnostics import CheckResult
from mlops_desktop.engine.reporting.decision_sections import not_yet
from mlops_desktop.engine.reporting.page import Html, escape, join, paragraph, pill, table
from mlops_desktop.serving.message import msg
from mlops_desktop.serving.plural import plural_msg

_MARKS = {"passed": (msg("✓ passed"), "ok"), "doubtful": (msg("? doubtful"), "warn"), "failed": (msg("✗ failed"), "bad")}


def checks(found: Sequence[CheckResult]) -> Html:
    """Every check: its verdict, what was found, what to do, and why a person accepted it."""
    if not found:
        return not_yet(msg("Checks are made when a model is chosen."))
    left = sum(one.open for one in found)
    text = plural_msg(left, "1 check is open.", "{n} checks are open.") if left else msg("No check is open.")
    rows = [(one.title, pill(*_MARKS[one.verdict]), _findings(one)) for one in found]
    return join([paragraph(text), table([msg("Check"), msg("Verdict"), msg("What was found")], rows)])


def _findings(one: CheckResult) -> Html:
    parts = [one.message, *([one.remedy] if one.remedy else [])]
    if one.accepted is not None:
        parts.append(msg("Accepted: {reason}", reason=one.accepted) if one.accepted else msg("Accepted without a reason."))
    return Html("<br>".join(escape(part) for part in parts))
