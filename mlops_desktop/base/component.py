"""The base class of catalogue members: a frozen dataclass whose fields are its parameters."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from mlops_desktop.base.errors import UserError
from mlops_desktop.base.params import shown
from mlops_desktop.base.settings import Settings
from mlops_desktop.serving.message import msg, translatable


@dataclass(frozen=True, kw_only=True)
class Component(Settings):
    """Base of every member of the catalogue. Subclasses are frozen, keyword-only dataclasses; their fields come from
    `base.params`.
    """

    id: ClassVar[str]
    label: ClassVar[str]
    help: ClassVar[str] = ""
    version: ClassVar[int] = 1
    shown_texts: ClassVar[tuple[str, ...]] = ("label", "help")  # class variables for people: messages, translated where they are shown
    needs: ClassVar[tuple[str, ...]] = ()  # optional packages by import name; a missing one greys the component, with the reason

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name in cls.shown_texts:
            if isinstance(own := cls.__dict__.get(name), str):
                setattr(cls, name, translatable(own))

    def to_json(self) -> dict[str, Any]:
        """`{"id", "version", "params"}`, plain JSON values."""
        return {"id": self.id, "version": self.version, "params": self.plain_params()}

    def identity(self) -> dict[str, Any]:
        """What the component adds to the key of a result: its id, its version and the parameters that are not at their default.

        A default that changes therefore needs a new `version`: it changes what the component does.
        """
        return {"id": self.id, "version": self.version, "params": self.changed_params()}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """The component of a record, upgraded from an older version; UserError when a parameter is unknown or out of bounds."""
        version = record.get("version", cls.version)
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            raise UserError(
                msg("The version of “{cls}” cannot be {version}.", cls=cls.label, version=shown(version)),
                "It must be a whole number from 1.",
            )
        if version > cls.version:
            raise UserError(
                msg("“{cls}” was saved by a newer version of the application.", cls=cls.label), "Install the newer version to open it."
            )
        params = record.get("params", {})
        if not isinstance(params, dict):
            raise UserError(msg("The parameters of “{cls}” must be an object of names and values.", cls=cls.label))
        params = cls.upgrade(dict(params), version)
        for name in params:
            if name not in cls.params():
                raise UserError(
                    msg("“{cls}” has no parameter “{name}”.", cls=cls.label, name=name),
                    "It has: " + (", ".join(cls.params()) or "none") + ".",
                )
        return cls(**params)

    @classmethod
    def upgrade(cls, params: dict[str, Any], version: int) -> dict[str, Any]:
        """Parameters written by an older `version` as today's."""
        return params

    @classmethod
    def missing(cls) -> str:
        """Why the component cannot be used here: the packages that are not installed; empty when it can."""
        absent = [name for name in cls.needs if importlib.util.find_spec(name) is None]
        return msg("needs {packages}, which is not installed", packages=", ".join(absent)) if absent else ""
