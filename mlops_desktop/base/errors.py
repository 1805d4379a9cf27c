"""The exceptions of all packages: one with a message for the person, one for a stopped job."""

from __future__ import annotations

from mlops_desktop.serving.errors import UserError

__all__ = ["Cancelled", "UserError"]


class Cancelled(BaseException):
    """The work was asked to stop. No `Exception`, so that no `except Exception` swallows it."""
