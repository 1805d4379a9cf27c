"""The exceptions that everyone shares: one for a person, one for a stop."""

from __future__ import annotations

from mlops_desktop.serving.errors import UserError

__all__ = ["Cancelled", "UserError"]


class Cancelled(BaseException):
    """The work was asked to stop. No `Exception`, so that no `except Exception` swallows it."""
