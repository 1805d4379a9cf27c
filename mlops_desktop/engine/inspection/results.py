"""What an inspection of a foreign model found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Risk = Literal["runs", "unknown", "library", "data"]
RISKS: tuple[Risk, ...] = ("runs", "unknown", "library", "data")  # the worst first


@dataclass(frozen=True)
class Found:
    """One thing that loading a file would import, run or read. `risk`: it can run commands or any code (`runs`), nobody knows what it does
    (`unknown`), it is a class or function of a library for data (`library`), or it is data alone (`data`). `where`: the file it is in.
    """

    name: str
    what: str
    risk: Risk
    where: str = ""


@dataclass(frozen=True)
class Inspection:
    """What was found in a file or folder, the worst first. `complete`: everything in it was read; `notes` say what was not."""

    kind: str
    found: tuple[Found, ...]
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the whole file was read."""
        return not self.notes

    @property
    def worst(self) -> Risk:
        """The highest risk among what was found; with nothing `data`, or `unknown` where something was not read."""
        worst: Risk = min((one.risk for one in self.found), key=RISKS.index, default="data")
        return worst if self.complete or worst != "data" else "unknown"

    def to_json(self) -> dict[str, Any]:
        """The inspection as plain JSON."""
        found = [{"name": one.name, "what": one.what, "risk": one.risk, "where": one.where} for one in self.found]
        return {"kind": self.kind, "worst": self.worst, "complete": self.complete, "found": found, "notes": [*self.notes]}


def ordered(found: list[Found]) -> tuple[Found, ...]:
    """Each thing once, the worst first."""
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (RISKS.index(one.risk), one.where, one.name, one.what)))
