"""The language that a page is written in: messages and numbers become texts of it where they are put into HTML or into a plot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from mlops_desktop.base.catalogue import read_catalogue
from mlops_desktop.serving.language import ENGLISH, Language
from mlops_desktop.serving.message import Message
from mlops_desktop.serving.value_text import value_text

_language: ContextVar[Language] = ContextVar("language", default=ENGLISH)


@contextmanager
def written_in(language: Language) -> Iterator[None]:
    """Within the block, `text_of` and `number_of` write this language."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def language_code() -> str:
    """The code of the language that the page is written in."""
    return _language.get().code


def text_of(value: Any) -> str:
    """A message in the language of the page; any other value as `value_text` writes it."""
    return value.translated(_language.get()) if isinstance(value, Message) else value_text(value)


def number_of(value: float, form: str) -> str:
    """A number in a format of Python, with the marks of the language of the page."""
    return _language.get().number(format(value, form))


def marked(number: str) -> str:
    """A number that Python or matplotlib has formatted, with the marks of the language of the page."""
    return _language.get().number(number)


def read_language(catalogue: Path | None) -> Language:
    """The language of a `.po` catalogue (`scripts/translations.py`); None: English. OSError and ValueError as `read_catalogue`."""
    return read_catalogue(catalogue).language() if catalogue else ENGLISH
