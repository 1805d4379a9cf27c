"""The rules of alerts: which metric of which window may not pass which limit. A file of them is JSON, `{"rules": [{…}]}`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..message import msg
from ..metrics import SECONDS
from .store import DAY, HOUR

SPANS: Mapping[str, float] = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}
OF_COLUMNS = ("drift", "missing", "unseen", "outside")  # metrics that a column has
OF_TIMES = ("p50", "p95", "p99")
OF_SERVICE = ("refused", "errors", *OF_TIMES)
OF_LABELS = ("accuracy", "log_loss", "precision", "recall", "f1", "roc_auc", "f1_macro", "rmse", "mae", "bias")
METRICS = (*OF_COLUMNS, *OF_SERVICE, *OF_LABELS)
MAX_RULES = 100
_NAME = re.compile(r"[\w .-]{1,80}")


@dataclass(frozen=True)
class Rule:
    """An alert fires when a metric is above or below a limit, in a window with at least `rows` rows (requests, labels).

    `drift` is the verdict (3 is “act”), of one `column` or of all; `missing`, `unseen` and `outside` are shares of the rows, of one column
    or the largest of all; `refused` a share of the rows, `errors` the share of requests that failed (5xx), `p99` seconds. Shares and
    metrics from labels must be beyond the limit with their whole interval.
    """

    name: str
    metric: str
    above: float | None = None
    below: float | None = None
    window: str = "day"
    column: str = ""
    rows: int = 200

    @property
    def limit(self) -> float:
        """The limit that may not be passed."""
        found = self.above if self.above is not None else self.below
        assert found is not None, "a rule has a limit"
        return found

    def passed(self, low: float, high: float) -> bool:
        """Whether a metric with this interval lies beyond the limit."""
        return low > self.limit if self.above is not None else high < self.limit


DEFAULT_RULES = (
    Rule("drift", "drift", above=2),
    Rule("failed requests", "errors", above=0.01, window="hour", rows=100),
    Rule("refused rows", "refused", above=0.05, window="hour", rows=100),
    Rule("slow answers", "p99", above=1.0, window="hour", rows=100),
)


def read_rules(path: Path) -> tuple[Rule, ...]:
    """The rules of a file. UserError when it cannot be read, or a rule in it is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # RecursionError: lists in lists, thousands deep
        raise UserError(
            msg("The rules of alerts in “{path}” cannot be read: {reason}.", path=path, reason=error), "Check the file."
        ) from error
    entries = document.get("rules") if isinstance(document, dict) else None
    if not isinstance(entries, list) or len(entries) > MAX_RULES:
        raise UserError(
            msg("“{path}” holds no list of rules.", path=path), 'The file is {"rules": [{"name": …, "metric": …, "above": …}]}.'
        )
    rules = tuple(_rule(entry, at) for at, entry in enumerate(entries, 1))
    if len({rule.name for rule in rules}) != len(rules):
        raise UserError("Two rules of alerts have the same name.", "Give each rule a name of its own.")
    return rules


def _rule(entry: Any, at: int) -> Rule:
    reason = _fault(entry) if isinstance(entry, dict) else msg("it is no object")
    if reason:
        remedy = 'A rule is like {"name": "slow", "metric": "p99", "above": 1, "window": "hour", "rows": 100}.'
        raise UserError(msg("Rule {number} of the alerts cannot be used: {reason}.", number=at, reason=reason), remedy)
    return Rule(**entry)


def _fault(entry: dict[str, Any]) -> str:
    """Why an object is no rule; "" when it is one."""
    unknown = [name for name in entry if name not in {field.name for field in fields(Rule)}]
    metric, window, column = entry.get("metric"), entry.get("window", "day"), entry.get("column", "")
    limits = [entry[name] for name in ("above", "below") if name in entry]
    numbers = all(type(one) in (int, float) and abs(one) <= sys.float_info.max for one in limits)
    seconds = isinstance(metric, str) and metric in OF_TIMES
    faults = (
        (msg("it has a member that is not known"), bool(unknown)),
        (msg("its name must be 1 to 80 letters"), not (isinstance(entry.get("name"), str) and _NAME.fullmatch(entry["name"]))),
        (msg("its metric is not known"), not isinstance(metric, str) or metric not in METRICS),
        (msg("it needs one number, above or below"), len(limits) != 1 or not numbers),
        # Longer times are counted together, so that a limit beyond them would never be passed.
        (msg("the limit of a time must be below {seconds} seconds", seconds=f"{SECONDS[-1]:g}"), seconds and max(limits) >= SECONDS[-1]),
        (msg("its window must be hour, day, week or month"), not isinstance(window, str) or window not in SPANS),
        (msg("only drift and shares of cells are of a column"), not isinstance(column, str) or bool(column and metric not in OF_COLUMNS)),
        (msg("rows must be a whole number above 0"), type(entry.get("rows", 1)) is not int or entry.get("rows", 1) < 1),
    )
    return next((text for text, found in faults if found), "")
