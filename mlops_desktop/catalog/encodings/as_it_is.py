"""No encoding: the recipe makes the whole matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.families import EncoderInput, Encoding, OperationSpec


@dataclass(frozen=True, kw_only=True)
class AsItIs(Encoding):
    """The matrix as the steps leave it; a category, text or date that is left is refused."""

    id: ClassVar[str] = "as_it_is"
    label: ClassVar[str] = "No encoding"
    help: ClassVar[str] = "Nothing is added: your own steps encode categories, fill missing values and scale."
    handles_gaps: ClassVar[bool] = False

    def operations(self, given: EncoderInput) -> tuple[OperationSpec, ...]:
        return ()
