"""Evidence: why a table or one of its columns was read as it was."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Evidence:
    """Why a column was read as it was. `rows` are row numbers from 1, the header not counted; `column` is "" for the whole table."""

    column: str
    rule: str
    message: str
    rows: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {**asdict(self), "rows": list(self.rows)}
