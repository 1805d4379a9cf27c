"""The datatypes of the Open Inference Protocol (V2): which JSON values a tensor of each of them may hold."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

NUMBER, TEXT, FLAG = "FP64", "BYTES", "BOOL"


@dataclass(frozen=True)
class Datatype:
    """Values of some types of JSON, as Python has them; numbers from `low` to `high`, and whole ones where `whole`."""

    kinds: frozenset[type]
    text: str
    low: float = 0
    high: float = 0
    whole: bool = False

    def first_other(self, values: Sequence[Any]) -> int | None:
        """The position of the first value that is not of this datatype; None where all are. A missing value (null) is of every one."""
        kinds = {*map(type, values)} - {type(None)}
        if kinds <= self.kinds:
            if self.low == self.high:
                return None
            numbers = [value for value in values if value is not None]
            whole = not self.whole or float not in kinds or all(value.is_integer() for value in numbers if type(value) is float)
            if whole and (not numbers or (self.low <= min(numbers) and max(numbers) <= self.high)):
                return None
        return next(at for at, value in enumerate(values) if not self._holds(value))

    def _holds(self, value: Any) -> bool:
        if value is None or type(value) not in self.kinds:
            return value is None
        if self.low == self.high:
            return True
        return bool(self.low <= value <= self.high and not (self.whole and type(value) is float and not value.is_integer()))


def _integers(bits: int, *, signed: bool) -> Datatype:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return Datatype(frozenset((int, float)), f"a whole number from {low:,} to {high:,}", low, high, whole=True)


def _floats(largest: float) -> Datatype:
    return Datatype(frozenset((int, float)), f"a number from {-largest:g} to {largest:g}", -largest, largest)


DATATYPES: Mapping[str, Datatype] = MappingProxyType(
    {
        FLAG: Datatype(frozenset((bool,)), "true or false"),
        TEXT: Datatype(frozenset((str,)), "a text"),
        "FP16": _floats(65_504.0),
        "FP32": _floats(3.4028234663852886e38),
        NUMBER: _floats(sys.float_info.max),
        **{f"INT{bits}": _integers(bits, signed=True) for bits in (8, 16, 32, 64)},
        **{f"UINT{bits}": _integers(bits, signed=False) for bits in (8, 16, 32, 64)},
    }
)
