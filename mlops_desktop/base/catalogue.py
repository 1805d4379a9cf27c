"""Reads and writes the catalogues of translations: gettext `.po` files, one for each language, which every translator's tool opens.

One catalogue has all texts of a language: those of the window, of the engine, of labels and helps, and of a bundle's form page. The header
says how the language writes numbers: `X-Decimal-Mark`, `X-Group-Mark`, `X-Percent`, and what it is called in itself: `X-Language-Name`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from gettext import c2py
from pathlib import Path

from mlops_desktop.base.resources import resource_folder
from mlops_desktop.serving.language import ENGLISH, Language


@dataclass
class Entry:
    """One text: its English singular `source`, its English `plural` (empty: it does not count), and its translation, a form for each
    number that the language distinguishes. `notes` are the lines of comments above it, without those that name the files.
    """

    source: str
    plural: str = ""
    forms: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether every form is translated, and none is marked as a guess of a tool."""
        return bool(self.forms) and all(self.forms) and not any("fuzzy" in note for note in self.notes if note.startswith("#,"))


@dataclass
class Catalogue:
    """The entries of a file in their order; `header` has its fields, and `notes` the comments above all of them, such as the glossary.

    `former` are entries that are out of use (`#~` in gettext): results that were stored by an earlier version still have their texts.
    """

    header: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    entries: list[Entry] = field(default_factory=list)
    former: list[Entry] = field(default_factory=list)

    def language(self) -> Language:
        """What messages are translated by. ValueError when the plural rule of the header is none."""
        done = [entry for entry in (*self.former, *self.entries) if entry.done]
        plurals = {source: entry.forms for entry in done if entry.plural for source in (entry.plural, entry.source)}
        rule = self.header.get("Plural-Forms", "").partition("plural=")[2].rstrip("; ") or "n != 1"
        texts: dict[str, str] = {}
        for entry in done:
            texts |= {entry.source: entry.forms[0]} | ({entry.plural: entry.forms[-1]} if entry.plural else {})
        marks = {name: self.header.get(f"X-{title}", "").strip('"') or getattr(ENGLISH, name) for name, title in _MARKS.items()}
        return Language(
            code=self.header.get("Language", "").replace("_", "-"),
            texts=texts,
            plurals=plurals,
            form=c2py(rule),
            decimal=marks["decimal"],
            group=marks["group"],
            percent=marks["percent"],
        )


_FORMER = "#~"  # before each line of an entry that is out of use
_MARKS = {"decimal": "Decimal-Mark", "group": "Group-Mark", "percent": "Percent"}


def catalogue_folder() -> Path:
    """Where the catalogues are: `de.po`, `pt_BR.po` …"""
    return resource_folder() / "translations"


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue of a `.po` file. OSError when it cannot be read, ValueError when it is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = list(_entries(line for line in lines if not line.startswith(_FORMER)))
    former = list(_entries(line.removeprefix(f"{_FORMER} ") for line in lines if line.startswith(f"{_FORMER} ")))
    head = entries.pop(0) if entries and not entries[0].source else Entry("")
    fields = (line.partition(": ") for line in head.forms[0].splitlines()) if head.forms else ()
    return Catalogue({name: value for name, _, value in fields}, head.notes, entries, former)


def write_catalogue(path: Path, catalogue: Catalogue) -> None:
    """Write a `.po` file, ordered as the catalogue is."""
    fields = "".join(f"{name}: {value}\n" for name, value in catalogue.header.items())
    head = Entry("", forms=(fields,), notes=catalogue.notes)
    blocks = ["\n".join(_lines(entry)) for entry in (head, *catalogue.entries)]
    for entry in catalogue.former:
        blocks.append("\n".join(f"{_FORMER} {line}" for part in _lines(entry) for line in part.splitlines()))
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8", newline="\n")


def _entries(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of some lines of a file."""
    notes: list[str] = []
    parts: dict[str, str] = {}
    last = ""
    for line in (*lines, "", "msgid"):
        if line.startswith('"'):
            parts[last] += json.loads(line)
        elif line.startswith("msg"):
            last, _, text = line.partition(" ")
            if last == "msgid" and "msgid" in parts:
                yield _entry(parts, notes)
                parts, notes = {}, []
            parts[last] = json.loads(text) if text else ""
        elif line.startswith("#"):
            if "msgid" in parts:
                yield _entry(parts, notes)
                parts, notes = {}, []
            notes.append(line)


def _entry(parts: dict[str, str], notes: list[str]) -> Entry:
    forms = tuple(parts[name] for name in sorted(parts, key=lambda name: (len(name), name)) if name.startswith("msgstr"))
    files = tuple(file for note in notes if note.startswith("#: ") for file in note[3:].split())
    kept = tuple(note for note in notes if not note.startswith("#: "))
    return Entry(parts["msgid"], parts.get("msgid_plural", ""), forms, files, kept)


def _lines(entry: Entry) -> Iterator[str]:
    yield from entry.notes
    yield from (f"#: {file}" for file in entry.files)
    yield f"msgid {_quoted(entry.source)}"
    if entry.plural:
        yield f"msgid_plural {_quoted(entry.plural)}"
        yield from (f"msgstr[{at}] {_quoted(form)}" for at, form in enumerate(entry.forms))
    else:
        yield f"msgstr {_quoted(entry.forms[0] if entry.forms else '')}"


def _quoted(text: str) -> str:
    """A text in quotes: one of several lines as one piece for each of them, as gettext writes it."""
    pieces = text.splitlines(keepends=True)
    pieces = ["", *pieces] if len(pieces) > 1 else [text]
    return "\n".join(json.dumps(piece, ensure_ascii=False) for piece in pieces)
