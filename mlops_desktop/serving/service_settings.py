"""What the operator of a service may change of what its bundle says: the policy for unusual values and the limits of the threshold."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import UserError
from .input_policy import InputPolicy
from .message import msg

POLICY, THRESHOLD = "SERVING_POLICY", "SERVING_THRESHOLD_LIMITS"


@dataclass(frozen=True)
class ServiceSettings:
    """`policies` are settings such as `age.unknown=refuse`, which go before the bundle's; `thresholds` are limits for all requests."""

    policies: tuple[str, ...] = ()
    thresholds: tuple[float, float] | None = None

    def policy(self, info: Mapping[str, Any]) -> InputPolicy:
        """The policy for a bundle with this content of `bundle.json`. UserError when it or a setting cannot be read."""
        return InputPolicy.from_record(info["input_policy"]).overridden(self.policies)

    def threshold_limits(self, info: Mapping[str, Any]) -> tuple[float, float]:
        """The least and the largest threshold of a request. UserError when the bundle has none that can be read."""
        if self.thresholds is not None:
            return self.thresholds
        found = info["threshold_limits"]
        return limits_of(found if isinstance(found, list) else ())


def limits_of(values: Sequence[Any]) -> tuple[float, float]:
    """Two numbers from 0 to 1, the lower one first. UserError otherwise."""
    numbers = [float(one) for one in values if isinstance(one, (int, float)) and not isinstance(one, bool)]
    if len(numbers) != 2 or len(values) != 2 or not 0 <= numbers[0] <= numbers[1] <= 1 or not all(map(math.isfinite, numbers)):
        raise UserError("The limits of the threshold are two numbers from 0 to 1, the lower one first.", "Write them as 0.2:0.8.")
    return numbers[0], numbers[1]


def service_settings(policies: Sequence[str], thresholds: str | None, environment: Mapping[str, str] = os.environ) -> ServiceSettings:
    """The settings of the command line, which go before those of the environment. UserError for one that cannot be read."""
    given = (*(text for part in environment.get(POLICY, "").split(",") if (text := part.strip())), *policies)
    InputPolicy({}).overridden(given)
    text = (thresholds if thresholds is not None else environment.get(THRESHOLD, "")).strip()
    if not text:
        return ServiceSettings(given)
    try:
        return ServiceSettings(given, limits_of([float(part) for part in text.split(":")]))
    except ValueError:
        raise UserError(msg("“{text}” is no pair of numbers.", text=text[:100]), "Write the limits as 0.2:0.8.") from None
