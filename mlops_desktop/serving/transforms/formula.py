"""Adds a column computed by a formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import UserError
from ..formula.expression import parse
from ..frame import Frame, Layout
from ..message import msg
from ..transform import Apply, Transform


@dataclass(frozen=True)
class Formula(Transform):
    """Adds the column `name` with the values of the formula `text`: a number column (true is 1), or a categorical column when the
    formula gives texts.
    """

    name: str
    text: str

    def bind(self, layout: Layout) -> tuple[Layout, Apply]:
        expression = parse(self.text, layout)
        if expression.kind == "date":
            raise UserError(
                msg(
                    "The formula of “{name}” gives a date, but a new column must hold numbers, true-or-false answers or texts.",
                    name=self.name,
                ),
                "Take a part of the date such as year(…), or days_between(start, end).",
            )
        if expression.kind == "text":
            wide = layout.with_categoricals([self.name], [expression.columns])

            def add_texts(frame: Frame) -> Frame:
                codes, levels = expression.texts(frame)
                return frame.with_blocks(wide, codes=np.concatenate((frame.codes, codes[:, None]), axis=1), levels=(*frame.levels, levels))

            return wide, add_texts
        out = layout.with_numbers([self.name], [expression.columns])

        def add_numbers(frame: Frame) -> Frame:
            return frame.with_blocks(out, numbers=np.concatenate((frame.numbers, expression.numbers(frame)[:, None]), axis=1))

        return out, add_numbers
