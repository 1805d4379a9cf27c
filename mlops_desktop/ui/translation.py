"""The language of the window: its own texts, the sentences of the engine, and numbers.

`tr()` translates the window's own texts. A sentence from below the window is a `Message`: a template with arguments. Both, and Qt's
context classes aside, are looked up in one catalogue (`base.catalogue`), which `scripts/translations.py` keeps. Results and errors are
translated as they reach the window (`ui.jobs`, `ui.project_controller`); where the window calls the engine itself, it translates what it
shows, and the widgets of `ui.widgets` translate what is put into them. A column in a sentence has the label that a person gave it
(`ui.column_names`). English has no catalogue, so that nothing is read and nothing is looked up.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, QTranslator

from mlops_desktop.base import number_format
from mlops_desktop.base.catalogue import catalogue_folder, read_catalogue
from mlops_desktop.base.errors import UserError
from mlops_desktop.serving.language import ENGLISH, Language
from mlops_desktop.serving.message import Message, msg
from mlops_desktop.ui import column_names

T = TypeVar("T")
SYSTEM = "system"  # the language of the desktop where there is a catalogue of it, else English


@dataclass
class _InForce:
    language: Language = ENGLISH
    path: Path | None = None


_in_force = _InForce()


class CatalogueTranslator(QTranslator):
    """Answers Qt's questions for texts from a catalogue."""

    def __init__(self, parent: QObject, language: Language) -> None:
        super().__init__(parent)
        self._texts = language.texts

    def isEmpty(self) -> bool:
        """No: Qt does not ask an empty one."""
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """The text in the language; None, which is Qt's “ask the next translator”, where the catalogue has none."""
        return self._texts.get(source)


def languages() -> dict[str, str]:
    """The languages that the window can have, by their codes, each by its own name: `{"en": "English", "de": "Deutsch"}`."""
    found = {path.stem: path for path in sorted(catalogue_folder().glob("*.po"))}
    return {"en": "English", **{code: read_catalogue(path).header.get("X-Language-Name", code) for code, path in found.items()}}


def language() -> str:
    """The code of the language in force."""
    return _in_force.path.stem if _in_force.path else "en"


def set_language(app: QCoreApplication, code: str = SYSTEM, folder: Path | None = None) -> str:
    """Show texts made from now on in a language of `languages()`, or in that of the desktop (`system`); the code of what is in force.

    Widgets that exist keep their texts, so this belongs before the window is made. `folder` has the catalogues.
    """
    for old in app.findChildren(QTranslator):
        app.removeTranslator(old)
        old.deleteLater()
    locale = QLocale.system() if code == SYSTEM else QLocale(code)
    names = [locale.name(), locale.name().partition("_")[0]]
    path = next((path for name in names if (path := (folder or catalogue_folder()) / f"{name}.po").is_file()), None)
    QLocale.setDefault(locale)
    _in_force.language, _in_force.path = read_catalogue(path).language() if path else ENGLISH, path
    if path is None:
        return language()
    own = QTranslator(app)  # buttons of dialogs and menus of text fields
    if own.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(own)
    app.installTranslator(CatalogueTranslator(app, _in_force.language))
    return language()


def catalogue() -> Path | None:
    """The file of the catalogue in force, for texts that are written outside the window; None in English."""
    return _in_force.path


def translated(value: T) -> T:
    """A value with every message in it as a text of the window's language.

    A message becomes a text; of a dataclass, tuple, list or dictionary the messages in it do. What holds none is returned as it is.
    """
    labels = column_names.labels()
    language = dataclasses.replace(_in_force.language, columns=labels) if labels else _in_force.language
    return cast(T, _translated(value, language))


def error_text(error: Exception) -> str:
    """What an error says to a person, in the window's language."""
    return str(translated(error.sentences)) if isinstance(error, UserError) else str(error)


def quoted(name: str) -> str:
    """A name in the quotation marks of the window's language."""
    return translated(msg("“{name}”", name=name))


def pluralize(count: int, one: str, many: str) -> str:
    """The window's text for a count, by its English singular and plural, in the plural form of its language; {n} is the count."""
    text = _in_force.language.plural(one if count == 1 else many, count)
    return text.replace("{n}", formatted(count))


def formatted(value: float, form: str = ",") -> str:
    """A number in a format of Python (`,` or `.1%`), with the marks of the window's language."""
    return marked(format(value, form))


def marked(number: str) -> str:
    """A number as Python writes it, with the marks of the window's language."""
    return _in_force.language.number(number)


def share_text(share: float) -> str:
    """A share above 0 in per cent with one decimal; “< 0.1%” where that would show none."""
    return formatted(share, ".1%") if share >= 0.001 else f"< {formatted(0.001, '.1%')}"


def format_number(value: float | None, digits: int = 4) -> str:
    """A number for reading, as `base.number_format.format_number` writes it, with the marks of the window's language."""
    return str(translated(number_format.format_number(value, digits)))


def are_years(*values: float) -> bool:
    """Whether whole numbers read as years, whose thousands nobody sets apart; the least and the largest of a column stand for all."""
    return bool(values) and all(1000 <= value < 3000 and value == int(value) for value in values)


def _translated(value: Any, language: Language) -> Any:
    if isinstance(value, Message):
        return value.translated(language)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        changed = {name: new for name, old in fields.items() if (new := _translated(old, language)) is not old}
        return dataclasses.replace(value, **changed) if changed else value
    if isinstance(value, dict):
        changed = {key: new for key, old in value.items() if (new := _translated(old, language)) is not old}
        return {**value, **changed} if changed else value
    if type(value) in (list, tuple):
        items = [_translated(item, language) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    return value
