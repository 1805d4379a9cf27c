"""Translates the sentences of the engine, which are templates with arguments, into the language of the window.

`tr()` translates the window's own texts. A sentence from below the window is a `Message`: its template is the message id in the context
`messages` of Qt's catalogues. `scripts/translations.py` extracts both. Results and errors are translated as they reach the window
(`ui.jobs`, `ui.project_controller`); where the window calls the engine itself, it translates what it shows.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, TypeVar, cast

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.resources import CONTEXT, resource_folder
from mlops_desktop.serving.message import Message

T = TypeVar("T")
SYSTEM = "system"  # the language of the desktop
CATALOGUE = "mlops_desktop"  # mlops_desktop_de.qm is the German one


def translated(value: T) -> T:
    """A value with every message in it as a text of the window's language.

    A message becomes a text; of a dataclass, tuple, list or dictionary the messages in it do. What holds none is returned as it is.
    """
    return cast(T, _translated(value))


def error_text(error: Exception) -> str:
    """What an error says to a person, in the window's language."""
    return str(translated(error.sentences)) if isinstance(error, UserError) else str(error)


def load_translations(app: QCoreApplication, locale: QLocale | None = None, folder: Path | None = None) -> bool:
    """Install the catalogue of a locale (None: the system's) from a folder of `.qm` files, and Qt's own; whether there is one.

    Without a catalogue of the application nothing is installed, so that the window never mixes two languages.
    """
    locale, translator = locale or QLocale.system(), QTranslator(app)
    if not translator.load(locale, CATALOGUE, "_", str(folder or resource_folder() / "translations")):
        return False
    own = QTranslator(app)
    if own.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(own)
    return app.installTranslator(translator)


def languages() -> dict[str, str]:
    """The languages that the window can have, by their codes, each by its own name: English, and that of each catalogue."""
    files = sorted((resource_folder() / "translations").glob(f"{CATALOGUE}_*.qm"))
    codes = [path.stem.removeprefix(f"{CATALOGUE}_") for path in files]
    return {"en": "English", **{code: QLocale(code).nativeLanguageName() for code in codes}}


def language() -> str:
    """The code of the language in force."""
    found = catalogue()
    return found.stem.removeprefix(f"{CATALOGUE}_") if found else "en"


def catalogue() -> Path | None:
    """The source file of the catalogue that is installed, for texts that are written outside the window; None where there is none."""
    app = QCoreApplication.instance()
    loaded = [Path(one.filePath()) for one in app.findChildren(QTranslator)] if app else []
    sources = [path.with_suffix(".ts") for path in loaded if path.stem.startswith(CATALOGUE)]
    return next((path for path in sources if path.is_file()), None)


def _lookup(template: str) -> str:
    return QCoreApplication.translate(CONTEXT, template)


def _translated(value: Any) -> Any:
    if isinstance(value, Message):
        return value.translated(_lookup)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        changed = {name: new for name, old in fields.items() if (new := _translated(old)) is not old}
        return dataclasses.replace(value, **changed) if changed else value
    if isinstance(value, dict):
        changed = {key: new for key, old in value.items() if (new := _translated(old)) is not old}
        return {**value, **changed} if changed else value
    if type(value) in (list, tuple):
        items = [_translated(item) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else type(value)(items)
    return value
