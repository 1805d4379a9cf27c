"""The one exception that is meant for a person."""

from __future__ import annotations

from .message import Message, as_message, msg


class UserError(Exception):
    """Something a person can put right: what is wrong and where (`message`), and the way out (`remedy`), both whole sentences."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message: Message = as_message(message)
        self.remedy: Message = as_message(remedy)

    @property
    def sentences(self) -> Message:
        """Both sentences as one message, which can be translated."""
        return msg("{message} {remedy}", message=self.message, remedy=self.remedy) if self.remedy else self.message

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()
