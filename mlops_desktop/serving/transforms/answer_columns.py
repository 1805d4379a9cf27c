"""Makes a 0 / 1 column of each answer, where a cell holds several of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..frame import Floats, Frame, Layout
from ..transform import Apply, Transform


def split_answers(text: str, separator: str) -> list[str]:
    """The answers in a cell: the parts between the separators, without blanks around them; each once."""
    return list(dict.fromkeys(part for piece in text.split(separator) if (part := piece.strip())))


@dataclass(frozen=True)
class AnswerColumns(Transform):
    """Adds a number column for each of `answers[i]` of the categorical column `columns[i]`: 1 where the cell holds the answer, else 0.

    `names[i]` are the names of the new columns. A missing cell holds no answer. An answer that is not among them makes nothing.
    """

    columns: tuple[str, ...]
    answers: tuple[tuple[str, ...], ...]
    names: tuple[tuple[str, ...], ...]
    separator: str
    keep: bool

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        at = layout.categorical_at(self.columns).tolist()
        sources = [(column,) for column, names in zip(self.columns, self.names, strict=True) for _ in names]
        wide = layout.with_numbers([name for names in self.names for name in names], sources)
        out, drop = (wide, None) if self.keep else wide.without(self.columns)
        tables = [self._table(answers) for answers in self.answers]

        def apply(frame: Frame) -> Frame:
            made = [table(frame.levels[i])[frame.codes[:, i]] for i, table in zip(at, tables, strict=True)]
            wider = frame.with_blocks(wide, numbers=np.concatenate((frame.numbers, *made), axis=1))
            return wider if drop is None else drop(wider)

        return out, apply

    def _table(self, answers: Sequence[str]) -> Callable[[Sequence[str]], Floats]:
        """The function for the rows of zeros and ones of some levels, with zeros for missing cells last."""
        place = {answer: i for i, answer in enumerate(answers)}

        def table(levels: Sequence[str]) -> Floats:
            rows = np.zeros((len(levels) + 1, len(answers)))
            for row, level in enumerate(levels):
                rows[row, [place[answer] for answer in split_answers(level, self.separator) if answer in place]] = 1.0
            return rows

        return table
