"""Sentences for people as a template with arguments, so that they can be translated where they are shown."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any, Self

from .value_text import value_text


class _Formatter(string.Formatter):
    """Fills templates. A value without a format of its own is written as a person writes it: `true`, not `True`."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(format(value, format_spec)) if format_spec else value_text(value)


_FORMATTER = _Formatter()


class Message(str):
    """A sentence in English that remembers what it was made from.

    It is an ordinary text wherever a text is wanted. `template` is the English sentence with fields in braces (the message id of a
    catalogue of translations, as in gettext), `args` the values of these fields: texts, numbers, or further messages.
    """

    template: str
    args: Mapping[str, Any]

    def __new__(cls, template: str, args: Mapping[str, Any]) -> Self:
        """Fill the template; KeyError when it has a field without a value."""
        message = super().__new__(cls, _FORMATTER.vformat(template, (), args))
        message.template, message.args = template, args
        return message

    def translated(self, translate: Callable[[str], str]) -> str:
        """The sentence in another language: `translate` gives the template there (the same template where it knows none)."""
        args = {name: value.translated(translate) if isinstance(value, Message) else value for name, value in self.args.items()}
        return _FORMATTER.vformat(translate(self.template), (), args)

    def to_json(self) -> dict[str, Any]:
        """`{"template", "args"}` as plain JSON; an argument that is no number and no message becomes its text."""
        return {"template": self.template, "args": {name: _plain(value) for name, value in self.args.items()}}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Message:
        """The message of such a record. KeyError, TypeError or ValueError when it is none."""
        args = {name: cls.from_json(value) if isinstance(value, dict) else value for name, value in record["args"].items()}
        return cls(str(record["template"]), args)

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, Any]]]:
        return Message, (self.template, dict(self.args))


def msg(template: str, **args: Any) -> Message:
    """A sentence for people; see `Message`. KeyError when the template has a field without a value."""
    return Message(template, args)


def message_to_json(text: str) -> Any:
    """A sentence as plain JSON: a message with its template and arguments, an ordinary text as it is."""
    return text.to_json() if isinstance(text, Message) else text


def message_from_json(value: Any) -> str:
    """What `message_to_json` was given."""
    return Message.from_json(value) if isinstance(value, dict) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
