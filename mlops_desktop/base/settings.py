"""Settings: a frozen dataclass whose fields are declared parameters. Form, JSON, check and key follow from the declarations."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from mlops_desktop.base.params import Param


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of every group of declared parameters. Subclasses are frozen, keyword-only dataclasses; their fields come from `base.params`."""

    def __post_init__(self) -> None:
        for name, param in self.params().items():
            object.__setattr__(self, name, param.check(getattr(self, name)))

    @classmethod
    def params(cls) -> dict[str, Param]:
        """Parameter by field name, in the order of the form."""
        return {f.name: f.metadata["param"] for f in dataclasses.fields(cls) if "param" in f.metadata}

    def plain_params(self) -> dict[str, Any]:
        """The value of every parameter as plain JSON."""
        return {name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in self.params()}

    def changed_params(self) -> dict[str, Any]:
        """The parameters that are not at their default, as plain JSON: what enters a key, so that a new parameter makes no result stale."""
        defaults = {name: param.default for name, param in self.params().items()}
        return {name: value for name, value in self.plain_params().items() if getattr(self, name) != defaults[name]}
