"""Keeps the rows for which a formula is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.families import RowFilter
from mlops_desktop.base.params import text
from mlops_desktop.serving.formula.expression import parse
from mlops_desktop.serving.frame import Bools, Frame
from mlops_desktop.serving.message import as_message, msg


@dataclass(frozen=True, kw_only=True)
class FilterRows(RowFilter):
    """Keeps the rows for which a formula is true (see `serving.formula`); where it is missing or false they go."""

    id: ClassVar[str] = "filter_rows"
    label: ClassVar[str] = "Keep rows where …"
    help: ClassVar[str] = 'Keeps the rows that the model is for, such as age >= 18 and country = "NO".'

    condition: str = text(
        "",
        "Keep rows where",
        help="A row for which the condition is missing is dropped. Write column names that contain spaces in brackets: [net income].",
        grammar="formula",
        required=True,
    )

    def keep(self, frame: Frame, target: str) -> Bools:
        try:
            expression = parse(self.condition, frame.layout)
        except UserError as error:
            raise UserError(
                msg("The filter “{condition}” cannot be used. {error}", condition=self.condition[:60], error=error.message), error.remedy
            ) from error
        if expression.kind not in ("boolean", "number"):
            raise UserError(
                msg(
                    "The filter “{condition}” gives a {kind}, but a true-or-false answer is needed.",
                    condition=self.condition[:60],
                    kind=as_message(expression.kind),
                ),
                "Compare it, such as with =.",
            )
        kept: Bools = expression.true(frame)
        return kept
