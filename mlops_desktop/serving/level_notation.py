"""How a new file spells the levels of one column of categories: spellings that differ from exactly one level in case or blanks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .cells import Grammar, level_of
from .column import Column


class LevelNotation:
    """The spellings of one column of categories that its levels do not have; `column` is the model's."""

    def __init__(self, column: Column) -> None:
        self.column = column
        levels = [level_of(level) for level in column.levels]
        self._known = {*levels, *map(level_of, column.grammar.missing), *dict(column.grammar.recoded), ""}
        by_key: dict[str, list[str]] = {}
        for level in dict.fromkeys(levels):
            by_key.setdefault(_key(level), []).append(level)
        self._levels = {key: found[0] for key, found in by_key.items() if len(found) == 1}
        self._spellings: dict[str, str] = {}

    def add(self, texts: Iterable[str]) -> None:
        """Take note of some cells."""
        for text in texts:
            level = level_of(text)
            if level not in self._known and (meant := self._levels.get(_key(level))):
                self._spellings[level] = meant

    def grammar(self) -> Grammar:
        """The grammar that reads each of these spellings as the level that it is alike."""
        own = self.column.grammar
        return replace(own, recoded=(*own.recoded, *sorted(self._spellings.items()))) if self._spellings else own


def _key(level: str) -> str:
    """What spellings of one level have in common: their characters without case and blanks."""
    return "".join(level.split()).casefold()
