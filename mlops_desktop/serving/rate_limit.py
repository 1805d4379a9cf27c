"""Limits how many requests a client sends: a token bucket for each."""

from __future__ import annotations

import math
from time import monotonic


class TokenBucket:
    """Lets through `per_minute` requests a minute, and of a client that was quiet as many at once as come in `BURST` seconds."""

    BURST = 10.0

    def __init__(self, per_minute: float) -> None:
        self._rate = per_minute / 60
        self._most = max(1.0, self._rate * self.BURST)
        self._tokens, self._filled = self._most, monotonic()

    def take(self) -> int:
        """0 when a request is let through now, else the seconds after which one would be, at least 1."""
        now = monotonic()
        self._tokens = min(self._most, self._tokens + (now - self._filled) * self._rate)
        self._filled = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return max(1, math.ceil((1 - self._tokens) / self._rate))
