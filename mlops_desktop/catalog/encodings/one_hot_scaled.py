"""Categories as 0 / 1 columns, gaps filled and numbers scaled, for algorithms that add up or compare columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from mlops_desktop.base.families import EncoderInput, Encoding, OperationSpec
from mlops_desktop.base.params import flag, number
from mlops_desktop.catalog.encodings._shared import texts_and_dates


@dataclass(frozen=True, kw_only=True)
class OneHotScaled(Encoding):
    """A 0 / 1 column for each frequent level, rare levels together; numbers get the median where they are missing, and one scale."""

    id: ClassVar[str] = "one_hot_scaled"
    version: ClassVar[int] = 2
    label: ClassVar[str] = "One-hot, filled and scaled"
    help: ClassVar[str] = (
        "Each frequent level becomes a 0 / 1 column, empty cells get the median, and all numbers are brought to one scale."
    )

    max_levels: int = number(
        40,
        1,
        1000,
        "Maximum levels",
        help="Only this many levels of a category get a column; the others share one.",
        whole=True,
        log=True,
        tune=(5, 200),
    )
    missing_flags: bool = flag(
        True, "Missing-value indicators", help="Adds a 0 / 1 column “… is missing” for each number with many missing values."
    )
    flag_share: float = number(
        0.02, 0.0, 1.0, "Minimum share of missing values", help="A column gets an indicator from this share of missing values."
    )

    flag_rows: int = number(
        10, 0, 1_000_000, "Minimum missing values", help="A column gets an indicator from this many missing values.", whole=True
    )

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        """Version 1 gave a column to any number of gaps."""
        return params if version >= 2 else {"flag_rows": 0, **params}

    def identity(self) -> dict[str, Any]:
        """Without a least number of gaps it does what its version 1 did, so results that were made with it keep their keys."""
        found = super().identity()
        if not self.flag_rows:
            found["version"] = 1
            del found["params"]["flag_rows"]
        return found

    def operations(self, given: EncoderInput) -> tuple[OperationSpec, ...]:
        found = texts_and_dates(given)
        if given.categories:
            found.append(("one_hot", {"columns": list(given.categories), "max_levels": self.max_levels}))
        found.append(("impute_numbers", {"missing_flag": self.missing_flags, "flag_share": self.flag_share, "flag_rows": self.flag_rows}))
        found.append(("scale", {}))
        return tuple(found)
