"""The language that a page is written in: messages become texts of it where they are put into HTML or into a plot."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlops_desktop.base.resources import CONTEXT
from mlops_desktop.serving.message import Message
from mlops_desktop.serving.value_text import value_text


@dataclass(frozen=True)
class Language:
    """A language by its code in HTML, `de` or `pt-BR`; `translate` gives the template of a message in it, or the same where it has none."""

    code: str = "en"
    translate: Callable[[str], str] = str


ENGLISH = Language()
_language: ContextVar[Language] = ContextVar("language", default=ENGLISH)


@contextmanager
def written_in(language: Language) -> Iterator[None]:
    """Within the block, `text_of` writes this language."""
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
    return value.translated(_language.get().translate) if isinstance(value, Message) else value_text(value)


def read_language(catalogue: Path | None) -> Language:
    """The language of a `.ts` catalogue, the source of a translation of the program (`scripts/translations.py`); None: English."""
    if catalogue is None:
        return ENGLISH
    root = ElementTree.parse(catalogue).getroot()
    messages = [one for context in root.iter("context") if context.findtext("name") == CONTEXT for one in context.iter("message")]
    texts = {one.findtext("source", ""): one.findtext("translation") for one in messages}
    return Language(root.get("language", "en").replace("_", "-"), lambda template: texts.get(template) or template)
