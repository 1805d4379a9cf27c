"""Categories as unordered codes and gaps as they are, for algorithms that take both natively."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlops_desktop.base.families import EncoderInput, Encoding, OperationSpec
from mlops_desktop.base.params import number
from mlops_desktop.catalog.encodings._shared import texts_and_dates


@dataclass(frozen=True, kw_only=True)
class NativeCategories(Encoding):
    """One column of codes for each category, marked as unordered; missing values stay missing, numbers keep their scale."""

    id: ClassVar[str] = "native_categories"
    label: ClassVar[str] = "Native categories and missing values"
    leaves_gaps: ClassVar[bool] = True
    help: ClassVar[str] = "Each category stays one column and empty cells stay empty: the algorithm handles both itself."

    max_levels: int = number(
        200,
        2,
        4096,
        "Maximum levels",
        help="Only this many of the most frequent levels of a category are distinguished.",
        whole=True,
        log=True,
        tune=(5, 1000),
    )

    def operations(self, given: EncoderInput) -> tuple[OperationSpec, ...]:
        found = texts_and_dates(given)
        if given.categories:
            found.append(("ordinal", {"columns": list(given.categories), "as_categories": True, "max_levels": self.max_levels}))
        return tuple(found)
