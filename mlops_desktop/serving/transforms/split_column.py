"""Splits a column of texts into several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..formula.values import read_number
from ..frame import Frame, Layout, encode
from ..normal_form import normalized
from ..pattern import Pattern
from ..transform import Apply, Transform

Parts = Callable[[str], tuple[str | None, ...]]


@dataclass(frozen=True)
class SplitColumn(Transform):
    """Adds `names`, the parts of the categorical column `column`: texts, or numbers when `numbers`.

    With a `pattern` the parts are the groups of its first match (see `serving.pattern`), else the texts between `separator`s, or between
    blanks when that is empty; with `rest` the last part holds the rest of the text. Parts are stripped; an empty or absent one is missing.
    """

    column: str
    names: tuple[str, ...]
    separator: str
    pattern: str
    rest: bool
    numbers: bool
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = int(layout.categorical_at([self.column])[0])
        sources = [(self.column,)] * len(self.names)
        wide = layout.with_numbers(self.names, sources) if self.numbers else layout.with_categoricals(self.names, sources)
        out, drop = (wide, None) if self.keep else wide.without([self.column])
        parts = self.parts()

        def apply(frame: Frame) -> Frame:
            codes, levels = frame.codes[:, at], frame.levels[at]
            used, place = np.unique(codes, return_inverse=True)
            nothing = (None,) * len(self.names)
            rows = [parts(levels[code]) if code >= 0 else nothing for code in used.tolist()]
            if self.numbers:
                table = [[np.nan if part is None or (value := read_number(part)) is None else value for part in row] for row in rows]
                made = np.array(table, dtype=np.float64).reshape(-1, len(self.names))
                made[~np.isfinite(made)] = np.nan
                new = frame.with_blocks(wide, numbers=np.concatenate((frame.numbers, made[place]), axis=1))
            else:
                encoded = [encode(row[k] for row in rows) for k in range(len(self.names))]
                columns = [frame.codes, *((codes[place])[:, None] for codes, _ in encoded)]
                new = frame.with_blocks(
                    wide, codes=np.concatenate(columns, axis=1), levels=(*frame.levels, *(found for _, found in encoded))
                )
            return new if drop is None else drop(new)

        return out, apply

    def parts(self) -> Parts:
        """The function that splits a text into as many parts as there are names. UserError when the pattern is invalid."""
        count = len(self.names)
        if self.pattern:
            pattern = Pattern(self.pattern)
            cut: Callable[[str], tuple[str | None, ...] | list[str]] = lambda text: pattern.find(text) or ()  # noqa: E731
        else:
            separator, most = self.separator or None, count - 1 if self.rest else count
            cut = lambda text: text.split(separator, most)  # noqa: E731

        def apply(text: str) -> tuple[str | None, ...]:
            found = [normalized("NFC", part.strip()) or None if part is not None else None for part in cut(text)[:count]]
            return (*found, *(None,) * (count - len(found)))

        return apply
