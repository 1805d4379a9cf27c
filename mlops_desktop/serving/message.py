"""Sentences for people as a template with arguments, so that they can be translated where they are shown."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Self

from .language import ENGLISH, Language
from .value_text import value_text

_COLUMNS = ("column", "target", "other_column", "group")  # arguments by which sentences name columns
TEMPLATE = "$template"  # the key by which a message is known in JSON
_SAFE_FORMAT = re.compile(r"lower|,?(\.\d\d?)?[defg%]?")  # what a template from a file may ask for: no widths, which could take any memory


class _Formatter(string.Formatter):
    """Fills templates, with numbers as a language writes them. A value without a format of its own is written as a person writes it:
    `true`, not `True`. The format `lower` writes a label as English does within a sentence: “Maximum depth” is “maximum depth”, but “L2
    regularisation” stays; a translation leaves it out where its language does not.
    """

    def __init__(self, language: Language = ENGLISH) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "lower":
            text = value_text(value)
            return text[:1].lower() + text[1:] if text[1:2].islower() else text
        if isinstance(value, str):
            return format(value, format_spec)
        if format_spec:
            return self._language.number(format(value, format_spec))
        text = value_text(value)
        if value is None:
            return self._language.text(_NOTHING)
        return self._language.number(text) if isinstance(value, float) else text


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
        plain = "{" not in template and "}" not in template
        message = super().__new__(cls, template if plain else _FORMATTER.vformat(template, (), args))
        message.template, message.args = template, args
        return message

    def translated(self, language: Language) -> str:
        """The sentence in another language, with its numbers and what it calls the columns; the English template where it has none."""
        args = {name: value.translated(language) if isinstance(value, Message) else value for name, value in self.args.items()}
        if language.columns:
            args |= {name: language.columns.get(args[name], args[name]) for name in _COLUMNS if type(args.get(name)) is str}
        count = self.args.get("n")
        count_value = count.args.get("value") if isinstance(count, Message) else None
        template = language.plural(self.template, count_value) if isinstance(count_value, int) else language.text(self.template)
        return _Formatter(language).vformat(template, (), args)

    def to_json(self) -> dict[str, Any]:
        """`{"$template", "args"}` as plain JSON; an argument that is no number and no message becomes its text."""
        return {TEMPLATE: self.template, "args": {name: _plain(value) for name, value in self.args.items()}}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Message:
        """The message of such a record, whose arguments are messages already where they were. ValueError when it is none."""
        template, args = record[TEMPLATE], record["args"]
        if not isinstance(template, str) or not isinstance(args, dict):
            raise ValueError("no message")
        names = _safe_fields(template)
        if names is None or not names <= args.keys():
            raise ValueError(f"no template of a message: {template[:80]!r}")
        return cls(template, args)

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, Any]]]:
        return Message, (self.template, dict(self.args))


@lru_cache(maxsize=1024)  # the columns of a wide table are described by the same few sentences
def _safe_fields(template: str) -> frozenset[str] | None:
    """The names of the fields of a template from a file; None when it asks for more than a sentence needs. ValueError when it is none."""
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(template):
        if name is not None:
            if not name.isidentifier() or conversion or not _SAFE_FORMAT.fullmatch(spec or ""):
                return None
            names.add(name)
    return frozenset(names)


def msg(template: str, **args: Any) -> Message:
    """A sentence for people; see `Message`. KeyError when the template has a field without a value."""
    return Message(template, args)


def number_msg(value: float, form: str, sign: str = "", unit: str = "") -> Message:
    """A number by a format of Python (`,` or `.3g`), which another language writes with its own marks, with what is around it."""
    return Message(f"{sign}{{value:{form}}}{' ' if unit else ''}{unit}", {"value": value})


def joined(parts: Sequence[str], separator: str) -> Message:
    """Sentences or parts of one, one after the other, as one message: each part is translated by itself."""
    names = [f"part{i}" for i in range(len(parts))]
    between = separator.replace("{", "{{").replace("}", "}}")
    return Message(between.join(f"{{{name}}}" for name in names), dict(zip(names, parts, strict=True)))


def as_message(text: str) -> Message:
    """A text that has no fields, as a message: its template is the text itself."""
    return text if isinstance(text, Message) else Message(text.replace("{", "{{").replace("}", "}}"), {})


_NOTHING = as_message("nothing")  # what `value_text` writes for None


def translatable(text: str) -> str:
    """A label or help as a message (see `as_message`); an empty one stays empty."""
    return as_message(text) if text else text


def encode_messages(value: Any) -> Any:
    """JSON in which every message is an object of its template and arguments. Nothing else is changed."""
    if isinstance(value, Message):
        return value.to_json()
    if isinstance(value, dict):
        return {key: encode_messages(item) for key, item in value.items()}
    return [encode_messages(item) for item in value] if isinstance(value, (list, tuple)) else value


def decode_message(record: dict[str, Any]) -> Any:
    """The message that an object of JSON stands for, or the object itself: an `object_hook` of `json.loads`. ValueError when damaged."""
    return Message.from_json(record) if len(record) == 2 and record.keys() == {TEMPLATE, "args"} else record


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    number = value.item() if hasattr(value, "item") else value  # of numpy
    return number if number is None or isinstance(number, (bool, int, float)) else str(value)
