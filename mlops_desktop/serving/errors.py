"""The one exception that is meant for a person."""

from __future__ import annotations


class UserError(Exception):
    """Something a person can put right: what is wrong and where (`message`), and the way out (`remedy`), both whole sentences."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()
